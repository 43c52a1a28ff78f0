"""A browser that somebody else runs: a real process with a debugging port, started and ended by the test."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from robot.browser.find import find_browser
from robot.browser.launch import flags

MARK = "DevTools listening on "


@dataclass(frozen=True, slots=True)
class ForeignBrowser:
    """A running one."""

    process: subprocess.Popen[str]
    ws_url: str

    @property
    def http_url(self) -> str:
        """Where it tells of itself."""
        return f"http://{self.ws_url.removeprefix('ws://').partition('/')[0]}"

    @property
    def is_running(self) -> bool:
        """True until it has ended."""
        return self.process.poll() is None

    def end(self) -> None:
        """Kill it, and wait for that."""
        self.process.kill()
        self.process.wait()
        assert self.process.stderr is not None
        self.process.stderr.close()


def start_browser(folder: Path) -> ForeignBrowser:
    """Start one whose profile lies in the folder."""
    choice = find_browser()
    assert choice.executable is not None
    arguments = [*flags(), "--remote-debugging-port=0", f"--user-data-dir={folder}", "--headless", "about:blank"]
    process = subprocess.Popen(
        [choice.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=os.environ
    )
    assert process.stderr is not None
    for line in process.stderr:
        if MARK in line:
            return ForeignBrowser(process, line.partition(MARK)[2].strip())
    raise AssertionError("the browser ended while it started")


@contextmanager
def foreign_browser(folder: Path) -> Iterator[ForeignBrowser]:
    """One for the block."""
    browser = start_browser(folder)
    try:
        yield browser
    finally:
        browser.end()
