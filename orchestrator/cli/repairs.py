"""`botswain repairs`: repairs of targets that runs propose, and the one decision about each."""

from typing import Annotated

import typer

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.job_ids import short_id
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, say, write_json, write_table
from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.repairs import RepairDetail, RepairView
from orchestrator.contract.errors import UserError

app = typer.Typer(help="Repairs of targets that pages have outgrown: approved once, for all robots.")

SHORT = 8
RepairArgument = Annotated[str, typer.Argument(metavar="REPAIR", help="Id, or the end of it.", show_default=False)]
Note = Annotated[str, typer.Option("--note", help="Why; kept with the decision.")]


@app.command("list")
def listing(
    *,
    every: Annotated[bool, typer.Option("--all", help="Also those that are decided.")] = False,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List the repairs that wait for a decision.

    Examples:  botswain repairs list  |  botswain repairs approve 3f2a --waiting
    """

    async def ask() -> tuple[RepairView, ...]:
        async with connected(connect, key, data_dir) as client:
            return await client.repairs.list(every=every)

    views = run_async(ask())
    if as_json:
        write_json(views)
        return
    rows = [
        (
            each.repair_id[-SHORT:],
            each.state,
            each.workflow_name,
            each.step_id,
            each.before[0],
            each.after[0],
            str(each.runs),
            at_text(each.last_seen_at),
        )
        for each in views
    ]
    columns = ("REPAIR", "STATE", "WORKFLOW", "STEP", "FINDS NOTHING", "PROPOSED", "RUNS", "LAST SEEN")
    write_table(columns, rows, empty="No repair waits for a decision.")


@app.command("show")
def show(
    repair: RepairArgument,
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show a repair: the locators before and after, who saw it, and what its approval reaches."""

    async def ask() -> RepairDetail:
        async with connected(connect, key, data_dir) as client:
            return await client.repairs.get(await _full_id(client, repair))

    detail = run_async(ask())
    if as_json:
        write_json(detail)
    else:
        say("\n".join(_told(detail)))


@app.command("approve")
def approve(
    repair: RepairArgument,
    *,
    choice: Annotated[int, typer.Option("--choice", min=1, help="Which of the shown locators.")] = 1,
    waiting: Annotated[bool, typer.Option("--waiting", help="Jobs that wait run the new version too.")] = False,
    note: Note = "",
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a new version of the workflow with the new locator in front, for all robots."""

    async def ask() -> RepairDetail:
        async with connected(connect, key, data_dir) as client:
            repair_id = await _full_id(client, repair)
            return await client.repairs.approve(repair_id, choice=choice - 1, take_waiting=waiting, note=note)

    detail = run_async(ask())
    if as_json:
        write_json(detail)
        return
    view = detail.repair
    say(f"Approved: in version {view.made} of {view.workflow_name} step {view.step_id} looks for {view.after[0]}.")
    if view.carried:
        say(f"{view.carried} waiting jobs run it too.")
    if detail.waiting:
        command = f"botswain repairs approve {view.repair_id[-SHORT:]} --waiting"
        say(f"{detail.waiting} jobs wait for version {view.number}: `{command}` takes them along.")
    for each in detail.pinned:
        say(f"Not changed, since it is fixed to a version: {each}.")


@app.command("reject")
def reject(
    repair: RepairArgument,
    *,
    note: Note = "",
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Do not propose these locators for this target again."""

    async def ask() -> RepairView:
        async with connected(connect, key, data_dir) as client:
            return await client.repairs.reject(await _full_id(client, repair), note=note)

    _say_decided(run_async(ask()), "Rejected", as_json=as_json)


@app.command("undo")
def undo(
    repair: RepairArgument,
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Take an approval or a rejection back: the version before runs again."""

    async def ask() -> RepairView:
        async with connected(connect, key, data_dir) as client:
            return await client.repairs.undo(await _full_id(client, repair))

    _say_decided(run_async(ask()), "Waits for a decision again", as_json=as_json)


def _say_decided(view: RepairView, word: str, *, as_json: bool) -> None:
    if as_json:
        write_json(view)
    else:
        say(f"{word}: {view.workflow_name}, step {view.step_id}, {view.choices[0]}.")


def _told(detail: RepairDetail) -> list[str]:
    view = detail.repair
    who = f"{', '.join(view.robots) or 'nobody'}; the newest is job {short_id(view.job_id)}"
    lines = [
        f"{view.workflow_name}, step {view.step_id} ({view.state})",
        f"  before      {_list(view.before)}",
        f"  after       {_list(view.after)}",
        f"  finds       {view.found}",
        f"  confidence  {view.confidence}",
        f"  seen        {view.runs} runs, {at_text(view.first_seen_at)} to {at_text(view.last_seen_at)}, by {who}",
    ]
    if view.picture:
        lines.append(f"  picture     {view.picture}")
    lines += [f"  choice {place}    {each}" for place, each in enumerate(view.choices, start=1)]
    if view.decided_at is not None:
        lines.append(f"  decided     {at_text(view.decided_at)} by {view.decided_by or 'nobody'} {view.note}".rstrip())
    if detail.waiting:
        lines.append(
            f"  waiting     {detail.waiting} jobs wait for version {view.number}; `--waiting` takes them along"
        )
    return lines + [f"  not changed {each}" for each in detail.pinned]


def _list(locators: tuple[str, ...]) -> str:
    return "  or  ".join(locators)


async def _full_id(client: OrchestratorClient, ending: str) -> str:
    found = [each.repair_id for each in await client.repairs.list(every=True) if each.repair_id.endswith(ending)]
    if len(found) > 1:
        raise UserError(f"{len(found)} repairs end with {ending!r}; give more of the id.", field="REPAIR")
    return found[0] if found else ending
