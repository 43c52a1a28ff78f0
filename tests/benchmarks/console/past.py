"""Gives a database a long past: jobs that ended on different days in different ways, and the log lines of robots."""

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

SEED = 5
SECOND = 1_000_000
"""Of the database, which counts microseconds."""
NEEDLE = "The needle in the haystack: invoice 4711-XYZ could not be exported."
_WORDS = tuple(
    word
    for line in (
        "open page navigate click filled selector timeout element visible waiting export order invoice login table row",
        "download upload price seller product listing retry session browser response status network request",
        "field value submit button dialog frame cookie checkpoint variable result step attempt",
    )
    for word in line.split()
)
_DIFFERENT = {
    "position": None,
    "job_id": "printf('%08x-%04x-7000-8000-%012x', number / 256, number % 65536, number * 7919)",
    "idempotency_key": "NULL",
    "status": "CASE number % 20 WHEN 7 THEN 'failed' WHEN 13 THEN 'cancelled' ELSE 'completed' END",
    "error_text": "CASE number % 20 WHEN 7 THEN 'The page did not open within 30 s.' ELSE '' END",
}
_TIMES = ("created_at", "changed_at", "queued_at", "started_at", "finished_at")


def fill_past(database: Path, *, jobs: int, lines: int) -> None:
    """Repeat the one finished job of the database, a second earlier each time, and write so many log lines."""
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA synchronous = OFF")
    with connection:
        _add_jobs(connection, jobs)
        ids = [row[0] for row in connection.execute("SELECT job_id FROM jobs ORDER BY position DESC LIMIT 10000")]
        robot_id, at = connection.execute("SELECT robot_id, changed_at FROM jobs WHERE robot_id IS NOT NULL").fetchone()
        connection.executemany(
            "INSERT INTO logs (robot_id, job_id, attempt, at, level, message, fields) VALUES (?, ?, 1, ?, ?, ?, '{}')",
            (
                (robot_id, ids[number * len(ids) // lines], at, "error" if number % 100 == 7 else "info", text)
                for number, text in enumerate(log_lines(lines))
            ),
        )
    connection.close()


def log_lines(count: int) -> Iterator[str]:
    """Lines as robots write them: addresses, selectors, numbers, words; one needle in the middle."""
    dice = random.Random(SEED)
    for number in range(count):
        yield NEEDLE if number == count // 2 else _line(dice)


def searches() -> list[str]:
    """What a person types: rare and common words, beginnings as they come, phrases, fields."""
    rare = ["needle", "4711", "invoice 4711 exported", '"could not be exported"', "zyzzyva", "haystack needle"]
    common = ["timeout", "error", '"answered 404"', "login timeout selector", "shop example com", "robot"]
    typed = ["t*", "ti*", "tim*", "timeo*", "ord* inv*", "4*", "47*", "shop*"]
    narrow = ["timeout level:error", "selector status:failed", "export level:warning"]
    return [*rare, *common, *typed, *narrow]


def _line(dice: random.Random) -> str:
    word, kind = dice.choice, dice.random()
    if kind < 0.3:
        return f"Step {word(_WORDS)}-{word(_WORDS)} finished in {dice.randint(10, 9_000)} ms."
    if kind < 0.6:
        place = f"https://shop.example.com/{word(_WORDS)}{dice.randint(1, 3_000)}/items/{dice.randint(1, 999_999)}"
        return f"GET {place}?page={dice.randint(1, 90)} answered {word(['200', '200', '304', '404', '500'])}"
    if kind < 0.99:
        found = " ".join(word(_WORDS) for _ in range(8))
        return f"Clicked '#{word(_WORDS)}-{word(_WORDS)}' after {dice.randint(1, 30)} tries: {found}"
    return f"TimeoutError: '{word(_WORDS)}{dice.randint(1, 3_000)}' did not become visible within 30000 ms"


def _add_jobs(connection: sqlite3.Connection, count: int) -> None:
    columns = [row[1] for row in connection.execute("PRAGMA table_info(jobs)")]
    values = {name: f"sample.{name}" for name in columns}
    values |= {name: f"sample.{name} - number * {SECOND}" for name in _TIMES}
    values |= {name: value for name, value in _DIFFERENT.items() if value is not None}
    del values["position"]
    connection.execute(
        "WITH RECURSIVE series(number) AS (SELECT :count UNION ALL SELECT number - 1 FROM series WHERE number > 1), "
        "sample AS (SELECT * FROM jobs WHERE status = 'completed' LIMIT 1) "
        f"INSERT INTO jobs ({', '.join(values)}) SELECT {', '.join(values.values())} FROM series, sample",
        {"count": count},
    )
