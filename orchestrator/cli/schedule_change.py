"""`botswain schedules change`: another rule, other variables or other policies for a schedule."""

from typing import Annotated, Any

import typer

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import at_text, say
from orchestrator.cli.schedule_rule import read_rule, with_window
from orchestrator.cli.source import VariableFile, Variables, stored_variables
from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.schedules import ScheduleRequest, ScheduleRule, ScheduleView
from orchestrator.contract.states import JobPriority

Text = str | None


def change_schedule(
    schedule: Annotated[
        str, typer.Argument(metavar="SCHEDULE", help="Id or name of the schedule.", show_default=False)
    ],
    *,
    name: Annotated[Text, typer.Option(help="Another name.")] = None,
    cron: Annotated[Text, typer.Option(help='Five or six fields, such as "0 9 * * 1-5".')] = None,
    once: Annotated[Text, typer.Option(metavar="MOMENT", help="Once, such as 2026-03-27T09:00.")] = None,
    hourly: Annotated[Text, typer.Option(metavar="MINUTE", help="Each hour at this minute.")] = None,
    daily: Annotated[Text, typer.Option(metavar="HH:MM", help="Each day.")] = None,
    weekly: Annotated[Text, typer.Option(metavar="'DAYS HH:MM'", help="Such as 'mon,thu 09:00'.")] = None,
    monthly: Annotated[Text, typer.Option(metavar="'DAY HH:MM'", help="31 is the last day.")] = None,
    timezone: Annotated[Text, typer.Option("--timezone", "-z", help="IANA time zone.")] = None,
    starts: Annotated[Text, typer.Option(metavar="MOMENT", help="No run before.")] = None,
    ends: Annotated[Text, typer.Option(metavar="MOMENT", help="No run after.")] = None,
    var: Variables = None,
    variable_file: VariableFile = None,
    priority: Annotated[JobPriority | None, typer.Option(help="low, normal, high or critical.")] = None,
    robot: Annotated[Text, typer.Option(help="Only this robot (id or name); '' for any.")] = None,
    version: Annotated[int | None, typer.Option(min=0, help="Of the workflow; 0 for the newest.")] = None,
    misfire: Annotated[Text, typer.Option(help="skip, latest or all.")] = None,
    overlap: Annotated[Text, typer.Option(help="allow, skip or queue.")] = None,
    jitter: Annotated[float | None, typer.Option(metavar="SECONDS", min=0, max=3_600, help="Spread over.")] = None,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
) -> None:
    """Change a schedule; what is not named stays. Its runs are planned anew from now.

    Example:  botswain schedules change mornings --cron "0 8 * * 1-5" --var city=Bremen
    """
    words = {"cron": cron, "once": once, "hourly": hourly, "daily": daily, "weekly": weekly, "monthly": monthly}

    async def ask() -> ScheduleView:
        async with connected(connect, key, data_dir) as client:
            view = await client.schedule(schedule)
            changes: dict[str, Any] = {
                "name": name,
                "rule": with_window(_rule(view, words, timezone), starts, ends),
                "variables": await _variables(client, view, var or [], variable_file),
                "priority": priority,
                "misfire_policy": misfire,
                "overlap_policy": overlap,
                "jitter_s": jitter,
            }
            given: dict[str, Any] = {field: value for field, value in changes.items() if value is not None}
            if robot is not None:
                given["robot"] = robot or None
            if version is not None:
                given["version"] = version or None
            return await client.update_schedule(view.schedule_id, _request_of(view).model_copy(update=given))

    changed = run_async(ask())
    say(f"{changed.name} is changed: {changed.words}; next at {at_text(changed.next_run_at) or 'no time'}.")


def _rule(view: ScheduleView, words: dict[str, str | None], timezone: str | None) -> ScheduleRule:
    zone = timezone or view.rule.timezone
    if any(text is not None for text in words.values()):
        window: dict[str, Any] = {"starts_at": view.rule.starts_at, "ends_at": view.rule.ends_at}
        return read_rule(words, zone).model_copy(update=window)
    return view.rule.model_copy(update={"timezone": zone})


async def _variables(client: OrchestratorClient, view: ScheduleView, var: list[str], file: Any) -> dict[str, Any]:
    """Those that it had, masks included, under those that are given."""
    return {**view.variables, **await stored_variables(client, view.workflow_id, var, file)}


def _request_of(view: ScheduleView) -> ScheduleRequest:
    return ScheduleRequest(
        name=view.name,
        workflow=view.workflow_id,
        rule=view.rule,
        variables=view.variables,
        priority=view.priority,
        robot=view.robot_id,
        version=view.version,
        misfire_policy=view.misfire_policy,
        overlap_policy=view.overlap_policy,
        jitter_s=view.jitter_s,
        enabled=view.enabled,
    )
