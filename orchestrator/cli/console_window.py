"""`botswain` without a command: the console."""

import os
import sys
from pathlib import Path


def open_console(connect: str | None, key: str | None) -> None:
    """Open the window and stay until it is closed. UserError when this machine cannot show one."""
    check_display()
    try:
        # Qt is an extra, and takes its time to load.
        from orchestrator.console.app import run_console  # noqa: PLC0415
    except ImportError as error:
        raise _refusal(no_window(error)) from None
    sys.exit(run_console(connect, key, _data_dir))


def has_display() -> bool:
    """True when a window could be shown here."""
    if sys.platform in {"win32", "darwin"} or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def check_display() -> None:
    """UserError with what to do when there is no display."""
    if not has_display():
        raise _refusal(
            "There is no display for the console: DISPLAY and WAYLAND_DISPLAY are not set. Run `botswain serve` here "
            "and open the console on your desktop with `botswain --connect http://HOST:8765`, or start it under Xvfb."
        )


def no_window(error: ImportError) -> str:
    """Why the window's libraries cannot be loaded, and what to install."""
    name = (error.name or "").partition(".")[0]
    if name in {"PySide6", "qasync", "pyqtgraph", "numpy", "shiboken6"} and isinstance(error, ModuleNotFoundError):
        return f"The console needs the package {name}: install it with `pip install 'botswain[console]'`."
    return f"The console's libraries cannot be loaded: {error}. `botswain doctor` says which are missing."


def _data_dir() -> Path:
    from orchestrator.config import load_settings  # noqa: PLC0415  takes as long as the window's first paint

    return load_settings().data_dir


def _refusal(sentence: str) -> Exception:
    from orchestrator.contract.errors import UserError  # noqa: PLC0415  read when there is an error

    return UserError(sentence)
