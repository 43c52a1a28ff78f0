"""`botswain submit`: ask a running orchestrator for a job, now or later, and wait for it if wanted."""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from orchestrator.cli.connection import COMMAND_LINE, connected, run_async
from orchestrator.cli.jobs import show_job
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, say, write_json
from orchestrator.cli.progress import progress_view
from orchestrator.cli.source import VariableFile, Variables, workflow_request
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.following import follow_jobs
from orchestrator.contract.api.jobs import JobDetail, JobView, SubmitRequest
from orchestrator.contract.concurrency import MAX_KEY, ConcurrencyKey
from orchestrator.contract.errors import UserError
from orchestrator.contract.states import JobPriority, JobStatus

EXIT_FAILED = 1


def submit(
    workflow: Annotated[
        str,
        typer.Argument(metavar="WORKFLOW", help="A file, or the id or name of a stored workflow.", show_default=False),
    ],
    *,
    var: Variables = None,
    variable_file: VariableFile = None,
    priority: Annotated[JobPriority | None, typer.Option(help="Default: the workflow's.")] = None,
    version: Annotated[
        str | None, typer.Option(help="Of a stored workflow: a version's number or hash. Default: the newest.")
    ] = None,
    robot: Annotated[str | None, typer.Option(help="Only this robot (id or name).")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A tag that the robot must carry; may be repeated.")] = None,
    capability: Annotated[
        list[str] | None, typer.Option(help="A capability that the robot must have; may be repeated.")
    ] = None,
    concurrency: Annotated[
        list[str] | None,
        typer.Option("--concurrency", metavar="KEY", help="A concurrency key besides the workflow's; may be repeated."),
    ] = None,
    timeout: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=0.001, max=604_800, help="Default: the workflow's.")
    ] = None,
    max_retries: Annotated[int | None, typer.Option(min=0, max=100, help="More attempts after a failure.")] = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="MOMENT", help="Not before this moment (ISO 8601; local time without an offset)."),
    ] = None,
    idempotency_key: Annotated[
        str | None, typer.Option(metavar="KEY", help="A repeat with the same key gives the first job again.")
    ] = None,
    deduplicate: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", min=0.001, max=86_400, help="One job for all like it within so many seconds."),
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the end; exit code 1 unless it completed.")] = False,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Submit a job.

    Examples:  botswain submit job-search.yaml --var site=https://example.org --wait
    |  botswain submit "Job Discovery" --priority high --tag eu --at 2026-03-02T06:00
    """
    settings = {
        "priority": priority,
        "version": version,
        "robot": robot,
        "tags": tuple(tag) if tag else None,
        "capabilities": tuple(capability) if capability else None,
        "concurrency": tuple(_key(each) for each in concurrency) if concurrency else None,
        "timeout_s": timeout,
        "max_retries": max_retries,
        "not_before": _moment(at),
        "deduplicate_s": deduplicate,
    }

    async def ask() -> JobView | JobDetail:
        async with connected(connect, key, data_dir) as client:
            request = _completed(await workflow_request(client, workflow, var or (), variable_file), settings)
            view = await client.submit(request, idempotency_key=idempotency_key)
            return await _ended(client, view) if wait else view

    _tell(run_async(ask()), as_json=as_json)


def _key(text: str) -> ConcurrencyKey:
    if not 1 <= len(text.strip()) <= MAX_KEY:
        message = f"--concurrency: {text!r:.80} is no key; write 1 to {MAX_KEY} characters."
        raise UserError(message, field="--concurrency")
    return ConcurrencyKey(key=text)


def _completed(request: SubmitRequest, settings: Mapping[str, Any]) -> SubmitRequest:
    """The request with what was given; what was not given stays unsaid, so that the orchestrator decides."""
    given = {name: value for name, value in settings.items() if value is not None}
    return request.model_copy(update={**given, "submitted_by": COMMAND_LINE})


async def _ended(client: OrchestratorClient, view: JobView) -> JobDetail:
    with progress_view([view]) as progress:
        await follow_jobs(client, [view.job_id], progress)
    return await client.job(view.job_id)


def _tell(answer: JobView | JobDetail, *, as_json: bool) -> None:
    if as_json:
        write_json(answer)
    elif isinstance(answer, JobDetail):
        show_job(answer)
    else:
        waiting = f" {answer.waiting}" if answer.waiting else ""
        say(f"{answer.workflow_name} is {answer.status.value.replace('_', ' ')} as job {answer.job_id}.{waiting}")
    if isinstance(answer, JobDetail) and answer.job.status is not JobStatus.COMPLETED:
        sys.exit(EXIT_FAILED)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text.strip()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UserError(f"--at: {text!r} is no moment; write it like 2026-03-27T09:00.", field="--at") from None
