"""The `botswain-robot` commands: run a robot, look at its machine, ask how it stands."""

import asyncio
import json
import logging
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from orchestrator.contract.protocol.terms import RESTART_EXIT_CODE
from robot.config import (
    DEFAULT_DRAIN_GRACE_S,
    MAX_SLOTS,
    RobotConfig,
    checked_base_url,
    checked_folders,
    checked_name,
    checked_words,
    find_token,
    parse_address,
)
from robot.environment import refuse_robot_framework
from robot.errors import RobotSetupError
from robot.state_folder import default_state_folder, is_locked
from robot.status import pool_line, read_status

DEFAULT_NAME = "robot"
PARENT_PIPE_VARIABLE = "BOTSWAIN_PARENT_PIPE"
WORK_FAILED = 1
WRONG_INPUT = 2

app = typer.Typer(
    name="botswain-robot",
    help="A Botswain robot: runs browser workflows for an orchestrator.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

Name = Annotated[str, typer.Option(help="The robot's name; its state is kept under it.")]
State = Annotated[Path | None, typer.Option(help="Folder for the robot's state; by default one for each name.")]
Browser = Annotated[str | None, typer.Option(help="Path of the browser, or chrome, msedge, chromium, firefox, webkit.")]
Settings = Annotated[
    Path | None,
    typer.Option("--settings", metavar="FILE", help="Pools of browser sessions and the model of AI steps, as TOML."),
]


@app.command()
def run(  # noqa: PLR0917  Typer reads the options from the parameters
    connect: Annotated[str, typer.Option(help="The orchestrator: ws://host:8765, http(s)://..., or host[:port].")],
    name: Annotated[str, typer.Option(help="The robot's name, as people will see it.")],
    slots: Annotated[int, typer.Option(min=1, max=MAX_SLOTS, help="How many jobs may run at once.")] = 1,
    token: Annotated[
        str | None, typer.Option(help="The robots' token. Others can see arguments: prefer --token-file.")
    ] = None,
    token_file: Annotated[Path | None, typer.Option(help="File that holds the token.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A tag that jobs can ask for; may be repeated.")] = None,
    capability: Annotated[list[str] | None, typer.Option(help="A capability to add; may be repeated.")] = None,
    state: State = None,
    browser: Browser = None,
    base_url: Annotated[str | None, typer.Option(help="Where relative addresses in workflows lead.")] = None,
    files: Annotated[
        list[Path] | None,
        typer.Option(
            "--files", metavar="DIR", help="A folder whose files workflows may read; may be repeated. Default: none."
        ),
    ] = None,
    settings: Settings = None,
    allow_scripts: Annotated[
        bool,
        typer.Option(
            "--allow-scripts",
            envvar="BOTSWAIN_ROBOT_ALLOW_SCRIPTS",
            help="Let workflows run JavaScript of their own in pages (the action `evaluate`).",
        ),
    ] = False,
    drain_grace: Annotated[
        float, typer.Option(min=0, max=86_400, help="Seconds that running jobs get to end when the robot is stopped.")
    ] = DEFAULT_DRAIN_GRACE_S,
    parent_pipe: Annotated[bool, typer.Option(help="End when standard input ends.", hidden=True)] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log more.")] = False,
) -> None:
    """Connect to an orchestrator and run its jobs until stopped. The token may also come from BOTSWAIN_ROBOT_TOKEN.

    When the orchestrator asks for a restart it ends with exit code 75, and whoever supervises it starts it again.
    """
    plain_name = checked_name(name)
    config = RobotConfig(
        address=parse_address(connect),
        name=plain_name,
        slots=slots,
        token=find_token(token, token_file),
        tags=checked_words(tag or (), option="--tag", most=100),
        capabilities=checked_words(capability or (), option="--capability", most=200),
        state_folder=state or default_state_folder(plain_name),
        browser=browser,
        base_url=checked_base_url(base_url),
        input_folders=checked_folders(files or ()),
        allow_scripts=allow_scripts,
        settings_file=settings,
        drain_grace_s=drain_grace,
    )
    from robot.wiring import run_robot  # noqa: PLC0415  Playwright is not needed for --help

    follows_owner = parent_pipe or os.environ.get(PARENT_PIPE_VARIABLE) == "1"
    if run_robot(config, parent_pipe=follows_owner, log_level=logging.DEBUG if verbose else logging.INFO):
        raise typer.Exit(RESTART_EXIT_CODE)


@app.command()
def doctor(  # noqa: PLR0917  Typer reads the options from the parameters
    name: Name = DEFAULT_NAME,
    connect: Annotated[str | None, typer.Option(help="An orchestrator that should answer.")] = None,
    state: State = None,
    browser: Browser = None,
    settings: Settings = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look at browser, state folder and orchestrator, and say what to do. Exit code 1 when something is missing."""
    from robot.doctor import Surroundings, examine  # noqa: PLC0415  Playwright is not needed for --help

    around = Surroundings(
        state_folder=state or default_state_folder(checked_name(name)),
        browser=browser,
        settings_file=settings,
        address=parse_address(connect) if connect else None,
    )
    findings = asyncio.run(examine(around))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        table = Table("", "", "", box=None, show_header=False)
        for finding in findings:
            mark = "[green]ok[/]" if finding.is_good else "[red]--[/]"
            table.add_row(mark, finding.subject, f"{finding.text} {finding.advice}".strip())
        Console().print(table)
    if not all(finding.is_good for finding in findings):
        raise typer.Exit(WORK_FAILED)


@app.command()
def record(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where the recording begins.", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Takes the recorder's Python script.")],
    browser: Browser = None,
) -> None:
    """Open a browser and write what is done in it as a script, until it is closed; `botswain record` imports it."""
    from robot.browser import recorder  # noqa: PLC0415  Playwright is not needed for --help

    code = recorder.record(url, output, browser=browser)
    if code:
        raise typer.Exit(WORK_FAILED)


@app.command()
def status(
    name: Name = DEFAULT_NAME,
    state: State = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Tell how the robot of this name stands, from its state folder. Exit code 1 when it does not run."""
    folder = state or default_state_folder(checked_name(name))
    told = read_status(folder / "status.json")
    is_running = is_locked(folder)
    spooled = len(list((folder / "spool").glob("*.result")))
    damaged = len(list((folder / "quarantine").glob("*")))
    if as_json:
        known = told.model_dump(mode="json") if told is not None and is_running else {}
        typer.echo(json.dumps({**known, "is_running": is_running, "undelivered": spooled, "quarantined": damaged}))
    else:
        typer.echo(f"The robot runs (process {told.pid})." if is_running and told else "The robot does not run.")
        if is_running and told is not None:
            typer.echo(f"{told.orchestrator}: {'connected' if told.connected else 'not connected'}.")
            typer.echo(f"{len(told.running)} of {told.slots} slots are busy.")
            for pool in told.pools:
                typer.echo(pool_line(pool))
        typer.echo(f"{spooled} results wait for delivery; {damaged} damaged files are in quarantine.")
    if not is_running:
        raise typer.Exit(WORK_FAILED)


def main() -> None:
    """Entry point: exit code 0 when all went well, 1 when the work failed, 2 when the input is wrong."""
    try:
        refuse_robot_framework()
        app()
    except RobotSetupError as error:
        typer.echo(f"{error.message} {error.hint}".strip(), err=True)
        sys.exit(WRONG_INPUT)
