"""`botswain notices`: what the engine switched off by itself, and how to switch it on again."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, say, write_json, write_table
from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.notices import FailureLimitView, NoticeView
from orchestrator.contract.errors import UserError

app = typer.Typer(help="What the engine switched off by itself: why, and how to undo it.")

SHORT = 8
NoticeArgument = Annotated[str, typer.Argument(metavar="NOTICE", help="Id, or the end of it.", show_default=False)]


@app.callback(invoke_without_command=True)
def notices(
    context: typer.Context,
    *,
    over: Annotated[bool, typer.Option("--all", help="Also what is on again, newest first.")] = False,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List what the engine has switched off by itself, with the reason.

    Examples:  botswain notices  |  botswain notices undo 3f2a  |  botswain notices limit nightly 3
    """
    if context.invoked_subcommand is not None:
        return

    async def ask() -> tuple[NoticeView, ...]:
        async with connected(connect, key, data_dir) as client:
            return await client.notices.list(over=over)

    views = run_async(ask())
    if as_json:
        write_json(views)
        return
    rows = [(view.notice_id[-SHORT:], at_text(view.raised_at), view.title, view.reason, _state(view)) for view in views]
    write_table(("NOTICE", "SINCE", "WHAT", "WHY", "UNDO"), rows, empty="Nothing is switched off.")


@app.command("undo")
def undo(
    notice: NoticeArgument,
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Switch it on again."""

    async def done(client: OrchestratorClient, notice_id: str) -> NoticeView:
        return await client.notices.undo(notice_id)

    _with(notice, done, "Undone", connect, key, data_dir, as_json=as_json)


@app.command("dismiss")
def dismiss(
    notice: NoticeArgument,
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Take the notice down and leave things as they are."""

    async def done(client: OrchestratorClient, notice_id: str) -> NoticeView:
        return await client.notices.dismiss(notice_id)

    _with(notice, done, "Dismissed", connect, key, data_dir, as_json=as_json)


@app.command("limit")
def limit(
    schedule: Annotated[str, typer.Argument(metavar="SCHEDULE", help="Name or id.", show_default=False)],
    failures: Annotated[
        str, typer.Argument(metavar="FAILURES", help="Pause it after so many in a row; `off` for never.")
    ] = "off",
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Let the engine pause a schedule after so many failures in a row; at first it never does."""
    number = None if failures == "off" else _number(failures)

    async def ask() -> FailureLimitView:
        async with connected(connect, key, data_dir) as client:
            return await client.notices.set_failure_limit(schedule, number)

    view = run_async(ask())
    if as_json:
        write_json(view)
    elif view.failures is None:
        say(f"{view.name} is not paused by failures.")
    else:
        say(f"{view.name} is paused after {view.failures} failures in a row.")


def _with(  # noqa: PLR0917  the connection's three options travel together
    notice: str,
    work: Callable[[OrchestratorClient, str], Awaitable[NoticeView]],
    word: str,
    connect: Connect,
    key: Key,
    data_dir: DataDir,
    *,
    as_json: bool,
) -> None:
    async def ask() -> NoticeView:
        async with connected(connect, key, data_dir) as client:
            return await work(client, await _full_id(client, notice))

    view = run_async(ask())
    if as_json:
        write_json(view)
    else:
        say(f"{word}: {view.title}")


def _state(view: NoticeView) -> str:
    if view.end is not None:
        return f"{view.end} {at_text(view.ended_at)} {view.ended_by}"
    return view.undo if view.can_undo else ""


def _number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise UserError(f"FAILURES: {text!r} is neither `off` nor a number from 1 to 100.", field="FAILURES")
    return int(text)


async def _full_id(client: OrchestratorClient, ending: str) -> str:
    found = [view.notice_id for view in await client.notices.list(limit=1_000) if view.notice_id.endswith(ending)]
    if len(found) > 1:
        raise UserError(f"{len(found)} notices end with {ending!r}; give more of the id.", field="NOTICE")
    return found[0] if found else ending
