"""`botswain bulk`: cancel, retry or reprioritise many jobs; shown first, and taken back where that is possible."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Annotated, Literal

import typer

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.job_ids import full_id, short_id
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import (
    AsJson,
    at_text,
    count_text,
    error_console,
    say,
    status_text,
    write_json,
    write_table,
)
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.following import changes
from orchestrator.contract.api.operations import (
    BulkFilterRequest,
    BulkItemView,
    BulkPreview,
    BulkRequest,
    BulkView,
)
from orchestrator.contract.errors import UserError
from orchestrator.contract.states import JobPriority, JobStatus

_SHOWN_SKIPS = 10

app = typer.Typer(
    help="Cancel, retry or reprioritise many jobs at once: you see first what it touches, and it can be undone.",
    no_args_is_help=True,
)

Status = Annotated[list[JobStatus] | None, typer.Option("--status", "-s", help="Only these; may be repeated.")]
Workflow = Annotated[str | None, typer.Option(help="Only of this workflow (id or name).")]
RobotName = Annotated[str | None, typer.Option("--robot", help="Only of this robot (id or name).")]
Schedule = Annotated[str | None, typer.Option(help="Only of this schedule (id or name).")]
Failure = Annotated[str | None, typer.Option(help="Only of this failure group; see `botswain failures`.")]
Text = Annotated[str, typer.Option(help="Only with this text in id, workflow, step or error.")]
JobIds = Annotated[list[str] | None, typer.Option("--job", help="These jobs instead; may be repeated.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what it would touch.")]
Action = Literal["cancel", "retry", "priority"]


@app.command("cancel")
def bulk_cancel(
    *,
    status: Status = None,
    workflow: Workflow = None,
    robot: RobotName = None,
    schedule: Schedule = None,
    failure: Failure = None,
    text: Text = "",
    job: JobIds = None,
    reason: Annotated[str, typer.Option(help="Why; it is kept with each job.")] = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Stop many jobs. Those that had not started can be put back with `bulk undo`.

    Example:  botswain bulk cancel --status queued --workflow "Job Discovery" --reason "wrong account"
    """
    wanted = _filter(status, workflow, robot, schedule, failure, text)
    request = BulkRequest(action="cancel", reason=reason, filter=wanted)
    run_async(_act(request, job, (connect, key, data_dir), yes=yes, dry_run=dry_run, as_json=as_json))


@app.command("retry")
def bulk_retry(
    *,
    status: Status = None,
    workflow: Workflow = None,
    robot: RobotName = None,
    schedule: Schedule = None,
    failure: Failure = None,
    text: Text = "",
    job: JobIds = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Run many jobs again that did not succeed; without a filter for the status, all of those that fit.

    Example:  botswain bulk retry --status failed --workflow "Job Discovery"
    """
    wanted = _filter(status, workflow, robot, schedule, failure, text)
    request = BulkRequest(action="retry", filter=wanted)
    run_async(_act(request, job, (connect, key, data_dir), yes=yes, dry_run=dry_run, as_json=as_json))


@app.command("priority")
def bulk_priority(
    priority: Annotated[JobPriority, typer.Argument(help="The new one.", show_default=False)],
    *,
    status: Status = None,
    workflow: Workflow = None,
    robot: RobotName = None,
    schedule: Schedule = None,
    text: Text = "",
    job: JobIds = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Give many waiting jobs another priority.

    Example:  botswain bulk priority high --workflow "Job Discovery" --status queued
    """
    wanted = _filter(status, workflow, robot, schedule, None, text)
    request = BulkRequest(action="priority", priority=priority, filter=wanted)
    run_async(_act(request, job, (connect, key, data_dir), yes=yes, dry_run=dry_run, as_json=as_json))


@app.command("undo")
def bulk_undo(
    operation: Annotated[str, typer.Argument(metavar="ID", help="Of the bulk action.", show_default=False)],
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Take a bulk action back, as far as jobs have not moved on since.

    Example:  botswain bulk undo 019a8c52-...
    """

    async def ask() -> tuple[BulkView, list[BulkItemView]]:
        async with connected(connect, key, data_dir) as client:
            view = await client.operations.undo_bulk(await _full(client, operation))
            return await until_over(client, view)

    tell_bulk(*run_async(ask()), as_json=as_json)


@app.command("list")
def bulk_list(*, connect: Connect = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List bulk actions, the newest first."""

    async def ask() -> list[BulkView]:
        async with connected(connect, key, data_dir) as client:
            return await client.operations.bulk_operations()

    views = run_async(ask())
    if as_json:
        write_json(views)
        return
    rows = [
        (
            view.operation_id,
            at_text(view.started_at),
            view.action,
            view.state,
            str(view.done),
            str(view.skipped),
            view.actor,
        )
        for view in views
    ]
    write_table(("ID", "WHEN", "ACTION", "STATE", "DONE", "LEFT OUT", "BY"), rows, empty=_NONE_YET)


_NONE_YET = "There was no bulk action yet. `botswain bulk cancel --status queued --dry-run` shows what one would touch."


def _filter(  # noqa: PLR0917  the options that three commands share, in their order
    status: list[JobStatus] | None,
    workflow: str | None,
    robot: str | None,
    schedule: str | None,
    failure: str | None,
    text: str,
) -> BulkFilterRequest:
    return BulkFilterRequest(
        status=tuple(status or ()), workflow=workflow, robot=robot, schedule=schedule, failure=failure, text=text
    )


async def _act(
    request: BulkRequest,
    jobs: list[str] | None,
    where: tuple[str | None, str | None, Path | None],
    *,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    async with connected(*where) as client:
        if jobs:
            ids = tuple([await full_id(client, each) for each in jobs])
            request = request.model_copy(update={"filter": BulkFilterRequest(job_ids=ids)})
        preview = await client.operations.preview_bulk(request)
        if dry_run:
            _preview(preview, request.action, as_json=as_json)
            return
        if not as_json:
            _preview(preview, request.action, as_json=False)
        if preview.count == 0:
            if as_json:
                write_json(preview)
            return
        if not yes and not await _agrees(preview, request.action):
            say("Nothing was changed.")
            return
        tell_bulk(*await until_over(client, await client.operations.apply_bulk(preview.token)), as_json=as_json)


async def _agrees(preview: BulkPreview, action: Action) -> bool:
    question = f"{_VERBS[action]} {count_text(preview.count, 'job')}?"
    try:
        return await asyncio.to_thread(typer.confirm, question, err=True)
    except typer.Abort:
        raise UserError(f"{question} Nobody is here to answer: give --yes to go ahead.", field="--yes") from None


async def until_over(client: OrchestratorClient, view: BulkView) -> tuple[BulkView, list[BulkItemView]]:
    """The operation at its end, and the jobs that were left out or could not be taken back."""
    async with aclosing(changes(client, ("bulk.*",))) as moments:
        while not view.is_over:
            await anext(moments)
            view = await client.operations.bulk_operation(view.operation_id)
    if view.skipped == 0 and view.undone == view.done:
        return view, []
    return view, await _noted(lambda after: client.operations.bulk_items(view.operation_id, after=after))


async def _noted(page_after: Callable[[str | None], Awaitable[list[BulkItemView]]]) -> list[BulkItemView]:
    found: list[BulkItemView] = []
    after: str | None = None
    while page := await page_after(after):
        after = page[-1].job_id
        found.extend(item for item in page if item.note)
    return found


async def _full(client: OrchestratorClient, text: str) -> str:
    known = [view.operation_id for view in await client.operations.bulk_operations(limit=500)]
    found = [
        each for each in known if each == text or (len(text) >= 4 and (each.endswith(text) or each.startswith(text)))
    ]
    if len(found) != 1:
        raise UserError(
            f"ID: {len(found)} bulk actions have an id like {text!r}; see `botswain bulk list`.", field="ID"
        )
    return found[0]


_VERBS = {"cancel": "Cancel", "retry": "Retry", "priority": "Change the priority of"}


def _preview(preview: BulkPreview, action: Action, *, as_json: bool) -> None:
    if as_json:
        write_json(preview)
        return
    rows = [
        (short_id(view.job_id), status_text(view.status), view.workflow_name, view.priority.value, view.robot_name)
        for view in preview.sample
    ]
    if rows:
        write_table(("JOB", "STATUS", "WORKFLOW", "PRIORITY", "ROBOT"), rows, empty="")
    more = preview.count - len(rows)
    if more > 0:
        say(f"... and {more:,} more", style="dim")
    by_status = ", ".join(f"{count:,} {status.value.replace('_', ' ')}" for status, count in preview.by_status.items())
    say(f"{_VERBS[action]}: {count_text(preview.count, 'job')}{f' ({by_status})' if by_status else ''}.")
    for why, count in preview.left_out.items():
        say(f"Left out: {count_text(count, 'job')}, because {why}.", style="dim")


def tell_bulk(view: BulkView, noted: list[BulkItemView], *, as_json: bool) -> None:
    """What became of a bulk action."""
    if as_json:
        write_json({"operation": view, "left_out": noted})
        return
    if view.state == "undone":
        say(f"Taken back for {view.undone:,} of {count_text(view.done, 'job')}.")
    elif view.state == "interrupted":
        say(f"The orchestrator ended in the middle: done for {view.done:,} of {count_text(view.planned, 'job')}.")
    else:
        say(f"Done for {count_text(view.done, 'job')}.")
        if view.done:
            what = "What had not started can be put back" if view.action == "cancel" else "It can be taken back"
            say(f"{what} with `botswain bulk undo {view.operation_id}`.", style="dim")
    for item in noted[:_SHOWN_SKIPS]:
        say(f"  {short_id(item.job_id)}: {item.note}", style="dim")
    if len(noted) > _SHOWN_SKIPS:
        error_console().print(f"  ... and {len(noted) - _SHOWN_SKIPS:,} more; --json lists all.")
