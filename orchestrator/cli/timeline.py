"""`botswain timeline`: what ran where and what waited, over time and at any moment."""

import os
import shutil
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Annotated

import typer
from rich.text import Text

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.job_ids import short_id
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import (
    AsJson,
    at_text,
    count_text,
    duration_text,
    say,
    wide_console,
    write_json,
    write_table,
)
from orchestrator.cli.timeline_chart import LEGEND, Columns, axis, coloured, lane_signs, load_signs
from orchestrator.contract.api.timeline import MomentRunView, MomentView, TimelineView
from orchestrator.contract.errors import UserError

_PIPE_WIDTH = 140
_NARROWEST = 20

app = typer.Typer(
    help="What ran where and what waited, as a chart of robots over time in which any moment opens.",
    invoke_without_command=True,
)


@app.callback()
def timeline(
    context: typer.Context,
    *,
    since: Annotated[
        str | None, typer.Option("--from", help="Where it begins: 2026-03-02T09:00, or 6h before the end.")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help="Where it ends; without it, now.")] = None,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show robots over time: what ran, what failed, who was away, and above it how much waited and ran.

    Examples:  botswain timeline  |  botswain timeline --from 24h  |  botswain timeline --from 2026-03-02T02:00 --to
    2026-03-02T06:00 --json
    """
    if context.invoked_subcommand is not None:
        return
    end = _moment(until, "--to", datetime.now(UTC)) if until is not None else None  # noqa: TID251  a person's now
    start = _moment(since, "--from", end or datetime.now(UTC)) if since is not None else None  # noqa: TID251  the same
    if start is None and end is not None:
        start = end - timedelta(hours=1)

    async def ask() -> TimelineView:
        async with connected(connect, key, data_dir) as client:
            return await client.timeline.over(start, end)

    view = run_async(ask())
    if as_json:
        write_json(view)
    else:
        _show(view)


@app.command("at")
def at(
    moment: Annotated[str, typer.Argument(help="2026-03-02T03:04 (local time without an offset), or 2h for 2 h ago.")],
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Open a moment: which robots were there, what ran at which step, what waited, what had just failed.

    Examples:  botswain timeline at 2026-03-02T03:04  |  botswain timeline at 15m
    """
    wanted = _moment(moment, "moment", datetime.now(UTC))  # noqa: TID251  a person's now

    async def ask() -> MomentView:
        async with connected(connect, key, data_dir) as client:
            return await client.timeline.at(wanted)

    view = run_async(ask())
    if as_json:
        write_json(view)
    else:
        _show_moment(view)


def _moment(text: str, option: str, end: datetime) -> datetime:
    """A moment in UTC: ISO 8601 (local time without an offset), or a length before the end."""
    from orchestrator.cli.lengths import seconds  # noqa: PLC0415  only where a length may be meant

    said = text.strip()
    try:
        return datetime.fromisoformat(said).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    try:
        return end - timedelta(seconds=seconds(said, option=option))
    except (UserError, OverflowError):
        message = f"{option}: {text!r} is no moment; write it like 2026-03-02T09:00, or 6h for six hours before."
        raise UserError(message, field=option) from None


def _show(view: TimelineView) -> None:
    name_width = max([len("waiting"), *(len(lane.name) for lane in view.lanes)])
    total = shutil.get_terminal_size().columns if sys.stdout.isatty() else int(os.environ.get("COLUMNS", _PIPE_WIDTH))
    width = max(_NARROWEST, total - name_width - 14)
    columns = Columns(view.since, view.until, width)
    say(f"{at_text(view.since)} to {at_text(view.until)}", style="bold")
    load_s = _load_s(view)
    for name in ("waiting", "running"):
        bars, peak = load_signs(view.load, name, columns, load_s)
        _line(name, name_width, Text(bars, style="yellow" if name == "waiting" else "cyan"), f"most {peak:,}")
    for lane in view.lanes:
        runs = len(lane.runs) + sum(each.runs for each in lane.merged)
        signs = lane_signs(lane, view.gaps, columns, view.now)
        _line(lane.name, name_width, coloured(signs), count_text(runs, "run"))
    if view.lanes:
        _line("", name_width, Text(axis(view, width), style="dim"), "")
        say(LEGEND, style="dim")
    else:
        say("No robot was known in this time.", style="dim")
    for sentence in _remarks(view):
        say(sentence, style="yellow")


def _load_s(view: TimelineView) -> float:
    """How long one stretch of the load is: the smallest distance, since some may be missing."""
    steps = [(b.at - a.at).total_seconds() for a, b in pairwise(view.load)]
    return min(steps, default=view.bucket_s)


def _line(name: str, width: int, signs: Text, behind: str) -> None:
    wide_console().print(Text.assemble(f"{name:<{width}} ", signs, f" {behind}"), soft_wrap=True)


def _remarks(view: TimelineView) -> list[str]:
    words = {"stopped": "The orchestrator did not run", "unrecorded": "Nothing was recorded yet"}
    found = [
        f"{words.get(gap.reason, gap.reason)} from {at_text(gap.since)} to {at_text(gap.until)}." for gap in view.gaps
    ]
    if view.is_merged:
        found.append("More ran than can be named one by one: short runs are counted, long ones are listed.")
    if view.runs_left_out:
        found.append(f"{count_text(view.runs_left_out, 'long run')} left out; ask for a shorter time.")
    if view.lanes_left_out:
        found.append(f"{count_text(view.lanes_left_out, 'robot')} left out, those without work first.")
    return found


def _show_moment(view: MomentView) -> None:
    say(at_text(view.at), style="bold")
    if view.gap is not None:
        why = "did not run" if view.gap.reason == "stopped" else "had not recorded anything yet"
        say(f"The orchestrator {why} then: of robots this is what was known last.", style="yellow")
    robots = [
        (each.name, each.state, f"{each.running}/{each.slots}", at_text(each.since), each.note) for each in view.robots
    ]
    write_table(("ROBOT", "STATE", "BUSY", "SINCE", "WHY"), robots, empty="No robot was known then.")
    say("")
    running = [
        (
            short_id(each.job_id),
            each.workflow_name,
            each.robot_name,
            _steps(each),
            duration_text((view.at - each.started_at).total_seconds()),
            each.outcome or "still runs",
        )
        for each in view.running
    ]
    write_table(("RUNNING", "WORKFLOW", "ROBOT", "STEP", "FOR", "ENDED AS"), running, empty="Nothing ran.")
    say("")
    waiting = [
        (
            short_id(each.job_id),
            each.workflow_name,
            duration_text((view.at - each.since).total_seconds()),
            each.reason or _went(each.until, each.robot_name),
        )
        for each in view.waiting
    ]
    write_table(("WAITING", "WORKFLOW", "FOR", "WHY, OR HOW IT WENT ON"), waiting, empty="Nothing waited.")
    if view.waiting_count > len(view.waiting):
        say(f"and {view.waiting_count - len(view.waiting):,} more", style="dim")
    say("")
    failed = [
        (short_id(each.job_id), each.workflow_name, each.robot_name, at_text(each.ended_at), each.error)
        for each in view.failed
    ]
    write_table(
        ("JUST FAILED", "WORKFLOW", "ROBOT", "AT", "ERROR"),
        failed,
        empty="Nothing had failed in the quarter of an hour before.",
    )


def _steps(run: MomentRunView) -> str:
    done = f" ({run.steps_done} of {run.steps_total} done)" if run.steps_total else ""
    return f"{', '.join(run.steps)}{done}".strip()


def _went(until: datetime | None, robot_name: str) -> str:
    if until is None:
        return ""
    return f"{robot_name} took it at {at_text(until)}" if robot_name else f"given up at {at_text(until)}"
