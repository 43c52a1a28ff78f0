"""Where the program's own log goes: into a file beside its data, or to standard error."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestrator.log_lines import ContextFilter, formatter

_TALKATIVE = ("httpx", "alembic", "apscheduler", "uvicorn", "websockets", "asyncio")


@contextmanager
def log_to_file(path: Path, level: str, *, log_format: str = "text") -> Iterator[None]:
    """Write the log into a file while the context lasts, so that nothing disturbs a live picture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _logging(logging.FileHandler(path, encoding="utf-8"), level, log_format):
        yield


@contextmanager
def log_to_stderr(level: str, *, log_format: str = "text") -> Iterator[None]:
    """Write the log to standard error while the context lasts."""
    with _logging(logging.StreamHandler(sys.stderr), level, log_format):
        yield


@contextmanager
def _logging(handler: logging.Handler, level: str, log_format: str) -> Iterator[None]:
    root = logging.getLogger()
    before = root.level
    handler.setFormatter(formatter(log_format))
    handler.addFilter(ContextFilter())
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
        handler.close()
