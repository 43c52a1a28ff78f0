"""`botswain schedules`: what runs by itself, when, and what to change about it."""

from enum import StrEnum
from typing import Annotated

import typer
from rich.text import Text

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import (
    AsJson,
    at_text,
    duration_text,
    say,
    value_text,
    wide_console,
    write_facts,
    write_json,
    write_table,
)
from orchestrator.cli.schedule_change import change_schedule
from orchestrator.cli.schedule_heartbeat import heartbeat
from orchestrator.cli.schedule_history import schedule_history
from orchestrator.cli.schedule_rule import read_rule, with_window
from orchestrator.cli.source import VariableFile, Variables, stored_variables
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.api.schedules import PreviewRequest, PreviewView, ScheduleRequest, ScheduleView
from orchestrator.contract.states import JobPriority

app = typer.Typer(help="What runs by itself: list, add, show, pause, resume, remove, run.", no_args_is_help=True)

ScheduleArgument = Annotated[
    str, typer.Argument(metavar="SCHEDULE", help="Id or name of the schedule.", show_default=False)
]
Rule = str | None

app.command("history")(schedule_history)
app.command("change")(change_schedule)
app.command("heartbeat")(heartbeat)


class Misfire(StrEnum):
    """What becomes of runs that were missed while nobody was there."""

    SKIP = "skip"
    LATEST = "latest"
    ALL = "all"


class Overlap(StrEnum):
    """What becomes of a run while the one before still goes on."""

    ALLOW = "allow"
    SKIP = "skip"
    QUEUE = "queue"


@app.command("list")
def list_schedules(
    *, connect: Connect = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """List the schedules."""

    async def ask() -> list[ScheduleView]:
        async with connected(connect, key, data_dir) as client:
            return await client.schedules()

    views = run_async(ask())
    if as_json:
        write_json(views)
        return
    rows = [
        (
            view.name,
            view.workflow_name,
            view.words,
            view.rule.timezone,
            at_text(view.next_run_at) if view.enabled else "paused",
            at_text(view.last_run_at),
        )
        for view in views
    ]
    titles = ("SCHEDULE", "WORKFLOW", "WHEN", "ZONE", "NEXT RUN (HERE)", "LAST RUN (HERE)")
    write_table(titles, rows, empty="There is no schedule. `botswain schedules add --help` shows how to add one.")


@app.command("add")
def add_schedule(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the schedule is called.", show_default=False)],
    *,
    workflow: Annotated[str, typer.Option("--workflow", "-w", help="Id or name of a stored workflow.")],
    cron: Annotated[Rule, typer.Option(help='Five or six fields, such as "0 9 * * 1-5".')] = None,
    once: Annotated[Rule, typer.Option(metavar="MOMENT", help="Once, such as 2026-03-27T09:00.")] = None,
    hourly: Annotated[Rule, typer.Option(metavar="MINUTE", help="Each hour at this minute.")] = None,
    daily: Annotated[Rule, typer.Option(metavar="HH:MM", help="Each day.")] = None,
    weekly: Annotated[Rule, typer.Option(metavar="'DAYS HH:MM'", help="Such as 'mon,thu 09:00'.")] = None,
    monthly: Annotated[
        Rule, typer.Option(metavar="'DAY HH:MM'", help="Such as '15 09:00'; 31 is the last day.")
    ] = None,
    timezone: Annotated[str, typer.Option("--timezone", "-z", help="IANA time zone, such as Europe/Berlin.")] = "UTC",
    var: Variables = None,
    variable_file: VariableFile = None,
    priority: Annotated[JobPriority | None, typer.Option(help="Default: the workflow's.")] = None,
    robot: Annotated[str | None, typer.Option(help="Only this robot (id or name).")] = None,
    misfire: Annotated[Misfire, typer.Option(help="Runs that were missed.")] = Misfire.LATEST,
    overlap: Annotated[Overlap, typer.Option(help="A run while the one before goes on.")] = Overlap.QUEUE,
    jitter: Annotated[
        float, typer.Option(metavar="SECONDS", min=0, max=3_600, help="Spread over so many seconds.")
    ] = 0,
    version: Annotated[
        int | None, typer.Option(min=1, help="Always this version of the workflow.  [default: the newest]")
    ] = None,
    starts: Annotated[Rule, typer.Option(metavar="MOMENT", help="No run before, such as 2026-04-01T00:00.")] = None,
    ends: Annotated[Rule, typer.Option(metavar="MOMENT", help="No run after.")] = None,
    paused: Annotated[bool, typer.Option("--paused", help="Add it, but let it rest.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show when it would run.")] = False,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Add a schedule, and show its next runs.

    Examples:  botswain schedules add mornings -w "Job Discovery" --cron "0 9 * * 1-5" -z Europe/Berlin
    |  botswain schedules add payday -w Invoices --monthly "31 18:00" --var month=last
    """
    words = {"cron": cron, "once": once, "hourly": hourly, "daily": daily, "weekly": weekly, "monthly": monthly}
    rule = with_window(read_rule(words, timezone), starts, ends)

    async def ask() -> tuple[ScheduleView | None, PreviewView]:
        async with connected(connect, key, data_dir) as client:
            preview = await client.preview(PreviewRequest(rule=rule, count=5))
            if dry_run:
                return None, preview
            request = ScheduleRequest(
                name=name,
                workflow=workflow,
                rule=rule,
                variables=await stored_variables(client, workflow, var or (), variable_file),
                priority=priority,
                robot=robot,
                version=version,
                misfire_policy=misfire.value,
                overlap_policy=overlap.value,
                jitter_s=jitter,
                enabled=not paused,
            )
            return await client.add_schedule(request), preview

    view, preview = run_async(ask())
    if as_json:
        write_json({"schedule": view, "preview": preview})
        return
    if view is not None:
        say(f"{view.name} is added ({view.schedule_id}).")
    show_preview(preview)


@app.command("show")
def show_schedule(
    schedule: ScheduleArgument,
    *,
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=100, help="How many runs.")] = 5,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show a schedule and its next runs."""

    async def ask() -> tuple[ScheduleView, PreviewView]:
        async with connected(connect, key, data_dir) as client:
            view = await client.schedule(schedule)
            return view, await client.preview(PreviewRequest(rule=view.rule, count=count))

    view, preview = run_async(ask())
    if as_json:
        write_json({"schedule": view, "preview": preview})
        return
    _show(view)
    show_preview(preview)


@app.command("pause")
def pause_schedule(
    schedule: ScheduleArgument, *, connect: Connect = None, key: Key = None, data_dir: DataDir = None
) -> None:
    """Let a schedule rest."""

    async def ask() -> ScheduleView:
        async with connected(connect, key, data_dir) as client:
            return await client.pause_schedule(schedule)

    say(f"{run_async(ask()).name} is paused.")


@app.command("resume")
def resume_schedule(
    schedule: ScheduleArgument, *, connect: Connect = None, key: Key = None, data_dir: DataDir = None
) -> None:
    """Let a schedule run again, from now on."""

    async def ask() -> ScheduleView:
        async with connected(connect, key, data_dir) as client:
            return await client.resume_schedule(schedule)

    view = run_async(ask())
    say(f"{view.name} runs again; next at {at_text(view.next_run_at) or 'no time'}.")


@app.command("remove")
def remove_schedule(
    schedule: ScheduleArgument, *, connect: Connect = None, key: Key = None, data_dir: DataDir = None
) -> None:
    """Remove a schedule; its jobs stay."""

    async def ask() -> None:
        async with connected(connect, key, data_dir) as client:
            await client.remove_schedule(schedule)

    run_async(ask())
    say(f"{schedule} is removed.")


@app.command("run")
def run_schedule(
    schedule: ScheduleArgument,
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Run a schedule's job now, besides its rule."""

    async def ask() -> JobView:
        async with connected(connect, key, data_dir) as client:
            return await client.run_schedule(schedule)

    view = run_async(ask())
    if as_json:
        write_json(view)
    else:
        say(f"{view.workflow_name} is {view.status.value} as job {view.job_id}.")


def show_preview(preview: PreviewView) -> None:
    """A rule in words, its next runs, and what may surprise."""
    say(preview.words, style="bold")
    rows = [
        (fire.weekday, fire.zone_time, at_text(fire.at), f"{fire.at:%Y-%m-%d %H:%M:%S}", fire.note)
        for fire in preview.fires
    ]
    write_table(("DAY", "IN ITS ZONE", "HERE", "UTC", ""), rows, empty="It will not run.")
    for warning in preview.warnings:
        wide_console().print(Text(f"! {warning}", style="yellow"))
    for change in preview.clock_changes:
        wide_console().print(Text(f"{change.words}. {change.effect}", style="dim"))


def _show(view: ScheduleView) -> None:
    variables = ", ".join(f"{name}={value_text(value, 40)}" for name, value in view.variables.items())
    write_facts(
        [
            ("schedule", view.name),
            ("id", view.schedule_id),
            ("workflow", view.workflow_name or view.workflow_id),
            ("variables", variables),
            ("priority", view.priority.value),
            ("robot", view.robot_id or ""),
            ("version", str(view.version) if view.version else "the newest"),
            ("jitter", duration_text(view.jitter_s) if view.jitter_s else ""),
            ("missed runs", view.misfire_policy),
            ("overlap", view.overlap_policy),
            ("state", "on" if view.enabled else "paused"),
            ("last run", at_text(view.last_run_at)),
            ("last job", view.last_job_id or ""),
            ("trouble", view.trouble),
        ]
    )
