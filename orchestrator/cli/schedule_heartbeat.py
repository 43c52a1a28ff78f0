"""`botswain schedules heartbeat`: the address that a schedule calls after each good run."""

from typing import Annotated

import typer

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, say, write_json, write_table
from orchestrator.contract.api.heartbeats import HeartbeatView
from orchestrator.contract.errors import UserError


def heartbeat(
    schedule: Annotated[str | None, typer.Argument(metavar="SCHEDULE", help="Name or id.", show_default=False)] = None,
    url: Annotated[str | None, typer.Argument(metavar="URL", help="What it calls; `off` for nobody.")] = None,
    *,
    try_now: Annotated[bool, typer.Option("--try", help="Call the address once, now.")] = False,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Let a schedule call an address after each run that completed and is not suspect; without words, show all.

    Examples:  botswain schedules heartbeat mornings https://hc.example.org/ping/7f3a  |
    botswain schedules heartbeat mornings --try  |  botswain schedules heartbeat mornings off
    """
    if schedule is None:
        _show_all(run_async(_all(connect, key, data_dir)), as_json=as_json)
        return
    if url is None and not try_now:
        raise UserError("Name the address that the schedule calls, `off`, or --try.", field="URL")
    view = run_async(_change(schedule, url, connect, key, data_dir, try_now=try_now))
    if as_json:
        write_json(view)
    else:
        say(f"{view.name} calls {view.url or 'nobody'}.{_outcome(view) if try_now else ''}")
    if try_now and view.problem:
        raise typer.Exit(1)


async def _all(connect: str | None, key: str | None, data_dir: DataDir) -> tuple[HeartbeatView, ...]:
    async with connected(connect, key, data_dir) as client:
        return await client.heartbeats.list()


async def _change(
    schedule: str, url: str | None, connect: str | None, key: str | None, data_dir: DataDir, *, try_now: bool
) -> HeartbeatView:
    async with connected(connect, key, data_dir) as client:
        view = await client.heartbeats.set(schedule, None if url == "off" else url) if url is not None else None
        return await client.heartbeats.call_now(schedule) if try_now or view is None else view


def _show_all(views: tuple[HeartbeatView, ...], *, as_json: bool) -> None:
    if as_json:
        write_json(list(views))
        return
    rows = [(each.name, each.url or "nobody", at_text(each.called_at), each.problem) for each in views]
    write_table(("SCHEDULE", "CALLS", "LAST", ""), rows, empty="There is no schedule.")


def _outcome(view: HeartbeatView) -> str:
    return f" {view.problem}" if view.problem else " The call was taken."
