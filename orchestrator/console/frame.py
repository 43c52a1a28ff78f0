"""The first thing that a start does: the window's frame, painted before anything else is loaded."""

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from orchestrator.console.settings import ConsoleSettings
from orchestrator.console.theme.theme import Theme
from orchestrator.console.window import ConsoleWindow

_PAINTED_WITHIN_MS = 1_000
"""A window that opens minimised is not painted."""


def painted_frame(app: QApplication, settings: ConsoleSettings) -> ConsoleWindow:
    """Show the window, and come back when it can be seen."""
    theme = Theme(settings.theme)
    theme.apply(app)
    window = ConsoleWindow(theme, settings)
    waiting = QEventLoop()
    window.painted.connect(waiting.quit)
    QTimer.singleShot(_PAINTED_WITHIN_MS, waiting, waiting.quit)
    window.show()
    waiting.exec()
    return window
