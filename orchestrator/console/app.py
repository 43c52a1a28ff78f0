"""The console as a program: checks that a window can be shown, then shows it."""

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from orchestrator.console.chosen_engine import Engine, EngineChoiceError, chosen_engine, default_folder
from orchestrator.console.display import display_trouble, library_trouble

if TYPE_CHECKING:  # Qt may be missing, which becomes a sentence
    from orchestrator.console.settings import ConsoleSettings

EXIT_FAILED = 1
EXIT_USAGE = 2
_OPEN_ALREADY = "Botswain is open already; its window is in front now.\n"


def run_console(
    connect: str | None = None,
    key: str | None = None,
    data_dir: Path | Callable[[], Path] | None = None,
    settings_path: Path | None = None,
) -> int:
    """Show the console until its window is closed; returns the exit code.

    With `connect` (and `key`) it operates that orchestrator; without, it starts an engine of its own on `data_dir`.
    A function looks that up beside the window; what it raises closes the window, and is raised here.
    What cannot work is said in one sentence on stderr, with exit code 2.
    """
    trouble = display_trouble()
    if trouble:
        return _complain(trouble)
    os.environ.setdefault("QT_API", "pyside6")
    try:
        from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - a missing library becomes a sentence

        from orchestrator.console.collector import MainThreadCollector  # noqa: PLC0415
        from orchestrator.console.settings import ConsoleSettings  # noqa: PLC0415
        from orchestrator.console.words import speak  # noqa: PLC0415
    except ImportError as error:
        return _complain(library_trouble(error))
    choose = partial(chosen_engine, connect, key, data_dir or default_folder())
    try:
        settings = ConsoleSettings(settings_path or _settings_file())
        may_be_open = bool(settings.text("doorbell"))
        known = choose() if may_be_open or (connect and not key) else None
    except (EngineChoiceError, OSError) as error:
        return _complain(str(error))
    app = QApplication.instance() or QApplication(["botswain"])
    assert isinstance(app, QApplication)
    app.setApplicationName("Botswain")
    app.setDesktopFileName("botswain")
    app.setQuitOnLastWindowClosed(False)  # the desk ends in order, and then the loop
    collector = MainThreadCollector(app)
    if may_be_open and known is not None and _is_open(settings, known):
        return 0
    speak(settings.language)
    from orchestrator.console.frame import painted_frame  # noqa: PLC0415 - its modules translate while they are loaded

    window = painted_frame(app, settings)
    try:
        from qasync import QEventLoop  # noqa: PLC0415 - with asyncio it takes an eighth of the time to the first paint

        from orchestrator.console.opening import open_console  # noqa: PLC0415

        with QEventLoop(app) as loop:
            if not loop.run_until_complete(open_console(app, window, lambda: known or choose())):
                sys.stdout.write(_OPEN_ALREADY)
    except ModuleNotFoundError as error:
        if error.name != "qasync":
            raise
        return _complain(library_trouble(error))
    finally:
        collector.close()
    return 0


def _is_open(settings: "ConsoleSettings", engine: Engine) -> bool:
    """Whether the window of this engine is open already; then it is in front now."""
    from orchestrator.console.doorbell import doorbell_name, ring  # noqa: PLC0415 - 20 ms, for nothing at most starts

    is_open = ring(doorbell_name(settings.path, engine))
    if is_open:
        sys.stdout.write(_OPEN_ALREADY)
    return is_open


def _complain(sentence: str) -> int:
    sys.stderr.write(f"Error: {sentence}\n")
    return EXIT_USAGE


def _settings_file() -> Path:
    folder = Path(platformdirs.user_config_dir("botswain", appauthor=False))
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "console.ini"
