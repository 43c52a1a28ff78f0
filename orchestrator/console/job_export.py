"""Jobs as a file for a spreadsheet: every job that matches, page by page, one line each."""

import asyncio
import csv
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from pathlib import Path

from orchestrator.client.client import OrchestratorClient
from orchestrator.console.queries import JobFilter
from orchestrator.console.words import tr
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.errors import UserError

MOST_ROWS = 100_000
_PAGE = 500
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS: tuple[tuple[str, Callable[[JobView], object]], ...] = (
    ("job", lambda job: job.job_id),
    ("workflow", lambda job: _harmless(job.workflow_name)),
    ("status", lambda job: job.status.value),
    ("priority", lambda job: job.priority.value),
    ("robot", lambda job: _harmless(job.robot_name)),
    ("attempt", lambda job: job.attempt),
    ("created", lambda job: _time(job.created_at)),
    ("started", lambda job: _time(job.started_at)),
    ("finished", lambda job: _time(job.finished_at)),
    ("seconds", lambda job: "" if job.duration_s is None else round(job.duration_s, 3)),
    ("step", lambda job: _harmless(job.current_step)),
    ("error", lambda job: _harmless(job.error.message if job.error else "")),
    (tr("waits because"), lambda job: _harmless(job.waiting)),
)


async def export_jobs(client: OrchestratorClient, wanted: JobFilter, path: Path) -> int:
    """Write the jobs that match, newest first, at most 100,000; gives how many.

    Raises UserError when the file cannot be written, ClientError when the engine does not answer.
    """
    rows = [row async for page in _pages(client, wanted) for row in page]
    try:
        await asyncio.to_thread(_write, path, rows)
    except OSError as error:
        raise UserError(f"{path} could not be written: {error.strerror or error}") from None
    return len(rows)


async def _pages(client: OrchestratorClient, wanted: JobFilter) -> AsyncIterator[list[Sequence[object]]]:
    seen = 0
    while seen < MOST_ROWS:
        page = await client.jobs(
            statuses=sorted(wanted.statuses),
            robot=wanted.robot or None,
            workflow=wanted.workflow or None,
            schedule=wanted.schedule or None,
            text=wanted.text,
            offset=seen,
            limit=_PAGE,
        )
        yield [[value(job) for _, value in _COLUMNS] for job in page.items]
        seen += len(page.items)
        if not page.items or seen >= page.total:
            return


def _write(path: Path, rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([title for title, _ in _COLUMNS])
        writer.writerows(rows)


def _time(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""


def _harmless(text: str) -> str:
    """A spreadsheet must not take words of a web page for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(_RISKY) else text
