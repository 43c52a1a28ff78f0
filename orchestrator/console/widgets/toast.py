"""Short messages in the corner: at most four, replaced by key, with actions, gone by themselves."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import SPACE_L, SPACE_M, SPACE_S, Tone
from orchestrator.console.widgets.icon_label import IconLabel
from orchestrator.console.widgets.labels import label
from orchestrator.console.words import tr

MAX_TOASTS = 4
_WIDTH = 360


@dataclass(frozen=True, slots=True)
class ToastAction:
    """A button on a toast: Undo, Retry, Details."""

    title: str
    run: Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToastText:
    """What a toast says; `key` replaces an older toast of the same key, `lasts_s` 0 stays until closed."""

    key: str
    text: str
    detail: str = ""
    icon: str = "info"
    tone: Tone = Tone.INFO
    actions: tuple[ToastAction, ...] = ()
    lasts_s: float = 6.0


class Toast(QFrame):
    """One message; Escape or the cross closes it, and it waits while the pointer rests on it."""

    closed = Signal()

    def __init__(self, theme: Theme, text: ToastText, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = text
        self.setObjectName("toast")
        self.setFixedWidth(_WIDTH)
        self.setAccessibleName(text.text)
        self.setAccessibleDescription(text.detail)
        self._timer = QTimer(self, singleShot=True, interval=round(text.lasts_s * 1000))
        self._timer.timeout.connect(self.closed)
        close = QToolButton()
        close.setProperty("variant", "ghost")
        close.setProperty("tight", True)  # no higher than a line: icon, words and cross stand on one height
        close.setAccessibleName(tr("Close message"))
        theme.bind_icon(close, "x", Tone.MUTED)
        close.clicked.connect(self.closed)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_L, SPACE_M, SPACE_S, SPACE_M)
        row.setSpacing(SPACE_M)
        row.addWidget(IconLabel(theme, text.icon, text.tone), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._words(), 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._start()

    def _words(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(2)
        for words, role in ((self.text.text, "strong"), (self.text.detail, "caption")):
            if words:
                line = label(words, role)
                line.setWordWrap(True)
                column.addWidget(line)
        buttons = QHBoxLayout()
        for action in self.text.actions:
            button = QPushButton(action.title)
            button.setProperty("variant", "link")
            button.clicked.connect(action.run)
            button.clicked.connect(self.closed)
            buttons.addWidget(button)
        buttons.addStretch()
        column.addLayout(buttons)
        return column

    def fit(self) -> None:
        """As high as its words need at its width: what Qt proposes cuts off the third line."""
        layout = self.layout()
        assert layout is not None
        self.ensurePolished()
        self.resize(_WIDTH, layout.totalHeightForWidth(_WIDTH))

    def _start(self) -> None:
        if self.text.lasts_s > 0:
            self._timer.start()

    def enterEvent(self, event: QEvent) -> None:
        """While the pointer rests on it, it stays."""
        self._timer.stop()
        super().enterEvent(event)  # type: ignore[arg-type]

    def leaveEvent(self, event: QEvent) -> None:
        """The time starts again."""
        self._start()
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes it."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)


class ToastStack(QObject):
    """The toasts of a window, newest below, in its bottom right corner."""

    def __init__(self, theme: Theme, host: QWidget) -> None:
        super().__init__(host)
        self._theme, self._host = theme, host
        self._toasts: list[Toast] = []
        host.installEventFilter(self)

    @property
    def toasts(self) -> tuple[Toast, ...]:
        """What is shown, oldest first."""
        return tuple(self._toasts)

    def show_toast(self, text: ToastText) -> None:
        """Show a message; one of the same key gives way, and so does the oldest of more than four."""
        for toast in [t for t in self._toasts if t.text.key == text.key]:
            self._remove(toast)
        while len(self._toasts) >= MAX_TOASTS:
            self._remove(self._toasts[0])
        toast = Toast(self._theme, text, self._host)
        toast.closed.connect(lambda: self._remove(toast))
        self._toasts.append(toast)
        toast.show()
        self._arrange()

    def dismiss(self, key: str) -> None:
        """Take away the toast of this key."""
        for toast in [t for t in self._toasts if t.text.key == key]:
            self._remove(toast)

    def dismiss_newest(self) -> bool:
        """Take away the newest, for Escape in the window; False when there is none."""
        if self._toasts:
            self._remove(self._toasts[-1])
            return True
        return False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the window's size."""
        if event.type() is QEvent.Type.Resize:
            self._arrange()
        return super().eventFilter(watched, event)

    def _remove(self, toast: Toast) -> None:
        if toast in self._toasts:
            self._toasts.remove(toast)
            toast.hide()
            toast.deleteLater()
            self._arrange()

    def _arrange(self) -> None:
        bottom = self._host.height() - SPACE_L
        for toast in reversed(self._toasts):
            toast.fit()
            bottom -= toast.height()
            toast.move(self._host.width() - _WIDTH - SPACE_L, bottom)
            toast.raise_()
            bottom -= SPACE_S
