"""When the robot is asked to end: by a signal, by its owner's end, or by its own program; twice means at once."""

import asyncio
import contextlib
import ctypes
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator

PR_SET_PDEATHSIG = 1  # prctl(2)
_SIGNALS = ("SIGTERM", "SIGINT", "SIGBREAK")

logger = logging.getLogger(__name__)


class Stopping:
    """The wish to end, and how urgent it is."""

    def __init__(self, told: Callable[[], None] = lambda: None) -> None:
        """`told` hears of each asking at once, in whatever thread or signal handler it comes."""
        self._told = told
        self._loop = asyncio.get_running_loop()
        self.asked = asyncio.Event()
        """Finish what runs, take nothing new, then end."""
        self.forced = asyncio.Event()
        """End now."""
        self.reason = ""

    def ask(self, reason: str) -> None:
        """Ask to end; the second asking forces it."""
        if self.asked.is_set():
            self.forced.set()
        else:
            self._told()
        self.reason = self.reason or reason
        self.asked.set()

    def force(self, reason: str) -> None:
        """Ask to end at once."""
        self.ask(reason)
        self.forced.set()

    def force_from_thread(self, reason: str) -> None:
        """`force`, called from another thread."""
        self._told()
        with contextlib.suppress(RuntimeError):  # the loop has ended already, and the robot with it
            self._loop.call_soon_threadsafe(self.force, reason)

    def ask_from_thread(self, reason: str) -> None:
        """`ask`, called from another thread or a signal handler."""
        self._told()
        with contextlib.suppress(RuntimeError):  # the loop has ended already, and the robot with it
            self._loop.call_soon_threadsafe(self.ask, reason)


@contextlib.contextmanager
def signals_ask(stopping: Stopping) -> Iterator[None]:
    """While inside, SIGTERM and SIGINT ask to end."""
    names = [name for name in _SIGNALS if hasattr(signal, name)]
    before = {name: signal.getsignal(getattr(signal, name)) for name in names}
    for name in names:
        signal.signal(getattr(signal, name), lambda *_, name=name: stopping.ask_from_thread(name))
    # A loop that waits in the kernel is woken by the byte that asyncio's self-pipe gets for each signal.
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def follow_owner(stopping: Stopping) -> None:
    """End when standard input does, which is when the process that holds its other side has ended."""
    _ask_kernel_to_tell()
    threading.Thread(target=_read_to_end, args=(stopping,), name="owner", daemon=True).start()


def _read_to_end(stopping: Stopping) -> None:
    try:
        while os.read(0, 4096):
            pass
    except OSError as error:
        logger.info("Standard input cannot be read (%s); taken as its end.", error)
    stopping.force_from_thread("the owner ended")


def _ask_kernel_to_tell() -> None:
    """On Linux the kernel sends SIGTERM when the thread that started this process ends, however it ends."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0) != 0:
        logger.info("The kernel does not tell of the owner's end: %s", os.strerror(ctypes.get_errno()))
