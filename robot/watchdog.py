"""The last resort at a robot's end: a run that nothing stops must not keep its process, and its machine, for ever.

It is a thread that waits on a pipe: code of a run may hold the event loop, and a signal may come at any moment.
"""

import faulthandler
import logging
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from robot.children import end_children

LIMIT_S = 60.0
"""Beyond the time that runs get to end: what stopping by force, the last deliveries and the browsers may take."""
EXIT_CODE = 70
"""EX_SOFTWARE of sysexits.h."""

logger = logging.getLogger(__name__)


class Watchdog:
    """Inside its block: ends the process when, once asked, it does not end by itself within `limit_s`."""

    def __init__(self, limit_s: float, leave: Callable[[int], object] = os._exit) -> None:
        self._limit_s = limit_s
        self._leave = leave
        self._over = threading.Event()
        self._reads, self._writes = os.pipe()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        os.close(self._writes)
        self._thread.join()
        os.close(self._reads)

    def begin(self) -> None:
        """The robot was asked to end; the first call counts. Safe in signal handlers."""
        with suppress(OSError):  # the robot has ended meanwhile
            os.write(self._writes, b"!")

    def _watch(self) -> None:
        if not os.read(self._reads, 1) or self._over.wait(self._limit_s):
            return
        logger.critical("The robot did not end within %g s of being asked; its process ends now.", self._limit_s)
        faulthandler.dump_traceback(sys.__stderr__ or 2)  # what it was doing
        end_children()
        logging.shutdown()
        self._leave(EXIT_CODE)
