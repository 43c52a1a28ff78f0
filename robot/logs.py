"""The robot's log: a line of key=value pairs for each event, with job, attempt and step, on stderr and in a file."""

import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

from orchestrator.contract.protocol.message import AttemptRef
from robot.log_file import LogFile

FILE_BYTES = 5 * 1_048_576
FILES_KEPT = 3
_QUOTED = frozenset(' "=\\')

current_attempt: ContextVar[AttemptRef | None] = ContextVar("current_attempt", default=None)
"""The attempt that the running task works for; log lines below it carry its id."""
current_trace: ContextVar[str] = ContextVar("current_trace", default="")
"""The trace that the attempt belongs to: 32 hex digits that every line about its job shares, here and elsewhere."""


class KeyValueFormatter(logging.Formatter):
    """`at=… level=… robot=… job=… attempt=… step=… logger=… message="…"`; keys without a value are left out."""

    def __init__(self, robot: str) -> None:
        super().__init__()
        self._robot = robot

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line; a traceback is part of it, with its line ends escaped.

        It is made once: the file's handler asks for it twice, and standard error once more.
        """
        line: str | None = getattr(record, "line", None)
        if line is None:
            line = record.line = self._line(record)
        return line

    def _line(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        pairs = {
            "at": at.replace("+00:00", "Z"),
            "level": record.levelname,
            "robot": self._robot,
            "job": getattr(record, "job", None),
            "attempt": getattr(record, "attempt", None),
            "step": getattr(record, "step", None),
            "trace_id": getattr(record, "trace_id", None),
            **getattr(record, "fields", {}),
            "logger": record.name,
            "message": record.getMessage(),
            "error": self.formatException(record.exc_info) if record.exc_info else None,
        }
        return " ".join(f"{key}={quoted(value)}" for key, value in pairs.items() if value is not None)


class AttemptFilter(logging.Filter):
    """Gives records the job and attempt of the task that wrote them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add what is known; every record passes."""
        ref = current_attempt.get()
        if ref is not None and not hasattr(record, "job"):
            record.job, record.attempt = ref.job_id, ref.attempt
        if current_trace.get() and not hasattr(record, "trace_id"):
            record.trace_id = current_trace.get()
        return True


def quoted(value: object) -> str:
    """A value that stays one word: quoted and escaped when it holds blanks, quotes, `=` or control characters."""
    text = str(value)
    is_printable = text.isprintable()
    if is_printable and text and _QUOTED.isdisjoint(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    if is_printable:
        return f'"{escaped}"'
    return '"' + "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in escaped) + '"'


def set_up_logging(robot: str, file: Path | None, *, level: int = logging.INFO) -> None:
    """Send this process's log to stderr and to a rotating file."""
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    if file is not None:
        handlers.append(LogFile(file, most_bytes=FILE_BYTES, files_kept=FILES_KEPT))
    root = logging.getLogger()
    root.setLevel(level)
    for handler in handlers:
        handler.setFormatter(KeyValueFormatter(robot))
        handler.addFilter(AttemptFilter())
        root.addHandler(handler)
    for chatty in ("websockets", "httpx", "httpcore", "asyncio"):
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))
