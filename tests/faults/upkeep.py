"""Invariants about processes and files instead of jobs: nothing left over (G), grown (H) or told (J)."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import psutil

from tests.faults.processes import Victim

MOST_BYTES = 600 * 1_048_576
MOST_FILES = 400
DATABASE = "botswain.db"
TELLING = ("results", "attempts", "steps", "logs", "audit")
"""Tables that tell how a job went; its variables, by which the robot runs it, stand elsewhere."""


def excesses(name: str, victim: Victim) -> list[str]:
    """What a process that still runs has too much of, once its jobs have ended."""
    try:
        process = psutil.Process(victim.pid)
        memory, files = process.memory_info().rss, process.num_fds()
        browsers = [each.name() for each in process.children(recursive=True) if "chrom" in each.name()]
    except psutil.NoSuchProcess:
        return []
    found = [f"G: {name} has {len(browsers)} browser processes left."] if browsers else []
    found += [f"H: {name} has {files} files open."] if files > MOST_FILES else []
    return found + ([f"H: {name} holds {memory >> 20} MiB."] if memory > MOST_BYTES else [])


def secrets_told(places: Iterable[Path], *secrets: str) -> list[str]:
    """Files and tables that hold a secret."""
    found = []
    for place in places:
        try:
            text = _told_by(place) if place.name == DATABASE else place.read_bytes().decode(errors="replace")
        except FileNotFoundError:
            continue  # a browser's own files come and go
        found += [f"J: {place.name} holds the secret {secret[:4]}..." for secret in secrets if secret in text]
    return found


def _told_by(database: Path) -> str:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=60)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return "\n".join(
            repr(row) for table in TELLING if table in tables for row in connection.execute(f"SELECT * FROM {table}")
        )
