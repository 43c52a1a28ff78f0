"""`botswain memory`: what runs remember for later runs."""

import json
from typing import Annotated

import typer

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, say, write_json, write_table
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.memory import MemoryKind, MemoryValue, MemoryView

app = typer.Typer(help="What runs remember for later runs: values, and logins of browser sessions.")

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
    rows = [(each.name, each.kind, f"{each.size:,}", at_text(each.changed_at), each.changed_by) for each in views]
    write_table(("NAME", "KIND", "BYTES", "CHANGED", "BY"), rows, empty="Nothing is remembered.")


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
