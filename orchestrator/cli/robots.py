"""`botswain robots`, `robot` and `enrol`: who works here, who rests, and how somebody new joins."""

from enum import StrEnum
from typing import Annotated, assert_never

import typer

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.jobs import log_text
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, say, size_text, status_text, write_facts, write_json, write_table
from orchestrator.cli.pools import pool_facts
from orchestrator.cli.rest import drain_robot, maintain_robot, restart_robots, resume_robot
from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.logs import LogPage
from orchestrator.contract.api.robots import EnrolmentView, RobotView


class RobotAction(StrEnum):
    """What may be done with a robot."""

    SHOW = "show"
    LOGS = "logs"
    DRAIN = "drain"
    RESUME = "resume"
    REMOVE = "remove"


robots_app = typer.Typer(help="Who works here; drains, maintenance and restarts.", invoke_without_command=True)
robots_app.command("drain")(drain_robot)
robots_app.command("resume")(resume_robot)
robots_app.command("maintenance")(maintain_robot)
robots_app.command("restart")(restart_robots)


@robots_app.callback()
def robots(
    context: typer.Context,
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List the robots, connected ones first.

    Examples:  botswain robots  |  botswain robots drain berlin-1 --wait  |  botswain robots restart --all
    """
    if context.invoked_subcommand is not None:
        return

    async def ask() -> list[RobotView]:
        async with connected(connect, key, data_dir) as client:
            return await client.robots()

    views = run_async(ask())
    if as_json:
        write_json(views)
        return
    rows = [
        (
            view.name,
            status_text(view.status),
            f"{view.slots_busy}/{view.slots}",
            view.host,
            view.browser,
            ", ".join(view.tags),
            f"{view.cpu_percent:.0f} %" if view.cpu_percent is not None else "",
            size_text(view.process_memory_bytes),
            at_text(view.last_seen_at),
            view.note,
        )
        for view in views
    ]
    titles = ("ROBOT", "STATUS", "BUSY", "HOST", "BROWSER", "TAGS", "CPU", "MEMORY", "LAST SEEN", "")
    write_table(titles, rows, empty="No robot has connected yet. `botswain enrol` prints the command that starts one.")


def robot(
    name: Annotated[str, typer.Argument(metavar="ROBOT", help="Name or id of the robot.", show_default=False)],
    action: Annotated[RobotAction, typer.Argument(help="What to do.")] = RobotAction.SHOW,
    *,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=5_000, help="Log lines to show.")] = 100,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show a robot, read its log, drain it, let it work again, or forget it.

    A drained robot finishes what it runs and takes nothing new. Only a robot that is not connected can be removed.

    Examples:  botswain robot berlin-1  |  botswain robot berlin-1 drain  |  botswain robot berlin-1 logs -n 20
    """

    async def ask() -> RobotView | LogPage | None:
        async with connected(connect, key, data_dir) as client:
            return await _done(client, name, action, limit)

    answer = run_async(ask())
    if as_json:
        write_json(answer if answer is not None else {"removed": name})
    elif answer is None:
        say(f"{name} is removed.")
    elif isinstance(answer, LogPage):
        for line in answer.lines:
            typer.echo(log_text(line))
    else:
        _show(answer)


def enrol(*, connect: Connect = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Print the command that starts a robot for this orchestrator, to paste on the other machine."""

    async def ask() -> EnrolmentView:
        async with connected(connect, key, data_dir) as client:
            return await client.enrolment()

    view = run_async(ask())
    if as_json:
        write_json(view)
    else:
        say(view.command)


async def _done(client: OrchestratorClient, name: str, action: RobotAction, limit: int) -> RobotView | LogPage | None:
    match action:
        case RobotAction.SHOW:
            return await client.robot(name)
        case RobotAction.LOGS:
            return await client.robot_logs(name, limit=limit)
        case RobotAction.DRAIN:
            return await client.drain_robot(name)
        case RobotAction.RESUME:
            return await client.resume_robot(name)
        case RobotAction.REMOVE:
            await client.remove_robot(name)
            return None
    assert_never(action)


def _show(view: RobotView) -> None:
    write_facts(
        [
            ("robot", view.name),
            ("id", view.robot_id),
            ("status", status_text(view.status)),
            ("plan", view.note),
            ("busy", f"{view.slots_busy} of {view.slots} slots"),
            ("jobs", ", ".join(view.current_jobs)),
            ("host", view.host),
            ("platform", view.platform),
            ("browser", view.browser),
            ("version", view.software_version),
            ("tags", ", ".join(view.tags)),
            ("capabilities", ", ".join(view.capabilities)),
            ("memory", size_text(view.process_memory_bytes)),
            *pool_facts(view.pools),
            ("last seen", at_text(view.last_seen_at)),
            ("registered", at_text(view.registered_at)),
        ]
    )
