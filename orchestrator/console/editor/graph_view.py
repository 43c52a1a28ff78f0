"""The steps as a graph that can be worked on, by mouse and by keyboard."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsPathItem, QGraphicsScene, QGraphicsView, QWidget

from orchestrator.console.editor.graph_items import HEIGHT, PORT, WIDTH, EdgeItem, StepItem, curve
from orchestrator.console.editor.graph_shape import distance, drawn_needs, look
from orchestrator.console.editor.layout import placed
from orchestrator.console.editor.outline import Outline
from orchestrator.console.theme.theme import Theme
from orchestrator.console.words import counted, tr

ENTRY_FORMAT = "application/x-botswain-palette-entry"
_ACROSS, _DOWN = WIDTH + 54, HEIGHT + 20
_MARGIN = 24
_SMALLEST, _LARGEST = 0.3, 2.0
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class GraphView(QGraphicsView):
    """Shows an outline; what the user wants to change is told by signals.

    One step is current (the keyboard is there), any number are selected. `c` begins a connection at the current step:
    the arrow keys choose where it ends, Enter makes it or, where there is one, takes it away.
    """

    selection_changed = Signal()
    connection_wanted = Signal(str, str)
    disconnection_wanted = Signal(str, str)
    entry_dropped = Signal(str, str)
    """A palette entry's key and the step on which it fell; empty for none."""
    edit_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._scene = QGraphicsScene(self)
        self.setScene(self._scene)
        self._steps: dict[str, StepItem] = {}
        self._outline = Outline(steps=(), list_path=None, head_path=())
        self._looks: tuple[object, ...] = ()
        self._current = ""
        self._source = ""
        self._line: QGraphicsPathItem | None = None
        self._is_building = False
        self.setObjectName("graphView")
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setDragMode(QGraphicsView.DragMode.RubberBandDrag)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setAcceptDrops(True)
        self.setFrameShape(QGraphicsView.Shape.NoFrame)
        self.setAccessibleName(tr("Steps of the workflow"))
        self._scene.selectionChanged.connect(self._selection_changed)
        theme.changed.connect(self._scene.update)
        self._describe()

    # what is shown

    @property
    def selected_ids(self) -> tuple[str, ...]:
        """The selected steps, in the order of the document."""
        return tuple(step_id for step_id, item in self._steps.items() if item.isSelected())

    @property
    def selected_edges(self) -> tuple[tuple[str, str], ...]:
        """The selected connections: the step that is waited for, and the one that waits."""
        edges = [item for item in self._scene.selectedItems() if isinstance(item, EdgeItem)]
        return tuple((edge.source.look.step_id, edge.target.look.step_id) for edge in edges)

    @property
    def current_id(self) -> str:
        """The step where the keyboard is; empty for none."""
        return self._current

    @property
    def is_connecting(self) -> bool:
        """True while the end of a connection is chosen by keyboard."""
        return bool(self._source)

    def show_outline(self, outline: Outline, wrong: Mapping[str, str]) -> None:
        """Draw these steps; `wrong` are sentences by the id of the step they are about."""
        looks = tuple((look(step, wrong), step.needs, step.then, step.otherwise) for step in outline.steps)
        self._outline = outline
        if looks == self._looks:
            return
        chosen = {*self.selected_ids}
        self._looks = looks
        self._is_building = True
        self._scene.clear()
        self._line = None
        self._steps = {}
        self._build(outline, wrong, chosen)
        self._is_building = False
        if self._current not in self._steps:
            self._current = next(iter(self.selected_ids), "")
        self._mark_current()
        self._describe()
        if {*self.selected_ids} != chosen:
            self.selection_changed.emit()

    def select(self, ids: Sequence[str]) -> None:
        """Select these steps and bring the last into sight."""
        self._is_building = True
        for step_id, item in self._steps.items():
            item.setSelected(step_id in ids)
        for other in self._scene.items():
            if isinstance(other, EdgeItem):
                other.setSelected(False)
        self._is_building = False
        known = [step_id for step_id in ids if step_id in self._steps]
        self._go_to(known[-1] if known else self._current)
        self.selection_changed.emit()

    def item_of(self, step_id: str) -> StepItem | None:
        """The box of a step."""
        return self._steps.get(step_id)

    def place_of(self, step_id: str) -> QPointF:
        """The middle of a step's box, in the viewport."""
        return QPointF(self.mapFromScene(self._steps[step_id].pos() + QPointF(WIDTH / 2, HEIGHT / 2)))

    def begin_connection(self) -> None:
        """Let the arrow keys choose what shall wait for the current step."""
        if self._current and len(self._steps) > 1:
            self._source = self._current
            self._describe()
            self.viewport().update()

    # events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, Space selects, Enter edits or connects, `c` connects, Escape gives up."""
        key = Qt.Key(event.key())
        if key in _ARROWS:
            self._move(*_ARROWS[key], extend=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and self._steps:
            self.select([list(self._steps)[0 if key == Qt.Key.Key_Home else -1]])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter()
        elif key == Qt.Key.Key_Escape and self._source:
            self._stop_connecting()
        elif key == Qt.Key.Key_C and not event.modifiers():
            self.begin_connection()
        elif key == Qt.Key.Key_Space and self._current:
            item = self._steps[self._current]
            item.setSelected(not item.isSelected())
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard begins at a step."""
        super().focusInEvent(event)
        if not self._current and self._steps:
            self._current = next(iter(self._steps))
        self._mark_current()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Nothing is half connected when one comes back."""
        super().focusOutEvent(event)
        self._stop_connecting()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A connection begins at a port; anything else selects."""
        item = self._step_at(event.position())
        if item is not None and event.button() == Qt.MouseButton.LeftButton:
            self._current = item.look.step_id
            self._mark_current()
            if item.is_at_port(item.mapFromScene(self.mapToScene(event.position().toPoint()))):
                self._start_line(item)
                return
        if event.button() == Qt.MouseButton.RightButton:
            if item is not None and not item.isSelected():
                self.select([item.look.step_id])
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The line follows the mouse."""
        if self._line is None:
            super().mouseMoveEvent(event)
            return
        start = self._steps[self._current].pos() + QPointF(WIDTH + PORT, HEIGHT / 2)
        self._line.setPath(curve(start, self.mapToScene(event.position().toPoint())))
        self._aim(self._step_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Where the line ends, a step waits."""
        if self._line is None:
            super().mouseReleaseEvent(event)
            return
        target = self._step_at(event.position())
        self._scene.removeItem(self._line)
        self._line = None
        self._aim(None)
        if target is not None and target.look.step_id != self._current:
            self.connection_wanted.emit(self._current, target.look.step_id)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """To the properties."""
        item = self._step_at(event.position())
        if item is not None:
            self.edit_wanted.emit(item.look.step_id)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ctrl and the wheel make it larger or smaller."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(1.15 if event.angleDelta().y() > 0 else 1 / 1.15)
            event.accept()
        else:
            super().wheelEvent(event)

    def zoom(self, factor: float) -> None:
        """Larger or smaller, within reason."""
        now = self.transform().m11()
        wanted = min(max(now * factor, _SMALLEST), _LARGEST)
        self.scale(wanted / now, wanted / now)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Entries of the palette may come in."""
        if event.mimeData().hasFormat(ENTRY_FORMAT):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Show behind which step it would stand."""
        if event.mimeData().hasFormat(ENTRY_FORMAT):
            self._aim(self._step_at(event.position()))
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Behind the step on which it falls."""
        item = self._step_at(event.position())
        self._aim(None)
        key = bytes(event.mimeData().data(ENTRY_FORMAT).data()).decode()
        event.acceptProposedAction()
        self.entry_dropped.emit(key, item.look.step_id if item is not None else "")

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """The ground of the look."""
        painter.fillRect(rect, QColor(self._theme.tokens.surface))

    # inside

    def _build(self, outline: Outline, wrong: Mapping[str, str], chosen: set[str]) -> None:
        needs = drawn_needs(outline)
        places = placed(needs)
        for step in outline.steps:
            item = StepItem(self._theme, look(step, wrong))
            column, row = places[step.step_id]
            item.setPos(_MARGIN + column * _ACROSS, _MARGIN + row * _DOWN)
            self._scene.addItem(item)
            item.setSelected(step.step_id in chosen)
            self._steps[step.step_id] = item
        for step in outline.steps:
            item = self._steps[step.step_id]
            for need in step.needs:
                self._scene.addItem(EdgeItem(self._theme, self._steps[need], item))
            for branch, members in ((tr("then"), step.then), (tr("else"), step.otherwise)):
                for member in members:
                    if member != step.step_id:
                        self._scene.addItem(EdgeItem(self._theme, item, self._steps[member], branch=branch))
        area = self._scene.itemsBoundingRect()
        self._scene.setSceneRect(area.adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN))

    def _selection_changed(self) -> None:
        if self._is_building:
            return
        chosen = self.selected_ids
        if chosen and self._current not in chosen:
            self._current = chosen[-1]
            self._mark_current()
        self._describe()
        self.selection_changed.emit()

    def _step_at(self, place: QPointF) -> StepItem | None:
        return next((each for each in self.items(place.toPoint()) if isinstance(each, StepItem)), None)

    def _move(self, across: int, down: int, *, extend: bool) -> None:
        if not self._steps:
            return
        start = self._steps.get(self._current)
        if start is None:
            self.select([next(iter(self._steps))])
            return
        found = [
            (distance(item.pos() - start.pos(), across, down), step_id)
            for step_id, item in self._steps.items()
            if item is not start
        ]
        best = min((each for each in found if each[0] is not None), default=None, key=lambda each: each[0] or 0)
        if best is None:
            return
        if self._source:
            self._go_to(best[1])
            self._aim(self._steps[best[1]])
        else:
            self.select([*self.selected_ids, best[1]] if extend else [best[1]])

    def _enter(self) -> None:
        if not self._source:
            if self._current:
                self.edit_wanted.emit(self._current)
            return
        source, target = self._source, self._current
        self._stop_connecting()
        step = self._outline.find(target)
        ahead = self._outline.find(source)
        if step is None or ahead is None or source == target:
            return
        if source in step.needs or target in (*ahead.then, *ahead.otherwise):
            self.disconnection_wanted.emit(source, target)
        else:
            self.connection_wanted.emit(source, target)

    def _stop_connecting(self) -> None:
        if self._source:
            self._source = ""
            self._aim(None)
            self._describe()
            self.viewport().update()

    def _start_line(self, item: StepItem) -> None:
        self._line = QGraphicsPathItem()
        self._line.setPen(QPen(QColor(self._theme.tokens.accent), 2, Qt.PenStyle.DashLine))
        self._scene.addItem(self._line)
        if not item.isSelected():
            self.select([item.look.step_id])

    def _aim(self, target: StepItem | None) -> None:
        for item in self._steps.values():
            if item.is_aimed != (item is target):
                item.is_aimed = item is target
                item.update()

    def _go_to(self, step_id: str) -> None:
        self._current = step_id if step_id in self._steps else ""
        self._mark_current()
        if self._current:
            self.ensureVisible(self._steps[self._current], _MARGIN, _MARGIN)
        self._describe()

    def _mark_current(self) -> None:
        for step_id, item in self._steps.items():
            is_current = step_id == self._current and self.hasFocus()
            if item.is_current != is_current:
                item.is_current = is_current
                item.update()

    def _describe(self) -> None:
        """What a screen reader says of the graph."""
        step = self._outline.find(self._current) if self._current else None
        if step is None:
            words = counted("%n step", "%n steps", len(self._outline.steps))
        else:
            waits = ", ".join(step.needs) or tr("nothing")
            words = tr("{step}, {action}, waits for {needs}", step=step.title, action=step.action, needs=waits)
        if self._source:
            words = tr("Connecting from {source}. {step}", source=self._source, step=words)
        self.setAccessibleDescription(words)
