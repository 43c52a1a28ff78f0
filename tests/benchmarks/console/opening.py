"""A console that says how far it is: `python -m tests.benchmarks.console.opening SETTINGS ...`.

It opens as the command does, with `URL KEY` or with the data folder of an engine of its own, and writes the wall time
at which the window was painted first, the one at which the room's own panel was painted, and the one at which it shows
what the engine has told.
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


class Stages(QObject):
    """Tells when each stage of the opening has been painted, once."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self._has_frame = False
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """The loop goes on when the whole window has been painted."""
        if event.type() is not QEvent.Type.Paint or not isinstance(watched, QWidget):
            return False
        window = watched.window()
        if isinstance(window, QMainWindow) and not self._has_frame:
            self._has_frame = True
            QTimer.singleShot(0, _tell)
        elif isinstance(window, QMainWindow) and type(watched).__module__.startswith("orchestrator.console.panels."):
            self._application.removeEventFilter(self)
            QTimer.singleShot(0, lambda: _furnished(window))
        return False


def _furnished(window: QMainWindow) -> None:
    from orchestrator.console.window import ConsoleWindow  # noqa: PLC0415  loaded by then; before, it would cost time

    assert isinstance(window, ConsoleWindow)
    _tell()
    store = window.store
    # The panel's own refresh waits in the loop by then: first that, then its paint, then this.
    store.connection_changed.connect(lambda: QTimer.singleShot(0, lambda: QTimer.singleShot(0, _tell)))


def _tell() -> None:
    print(time.time(), flush=True)


def main() -> int:
    """Open, and stay until somebody ends it."""
    settings, *place = sys.argv[1:]
    Stages(QApplication(["botswain"]))
    if len(place) > 1:
        return run_console(connect=place[0], key=place[1], settings_path=Path(settings))
    return run_console(data_dir=Path(place[0]), settings_path=Path(settings))


if __name__ == "__main__":
    sys.exit(main())
