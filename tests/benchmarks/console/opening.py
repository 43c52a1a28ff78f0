"""A console that says when its window was painted first: `python -m tests.benchmarks.console.opening SETTINGS ...`.

It opens as the command does, with `URL KEY` or with the data folder of an engine of its own.
"""

import os
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_API", "pyside6")

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from orchestrator.console.app import run_console


class FirstPaint(QObject):
    """Tells the wall time at which the window had been painted first, once."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """The loop goes on when the whole window has been painted."""
        is_painted = event.type() is QEvent.Type.Paint
        if is_painted and isinstance(watched, QWidget) and isinstance(watched.window(), QMainWindow):
            self._application.removeEventFilter(self)
            QTimer.singleShot(0, lambda: print(time.time(), flush=True))
        return False


def main() -> int:
    """Open, and stay until somebody ends it."""
    settings, *place = sys.argv[1:]
    FirstPaint(QApplication(["botswain"]))
    if len(place) > 1:
        return run_console(connect=place[0], key=place[1], settings_path=Path(settings))
    return run_console(data_dir=Path(place[0]), settings_path=Path(settings))


if __name__ == "__main__":
    sys.exit(main())
