"""`botswain dead-letters`: jobs that wait for a person's decision."""

import sys
from typing import Annotated

import typer
from rich.text import Text

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.job_ids import full_id, short_id
from orchestrator.cli.jobs import JobArgument, log_text
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import (
    AsJson,
    at_text,
    count_text,
    duration_text,
    say,
    size_text,
    status_text,
    write_facts,
    write_json,
    write_table,
)
from orchestrator.contract.api.common import MAX_PAGE, Page
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.api.operations import DeadLetterDetail, DeadLetterView

app = typer.Typer(
    help="Jobs that wait for a person's decision: their robot vanished in the middle of something not safe to repeat, "
    "or several times.",
    invoke_without_command=True,
)


_NOTHING = (
    "No job waits for a decision. One that failed with a reason is not here: `botswain failures` groups those, "
    "and `botswain retry JOB` runs one again."
)


@app.callback()
def dead_letters(
    context: typer.Context,
    *,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=MAX_PAGE, help="At most so many.")] = 50,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List the jobs that wait for a person's decision, the newest first.

    Examples:  botswain dead-letters  |  botswain dead-letters show 9f31c2aa
    """
    if context.invoked_subcommand is not None:
        return

    async def ask() -> Page[DeadLetterView]:
        async with connected(connect, key, data_dir) as client:
            return await client.operations.dead_letters(limit=limit)

    page = run_async(ask())
    if as_json:
        write_json(page)
        return
    rows = [
        (
            short_id(letter.job.job_id),
            letter.job.workflow_name,
            letter.job.robot_name,
            at_text(letter.job.finished_at),
            ", ".join(step.name for step in letter.cut_off),
            _safety(is_safe=letter.is_safe_to_repeat),
            letter.advice,
        )
        for letter in page.items
    ]
    titles = ("JOB", "WORKFLOW", "ROBOT", "ENDED", "WAS RUNNING", "REPEAT", "")
    write_table(titles, rows, empty=_NOTHING)
    if page.total > len(page.items):
        say(f"{len(page.items)} of {page.total:,}; --limit shows more.", style="dim")


@app.command("show")
def show_dead_letter(
    job_id: JobArgument,
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show the evidence: what was running, attempts, newest log lines, files.

    Example:  botswain dead-letters show 9f31c2aa
    """

    async def ask() -> DeadLetterDetail:
        async with connected(connect, key, data_dir) as client:
            return await client.operations.dead_letter(await full_id(client, job_id))

    detail = run_async(ask())
    if as_json:
        write_json(detail)
    else:
        _show(detail)


@app.command("retry")
def retry_dead_letter(
    job_id: JobArgument,
    *,
    from_checkpoint: Annotated[
        bool, typer.Option("--from-checkpoint", help="Go on from the newest checkpoint instead of from the start.")
    ] = False,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Run it again: a new attempt of the same job.

    Examples:  botswain dead-letters retry 9f31c2aa  |  botswain dead-letters retry 9f31c2aa --from-checkpoint
    """

    async def ask() -> JobView:
        async with connected(connect, key, data_dir) as client:
            found = await full_id(client, job_id)
            return await client.operations.retry_dead_letter(found, from_checkpoint=from_checkpoint)

    view = run_async(ask())
    if as_json:
        write_json(view)
    else:
        say(f"{view.workflow_name} ({view.job_id}) is {view.status.value.replace('_', ' ')}.")


@app.command("discard")
def discard_dead_letter(
    job_id: JobArgument,
    *,
    reason: Annotated[str, typer.Option(help="Why nothing more has to be done; it is kept.", show_default=False)],
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Count it no longer; it stays in the history with your reason.

    Example:  botswain dead-letters discard 9f31c2aa --reason "paid by hand"
    """

    async def ask() -> DeadLetterDetail:
        async with connected(connect, key, data_dir) as client:
            return await client.operations.discard_dead_letter(await full_id(client, job_id), reason=reason)

    detail = run_async(ask())
    if as_json:
        write_json(detail)
    else:
        say(f"{detail.letter.job.workflow_name} ({detail.letter.job.job_id}) is discarded.")


def _show(detail: DeadLetterDetail) -> None:
    letter, job = detail.letter, detail.letter.job
    discard = detail.discard
    write_facts(
        [
            ("job", job.job_id),
            ("workflow", f"{job.workflow_name} ({job.workflow_hash})"),
            ("status", status_text(job.status)),
            ("error", Text(job.error.message, style="red") if job.error else ""),
            ("was running", "; ".join(f"{step.name} ({step.action})" for step in letter.cut_off)),
            ("safe to repeat", _safety(is_safe=letter.is_safe_to_repeat)),
            ("checkpoints", str(detail.checkpoints) if detail.checkpoints else ""),
            ("advice", letter.advice),
            ("discarded", f"{at_text(discard.at)} by {discard.actor}: {discard.reason}" if discard else ""),
        ]
    )
    say("")
    attempts = [
        (
            str(each.attempt),
            each.robot_name,
            at_text(each.started_at),
            at_text(each.ended_at),
            each.outcome or "",
            each.error or "",
        )
        for each in detail.attempts
    ]
    write_table(("ATTEMPT", "ROBOT", "STARTED", "ENDED", "OUTCOME", ""), attempts, empty="No attempt is known.")
    say("")
    steps = [
        (step.name or step.step_id, status_text(step.status), duration_text(step.duration_s), step.message)
        for step in detail.steps
    ]
    write_table(("STEP", "STATUS", "TOOK", ""), steps, empty="No step is known.")
    if detail.artifacts:
        files = ", ".join(f"{each.artifact.name} ({size_text(each.artifact.size)})" for each in detail.artifacts)
        say(f"\n{count_text(len(detail.artifacts), 'file')}: {files}; `botswain job --artifacts DIR` saves them.")
    if detail.log:
        say("")
    for line in detail.log:
        sys.stdout.write(log_text(line) + "\n")


def _safety(*, is_safe: bool) -> Text:
    return Text("safe", style="green") if is_safe else Text("not safe", style="yellow")
