"""The newest lines of the orchestrator's own log, kept in memory: bounded, in order, without secrets."""

import logging
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from types import MappingProxyType

from orchestrator.contract.variables import MASK
from orchestrator.log_lines import ContextFilter, loggers_of, read_pairs

MOST_LINES = 5_000
LONGEST_LINE = 4_000
LEVELS = ("debug", "info", "warning", "error", "critical")
_SHORTEST_SECRET = 6
"""Shorter ones would make holes into words that mean nothing."""
_IN_ADDRESS = re.compile(r"(?<=://)([^\s/:@]*):([^\s/@]+)(?=@)")
_GIVEN = re.compile(
    r"""(?i)\b((?:password|passwd|secret|token|api[_-]?key)\b["']?[=:]\s*|(?:bearer|basic)\s+)"""
    r"""("[^"]*"|'[^']*'|[^\s,;&"']+)"""
)
_JOB = re.compile(r"(?i)\bjob[ =]([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b")
_ROBOT = re.compile(r"\brobot=(\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class RingLine:
    """One line."""

    number: int
    """Rises with each line, also over restarts: it begins with the milliseconds of the start."""
    at: datetime
    level: str
    logger: str
    message: str
    job_id: str | None = None
    robot: str = ""
    """Id or name; empty where the line is about none, or does not say."""
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which lines somebody wants; empty fields let all pass."""

    lowest: str = "debug"
    channel: str = ""
    """A part of the program (`scheduler`) or a logger's name, with those below it."""
    job: str = ""
    """A job's id, or its beginning."""
    robot: str = ""
    text: str = ""

    def passes(self) -> Callable[[RingLine], bool]:
        """The question to each line."""
        lowest, loggers = LEVELS.index(self.lowest), loggers_of(self.channel) if self.channel else ()
        needle = self.text.casefold()

        def wanted(line: RingLine) -> bool:
            return (
                _rank(line.level) >= lowest
                and (not loggers or any(line.logger == each or line.logger.startswith(f"{each}.") for each in loggers))
                and (line.job_id or "").startswith(self.job)
                and self.robot in {"", line.robot}
                and needle in line.message.casefold()
            )

        return wanted


class LogRing(logging.Handler):
    """Takes what any thread logs. What is older than the newest `most` lines is only in the file or the terminal."""

    def __init__(self, begins_at: datetime, secrets: Sequence[str] = (), *, most: int = MOST_LINES) -> None:
        super().__init__()
        self._lines: deque[RingLine] = deque(maxlen=most)
        self._secrets = sorted((each for each in secrets if len(each) >= _SHORTEST_SECRET), key=len, reverse=True)
        self._newest = int(begins_at.timestamp() * 1_000)
        self.addFilter(ContextFilter())

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line; what cannot be put into words is told to logging, as every handler does."""
        try:
            line = self._line_of(record)
        except Exception:  # noqa: BLE001  a handler must never make the work fail that logs
            self.handleError(record)
            return
        self._newest = line.number
        self._lines.append(line)

    def page(self, wanted: Wanted, *, after: int = 0, limit: int = 500) -> tuple[Sequence[RingLine], int]:
        """The newest lines, or those behind a number; and the number behind which to go on."""
        passes = wanted.passes()
        with self._held():
            known, newest = list(self._lines), self._newest
        if after <= 0:
            found = list(islice((line for line in reversed(known) if passes(line)), limit))
            return found[::-1], newest
        found = list(islice((line for line in known if line.number > after and passes(line)), limit))
        return found, found[-1].number if len(found) == limit else newest

    def end(self) -> None:
        """Take no more."""
        logging.getLogger().removeHandler(self)
        self.close()

    def _line_of(self, record: logging.LogRecord) -> RingLine:
        said = record.getMessage()
        context: Mapping[str, str] = getattr(record, "context", {})
        fields = {**context, **read_pairs(said)}
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            fields["Error"] = self._clean(logging.Formatter().formatException(record.exc_info))[-LONGEST_LINE:]
            said = f"{said} {type(error).__name__}: {error}"
        job, robot = _JOB.search(said), _ROBOT.search(said)
        return RingLine(
            number=self._newest + 1,
            at=datetime.fromtimestamp(record.created, UTC),
            level=record.levelname.lower(),
            logger=record.name,
            message=self._clean(said)[:LONGEST_LINE],
            job_id=fields.get("JobID") or (job[1].lower() if job else None),
            robot=fields.get("RobotID") or (robot[1] if robot else ""),
            fields={name: self._clean(value) for name, value in fields.items()},
        )

    def _clean(self, text: str) -> str:
        """Without what only its owner may read: keys of this orchestrator, and what is written like a secret."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return _GIVEN.sub(rf"\1{MASK}", _IN_ADDRESS.sub(rf"\1:{MASK}", text))

    @contextmanager
    def _held(self) -> Iterator[None]:
        self.acquire()
        try:
            yield
        finally:
            self.release()


def begin_log(begins_at: datetime, secrets: Sequence[str]) -> LogRing:
    """Keep what this process logs from now on, until the ring's `end`."""
    ring = LogRing(begins_at, secrets)
    logging.getLogger().addHandler(ring)
    return ring


def _rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else LEVELS.index("info")
