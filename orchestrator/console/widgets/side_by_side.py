"""A panel with details beside it; where both do not fit, the details take the panel's place until they are closed."""

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QApplication, QSplitter, QStackedWidget, QWidget

_MOMENTS = frozenset({QEvent.Type.Resize, QEvent.Type.ShowToParent, QEvent.Type.HideToParent})


class SideBySide(QObject):
    """Looks again whenever the room, the panel or the details change; nothing is ever cut to make it fit.

    `covered` when a panel that had the keyboard gave way to the details.
    """

    covered = Signal()

    def __init__(self, splitter: QSplitter, panels: QStackedWidget, details: QWidget) -> None:
        super().__init__(splitter)
        self._splitter, self._panels, self._details = splitter, panels, details
        for each in (splitter, details):
            each.installEventFilter(self)
        panels.currentChanged.connect(self._fit)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Room or details have changed."""
        if event.type() in _MOMENTS:
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        panel = self._panels.currentWidget()
        wanted = (panel.minimumSizeHint().width() if panel else 0) + self._details.minimumWidth()
        is_seen = self._details.isHidden() or self._splitter.width() >= wanted
        had_keyboard = not is_seen and self._panels.isAncestorOf(QApplication.focusWidget() or self._details)
        self._panels.setVisible(is_seen)
        if had_keyboard:
            self.covered.emit()
