"""The looks of `botswain doctor` at the database, be it a file or a server."""

import asyncio
import sqlite3
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from orchestrator.cli.doctor_findings import Finding, Health
from orchestrator.config import ConfigurationError, Settings

if TYPE_CHECKING:
    from orchestrator.store.postgres_facts import Facts

_TRANSACTION_POOLER = 6543
"""Where Supabase's pooler hands out a server's session for one transaction only."""


async def database(settings: Settings) -> Sequence[Finding]:
    """Whether the database can be used; who holds it is the port's matter."""
    try:
        address = settings.postgres_address
        if address is not None:
            return await asyncio.to_thread(_server, address)
        return [_file(settings)]
    except ConfigurationError as error:
        advice = "Write sqlite:///PATH or postgresql://USER@HOST/NAME."
        return [Finding(subject="database", health=Health.FAIL, text=str(error), advice=advice)]


def _file(settings: Settings) -> Finding:
    path = settings.database_path
    if not path.exists():
        return Finding(subject="database", health=Health.OK, text=f"{path} will be made")
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=2) as connection:
            verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        connection.close()
    except sqlite3.Error as error:
        verdict = str(error)
    if verdict == "ok":
        return Finding(subject="database", health=Health.OK, text=f"{path} is sound")
    advice = f"Bring back a copy of {path}, or move it away to begin with an empty one."
    return Finding(subject="database", health=Health.FAIL, text=f"{path}: {verdict}", advice=advice)


def _server(address: str) -> Sequence[Finding]:
    if find_spec("psycopg") is None:
        text = "PostgreSQL was not looked at: the engine's packages are missing"
        return [Finding(subject="database", health=Health.FAIL, text=text, advice="pip install 'botswain[engine]'")]
    # Loading the store takes a while, which a look at a file should not pay.
    from orchestrator.store.errors import DatabaseError  # noqa: PLC0415
    from orchestrator.store.postgres_facts import looked_at  # noqa: PLC0415

    try:
        facts = looked_at(address)
    except DatabaseError as error:
        return [Finding(subject="database", health=Health.FAIL, text=str(error))]
    return [_reached(facts), *_rights(facts), *_risks(facts)]


def _reached(facts: "Facts") -> Finding:
    text = f"PostgreSQL {facts.release} answers: {facts.place}"
    return Finding(subject="database", health=Health.OK, text=text)


def _rights(facts: "Facts") -> Sequence[Finding]:
    if complaint := facts.complaint():
        return [Finding(subject="database use", health=Health.FAIL, text=complaint)]
    text = f"version, encoding and rights in the schema {facts.schema} are right"
    return [Finding(subject="database use", health=Health.OK, text=text)]


def _risks(facts: "Facts") -> Sequence[Finding]:
    found = []
    if not facts.is_safe:
        text = "the server may lose what it has acknowledged: fsync or full_page_writes is off"
        advice = "Switch both on in its configuration."
        found.append(Finding(subject="database safety", health=Health.WARN, text=text, advice=advice))
    if facts.is_remote and not facts.is_encrypted:
        text = "passwords and jobs travel to the server unencrypted"
        advice = "Add ?sslmode=require to the address, or sslmode=verify-full with the server's certificate."
        found.append(Finding(subject="database line", health=Health.WARN, text=text, advice=advice))
    if facts.port == _TRANSACTION_POOLER:
        text = f"port {_TRANSACTION_POOLER} looks like a pooler that lends sessions for one transaction"
        advice = "Use the direct address, or the pooler in session mode (port 5432): the lock belongs to a session."
        found.append(Finding(subject="database pooler", health=Health.WARN, text=text, advice=advice))
    return found
