"""Wall clocks that lie, by libfaketime; monotonic time and what the kernel measures stay true."""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

PLACES = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/local/lib/faketime/libfaketimeMT.so.1")


class WrongClock:
    """One process's wall clock; `says` may be changed while it runs."""

    def __init__(self, folder: Path, says: str = "+0") -> None:
        self._file = folder / "faketime"
        self.says(says)

    def says(self, what: str) -> None:
        """`+1h`, `-7d`: so far from the truth; `@2026-03-29 00:58:00 x60`: that, sixty times as fast."""
        self._file.write_text(what)

    def hurries(self, began: datetime, speed: int, since_s: float) -> None:
        """Let a process that began at `since_s` (monotonic), with its clock at `began`, go on so many times as fast.

        libfaketime counts a speed from the process's beginning, so that the beginning has to be put back.
        """
        lead = timedelta(seconds=(time.monotonic() - since_s) * (speed - 1))
        self.says(f"@{began - lead:%Y-%m-%d %H:%M:%S} x{speed}")

    @property
    def environment(self) -> Mapping[str, str]:
        """What a process is started with to read this clock."""
        return {
            "LD_PRELOAD": str(library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_NO_CACHE": "1",
            "TZ": "UTC",
        }


def library() -> Path:
    """libfaketime; skips where there is none."""
    for pattern in PLACES:
        found = sorted(Path("/").glob(pattern.removeprefix("/")))
        if found:
            return found[0]
    pytest.skip("needs libfaketime")
