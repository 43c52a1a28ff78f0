"""Where the graph of a workflow without steps would be: what to do first."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QGraphicsView

from orchestrator.console.theme.theme import Theme
from orchestrator.console.widgets.empty_state import EmptyState, EmptyText
from orchestrator.console.words import tr

_TEXT = EmptyText(
    "workflow",
    tr("No steps yet"),
    tr(
        "Find an action on the left: Enter, a double click or a drag puts it here. The next one comes behind the step "
        "that is chosen."
    ),
    tr("Add a step… (Ctrl+N)"),
)


class EmptyGraph(EmptyState):
    """Covers the graph, and lets through what is dropped."""

    def __init__(self, theme: Theme, graph: QGraphicsView) -> None:
        super().__init__(theme, _TEXT, graph.viewport())
        self._ground = graph.viewport()
        self._ground.installEventFilter(self)
        self.setGeometry(self._ground.rect())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """As large as the graph."""
        if watched is self._ground and event.type() is QEvent.Type.Resize:
            self.setGeometry(self._ground.rect())
        return super().eventFilter(watched, event)
