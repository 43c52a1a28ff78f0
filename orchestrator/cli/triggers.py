"""`botswain triggers`: what starts jobs besides people and schedules, and what to change about it."""

import json
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, say, value_text, write_facts, write_json, write_table
from orchestrator.cli.source import VariableFile, Variables, stored_variables
from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.triggers import (
    AddedTrigger,
    FiringView,
    TestedTrigger,
    TestTriggerRequest,
    TriggerKind,
    TriggerRequest,
    TriggerView,
)
from orchestrator.contract.errors import UserError
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobPriority, JobStatus

app = typer.Typer(
    help="What starts jobs by itself besides schedules: list, add, show, test, pause, resume, remove.",
    no_args_is_help=True,
)

TriggerArgument = Annotated[
    str, typer.Argument(metavar="TRIGGER", help="Id or name of the trigger.", show_default=False)
]


@app.command("list")
def list_triggers(
    *, connect: Connect = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """List the triggers."""

    async def ask() -> list[TriggerView]:
        async with connected(connect, key, data_dir) as client:
            return await client.triggers.every()

    views = run_async(ask())
    if as_json:
        write_json(views)
        return
    rows = [
        (view.name, view.words, view.workflow, view.trouble or ("on" if view.enabled else "paused")) for view in views
    ]
    titles = ("TRIGGER", "FIRES WHEN", "STARTS", "STATE")
    write_table(titles, rows, empty="There is no trigger. `botswain triggers add --help` shows how to add one.")


@app.command("add")
def add_trigger(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the trigger is called.", show_default=False)],
    *,
    workflow: Annotated[str, typer.Option("--workflow", "-w", help="Id or name of the workflow to start.")],
    after: Annotated[
        list[str] | None, typer.Option(metavar="WORKFLOW", help="When a job of it ends; `any` for every workflow.")
    ] = None,
    status: Annotated[
        list[JobStatus] | None, typer.Option(help="With --after: which end.  [default: completed]")
    ] = None,
    folder: Annotated[
        str | None, typer.Option(metavar="DIR", help="When a file appears in this folder of the orchestrator.")
    ] = None,
    pattern: Annotated[str, typer.Option(help="With --folder: of the name, such as '*.csv'.")] = "*",
    settle: Annotated[
        float, typer.Option(metavar="SECONDS", min=0, max=3_600, help="With --folder: unchanged for so long.")
    ] = 2.0,
    include_present: Annotated[
        bool, typer.Option("--include-present", help="With --folder: also what lies there already.")
    ] = False,
    webhook: Annotated[bool, typer.Option("--webhook", help="When another program calls its address.")] = False,
    per_minute: Annotated[int, typer.Option(min=1, max=6_000, help="With --webhook: calls that are taken.")] = 60,
    queue: Annotated[
        str | None, typer.Option(metavar="QUEUE", help="When items wait in this queue of work items.")
    ] = None,
    min_items: Annotated[int, typer.Option(min=1, help="With --queue: a job for so many items that wait.")] = 1,
    max_jobs: Annotated[int, typer.Option(min=1, help="With --queue: jobs of the trigger at once.")] = 1,
    when: Annotated[
        str | None, typer.Option(metavar="EXPRESSION", help="Only if true, such as 'len(job.result.rows) > 0'.")
    ] = None,
    var: Variables = None,
    variable_file: VariableFile = None,
    priority: Annotated[JobPriority | None, typer.Option(help="Default: the workflow's.")] = None,
    robot: Annotated[str | None, typer.Option(help="Only this robot (id or name).")] = None,
    paused: Annotated[bool, typer.Option("--paused", help="Add it, but let it rest.")] = False,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Add a trigger: exactly one of --after, --folder, --webhook and --queue.

    Variables may be expressions over what happened: `job` (--after), `file` (--folder), `body`, `query` and `headers`
    (--webhook), `queue` (--queue).

    Examples:  botswain triggers add report -w Report --after Search --var 'rows=${{ job.result.rows }}'
    |  botswain triggers add inbox -w Import --folder /srv/in --pattern '*.csv' --var 'path=${{ file.path }}'
    |  botswain triggers add orders -w Order --webhook --var 'order=${{ body.id }}'
    |  botswain triggers add payer -w Pay --queue invoices --max-jobs 2
    """

    async def ask() -> tuple[AddedTrigger, str]:
        async with connected(connect, key, data_dir) as client:
            request = TriggerRequest(
                name=name,
                on=_kind(after, folder, queue, webhook=webhook),
                workflow=workflow,
                variables=await _variables(client, workflow, var or [], variable_file),
                when=when,
                priority=priority,
                robot=robot,
                enabled=not paused,
                after=tuple(each for each in after or () if each != "any"),
                statuses=tuple(status or (JobStatus.COMPLETED,)),
                folder=folder or "",
                pattern=pattern,
                settle_s=settle,
                include_present=include_present,
                per_minute=per_minute,
                queue=queue or "",
                min_items=min_items,
                max_jobs=max_jobs,
            )
            return await client.triggers.add(request), client.base_url

    added, base_url = run_async(ask())
    if as_json:
        write_json(added)
        return
    say(f"{added.trigger.name} is added ({added.trigger.trigger_id}): it fires when {added.trigger.words}.")
    if added.path:
        say(f"POST to {base_url}{added.path}")
        say("The address is a secret and is not shown again.")


@app.command("show")
def show_trigger(
    trigger: TriggerArgument,
    *,
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=1_000, help="How many firings.")] = 10,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show a trigger and what it did lately."""

    async def ask() -> tuple[TriggerView, list[FiringView]]:
        async with connected(connect, key, data_dir) as client:
            return await client.triggers.get(trigger), await client.triggers.firings(trigger, limit=count)

    view, firings = run_async(ask())
    if as_json:
        write_json({"trigger": view, "firings": firings})
        return
    _show(view)
    rows = [(at_text(each.at), each.outcome, each.job_id or "", each.note) for each in firings]
    write_table(("AT (HERE)", "OUTCOME", "JOB", ""), rows, empty="It has not fired yet.")


@app.command("test")
def try_trigger(
    trigger: TriggerArgument,
    *,
    job: Annotated[str | None, typer.Option(metavar="JOB", help="Of a trigger after a workflow: a job.")] = None,
    file: Annotated[str, typer.Option(metavar="PATH", help="Of a trigger on files.")] = "",
    body: Annotated[str | None, typer.Option(metavar="JSON", help="Of a webhook.")] = None,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show what an occurrence would start; nothing is started.

    Examples:  botswain triggers test orders --body '{"id": 7}'  |  botswain triggers test report --job JOB_ID
    """

    async def ask() -> TestedTrigger:
        async with connected(connect, key, data_dir) as client:
            request = TestTriggerRequest(job_id=job, path=file, body=_json(body))
            return await client.triggers.test(trigger, request)

    tested = run_async(ask())
    if as_json:
        write_json(tested)
    elif tested.problem:
        say(f"It would be refused: {tested.problem}")
    elif not tested.would_fire:
        say("Its condition is false: nothing would start.")
    else:
        say("It would start a job with these variables:")
        write_facts((name, value_text(value)) for name, value in tested.variables.items())
    if not as_json and tested.problem:
        raise typer.Exit(1)


@app.command("pause")
def pause_trigger(
    trigger: TriggerArgument, *, connect: Connect = None, key: Key = None, data_dir: DataDir = None
) -> None:
    """Let a trigger rest."""

    async def ask() -> TriggerView:
        async with connected(connect, key, data_dir) as client:
            return await client.triggers.pause(trigger)

    say(f"{run_async(ask()).name} is paused.")


@app.command("resume")
def resume_trigger(
    trigger: TriggerArgument, *, connect: Connect = None, key: Key = None, data_dir: DataDir = None
) -> None:
    """Let a trigger watch again, from now on."""

    async def ask() -> TriggerView:
        async with connected(connect, key, data_dir) as client:
            return await client.triggers.resume(trigger)

    say(f"{run_async(ask()).name} watches again.")


@app.command("remove")
def remove_trigger(
    trigger: TriggerArgument, *, connect: Connect = None, key: Key = None, data_dir: DataDir = None
) -> None:
    """Remove a trigger; its jobs stay."""

    async def ask() -> None:
        async with connected(connect, key, data_dir) as client:
            await client.triggers.remove(trigger)

    run_async(ask())
    say(f"{trigger} is removed.")


def _kind(after: list[str] | None, folder: str | None, queue: str | None, *, webhook: bool) -> TriggerKind:
    given = {
        TriggerKind.WORKFLOW: bool(after),
        TriggerKind.FILE: folder is not None,
        TriggerKind.WEBHOOK: webhook,
        TriggerKind.ITEMS: queue is not None,
    }
    chosen = [kind for kind, is_given in given.items() if is_given]
    if len(chosen) != 1:
        raise UserError(
            f"Give exactly one of --after, --folder, --webhook and --queue; there are {len(chosen)}.", field="--after"
        )
    return chosen[0]


async def _variables(
    client: OrchestratorClient, workflow: str, assignments: list[str], file: Path | None
) -> dict[str, JsonValue]:
    """Expressions as they are written; other values by the types of the workflow's variables."""
    expressions = [each for each in assignments if "${{" in each.partition("=")[2]]
    others = [each for each in assignments if each not in expressions]
    written = {each.partition("=")[0].strip(): each.partition("=")[2] for each in expressions}
    return {**await stored_variables(client, workflow, others, file), **written}


def _json(text: str | None) -> JsonValue:
    try:
        value: JsonValue = json.loads(text) if text is not None else None
    except ValueError as error:
        raise UserError(f"--body: {text!r:.80} is no JSON: {error}.", field="--body") from None
    return value


def _show(view: TriggerView) -> None:
    variables = ", ".join(f"{name}={value_text(value, 60)}" for name, value in view.variables.items())
    write_facts(
        [
            ("trigger", view.name),
            ("id", view.trigger_id),
            ("fires when", view.words),
            ("and if", view.when or ""),
            ("starts", view.workflow),
            ("variables", variables),
            ("priority", view.priority.value if view.priority else ""),
            ("robot", view.robot_id or ""),
            ("state", "on" if view.enabled else "paused"),
            ("trouble", view.trouble),
        ]
    )
