"""Fault tests that run side by side share the machine; one that measures it gets it for itself."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID")
"""Names a run of several processes; one that runs its tests one by one has none."""


@contextmanager
def share_of_machine(*, whole: bool) -> Iterator[None]:
    """Wait for a place among the tests of this run, or until none of them is at work and none begins."""
    if RUN is None:
        yield
        return
    folder = Path(tempfile.gettempdir())
    with (folder / f"faults-{RUN}.door").open("wb") as door, (folder / f"faults-{RUN}.room").open("wb") as room:
        fcntl.flock(door, fcntl.LOCK_EX)  # whoever wants the whole room keeps the door shut while it empties
        fcntl.flock(room, fcntl.LOCK_EX if whole else fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        yield
