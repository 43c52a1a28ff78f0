"""An unexpected WARNING in the log fails the test that caused it.

`filterwarnings = error` sees only the warnings module; "Task exception was never retrieved" and its kind come through
logging, from the garbage collector, when the test seems to be over.
"""

import gc
import logging
import re
from collections.abc import Iterator
from typing import Protocol

import pytest

YOUNG_GENERATIONS = 1  # a full collection after each test would cost more than the tests


class ExpectWarning(Protocol):
    """What the fixture `expected_warnings` gives: `expected_warnings("lease of .* expired")`."""

    def __call__(self, pattern: str, *, optional: bool = False) -> None:
        """Allow log records of WARNING and above that match; unless optional, one must come before the test ends."""


class LogGuard(logging.Handler):
    """Collects records of WARNING and above, and judges them against what the test announced."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[str] = []
        self._expected: dict[str, bool] = {}

    def emit(self, record: logging.LogRecord) -> None:
        error = f" ({record.exc_info[1]!r})" if record.exc_info else ""
        self.records.append(f"{record.levelname} {record.name}: {record.getMessage()}{error}")

    def expect(self, pattern: str, *, optional: bool = False) -> None:
        self._expected[pattern] = optional

    def complaints(self) -> list[str]:
        """Sentences about records that nobody announced, and about announced ones that never came."""
        surprises = [record for record in self.records if not self._announced(record)]
        missing = [pattern for pattern, optional in self._expected.items() if not optional and not self._came(pattern)]
        return [f"unexpected: {record}" for record in surprises] + [f"never logged: {text}" for text in missing]

    def _announced(self, record: str) -> bool:
        return any(re.search(pattern, record) for pattern in self._expected)

    def _came(self, pattern: str) -> bool:
        return any(re.search(pattern, record) for record in self.records)


@pytest.fixture(autouse=True)
def log_guard() -> Iterator[LogGuard]:
    """Watches the log during each test and its fixtures."""
    guard = LogGuard()
    logging.getLogger().addHandler(guard)
    yield guard
    gc.collect(YOUNG_GENERATIONS)
    logging.getLogger().removeHandler(guard)
    if complaints := guard.complaints():
        pytest.fail("the log holds what the test did not announce:\n" + "\n".join(complaints), pytrace=False)


@pytest.fixture
def expected_warnings(log_guard: LogGuard) -> ExpectWarning:
    """Announce log records of WARNING and above: `expected_warnings("lease .* expired", optional=False)`."""
    return log_guard.expect
