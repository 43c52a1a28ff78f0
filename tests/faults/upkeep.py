"""Invariants about processes and files instead of jobs: nothing left over (G), grown (H) or told (J)."""

import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import psutil

from tests.faults.processes import Victim

MOST_BYTES = 600 * 1_048_576
MOST_FILES = 400
PAGES_GONE_S = 30.0
DATABASE = "botswain.db"
TELLING = ("results", "attempts", "steps", "logs", "audit")
"""Tables that tell how a job went; its variables, by which the robot runs it, stand elsewhere."""


def excesses(name: str, victim: Victim) -> list[str]:
    """What a process that still runs has too much of, once its jobs have ended."""
    try:
        process = psutil.Process(victim.pid)
        memory, files = process.memory_info().rss, process.num_fds()
    except psutil.NoSuchProcess:
        return []
    pages = pages_left(victim)
    found = [f"G: {name} has {pages} processes of pages left."] if pages else []
    found += [f"H: {name} has {files} files open."] if files > MOST_FILES else []
    return found + ([f"H: {name} holds {memory >> 20} MiB."] if memory > MOST_BYTES else [])


def pages_left(victim: Victim) -> int:
    """How many processes of pages are there after the grace; a browser without pages waits for the next job."""
    deadline_s = time.monotonic() + PAGES_GONE_S
    while (pages := sum(_shows_a_page(each) for each in victim.tree())) and time.monotonic() < deadline_s:
        time.sleep(0.2)
    return pages


def _shows_a_page(process: psutil.Process) -> bool:
    try:
        return "--type=renderer" in process.cmdline()
    except psutil.Error:
        return False


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
