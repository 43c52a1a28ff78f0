"""Playwright's driver process: started once for a robot, watched, and ended for sure.

A killed driver makes pending calls fail, but nothing says so: `Browser.is_connected()` stays true. So the process
itself is watched.
"""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import psutil
from playwright.async_api import Playwright, async_playwright

from robot.browser.limits import limited
from robot.browser.processes import ended, is_alive, kill_all, tree

START_LIMIT_S = 30.0
STOP_LIMIT_S = 5.0


class Driver:
    """A running driver."""

    def __init__(self, playwright: Playwright, pid: int, folder: Path) -> None:
        self.playwright = playwright
        self.pid = pid
        self.folder = folder
        self._stopped = False

    @classmethod
    async def start(cls, folder: Path) -> Self:
        """A new driver, whose browsers keep their temporary files below `folder`."""
        before = {process.pid for process in psutil.Process().children()}
        with _temporary_files_in(folder):
            playwright = await limited(async_playwright().start(), START_LIMIT_S, "Starting Playwright's driver")
        return cls(playwright, _new_driver(before), folder)

    @property
    def is_alive(self) -> bool:
        """True while the process runs."""
        return not self._stopped and is_alive(self.pid)

    async def stop(self) -> int:
        """Ends the driver and all that it started; gives the number of processes that would not die."""
        if self._stopped:
            return 0
        self._stopped = True
        processes = tree(self.pid)
        try:
            async with asyncio.timeout(STOP_LIMIT_S):
                await self.playwright.stop()
        except Exception:  # noqa: BLE001, S110  a dead driver fails in many ways; what counts is what is left, below
            pass
        _hear_last_words(self.playwright)
        left = await ended(processes, limit_s=1.0)
        return await kill_all(left) if left else 0


def _hear_last_words(playwright: Playwright) -> None:
    """Playwright keeps a dead driver's error in a future that nobody reads, which asyncio complains about."""
    manager = getattr(playwright.stop, "__self__", None)
    client = getattr(manager, "_client", None) or getattr(manager, "_connection", None)
    future = getattr(getattr(client, "_transport", None), "on_error_future", None)
    if isinstance(future, asyncio.Future) and future.done() and not future.cancelled():
        future.exception()


def _new_driver(before: set[int]) -> int:
    """Playwright does not tell its driver's process id; it is the new child that runs the driver."""
    for process in psutil.Process().children():
        if process.pid not in before and "run-driver" in process.cmdline():
            return process.pid
    raise RuntimeError("Playwright's driver ended while it started")


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """The driver takes its folder for temporary files from its environment, and that is copied from ours."""
    tempfile.gettempdir()  # remembered now, so that nobody else in this process moves with the driver
    old = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(folder)
    try:
        yield
    finally:
        if old is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = old
