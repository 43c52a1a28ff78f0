"""A robot that was asked to end and cannot is ended; one that ends in time, or was never asked, is left alone."""

import subprocess
import sys

import pytest

from robot.watchdog import EXIT_CODE, Watchdog

STUCK = """
import signal, subprocess, sys
from robot.watchdog import Watchdog
with Watchdog(0.05) as watchdog:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    signal.signal(signal.SIGALRM, lambda *_: watchdog.begin())
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    print(child.pid, flush=True)
    while True:
        pass
"""


@pytest.mark.feature("X14")
def test_a_process_that_is_stuck_is_ended_with_its_children_and_says_where_it_was() -> None:
    done = subprocess.run([sys.executable, "-c", STUCK], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == EXIT_CODE, done.stderr
    assert "Current thread" in done.stderr or "Thread 0x" in done.stderr
    assert "did not end within" in done.stderr


def test_who_ends_in_time_or_is_never_asked_is_left_alone() -> None:
    left: list[int] = []
    with Watchdog(60, left.append):
        pass
    with Watchdog(60, left.append) as watchdog:
        watchdog.begin()
        watchdog.begin()
    assert left == []
