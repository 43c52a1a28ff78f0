"""Whether a window can be shown here: asked before Qt, which would abort the process instead of saying so."""

import ctypes
import os
import sys
from collections.abc import Mapping

_NO_DISPLAY = (
    "There is no display for the console: DISPLAY and WAYLAND_DISPLAY are not set. Run `botswain serve` here and open "
    "the console on your desktop with `botswain --connect http://HOST:8765`, or start it under Xvfb."
)
_XCB_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


def display_trouble(environment: Mapping[str, str] = os.environ) -> str:
    """One sentence that says what is missing and what to do; empty when nothing is."""
    if sys.platform in {"win32", "darwin"} or environment.get("QT_QPA_PLATFORM", "xcb") not in {"", "xcb"}:
        return ""
    if environment.get("WAYLAND_DISPLAY"):
        return ""
    if not environment.get("DISPLAY"):
        return _NO_DISPLAY
    missing = [package for library, package in _XCB_LIBRARIES.items() if not _loads(library)]
    if missing:
        return f"Libraries for the window are missing: apt install {' '.join(missing)}."
    if not _answers(environment["DISPLAY"]):
        return f"Nobody answers at the display {environment['DISPLAY']}: set DISPLAY to one that is running."
    return ""


def library_trouble(error: ImportError) -> str:
    """Why Qt cannot be loaded, and what to install."""
    words = str(error)
    for library, package in (("libEGL", "libegl1"), ("libGL", "libgl1"), ("libxkbcommon", "libxkbcommon0")):
        if library in words:
            return f"The library {library} is missing: apt install {package}."
    if isinstance(error, ModuleNotFoundError):
        name = (error.name or "").partition(".")[0]
        return f"The console needs the package {name}: install it with `pip install 'botswain[console]'`."
    return f"The console's libraries cannot be loaded: {words}. `botswain doctor` says which are missing."


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _answers(display: str) -> bool:
    """Ask the X server for a connection, as Qt will."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return False
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(display.encode(), None))
    has_failed = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not has_failed
