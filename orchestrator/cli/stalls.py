"""`botswain stalls` and `capture`: runs that stand still, what is done about them, and a look at any run."""

from typing import Annotated

import typer

from orchestrator.cli.assignments import Assignments, request_of
from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.job_ids import full_id, short_id
from orchestrator.cli.jobs import JobArgument
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, duration_text, say, write_json, write_table
from orchestrator.contract.api.stalls import StalledJobView, StallPolicyRequest, StallPolicyView

app = typer.Typer(help="Runs that stand still, and what is done about them.")

WorkflowArgument = Annotated[
    str,
    typer.Argument(
        metavar="WORKFLOW", help="Name or id; `*` for all without a policy of their own.", show_default=False
    ),
]


@app.callback(invoke_without_command=True)
def stalls(
    context: typer.Context,
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List the runs whose steps and pages stand still longer than usual.

    Examples:  botswain stalls  |  botswain stalls set Prices cancel_after_s=1200  |  botswain stalls policies
    """
    if context.invoked_subcommand is not None:
        return

    async def ask() -> tuple[StalledJobView, ...]:
        async with connected(connect, key, data_dir) as client:
            return await client.stalls.list()

    views = run_async(ask())
    if as_json:
        write_json(views)
        return
    rows = [
        (
            short_id(view.job_id),
            view.workflow_name,
            view.robot_name,
            view.stall.message,
            ", ".join(view.stall.rungs),
            ", ".join(view.stall.captures),
        )
        for view in views
    ]
    write_table(("JOB", "WORKFLOW", "ROBOT", "WHAT", "DONE", "FILES"), rows, empty="Every run moves.")


@app.command("policies")
def policies(*, connect: Connect = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show after how long each rung of the ladder is climbed, for all workflows and for those with their own policy."""

    async def ask() -> tuple[StallPolicyView, ...]:
        async with connected(connect, key, data_dir) as client:
            return await client.stalls.policies()

    _show(run_async(ask()), as_json=as_json)


@app.command("set")
def set_policy(
    workflow: WorkflowArgument,
    changes: Assignments,
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Watch a workflow's runs by a policy of their own; what is not named takes its default.

    Examples:  botswain stalls set Prices note_after_s=60 trace_after_s=90  |  botswain stalls reset Prices
    """

    async def ask() -> StallPolicyView:
        async with connected(connect, key, data_dir) as client:
            return await client.stalls.set_policy(workflow, request_of(StallPolicyRequest, changes))

    _show((run_async(ask()),), as_json=as_json)


@app.command("reset")
def remove_policy(
    workflow: WorkflowArgument,
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Watch a workflow's runs as those of all others."""

    async def ask() -> StallPolicyView:
        async with connected(connect, key, data_dir) as client:
            return await client.stalls.remove_policy(workflow)

    _show((run_async(ask()),), as_json=as_json)


def capture(
    job: JobArgument,
    *,
    trace: Annotated[bool, typer.Option("--trace", help="A recording of some seconds instead of a picture.")] = False,
    seconds: Annotated[float, typer.Option(min=1, max=60, help="How long to record.")] = 5.0,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
) -> None:
    """Let the robot show what a running job sees; the file appears with the job a moment later.

    Examples:  botswain capture 9f31c2aa  |  botswain capture 9f31c2aa --trace --seconds 10
    """

    async def ask() -> str:
        async with connected(connect, key, data_dir) as client:
            job_id = await full_id(client, job)
            await client.stalls.capture(job_id, "trace" if trace else "screenshot", trace_s=seconds)
            return job_id

    say(f"Asked for. `botswain job {short_id(run_async(ask()))}` shows the file once it is there.")


def _show(views: tuple[StallPolicyView, ...], *, as_json: bool) -> None:
    if as_json:
        write_json(views)
        return
    rows = [
        (
            view.workflow,
            f"{duration_text(view.note_after_s)}, or {view.usual_factor:g} times the usual",
            _after(view.screenshot_after_s),
            _after(view.trace_after_s),
            _after(view.cancel_after_s),
            _after(view.requeue_after_s),
        )
        for view in views
    ]
    write_table(("WORKFLOW", "NOTE AFTER", "SCREENSHOT", "TRACE", "CANCEL", "REQUEUE"), rows, empty="")


def _after(seconds: float | None) -> str:
    return "off" if seconds is None else duration_text(seconds)
