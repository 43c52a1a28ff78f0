"""Log lines on their way to the orchestrator: kept in a bounded buffer, sent in batches while there is a connection."""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.protocol.jobs import LogBatch
from orchestrator.contract.results import LogEntry, LogLevel
from robot.connection import ConnectionLostError
from robot.logs import AttemptFilter

KEPT_LINES = 5_000
BATCH_LINES = 200
BATCH_BYTES = 262_144
FLUSH_S = 0.5
_MAX_MESSAGE = 8_192
_MAX_ENTRY_BYTES = 16_384

_LEVELS = (
    (logging.CRITICAL, LogLevel.CRITICAL),
    (logging.ERROR, LogLevel.ERROR),
    (logging.WARNING, LogLevel.WARNING),
    (logging.INFO, LogLevel.INFO),
)


class LogBuffer:
    """The newest lines; when there is no room the oldest go, and are counted. Lines may come from any thread."""

    def __init__(self, *, kept: int = KEPT_LINES) -> None:
        self._kept = kept
        self._entries: deque[tuple[LogEntry, int]] = deque()
        self._dropped = 0
        self._lock = threading.Lock()
        self._loop = asyncio.get_running_loop()
        self._filled = asyncio.Event()
        self._many = asyncio.Event()

    def add(self, entry: LogEntry) -> None:
        """Keep a line for the next batch."""
        size = len(entry.model_dump_json())
        if size > _MAX_ENTRY_BYTES:
            entry = entry.model_copy(update={"fields": {}})
            size = len(entry.model_dump_json())
        with self._lock:
            self._entries.append((entry, size))
            self._make_room()
        self._wake()

    def take(self) -> LogBatch | None:
        """The next batch, oldest lines first; None when there is nothing to say."""
        with self._lock:
            batch: list[LogEntry] = []
            room = BATCH_BYTES
            while self._entries and len(batch) < BATCH_LINES and (not batch or self._entries[0][1] <= room):
                entry, size = self._entries.popleft()
                batch.append(entry)
                room -= size
            dropped, self._dropped = self._dropped, 0
        if not batch and not dropped:
            return None
        return LogBatch(entries=tuple(batch), dropped=dropped)

    def give_back(self, batch: LogBatch) -> None:
        """Take back a batch that could not be sent."""
        with self._lock:
            self._dropped += batch.dropped
            self._entries.extendleft((entry, len(entry.model_dump_json())) for entry in reversed(batch.entries))
            self._make_room()
        self._wake()

    async def wait(self) -> None:
        """Returns when a batch is due: half a second after a line came, or at once when there are many."""
        await self._filled.wait()
        try:
            async with asyncio.timeout(FLUSH_S):
                await self._many.wait()
        except TimeoutError:
            pass  # few lines: they have waited long enough
        self._filled.clear()
        self._many.clear()

    def _make_room(self) -> None:
        while len(self._entries) > self._kept:
            self._entries.popleft()
            self._dropped += 1

    def _wake(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._notify)
        except RuntimeError:
            pass  # the loop has ended, and with it everybody who could wait

    def _notify(self) -> None:
        self._filled.set()
        if len(self._entries) >= BATCH_LINES:
            self._many.set()


class ForwardHandler(logging.Handler):
    """Puts the robot's log records into the buffer, with their job and step where they have one."""

    def __init__(self, buffer: LogBuffer) -> None:
        super().__init__(logging.INFO)
        self._buffer = buffer
        self.addFilter(AttemptFilter())

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the record as a log line of the contract."""
        try:
            self._buffer.add(log_entry(record))
        except Exception:  # noqa: BLE001  logging's own rule: a handler never breaks what it listens to
            self.handleError(record)


@contextmanager
def forwarded(name: str, buffer: LogBuffer) -> Iterator[None]:
    """While inside, what the logger of this name and those below it say goes into the buffer, from INFO on."""
    source = logging.getLogger(name)
    level = source.level
    if source.getEffectiveLevel() > logging.INFO:
        source.setLevel(logging.INFO)
    handler = ForwardHandler(buffer)
    source.addHandler(handler)
    try:
        yield
    finally:
        source.removeHandler(handler)
        source.setLevel(level)


def log_entry(record: logging.LogRecord) -> LogEntry:
    """A record of `logging` in the contract's words."""
    fields: dict[str, JsonValue] = {**getattr(record, "fields", {})}
    if trace := getattr(record, "trace_id", None):
        fields["trace_id"] = trace
    if record.exc_info and record.exc_info[1] is not None:
        fields["error"] = repr(record.exc_info[1])[:2_000]
    return LogEntry(
        at=datetime.fromtimestamp(record.created, UTC),
        level=next((level for number, level in _LEVELS if record.levelno >= number), LogLevel.DEBUG),
        message=record.getMessage()[:_MAX_MESSAGE],
        job_id=getattr(record, "job", None),
        attempt=getattr(record, "attempt", None),
        step_id=getattr(record, "step", None),
        fields=fields,
    )


async def send_logs(buffer: LogBuffer, send: Callable[[LogBatch], Awaitable[None]]) -> None:
    """Send batches for as long as the session lives; what could not be sent goes back into the buffer."""
    while True:
        while (batch := buffer.take()) is not None:
            try:
                await send(batch)
            except (ConnectionLostError, asyncio.CancelledError):
                buffer.give_back(batch)
                raise
        await buffer.wait()
