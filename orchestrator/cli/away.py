"""`botswain away`: what happened while nobody was there."""

from typing import Annotated

import typer

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.job_ids import short_id
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, count_text, say, write_json, write_table
from orchestrator.contract.api.away import AwayReportView, MissedRunsView

_FATES = {
    "unknown": "robot not back yet",
    "adopted": "goes on",
    "requeued": "queued again",
    "finished": "finished meanwhile",
    "dead_lettered": "needs a person",
    "ended": "ended",
}


def away(
    *,
    dismiss: Annotated[bool, typer.Option("--dismiss", help="Show it for the last time.")] = False,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show what the start of the orchestrator found: jobs that went on or ended without it, runs that were missed.

    Examples:  botswain away  |  botswain away --dismiss
    """

    async def ask() -> tuple[AwayReportView, ...]:
        async with connected(connect, key, data_dir) as client:
            reports = await client.away.list()
            if dismiss:
                for report in reports:
                    await client.away.dismiss(report.report_id)
            return reports

    reports = run_async(ask())
    if as_json:
        write_json(reports)
        return
    if not reports:
        say("Nothing happened while nobody was there.", style="dim")
    for report in reports:
        _show(report)


def _show(report: AwayReportView) -> None:
    since = f", the last sign before at {at_text(report.last_seen_at)}" if report.last_seen_at else ""
    say(f"Start at {at_text(report.started_at)}{since}.")
    counts = [f"{count_text(count, 'job')} {_FATES.get(fate, fate)}" for fate, count in report.counts.items()]
    if counts:
        more = f"; {count_text(report.more_jobs, 'job')} more" if report.more_jobs else ""
        say(f"{'; '.join(counts)}{more}.\n")
        rows = [(short_id(job.job_id), job.workflow_name, _FATES.get(job.fate, job.fate)) for job in report.jobs]
        write_table(("JOB", "WORKFLOW", "BECAME"), rows, empty="")
    if report.schedules:
        say("")
        write_table(
            ("SCHEDULE", "MISSED SINCE", "POLICY", "MADE UP", "DROPPED"), map(_missed, report.schedules), empty=""
        )
    say("")


def _missed(view: MissedRunsView) -> tuple[str, str, str, str, str]:
    return view.name, at_text(view.since), view.policy, f"{view.made_up:,}", f"{view.dropped:,}"
