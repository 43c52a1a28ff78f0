"""Ctrl+Shift+K: everything at once, found while one types."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QStackedWidget, QWidget

from orchestrator.console.operations import reason_of
from orchestrator.console.search_rows import rows_of
from orchestrator.console.widgets.empty_state import EmptyState, EmptyText
from orchestrator.console.widgets.hit_list import HitList
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.sheet import Sheet
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.search import MAX_QUERY, SearchAnswer, SearchHit

_SETTLE_MS = 180
"""After the last key, before the engine is asked."""
_OF_EACH_KIND = 20
_TASK = "search"
_IDLE = EmptyText(
    "search",
    tr("Jobs, robots, workflows, errors and log lines"),
    tr('Words in any order, "words side by side", begin*, and robot:anna, workflow:Check, status:failed, level:error.'),
)
_NOTHING = EmptyText(
    "list-filter", tr("Nothing is found"), tr("Fewer words find more. Words are known by their beginning.")
)


class SearchSheet(Sheet):
    """Asks a moment after the last key; an answer to older words is dropped. Enter opens what is chosen."""

    def __init__(self, bench: Workbench, show_hit: Callable[[SearchHit], object], parent: QWidget) -> None:
        super().__init__(tr("Search everything"), "", parent)
        self._bench, self._show_hit = bench, show_hit
        self.resize(820, 620)
        self.field = QLineEdit(placeholderText=tr("What are you looking for?"), clearButtonEnabled=True)
        self.field.setMaxLength(MAX_QUERY)
        self.field.setAccessibleName(tr("Search everything"))
        self.list = HitList(bench.theme, bench.clock, tr("Found"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.state = EmptyState(bench.theme, _IDLE)
        self.advice = label("", "caption")
        self._pages = QStackedWidget()
        self._pages.addWidget(self.state)
        self._pages.addWidget(self.list)
        self._pages.setMinimumHeight(320)
        self._timer = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._timer.timeout.connect(self._ask)
        for part in (self.field, self._pages, self.advice):
            self.body.addWidget(part, 1 if part is self._pages else 0)
        self.add_button(tr("Close")).clicked.connect(self.reject)
        self.field.textChanged.connect(lambda _: self._timer.start())
        self.field.installEventFilter(self)
        self.state.action_clicked.connect(self._ask)
        self.list.opened.connect(self.accept)
        self.finished.connect(lambda _: bench.tasks.cancel(_TASK))
        self.field.setFocus()

    def search_for(self, text: str) -> None:
        """Begin with these words."""
        self.field.setText(text)
        self.field.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The field keeps the keyboard; arrows and Enter go to the list."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and self._take(event):
            return True
        return super().eventFilter(watched, event)

    def _take(self, event: QKeyEvent) -> bool:
        match Qt.Key(event.key()):
            case Qt.Key.Key_Down:
                self.list.move_on(1)
            case Qt.Key.Key_Up:
                self.list.move_on(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.list.open_current()
            case _:
                return False
        return True

    def _ask(self) -> None:
        text = self.field.text().strip()
        if not text:
            self._bench.tasks.cancel(_TASK)
            self._say(_IDLE)
            return
        self._bench.tasks.start(self._find(text), key=_TASK, on_error=self._failed)

    async def _find(self, text: str) -> None:
        self._show(await self._bench.link.client.search.find(as_typed(text), limit=_OF_EACH_KIND))

    def _show(self, answer: SearchAnswer) -> None:
        rows = rows_of(answer, self._show_hit)
        self.advice.setText(answer.advice)
        if not rows:
            self._say(_NOTHING, answer.advice)
            return
        self.list.set_rows(rows)
        self._pages.setCurrentWidget(self.list)

    def _failed(self, error: Exception) -> None:
        self._say(EmptyText("circle-x", tr("The search failed"), reason_of(error), tr("Try again")))

    def _say(self, text: EmptyText, advice: str = "") -> None:
        self.list.set_rows(())
        self.advice.setText(advice)
        self.state.set_text(text)
        self._pages.setCurrentWidget(self.state)


def as_typed(text: str) -> str:
    """The last word is still being typed: its beginning is enough."""
    is_word = text[-1].isalnum() and ":" not in text.rsplit(maxsplit=1)[-1]
    return f"{text}*" if is_word and text.count('"') % 2 == 0 else text
