"""`botswain limits`, `breakers`, `priority`, `hurry`: how much may run at once, how fast, and who goes first."""

from typing import Annotated

import typer
from pydantic import ValidationError

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.job_ids import full_id, short_id
from orchestrator.cli.jobs import JobArgument
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, count_text, duration_text, say, write_json, write_table
from orchestrator.contract.api.flow import BreakerView, EstimateView, LimitView, SetLimitRequest
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.errors import UserError
from orchestrator.contract.states import JobPriority

limits_app = typer.Typer(help="How many jobs may hold a concurrency key at once, and how fast they start.")
breakers_app = typer.Typer(help="Sites and services that are left alone because they fail: list, open, close.")

KeyArgument = Annotated[
    str, typer.Argument(metavar="KEY", help="Name of the key, such as site:example.org.", show_default=False)
]
SHOWN_HOLDERS = 5


@limits_app.callback(invoke_without_command=True)
def limits(
    context: typer.Context,
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List the concurrency keys that are limited, held or waited for; or set and remove limits.

    Examples:  botswain limits  |  botswain limits set site:example.org --at-once 4 --per-second 2
    """
    if context.invoked_subcommand is not None:
        return

    async def ask() -> list[LimitView]:
        async with connected(connect, key, data_dir) as client:
            return await client.flow.limits()

    views = run_async(ask())
    if as_json:
        write_json(views)
        return
    empty = "No key is limited or in use. Name keys in a workflow (`concurrency:`), or set one with `limits set`."
    write_table(("KEY", "AT ONCE", "PER SECOND", "SET BY", "HELD BY", "WAITING"), map(_limit_row, views), empty=empty)


@limits_app.command("set")
def set_limit(
    name: KeyArgument,
    *,
    at_once: Annotated[str, typer.Option(metavar="NUMBER", help="So many jobs at a time, or `unlimited`.")] = "1",
    per_second: Annotated[
        str | None, typer.Option(metavar="RATE", help="So many starts per second; also 30/min or 100/h.")
    ] = None,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Set how many jobs may hold a key at once, over the whole fleet, and how fast they may start.

    Examples:  botswain limits set login:acme-bot-2 --at-once 1  |  botswain limits set site:example.org --at-once 4 --per-second 2
    """  # noqa: E501  an example is one line
    request = _limit_request(name, at_once, per_second)

    async def ask() -> LimitView:
        async with connected(connect, key, data_dir) as client:
            return await client.flow.set_limit(request)

    view = run_async(ask())
    if as_json:
        write_json(view)
    else:
        say(f"{view.key}: {_at_once(view)} at once{_per_second(view)}.")


@limits_app.command("remove")
def remove_limit(name: KeyArgument, *, connect: Connect = None, key: Key = None, data_dir: DataDir = None) -> None:
    """Remove a limit: from then on the key's workflows say how many, or it is 1.

    Example:  botswain limits remove site:example.org
    """

    async def ask() -> None:
        async with connected(connect, key, data_dir) as client:
            await client.flow.remove_limit(name)

    run_async(ask())
    say(f"{name} has no limit of its own any more.")


@breakers_app.callback(invoke_without_command=True)
def breakers(
    context: typer.Context,
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List the breakers of sites and services; or open and close them.

    Examples:  botswain breakers  |  botswain breakers close site:example.org
    """
    if context.invoked_subcommand is not None:
        return

    async def ask() -> list[BreakerView]:
        async with connected(connect, key, data_dir) as client:
            return await client.flow.breakers()

    views = run_async(ask())
    if as_json:
        write_json(views)
        return
    empty = "No site or service is in use, and no breaker is open."
    write_table(("KEY", "STATE", "SINCE", "NEXT TRY", "WAITING", "REASON"), map(_breaker_row, views), empty=empty)


@breakers_app.command("open")
def open_breaker(
    name: KeyArgument,
    *,
    reason: Annotated[str, typer.Option(help="Why; everybody whose job waits reads it.")] = "",
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Let no job with a key start until the breaker is closed; what runs goes on.

    Example:  botswain breakers open site:example.org --reason "They move house tonight."
    """

    async def ask() -> BreakerView:
        async with connected(connect, key, data_dir) as client:
            return await client.flow.open_breaker(name, reason=reason)

    _tell_breaker(run_async(ask()), as_json=as_json)


@breakers_app.command("close")
def close_breaker(
    name: KeyArgument,
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Let jobs with a key start again.

    Example:  botswain breakers close site:example.org
    """

    async def ask() -> BreakerView:
        async with connected(connect, key, data_dir) as client:
            return await client.flow.close_breaker(name)

    _tell_breaker(run_async(ask()), as_json=as_json)


def priority(
    job_id: JobArgument,
    wanted: Annotated[
        JobPriority, typer.Argument(metavar="PRIORITY", help="low, normal, high or critical.", show_default=False)
    ],
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Give a waiting job another priority; what it has waited already still counts.

    Example:  botswain priority 9f31c2aa high
    """

    async def ask() -> JobView:
        async with connected(connect, key, data_dir) as client:
            return await client.flow.prioritise(await full_id(client, job_id), wanted)

    view = run_async(ask())
    if as_json:
        write_json(view)
    else:
        say(f"{view.workflow_name} ({view.job_id}) has {view.priority.value} priority.")


def hurry(
    job_id: JobArgument,
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Queue a job now that would be due later, or that rests before its next attempt.

    Example:  botswain hurry 9f31c2aa
    """

    async def ask() -> JobView:
        async with connected(connect, key, data_dir) as client:
            return await client.flow.hurry(await full_id(client, job_id))

    view = run_async(ask())
    if as_json:
        write_json(view)
    else:
        say(f"{view.workflow_name} ({view.job_id}) is {view.status.value.replace('_', ' ')}.")


def estimate(
    workflow: Annotated[str, typer.Argument(metavar="WORKFLOW", help="Id or name.", show_default=False)],
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Guess how long one run of a workflow takes, level by level, from what its steps took before.

    Example:  botswain estimate "Job Discovery"
    """

    async def ask() -> EstimateView:
        async with connected(connect, key, data_dir) as client:
            return await client.flow.estimate((await client.workflow(workflow)).workflow.workflow_id)

    view = run_async(ask())
    if as_json:
        write_json(view)
        return
    rows = [
        (str(place), duration_text(level.seconds), ", ".join(level.steps)) for place, level in enumerate(view.levels, 1)
    ]
    write_table(("LEVEL", "TAKES", "STEPS"), rows, empty="The workflow has no steps.")
    say(f"\nAbout {duration_text(view.seconds)} by its steps{_whole_runs(view)}.")
    if view.unknown:
        say(f"Not known, and left out: {', '.join(view.unknown)}.", style="dim")


def _whole_runs(view: EstimateView) -> str:
    if view.usual_s is None:
        return ""
    return f"; its last {count_text(view.runs, 'run')} took {duration_text(view.usual_s)}"


def _limit_request(name: str, at_once: str, per_second: str | None) -> SetLimitRequest:
    rate = float(per_second) if per_second is not None and _is_number(per_second) else per_second
    try:
        return SetLimitRequest.model_validate({"key": name, "at_once": at_once, "per_second": rate})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = {"key": "KEY", "at_once": "--at-once", "per_second": "--per-second"}[str(first["loc"][0])]
        words = str(first["msg"]).removeprefix("Value error, ")
        raise UserError(f"{option}: {words[:1].lower()}{words[1:]}.", field=option) from None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _limit_row(view: LimitView) -> tuple[str, ...]:
    held = ", ".join(short_id(each) for each in view.holders[:SHOWN_HOLDERS])
    more = f" and {len(view.holders) - SHOWN_HOLDERS} more" if len(view.holders) > SHOWN_HOLDERS else ""
    rate = f"{view.per_second:g}" if view.per_second is not None else ""
    waiting = str(view.waiting) if view.waiting else ""
    return (view.key, _at_once(view), rate, view.changed_by if view.is_set else "", held + more, waiting)


def _at_once(view: LimitView) -> str:
    return "unlimited" if view.at_once is None else str(view.at_once)


def _per_second(view: LimitView) -> str:
    return f", {view.per_second:g} starts per second" if view.per_second is not None else ""


def _breaker_row(view: BreakerView) -> tuple[str, ...]:
    state = view.state.replace("_", " ")
    waiting = str(view.waiting) if view.waiting else ""
    return (view.key, state, at_text(view.opened_at), at_text(view.probe_at), waiting, view.reason)


def _tell_breaker(view: BreakerView, *, as_json: bool) -> None:
    if as_json:
        write_json(view)
        return
    waiting = f" {view.waiting} {'job waits' if view.waiting == 1 else 'jobs wait'}." if view.waiting else ""
    say(f"The breaker of {view.key} is {view.state.replace('_', ' ')}.{waiting}")
