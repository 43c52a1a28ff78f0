"""`botswain events`: what happens, line by line, while it happens."""

import json
from collections.abc import Sequence
from contextlib import aclosing
from typing import Annotated

import typer

from orchestrator.cli.connection import find_address, run_async
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, error_console, plain
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.events import ConnectionLost, EventStream
from orchestrator.contract.api.events import EventBatch, NamedEvent
from orchestrator.contract.api.figures import ActivityItem
from orchestrator.contract.ids import JsonValue

EVERYTHING = ("*",)


def events(
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl+C, also across restarts.")] = False,
    topics: Annotated[
        list[str] | None,
        typer.Option(
            "--topic",
            "-t",
            metavar="PATTERN",
            help="Only these: names such as jobs.failed, patterns such as orchestration.*; again and again.",
        ),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1_000, help="Without --follow: so many.")] = 30,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Print what happens: with --follow live, one line for each event; without it, what was written down lately.

    Examples:  botswain events -f  |  botswain events -f --topic 'jobs.*' --topic alerts.raised --json
    """
    address = find_address(connect, key, data_dir)
    if follow:
        run_async(_follow(address.url, address.key, topics or EVERYTHING, as_json=as_json))
        return

    async def ask() -> list[ActivityItem]:
        async with OrchestratorClient(address.url, address.key) as client:
            return await client.activity(limit=limit)

    for item in reversed(run_async(ask())):
        line = (
            json.dumps(plain(item), ensure_ascii=False)
            if as_json
            else f"{at_text(item.at)}  {item.kind}  {item.message}"
        )
        typer.echo(line)


async def _follow(url: str, key: str, topics: Sequence[str], *, as_json: bool) -> None:
    told = 0
    async with aclosing(EventStream(url, key, topics=topics).listen()) as stream:
        async for item in stream:
            match item:
                case EventBatch():
                    told = _tell(item, told, as_json=as_json)
                case ConnectionLost():
                    told = 0
                    error_console().print(f"{item.reason} Trying again.", style="dim")


def _tell(batch: EventBatch, told: int, *, as_json: bool) -> int:
    """Print a batch; the number of its last event."""
    for event in batch.events:
        if told and event.number > told + 1:
            error_console().print(f"{event.number - told - 1} events came too fast and are left out.", style="dim")
        told = event.number
        typer.echo(json.dumps(plain(event), ensure_ascii=False) if as_json else line_of(event))
    return told


def line_of(event: NamedEvent) -> str:
    """One event on one line: when, what, and the facts that matter to a person."""
    facts = (f"{name}={_short(event.data[name])}" for name in _TOLD if event.data.get(name) not in {None, ""})
    return f"{at_text(event.at)}  {event.name}  {'  '.join(facts)}".rstrip()


_TOLD = (
    "message",
    "title",
    "reason",
    "workflow_name",
    "job_id",
    "checkpoint_id",
    "name",
    "robot_id",
    "schedule_id",
    "status",
    "current_step",
    "level",
    "share",
    "kind",
    "actor",
)
"""Facts in the order in which a line shows them."""


def _short(value: JsonValue) -> str:
    text = f"{value:.2f}" if isinstance(value, float) else str(value)
    return json.dumps(text, ensure_ascii=False) if " " in text else text
