"""What a tree of processes takes: shared pages are not counted for each of them."""

import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import psutil
import pytest

from robot.browser.processes import memory_bytes, memory_of

MIB = 1_048_576
SHARED_MIB = 64
FAMILY = f"""
import os, sys
block = bytearray(b"x" * {SHARED_MIB * MIB})
for _ in range(4):
    if os.fork() == 0:
        sys.stdin.read()
        os._exit(0)
print("ready", flush=True)
sys.stdin.read()
for _ in range(4):
    os.wait()
"""


@pytest.mark.feature("X18")
@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="this system does not tell shares of pages")
def test_pages_that_a_family_of_processes_shares_are_counted_once() -> None:
    command = [sys.executable, "-c", FAMILY]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as family:
        assert family.stdout is not None
        assert family.stdout.readline() == b"ready\n"
        used = memory_bytes(family.pid)
        family.communicate(timeout=20)
    assert SHARED_MIB * MIB < used < 2 * SHARED_MIB * MIB


class Closed(psutil.Process):
    """A process whose maps may not be read."""

    def memory_full_info(self) -> NoReturn:
        raise psutil.AccessDenied(self.pid)


def test_where_shares_are_not_told_the_resident_size_counts() -> None:
    assert memory_of(Closed()) > MIB


def test_a_process_that_is_gone_takes_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        gone = psutil.Process(process.pid)
        process.communicate(b"\n", timeout=20)
    assert (memory_of(gone), memory_bytes(gone.pid)) == (0, 0)
