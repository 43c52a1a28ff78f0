"""`botswain retry`, `pause`, `resume`: run a job again, from the start or from a checkpoint, or let it rest."""

from typing import Annotated

import typer

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.job_ids import full_id
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, say, write_facts, write_json
from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.api.recovery import ResumePlanView
from orchestrator.contract.errors import UserError

JobArgument = Annotated[str, typer.Argument(metavar="JOB", help="Id of the job, or the end of it.", show_default=False)]


def retry(
    job_id: JobArgument,
    *,
    from_failed_step: Annotated[
        bool, typer.Option("--from-failed-step", help="Go on from the newest checkpoint; done steps do not run again.")
    ] = False,
    checkpoint: Annotated[
        str | None, typer.Option(metavar="ID", help="Go on from this checkpoint.", show_default=False)
    ] = None,
    newest_version: Annotated[
        bool,
        typer.Option("--newest-version", help="On the newest version of the workflow, where the done steps agree."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what is reused and what runs again.")] = False,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Run an ended job again: a new attempt of the same job, from the start or from a checkpoint.

    Example:  botswain retry 9f31c2aa --from-failed-step --dry-run
    """
    resumes = from_failed_step or checkpoint is not None
    if not resumes and (dry_run or newest_version):
        option = "--dry-run" if dry_run else "--newest-version"
        raise UserError(f"{option} goes with --from-failed-step or --checkpoint ID.", field=option)

    async def ask() -> JobView | ResumePlanView:
        async with connected(connect, key, data_dir) as client:
            job = await full_id(client, job_id)
            if not resumes:
                return await client.retry(job)
            if dry_run:
                return await client.checkpoints.plan(job, checkpoint_id=checkpoint, newest_version=newest_version)
            return await client.checkpoints.retry(job, checkpoint_id=checkpoint, newest_version=newest_version)

    answer = run_async(ask())
    if as_json:
        write_json(answer)
    elif isinstance(answer, ResumePlanView):
        _show_plan(answer)
    else:
        _tell(answer)


def pause(
    job_id: JobArgument,
    *,
    reason: Annotated[str, typer.Option(help="Why; it is kept with the job.")] = "",
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Let a running job finish its current steps, take a checkpoint and free its robot.

    Example:  botswain pause 9f31c2aa --reason "the site is slow now"
    """

    async def ask() -> JobView:
        async with connected(connect, key, data_dir) as client:
            return await client.checkpoints.pause(await full_id(client, job_id), reason=reason)

    view = run_async(ask())
    if as_json:
        write_json(view)
    elif view.status.value == "running":
        say(f"{view.workflow_name} ({view.job_id}) pauses after its current steps.")
    else:
        _tell(view)


def resume(
    job_id: JobArgument,
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Let a paused job go on from its checkpoint, on any robot.

    Example:  botswain resume 9f31c2aa
    """

    async def ask() -> JobView:
        async with connected(connect, key, data_dir) as client:
            return await _resumed(client, job_id)

    view = run_async(ask())
    if as_json:
        write_json(view)
    else:
        _tell(view)


async def _resumed(client: OrchestratorClient, job_id: str) -> JobView:
    return await client.checkpoints.resume(await full_id(client, job_id))


def _show_plan(plan: ResumePlanView) -> None:
    facts = plan.checkpoint.facts
    write_facts(
        (
            ("checkpoint", f"{facts.checkpoint_id} ({facts.kind}, attempt {facts.attempt})"),
            ("taken", f"{at_text(facts.taken_at)}  {facts.note}".strip()),
            ("version", plan.workflow_hash),
            ("iteration", f"{plan.iteration} of {facts.iterations}" if facts.iterations > 1 else ""),
            ("reused", ", ".join(plan.reused) or "nothing"),
            ("runs again", ", ".join(plan.again) or "nothing"),
            ("sessions", "\n".join(plan.sessions)),
            ("careful", f"not safe to repeat, and perhaps begun: {', '.join(plan.unsafe)}" if plan.unsafe else ""),
        )
    )


def _tell(view: JobView) -> None:
    say(f"{view.workflow_name} ({view.job_id}) is {view.status.value.replace('_', ' ')}.")
