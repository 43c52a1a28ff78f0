"""The lines of the orchestrator's log: the same ids on each, as key=value for people or as JSON for programs.

Ids that belong to a piece of work (`RequestID`, `TraceID`, `Actor`) are set once around it with `log_fields`, and every
line below carries them. A line's own facts are written with `pairs`, so that both formats can tell them apart.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType

_fields: ContextVar[Mapping[str, str]] = ContextVar("log_fields", default=MappingProxyType({}))
_PAIR = re.compile(r'(?<!\S)([A-Z][A-Za-z]*)=("(?:[^"\\]|\\.)*"|\S*)')
_ODD = re.compile(r'[ "=\\]')
_CHANNELS: Mapping[str, tuple[str, ...]] = {
    "director": ("orchestrator.engine",),
    "scheduler": ("orchestrator.engine.scheduler", "orchestrator.engine.schedule_firing"),
    "dispatcher": ("orchestrator.engine.dispatcher", "orchestrator.engine.robot_pool"),
    "recovery": ("orchestrator.engine.recovery", "orchestrator.engine.lease_watch"),
    "checkpoints": ("orchestrator.engine.checkpoints",),
    "triggers": (
        "orchestrator.engine.triggers",
        "orchestrator.engine.workflow_ends",
        "orchestrator.engine.file_watch",
        "orchestrator.engine.webhooks",
    ),
    "robots": ("orchestrator.server.gateway", "orchestrator.engine.inbox"),
    "server": ("orchestrator.server",),
    "store": ("orchestrator.store",),
}
"""Names that people use for parts of the program; any other name means the logger below `orchestrator`."""


@contextmanager
def log_fields(**fields: str) -> Iterator[None]:
    """Put the fields on every line that is written inside, also by what it awaits."""
    before = _fields.set({**_fields.get(), **fields})
    try:
        yield
    finally:
        _fields.reset(before)


def pairs(**facts: object) -> str:
    """`Action=submit Status=queued Workflow="Job Discovery"`: facts that a program can read back from a line."""
    return " ".join(f"{name}={_quoted(value)}" for name, value in facts.items() if value not in {None, ""})


def _quoted(value: object) -> str:
    text = str(value)
    if text.isprintable() and _ODD.search(text) is None:
        return text
    return json.dumps(text, ensure_ascii=False)


class ContextFilter(logging.Filter):
    """Gives each record the fields of the work that wrote it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add what is known; every record passes."""
        record.context = _fields.get()
        return True


class TextFormatter(logging.Formatter):
    """`2026-03-02 09:00:00,123 INFO    orchestrator.engine.middleware: Action=submit ... TraceID=...`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  logging's name
        """The line, with the fields of its work behind it."""
        line = super().formatMessage(record)
        fields = {name: value for name, value in _context(record).items() if f"{name}=" not in line}
        return f"{line} {pairs(**fields)}" if fields else line


class JsonFormatter(logging.Formatter):
    """One JSON object in each line: `at`, `level`, `logger`, `message`, the ids, and `error` with its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        message = record.getMessage()
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = {
            "at": at,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message,
            **_context(record),
            **read_pairs(message),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def read_pairs(message: str) -> dict[str, str]:
    """The facts that `pairs` wrote into a message."""
    return {name: _read(text) for name, text in _PAIR.findall(message)}


def _read(text: str) -> str:
    if not text.startswith('"'):
        return text
    try:
        return str(json.loads(text))
    except ValueError:
        return text


def _context(record: logging.LogRecord) -> Mapping[str, str]:
    context: Mapping[str, str] = getattr(record, "context", {})
    return context


def formatter(log_format: str) -> logging.Formatter:
    """`json`, or `text` for anything else."""
    return JsonFormatter() if log_format == "json" else TextFormatter()


class LogLevels:
    """The levels of the program's own loggers while it runs; `restore` leaves them as they were found."""

    def __init__(self) -> None:
        self._before: dict[str, int] = {}

    def set(self, level: str, debug: tuple[str, ...]) -> None:
        """The level of everything of ours, and the channels that speak at DEBUG besides."""
        self.restore()
        self._set("orchestrator", logging.getLevelNamesMapping()[level.upper()])
        for channel in debug:
            for name in loggers_of(channel):
                self._set(name, logging.DEBUG)

    def restore(self) -> None:
        """Undo."""
        for name, level in self._before.items():
            logging.getLogger(name).setLevel(level)
        self._before.clear()

    def _set(self, name: str, level: int) -> None:
        logger = logging.getLogger(name)
        self._before.setdefault(name, logger.level)
        logger.setLevel(level)


def loggers_of(channel: str) -> tuple[str, ...]:
    """The loggers behind a channel's name."""
    name = channel.strip().lower()
    return _CHANNELS.get(name, (name if name.startswith("orchestrator") else f"orchestrator.{name}",))
