"""`botswain metrics` and `activity`: the fleet in numbers, and what happened lately."""

from typing import Annotated

import typer

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.job_ids import full_id
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, duration_text, say, write_facts, write_json, write_table
from orchestrator.contract.api.figures import ActivityItem, DashboardView, MetricsView


def metrics(
    *,
    hours: Annotated[float, typer.Option(min=0.1, max=744, help="How far back the table looks.")] = 24,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show the fleet in numbers.

    Examples:  botswain metrics  |  botswain metrics --hours 168 --json
    """

    async def ask() -> tuple[DashboardView, MetricsView]:
        async with connected(connect, key, data_dir) as client:
            return await client.dashboard(), await client.metrics(window_s=hours * 3_600)

    dashboard, series = run_async(ask())
    if as_json:
        write_json({"dashboard": dashboard, "series": series})
        return
    _show_dashboard(dashboard)
    say("")
    rows = [(use.name, f"{use.utilisation:.0%}", duration_text(use.busy_s)) for use in series.robots]
    write_table(("ROBOT", "UTILISATION", "BUSY"), rows, empty="No robot worked in this time.")
    say("")
    ended = [bucket for bucket in series.buckets if bucket.completed or bucket.failed or bucket.cancelled]
    buckets = [
        (
            at_text(bucket.starts_at),
            str(bucket.completed),
            str(bucket.failed),
            str(bucket.cancelled),
            duration_text(bucket.average_execution_s),
            duration_text(bucket.p95_execution_s),
        )
        for bucket in ended
    ]
    titles = ("FROM", "COMPLETED", "FAILED", "CANCELLED", "AVERAGE", "95 %")
    write_table(titles, buckets, empty="No job ended in this time.")


def activity(
    *,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1_000, help="At most so many.")] = 30,
    kind: Annotated[str | None, typer.Option(help="Only this kind, or several: 'robot.*'.")] = None,
    job: Annotated[str | None, typer.Option(help="Only about this job.")] = None,
    robot: Annotated[str | None, typer.Option(help="Only about this robot (id or name).")] = None,
    actor: Annotated[str | None, typer.Option(help="Only what was done in this name.")] = None,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show what happened lately, newest first.

    Examples:  botswain activity --kind 'robot.*'  |  botswain activity --job 9f31c2aa
    """

    async def ask() -> list[ActivityItem]:
        async with connected(connect, key, data_dir) as client:
            job_id = await full_id(client, job) if job else None
            return await client.activity(limit=limit, kind=kind, job=job_id, robot=robot, actor=actor)

    items = run_async(ask())
    if as_json:
        write_json(items)
        return
    rows = [(at_text(item.at), item.kind, item.message, item.actor) for item in items]
    write_table(("WHEN", "KIND", "WHAT", "BY"), rows, empty="Nothing has happened yet.")


def _show_dashboard(view: DashboardView) -> None:
    jobs_today = f"{view.total_jobs_today:,} jobs: {view.completed_jobs_today:,} completed"
    average, slowest = duration_text(view.average_execution_time), duration_text(view.p95_execution_time)
    write_facts(
        [
            ("robots", f"{view.online_robots} online, {view.offline_robots} offline"),
            ("jobs", f"{view.pending_jobs:,} waiting, {view.running_jobs:,} running"),
            ("today", f"{jobs_today}, {view.failed_jobs_today:,} failed"),
            ("success", f"{view.success_rate:.1%} in the last 24 h"),
            ("execution", f"{average} on average, {slowest} at the 95th percentile"),
        ]
    )
