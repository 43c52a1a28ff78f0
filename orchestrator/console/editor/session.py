"""One workflow that is being edited: its text, what it says, its history, and what is wrong with it."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from orchestrator.console.editor.checking import problems_of
from orchestrator.console.editor.document import WorkflowText
from orchestrator.console.editor.rewrite import EditError
from orchestrator.console.words import tr
from orchestrator.contract.errors import Problem, WorkflowError

_CHECK_MS = 150
_LARGE = 200_000
_LARGE_CHECK_MS = 1_000
_STEPS_KEPT, _STEPS_KEPT_LARGE = 300, 40


class EditorSession(QObject):
    """Graph, form and text show what it holds; all their changes go through `edit` and `type_text`.

    A text that cannot be read leaves `document` as it last was: then `error` says why, and `is_stale` holds.
    """

    changed = Signal()
    problems_changed = Signal()
    refused = Signal(str)
    """A change that could not be made, as a sentence."""
    checked = Signal(str)
    """The text whose problems are known now, as far as the client can tell."""

    def __init__(self, text: str, *, saved_text: str | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.text = ""
        self.saved_text = saved_text
        """What the engine has; None: nothing yet."""
        self.document = WorkflowText(text="", value={})
        self.error: Problem | None = None
        self._own: tuple[Problem, ...] = ()
        self._engines: tuple[Problem, ...] | None = None
        self._chapter = 0
        self.history = QUndoStack(self)
        self.history.setUndoLimit(_STEPS_KEPT_LARGE if len(text) > _LARGE else _STEPS_KEPT)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.check_now)
        self.put(text)

    @property
    def is_stale(self) -> bool:
        """True while graph and form show an older text than there is."""
        return self.error is not None

    @property
    def is_dirty(self) -> bool:
        """True while there is something that the engine does not have."""
        return self.text != self.saved_text

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong, in the order of the document; what the engine knows better is taken from it."""
        if self._engines is None:
            return self._own
        # Whether an action exists depends on the packages that the engine knows.
        own = [each for each in self._own if not each.field.endswith(".action")]
        places = {(each.field, each.line) for each in own}
        found = [*own, *(each for each in self._engines if (each.field, each.line) not in places)]
        return tuple(sorted(found, key=lambda problem: problem.line or 0))

    def edit(self, title: str, change: Callable[[WorkflowText], str], merge: str = "") -> bool:
        """Change the document; changes in a row with the same `merge` are undone together. False when refused."""
        if self.error is not None:
            self.refused.emit(tr("The text cannot be read; put line {line} right first.", line=self.error.line or 1))
            return False
        try:
            text = change(self.document)
        except EditError as error:
            self.refused.emit(error.message)
            return False
        if text != self.text:
            self._push(text, title, merge)
        return True

    def type_text(self, text: str) -> None:
        """Take over what was typed; what is typed in one line is undone together."""
        if text == self.text:
            return
        line = _first_difference(self.text, text)
        lines = text.count("\n") - self.text.count("\n")
        merge = f"typing {line}" if lines == 0 else ""
        self._push(text, tr("Typing"), merge)

    def seal(self) -> None:
        """What is changed from now on is undone by itself: one step back leads to the text as it is now."""
        self._chapter += 1

    def put(self, text: str) -> None:
        """The text is this one now; only the history calls it."""
        self.text = text
        try:
            self.document = WorkflowText.read(text)
            self.error = None
        except WorkflowError as error:
            self.error = error.problems[0]
            self._own, self._engines = error.problems, None
        else:
            self._engines = None
        self.changed.emit()
        if self.error is not None:
            self._timer.stop()
            self.problems_changed.emit()
            return
        self._timer.start(_LARGE_CHECK_MS if len(text) > _LARGE else _CHECK_MS)

    def check_now(self) -> None:
        """Look for mistakes without waiting for a pause."""
        self._timer.stop()
        self._own = problems_of(self.text)
        self.problems_changed.emit()
        self.checked.emit(self.text)

    def take_engines(self, text: str, problems: Sequence[Problem]) -> None:
        """What the engine says of a text; of an older one it is no news."""
        if text == self.text and self.error is None:
            self._engines = tuple(problems)
            self.problems_changed.emit()

    def mark_saved(self, text: str | None) -> None:
        """The engine has this text; None: it has none (any more). The history stays as it is."""
        self.saved_text = text
        self.changed.emit()

    def _push(self, text: str, title: str, merge: str) -> None:
        chapter = f"{self._chapter} {merge}" if merge else ""
        self.history.push(_TextChange(self, self.text, text, title, chapter))


class _TextChange(QUndoCommand):
    """From one text to another."""

    def __init__(self, session: EditorSession, before: str, after: str, title: str, merge: str) -> None:
        super().__init__(title)
        self._session, self._before = session, before
        self.after, self.merge = after, merge

    def id(self) -> int:
        """Those with a `merge` may merge with each other."""
        return 1 if self.merge else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        """One step back for a row of changes of the same thing."""
        if not isinstance(other, _TextChange) or other.merge != self.merge:
            return False
        self.after = other.after
        return True

    def undo(self) -> None:
        """The text as it was."""
        self._session.put(self._before)

    def redo(self) -> None:
        """The text as it became."""
        self._session.put(self.after)


def _first_difference(one: str, other: str) -> int:
    """The line, from 0, in which two texts begin to differ."""
    for number, (mine, yours) in enumerate(zip(one.split("\n"), other.split("\n"), strict=False)):
        if mine != yours:
            return number
    return min(one.count("\n"), other.count("\n")) + 1
