"""`botswain robots drain`, `resume`, `maintenance` and `restart`: robots that are to rest, and when they are free."""

import sys
from contextlib import aclosing
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.lengths import moment, seconds
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, error_console, say, write_json, write_table
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.following import changes
from orchestrator.contract.api.operations import DrainView, RolloutView
from orchestrator.contract.api.robots import RobotView
from orchestrator.contract.errors import UserError

EXIT_FAILED = 1


class Then(StrEnum):
    """What becomes of jobs that still run at the deadline."""

    WAIT = "wait"
    HAND_OVER = "hand-over"
    KILL = "kill"


Robot = Annotated[str, typer.Argument(metavar="ROBOT", help="Name or id of the robot.", show_default=False)]


def drain_robot(
    robot: Robot,
    *,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until it is free.")] = False,
    deadline: Annotated[
        str | None, typer.Option(metavar="LENGTH", help="How long its jobs may take, such as 10m.")
    ] = None,
    then: Annotated[
        Then, typer.Option(help="At the deadline: let them finish, hand them over to other robots, or cancel them.")
    ] = Then.WAIT,
    reason: Annotated[str, typer.Option(help="Why; others see it.")] = "",
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Let a robot finish what it runs and take nothing new; says when it will be free.

    A handed-over job pauses after its current steps, and goes on from there on another robot.

    Examples:  botswain robots drain berlin-1 --wait  |  botswain robots drain berlin-1 --deadline 10m --then hand-over
    """
    deadline_s = seconds(deadline, option="--deadline") if deadline else None

    async def ask() -> DrainView:
        async with connected(connect, key, data_dir) as client:
            view = await client.operations.drain(robot, deadline_s=deadline_s, then=then.value, reason=reason)
            return await until_free(client, view) if wait else view

    _tell(run_async(ask()), as_json=as_json)


def resume_robot(
    robot: Robot, *, connect: Connect = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """Give a drained robot, or one under maintenance, work again."""

    async def ask() -> RobotView:
        async with connected(connect, key, data_dir) as client:
            return await client.resume_robot(robot)

    view = run_async(ask())
    if as_json:
        write_json(view)
    else:
        say(f"{view.name} takes work again.")


def maintain_robot(
    robot: Robot,
    *,
    reason: Annotated[str, typer.Option(help="What is done to it; others see it.", show_default=False)],
    until: Annotated[
        str | None,
        typer.Option(metavar="MOMENT", help="When it takes work again by itself: 18:00, 2h, 2026-03-27T09:00."),
    ] = None,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Take a robot out of work for a reason; what it runs goes on to its end.

    Example:  botswain robots maintenance berlin-1 --reason "new disk" --until 18:00
    """
    now = datetime.now(UTC)  # noqa: TID251  a person's words are about this machine's clock
    at = moment(until, option="--until", now=now) if until else None

    async def ask() -> DrainView:
        async with connected(connect, key, data_dir) as client:
            return await client.operations.maintain(robot, reason=reason, until=at)

    _tell(run_async(ask()), as_json=as_json)


def restart_robots(
    robots: Annotated[
        list[str] | None, typer.Argument(metavar="ROBOT...", help="Names or ids.", show_default=False)
    ] = None,
    *,
    everyone: Annotated[bool, typer.Option("--all", help="Every robot that is connected.")] = False,
    reason: Annotated[str, typer.Option(help="Why; it stands in their logs.")] = "",
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until all are back.")] = True,
    stop: Annotated[
        bool, typer.Option("--stop", help="End a restart that is under way: those that wait are left alone.")
    ] = False,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Restart robots one after the other; each finishes its jobs first, so that none is lost.

    A robot ends with exit code 75 and has to be started again by whoever supervises it: systemd with
    `Restart=on-failure`, a container's restart policy, or the console. One that is not back after two minutes stops
    the round, and the others are left alone; exit code 1.

    Examples:  botswain robots restart berlin-1  |  botswain robots restart --all --reason "new browser"
    """
    if bool(robots) + everyone + stop != 1:
        raise UserError("ROBOT: name robots, or say --all or --stop.", field="ROBOT")

    async def ask() -> RolloutView:
        async with connected(connect, key, data_dir) as client:
            if stop:
                return await _stopped(client)
            view = await client.operations.restart_robots(robots or (), reason=reason)
            return await until_restarted(client, view, quiet=as_json) if wait else view

    view = run_async(ask())
    if as_json:
        write_json(view)
    else:
        rows = [(each.name, each.state, each.detail) for each in view.robots]
        write_table(("ROBOT", "RESTART", ""), rows, empty="No robot is connected.")
    if view.has_failed:
        sys.exit(EXIT_FAILED)


async def until_free(client: OrchestratorClient, view: DrainView) -> DrainView:
    """The robot once it holds nothing; on the way, when that will be."""
    said = ""
    async with aclosing(changes(client, ("robots.drained", "robots.removed"))) as moments:
        while not view.is_free:
            if view.words != said:
                said = view.words
                error_console().print(said, highlight=False)
            await anext(moments)
            view = await client.operations.drain_clock(view.robot_id)
    return view


async def _stopped(client: OrchestratorClient) -> RolloutView:
    under_way = next((each for each in await client.operations.rollouts() if each.ended_at is None), None)
    if under_way is None:
        raise UserError("--stop: no robots are being restarted.", field="--stop")
    return await client.operations.stop_rollout(under_way.rollout_id)


async def until_restarted(client: OrchestratorClient, view: RolloutView, *, quiet: bool) -> RolloutView:
    """The rollout at its end; on the way, how far each robot is."""
    said: dict[str, str] = {}
    async with aclosing(changes(client, ("restarts.*",))) as moments:
        while view.ended_at is None:
            await anext(moments)
            view = await client.operations.rollout(view.rollout_id)
            for each in view.robots:
                if not quiet and said.get(each.robot_id, "waiting") != each.state:
                    error_console().print(f"{each.name}: {each.state}", highlight=False)
                said[each.robot_id] = each.state
    return view


def _tell(view: DrainView, *, as_json: bool) -> None:
    if as_json:
        write_json(view)
        return
    say(view.words)
    plan = view.plan
    if plan is not None and plan.deadline_at is not None and not view.is_free:
        say(f"Deadline: {at_text(plan.deadline_at)}, then {plan.then}.", style="dim")
    if plan is not None and plan.until_at is not None:
        say(f"It takes work again at {at_text(plan.until_at)}.", style="dim")
    if view.jobs and view.free_at is None:
        say(f"By their time limits they end by {at_text(view.free_at_latest)}.", style="dim")
