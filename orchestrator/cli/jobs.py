"""`botswain jobs`, `job`, `cancel`, `why`: look at jobs and steer them."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from orchestrator.cli.artifacts import save_artifacts
from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.expected import expected_text
from orchestrator.cli.job_ids import full_id, short_id
from orchestrator.cli.job_steps import indented, show_step_results
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import (
    AsJson,
    at_text,
    duration_text,
    say,
    size_text,
    status_text,
    value_text,
    wide_console,
    write_facts,
    write_json,
    write_table,
)
from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.common import MAX_PAGE, Page
from orchestrator.contract.api.flow import ForecastView
from orchestrator.contract.api.jobs import JobDetail, JobView, WaitReason
from orchestrator.contract.api.logs import LogLine
from orchestrator.contract.states import JobStatus

_LOG_LINES = 5_000

JobArgument = Annotated[str, typer.Argument(metavar="JOB", help="Id of the job, or the end of it.", show_default=False)]


def jobs(
    *,
    status: Annotated[
        list[JobStatus] | None, typer.Option("--status", "-s", help="Only these; may be repeated.")
    ] = None,
    robot: Annotated[str | None, typer.Option(help="Only of this robot (id or name).")] = None,
    workflow: Annotated[str | None, typer.Option(help="Only of this workflow (id or name).")] = None,
    text: Annotated[str, typer.Option(help="Only jobs with this text in their workflow's name or id.")] = "",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=MAX_PAGE, help="At most so many.")] = 50,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List jobs, newest first.

    Examples:  botswain jobs --status failed --status timeout  |  botswain jobs --robot berlin-1 --json
    """

    async def ask() -> Page[JobView]:
        async with connected(connect, key, data_dir) as client:
            return await client.jobs(statuses=status or (), robot=robot, workflow=workflow, text=text, limit=limit)

    page = run_async(ask())
    if as_json:
        write_json(page)
        return
    _show_jobs(page)


def job(
    job_id: JobArgument,
    *,
    logs: Annotated[
        bool, typer.Option("--logs", help=f"Show the newest {_LOG_LINES:,} lines of the job's log too.")
    ] = False,
    steps: Annotated[
        bool, typer.Option("--steps", help="Show what each step did: success, time, retries, result and error.")
    ] = False,
    artifacts: Annotated[
        Path | None,
        typer.Option("--artifacts", metavar="DIR", help="Save the files that the job made into this folder."),
    ] = None,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show everything about one job: steps, result, attempts, files.

    Examples:  botswain job 9f31c2aa --steps --logs  |  botswain job 9f31c2aa --artifacts ./files
    """

    async def ask() -> tuple[JobDetail, tuple[LogLine, ...], list[Path]]:
        async with connected(connect, key, data_dir) as client:
            detail = await client.job(await full_id(client, job_id))
            lines = await _newest_lines(client, detail.job.job_id) if logs else ()
            files = await save_artifacts(client, detail, artifacts) if artifacts else []
            return detail, lines, files

    detail, lines, files = run_async(ask())
    if as_json:
        write_json({"detail": detail, "logs": lines} if logs else detail)
        return
    show_job(detail)
    if steps:
        show_step_results(detail)
    for line in lines:
        sys.stdout.write(log_text(line) + "\n")
    if artifacts is not None:
        say(f"\n{len(files)} files saved in {artifacts.absolute()}")


def cancel(
    job_id: JobArgument,
    *,
    reason: Annotated[str, typer.Option(help="Why; it is kept with the job.")] = "",
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Stop a job, wherever it is: in the queue, or in a browser.

    Example:  botswain cancel 9f31c2aa --reason "wrong account"
    """

    async def ask() -> JobView:
        async with connected(connect, key, data_dir) as client:
            return await client.cancel(await full_id(client, job_id), reason=reason)

    _tell(run_async(ask()), as_json=as_json)


def why(
    job_id: JobArgument,
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Say why a job waits, robot by robot, and what would help.

    Example:  botswain why 9f31c2aa
    """

    async def ask() -> tuple[JobView, list[WaitReason], ForecastView]:
        async with connected(connect, key, data_dir) as client:
            found = await full_id(client, job_id)
            reasons = await client.why_waiting(found)
            return (await client.job(found)).job, reasons, await client.flow.forecast(found)

    view, reasons, forecast = run_async(ask())
    if as_json:
        write_json(reasons)
        return
    rows = [(reason.robot_name or "the job", reason.verdict, reason.fix) for reason in reasons]
    write_table(
        ("ABOUT", "VERDICT", "WHAT WOULD HELP"), rows, empty=f"The job does not wait: it is {view.status.value}."
    )
    best = next((each.remedy for each in reasons if each.is_cheapest and each.remedy is not None), None)
    if best is not None:
        say(f"\nThe cheapest help: {best.text}")
        if best.command:
            say(f"    {best.command}")
    if view.status is JobStatus.QUEUED:
        say(f"\n{expected_text(forecast)}")


def show_job(detail: JobDetail) -> None:
    """One job for a person."""
    view = detail.job
    write_facts(
        [
            ("job", view.job_id),
            ("workflow", f"{view.workflow_name} ({view.workflow_hash})"),
            ("status", shown_status(view)),
            ("suspect", view.suspicion or ""),
            ("waiting", view.waiting),
            ("robot", view.robot_name),
            ("attempt", str(view.attempt) if view.attempt else ""),
            ("priority", view.priority.value),
            ("created", at_text(view.created_at)),
            ("started", at_text(view.started_at)),
            ("finished", at_text(view.finished_at)),
            ("took", duration_text(view.duration_s)),
            ("error", Text(view.error.message, style="red") if view.error else ""),
            ("hint", (view.error.hint or "") if view.error else ""),
            ("stands still", _stall_text(detail)),
            ("stopped", _stop_text(detail)),
            *_condition_facts(detail),
            *_link_facts(detail),
        ]
    )
    _show_steps(detail)
    _show_outputs(detail)
    _show_artifacts(detail)


def shown_status(view: JobView) -> Text:
    """A job's status, and whether what it gave is suspect."""
    found = status_text(view.status)
    return found if view.suspicion is None else found.append(", suspect", style="yellow")


def _stall_text(detail: JobDetail) -> str:
    if detail.stall is None:
        return ""
    files = f"; see {', '.join(detail.stall.captures)}" if detail.stall.captures else ""
    return f"{detail.stall.message} Done: {', '.join(detail.stall.rungs)}{files}"


def _stop_text(detail: JobDetail) -> str:
    """How a run was stopped, and what the robot found of it afterwards."""
    result = detail.result
    if result is None or result.stopped_by is None:
        return ""
    if result.stop is None or result.stop.sessions_left is None:
        return result.stopped_by
    left = f"{result.stop.sessions_left} sessions and {result.stop.processes_left} processes"
    return f"{result.stopped_by}; left: {'nothing' if result.stop.is_clean else left}"


_BEFORE_A_RUN = frozenset({JobStatus.PENDING, JobStatus.QUEUED, JobStatus.DISPATCHED, JobStatus.PAUSED})


def _condition_facts(detail: JobDetail) -> list[tuple[str, str]]:
    """Whose the error is, and what there is to go on from."""
    now = detail.condition
    if now is None:
        return []
    return [
        ("whose", now.error_owner.value if now.error_owner else ""),
        ("pause", now.pause_reason or "wanted" if now.pause_reason is not None else ""),
        ("goes on from" if detail.job.status in _BEFORE_A_RUN else "went on from", now.resume_from or ""),
        ("checkpoints", str(now.checkpoint_count) if now.checkpoint_count else ""),
        ("recoveries", str(now.recovery_attempts) if now.recovery_attempts else ""),
        ("questions", f"{now.open_questions} open; `botswain questions`" if now.open_questions else ""),
    ]


def _link_facts(detail: JobDetail) -> list[tuple[str, str]]:
    """Where the job came from, what followed it, and how to find it in every log."""
    links = detail.links
    if links is None:
        return []
    origin = links.origin
    after = f" after job {origin.source_job_id}" if origin is not None and origin.source_job_id else ""
    facts = [("started by", f"{origin.trigger_name}{after}" if origin is not None else ""), ("trace", links.trace_id)]
    return facts + [
        ("followed by", f"job {each.job_id} ({each.trigger_name})" if each.job_id else f"{each.outcome}: {each.note}")
        for each in links.followers
    ]


def _show_jobs(page: Page[JobView]) -> None:
    is_wide = wide_console().width >= 160
    rows = [
        (
            view.job_id if is_wide else short_id(view.job_id),
            shown_status(view),
            view.workflow_name,
            view.priority.value,
            view.robot_name,
            f"{view.progress:.0%}" if view.status is JobStatus.RUNNING else "",
            at_text(view.created_at),
            duration_text(view.duration_s),
            (view.waiting + _start_text(view)) or (view.error.message if view.error else view.current_step),
        )
        for view in page.items
    ]
    titles = ("JOB", "STATUS", "WORKFLOW", "PRIORITY", "ROBOT", "DONE", "CREATED", "TOOK", "")
    write_table(titles, rows, empty="No job fits. Submit one with `botswain submit WORKFLOW`.")
    if page.total > len(page.items):
        say(f"{len(page.items)} of {page.total:,} jobs; --limit shows more.", style="dim")


def _start_text(view: JobView) -> str:
    if view.starts_at is None:
        return ""
    margin = f" ± {duration_text(view.starts_margin_s)}" if view.starts_margin_s else ""
    return f" Starts at about {at_text(view.starts_at)[11:16]}{margin}."


def _show_steps(detail: JobDetail) -> None:
    if not detail.steps:
        return
    say("")
    rows = [
        (
            indented(step.step_id, step.name),
            status_text(step.status),
            step.action,
            duration_text(step.duration_s),
            str(step.attempts) if step.attempts > 1 else "",
            step.message,
        )
        for step in detail.steps
    ]
    write_table(("STEP", "STATUS", "ACTION", "TOOK", "TRIES", ""), rows, empty="")


def _show_outputs(detail: JobDetail) -> None:
    outputs = detail.result.outputs if detail.result else {}
    if outputs:
        say("")
        write_table(("OUTPUT", "VALUE"), [(name, value_text(value, 300)) for name, value in outputs.items()], empty="")


def _show_artifacts(detail: JobDetail) -> None:
    if detail.artifacts:
        say("")
        rows = [
            (file.name, file.kind, size_text(file.size) if file.is_kept else "not kept", file.note)
            for file in (each.artifact for each in detail.artifacts)
        ]
        write_table(("FILE", "KIND", "SIZE", ""), rows, empty="")


async def _newest_lines(client: OrchestratorClient, job_id: str) -> tuple[LogLine, ...]:
    return (await client.job_logs(job_id, limit=_LOG_LINES)).lines


def log_text(line: LogLine) -> str:
    """A log line for a person."""
    step = f" [{line.step_id}]" if line.step_id else ""
    return f"{at_text(line.at)} {line.level.upper():<8}{step} {line.message}"


def _tell(view: JobView, *, as_json: bool) -> None:
    if as_json:
        write_json(view)
    else:
        say(f"{view.workflow_name} ({view.job_id}) is {view.status.value.replace('_', ' ')}.")
