"""`botswain workflows versions`, `diff`, `rollback`, `deploy`, `undeploy`, `deployments`: what runs, and where."""

from typing import Annotated

import typer

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, count_text, say, write_json, write_table
from orchestrator.contract.api.operations import DeploymentView, VersionDiffView
from orchestrator.contract.api.workflows import WorkflowView

Workflow = Annotated[str, typer.Argument(metavar="WORKFLOW", help="Id or name of the workflow.", show_default=False)]
Robots = Annotated[
    list[str] | None, typer.Option("--robot", help="Only this robot (id or name); may be repeated. Default: all.")
]


def list_versions(
    workflow: Workflow, *, connect: Connect = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """List a workflow's versions, the newest first."""

    async def ask() -> list[WorkflowView]:
        async with connected(connect, key, data_dir) as client:
            return await client.workflow_versions(workflow)

    views = run_async(ask())
    if as_json:
        write_json(views)
        return
    rows = [
        (str(view.number), view.workflow_hash, at_text(view.created_at), view.saved_by, str(view.steps), view.note)
        for view in views
    ]
    write_table(("VERSION", "HASH", "SAVED", "BY", "STEPS", ""), rows, empty="There is none.")


def diff_versions(
    workflow: Workflow,
    before: Annotated[str, typer.Argument(metavar="FROM", help="Number or hash.", show_default=False)],
    after: Annotated[str | None, typer.Argument(metavar="TO", help="Default: the newest.", show_default=False)] = None,
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Say in words what changed from one version to another.

    Example:  botswain workflows diff "Job Discovery" 3 5
    """

    async def ask() -> VersionDiffView:
        async with connected(connect, key, data_dir) as client:
            return await client.operations.diff(workflow, before, after)

    view = run_async(ask())
    if as_json:
        write_json(view)
        return
    say(f"{view.name}, from version {view.from_number} to {view.to_number}:")
    for change in view.changes:
        say(f"  {change}")
    if not view.changes:
        say("  Nothing changed.")


def roll_back(
    workflow: Workflow,
    *,
    to: Annotated[str, typer.Option(help="The version that shall run again: number or hash.", show_default=False)],
    note: Annotated[str, typer.Option(help="Why; it is kept with the version.")] = "",
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make an old version the newest again, as a new version; jobs that exist keep theirs.

    Example:  botswain workflows rollback "Job Discovery" --to 3 --note "5 misses the last page"
    """

    async def ask() -> WorkflowView:
        async with connected(connect, key, data_dir) as client:
            return await client.operations.roll_back(workflow, to, note=note)

    view = run_async(ask())
    if as_json:
        write_json(view)
    else:
        say(f"{view.name} is at version {view.number} now. {view.note}")


def deploy(
    workflow: Workflow,
    *,
    robot: Robots = None,
    version: Annotated[str | None, typer.Option(help="Number or hash. Default: the newest.")] = None,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Bring a workflow to robots ahead of its jobs; those that are away get it when they connect.

    Example:  botswain workflows deploy "Job Discovery" --robot berlin-1
    """

    async def ask() -> list[DeploymentView]:
        async with connected(connect, key, data_dir) as client:
            return await client.operations.deploy(workflow, robot or (), version=version)

    views = run_async(ask())
    if as_json:
        write_json(views)
    else:
        say(f"{workflow} is on its way to {count_text(len(views), 'robot')}; see `botswain workflows deployments`.")


def undeploy(
    workflow: Workflow,
    *,
    robot: Robots = None,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Let robots forget a workflow; its jobs bring it along again."""

    async def ask() -> list[DeploymentView]:
        async with connected(connect, key, data_dir) as client:
            return await client.operations.undeploy(workflow, robot or ())

    views = run_async(ask())
    if as_json:
        write_json(views)
    else:
        say(f"{workflow} is taken from {count_text(len(views), 'robot')}.")


def list_deployments(
    *,
    workflow: Annotated[str | None, typer.Option(help="Only of this workflow (id or name).")] = None,
    robot: Annotated[str | None, typer.Option(help="Only on this robot (id or name).")] = None,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List which robot keeps which workflow, and what became of it."""

    async def ask() -> list[DeploymentView]:
        async with connected(connect, key, data_dir) as client:
            return await client.operations.deployments(workflow=workflow, robot=robot)

    views = run_async(ask())
    if as_json:
        write_json(views)
        return
    rows = [
        (
            view.workflow_name,
            str(view.number or ""),
            view.robot_name or view.robot_id,
            view.state,
            at_text(view.changed_at),
            view.actor,
            view.detail,
        )
        for view in views
    ]
    empty = "Nothing is deployed; robots get workflows with their jobs. `botswain workflows deploy` brings them ahead."
    write_table(("WORKFLOW", "VERSION", "ROBOT", "STATE", "SINCE", "BY", ""), rows, empty=empty)
