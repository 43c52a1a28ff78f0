"""`botswain settings`: what may change while the orchestrator runs."""

import json
from typing import Annotated

import typer

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, say, value_text, write_json, write_table
from orchestrator.contract.api.settings import SettingView
from orchestrator.contract.errors import UserError
from orchestrator.contract.ids import JsonValue

app = typer.Typer(
    help="What may change while the orchestrator runs: list, get, set, reset.", invoke_without_command=True
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the setting.", show_default=False)]


@app.callback()
def settings(
    context: typer.Context,
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """What may change while the orchestrator runs: list, get, set, reset.

    Without a word it lists them.
    """
    if context.invoked_subcommand is None:
        list_settings(connect=connect, key=key, data_dir=data_dir, as_json=as_json)


@app.command("list")
def list_settings(
    *, connect: Connect = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """List the settings with their values and what they mean."""

    async def ask() -> list[SettingView]:
        async with connected(connect, key, data_dir) as client:
            return await client.settings.every()

    views = run_async(ask())
    if as_json:
        write_json(views)
        return
    rows = [
        (view.name, _text(view.value), f"changed; else {_text(view.given)}" if view.is_changed else "", view.meaning)
        for view in views
    ]
    write_table(("SETTING", "VALUE", "", "MEANING"), rows, empty="There is no setting.")


@app.command("get")
def get_setting(
    name: Name, *, connect: Connect = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """Print the value of a setting."""

    async def ask() -> SettingView:
        async with connected(connect, key, data_dir) as client:
            return await client.settings.get(name)

    view = run_async(ask())
    if as_json:
        write_json(view)
    else:
        say(_text(view.value))


@app.command("set")
def set_setting(
    assignments: Annotated[
        list[str], typer.Argument(metavar="NAME=VALUE...", help="JSON or plain text.", show_default=False)
    ],
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
) -> None:
    """Change settings; they hold at once, and over restarts.

    Examples:  botswain settings set max_concurrent_workflows=5  |  botswain settings set debug=director,scheduler
    """
    values = dict(map(_assignment, assignments))

    async def ask() -> list[SettingView]:
        async with connected(connect, key, data_dir) as client:
            return await client.settings.change(values)

    for view in run_async(ask()):
        if view.name in values:
            say(f"{view.name} is {_text(view.value)}.")


@app.command("reset")
def reset_setting(name: Name, *, connect: Connect = None, key: Key = None, data_dir: DataDir = None) -> None:
    """Let arguments, environment and file decide again."""

    async def ask() -> list[SettingView]:
        async with connected(connect, key, data_dir) as client:
            return await client.settings.reset(name)

    view = next(each for each in run_async(ask()) if each.name == name)
    say(f"{view.name} is {_text(view.value)} again.")


def _assignment(text: str) -> tuple[str, JsonValue]:
    name, sign, written = text.partition("=")
    if not sign or not name.strip():
        raise UserError(f"{text!r:.80} is no assignment; write NAME=VALUE.", field="NAME=VALUE")
    try:
        value: JsonValue = json.loads(written)
    except ValueError:
        value = {"yes": True, "on": True, "no": False, "off": False, "none": None}.get(written.lower(), written)
    return name.strip(), value


def _text(value: JsonValue) -> str:
    return "none" if value is None else value_text(value)
