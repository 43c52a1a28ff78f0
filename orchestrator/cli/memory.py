"""`botswain memory`: what runs remember for later runs."""

import json
from collections.abc import Callable
from typing import Annotated

import typer

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, say, write_json, write_table
from orchestrator.contract.errors import UserError
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.memory import MemoryKind, MemoryValue, MemoryView

app = typer.Typer(help="What runs remember for later runs: values, and logins of browser sessions.")

LoginArgument = Annotated[str, typer.Argument(metavar="LOGIN", help="Name that `save_auth` gave.", show_default=False)]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", show_default=False)]


@app.callback(invoke_without_command=True)
def memory(
    context: typer.Context,
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List what is remembered, by the steps `remember` and `save_auth` or by hand.

    Examples:  botswain memory  |  botswain memory show prices  |  botswain memory forget --login shop
    """
    if context.invoked_subcommand is not None:
        return

    async def ask() -> tuple[MemoryView, ...]:
        async with connected(connect, key, data_dir) as client:
            return await client.memory.list()

    views = run_async(ask())
    if as_json:
        write_json(views)
        return
    rows = [
        (each.name, each.kind, f"{each.size:,}", at_text(each.changed_at), each.changed_by, _users(each))
        for each in views
    ]
    write_table(("NAME", "KIND", "BYTES", "CHANGED", "BY", "FOR"), rows, empty="Nothing is remembered.")


@app.command("show")
def show(name: NameArgument, *, connect: Connect = None, key: Key = None, data_dir: DataDir = None) -> None:
    """Print a remembered value as JSON."""

    async def ask() -> MemoryValue:
        async with connected(connect, key, data_dir) as client:
            return await client.memory.get(name)

    write_json(run_async(ask()).value)


@app.command("set")
def set_value(
    name: NameArgument,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="JSON, or else a text.", show_default=False)],
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
) -> None:
    """Write a value that the next run recalls."""

    async def ask() -> MemoryView:
        async with connected(connect, key, data_dir) as client:
            return await client.memory.set(name, _value(value))

    run_async(ask())
    say(f"{name} is remembered.")


@app.command("allow")
def allow(
    login: LoginArgument,
    workflows: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WORKFLOW ...]", help="Names, or `folder/*`; `*` stands for any part."),
    ] = None,
    *,
    anyone: Annotated[bool, typer.Option("--anyone", help="Let any workflow use it.")] = False,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
) -> None:
    """Let more workflows use a login; the workflow that kept it first may by itself.

    Examples:  botswain memory allow shop 'Pay invoices' 'Shop/*'  |  botswain memory allow shop --anyone
    """
    if anyone == bool(workflows):
        raise UserError("WORKFLOW: name the workflows that may use it, or say --anyone.", field="WORKFLOW")
    more = workflows or []

    def with_more(known: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if anyone else tuple(dict.fromkeys((*(known or ()), *more)))

    _told_allowed(run_async(_changed(login, with_more, connect=connect, key=key, data_dir=data_dir)))


@app.command("disallow")
def disallow(
    login: LoginArgument,
    workflows: Annotated[
        list[str], typer.Argument(metavar="WORKFLOW ...", help="As they were allowed.", show_default=False)
    ],
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
) -> None:
    """Take a login from workflows that were allowed to use it."""

    def without(known: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if known is None:
            raise UserError(f"Any workflow may use {login!r}; `botswain memory allow` names those that may.")
        strange = [each for each in workflows if each not in known]
        if strange:
            raise UserError(
                f"WORKFLOW: {strange[0]!r} is none of {', '.join(known) or 'those allowed'}.", field="WORKFLOW"
            )
        return tuple(each for each in known if each not in workflows)

    _told_allowed(run_async(_changed(login, without, connect=connect, key=key, data_dir=data_dir)))


async def _changed(
    login: str,
    change: Callable[[tuple[str, ...] | None], tuple[str, ...] | None],
    *,
    connect: Connect,
    key: Key,
    data_dir: DataDir,
) -> MemoryView:
    """The login after its list of workflows was changed. UserError when there is no such login."""
    async with connected(connect, key, data_dir) as client:
        known = [each for each in await client.memory.list() if (each.kind, each.name) == (MemoryKind.LOGIN, login)]
        if not known:
            raise UserError(f"LOGIN: no login {login!r} is kept; `botswain memory` lists them.", field="LOGIN")
        return await client.memory.allow(login, change(known[0].allowed))


def _told_allowed(view: MemoryView) -> None:
    say(f"{view.name} may be used by {_users(view) or 'no workflow'}.")


def _users(view: MemoryView) -> str:
    """Who may use it, for people; a value may be read by all."""
    return "any workflow" if view.allowed is None else ", ".join(view.allowed)


@app.command("forget")
def forget(
    name: NameArgument,
    *,
    login: Annotated[bool, typer.Option("--login", help="A login, not a value.")] = False,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
) -> None:
    """Remove a value or a login; the next run begins anew."""

    async def ask() -> None:
        async with connected(connect, key, data_dir) as client:
            await client.memory.forget(name, MemoryKind.LOGIN if login else MemoryKind.VALUE)

    run_async(ask())
    say(f"{name} is forgotten.")


def _value(text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value
