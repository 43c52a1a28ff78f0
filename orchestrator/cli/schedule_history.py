"""`botswain schedules history`: what happened to each instant of a schedule."""

from typing import Annotated

import typer
from rich.text import Text

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, status_text, write_json, write_table
from orchestrator.contract.api.schedules import InstantView

_WORDS = {"fired": "fired", "overlap": "skipped", "missed": "missed", "refused": "could not run"}


def schedule_history(
    schedule: Annotated[
        str, typer.Argument(metavar="SCHEDULE", help="Id or name of the schedule.", show_default=False)
    ],
    *,
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=1_000, help="How many instants.")] = 20,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show what happened to each instant of a schedule, newest first: its job, or why there is none.

    Example:  botswain schedules history mornings -n 50
    """

    async def ask() -> list[InstantView]:
        async with connected(connect, key, data_dir) as client:
            return await client.schedule_history(schedule, limit=count)

    views = run_async(ask())
    if as_json:
        write_json(views)
        return
    rows = [(_when(view), _WORDS.get(view.outcome, view.outcome), view.job_id or "", _then(view)) for view in views]
    write_table(("DUE (HERE)", "WHAT HAPPENED", "JOB", ""), rows, empty="It has not been due yet.")


def _when(view: InstantView) -> str:
    if view.since_at is None or view.instants == 1:
        return at_text(view.fire_at)
    return f"{at_text(view.since_at)} to {at_text(view.fire_at)} ({view.instants:,} runs)"


def _then(view: InstantView) -> Text:
    return status_text(view.job_status) if view.job_status is not None else Text(view.note)
