"""`botswain recovery`: which recoveries were tried, and how often they helped."""

from collections.abc import Mapping
from typing import Annotated

import typer

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.job_ids import full_id, short_id
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, duration_text, say, write_json, write_table
from orchestrator.contract.api.recovery import RecoveryStatisticsView, TallyView
from orchestrator.contract.recovery import RecoveryRecord


def recovery(
    job_id: Annotated[str | None, typer.Argument(metavar="[JOB]", help="What was tried for this job.")] = None,
    *,
    history: Annotated[bool, typer.Option("--history", help="The single tries instead of figures.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many tries.")] = 50,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """How often each recovery strategy was tried, for which errors, and how often it helped.

    Example:  botswain recovery 9f31c2aa
    """

    async def ask() -> RecoveryStatisticsView | tuple[RecoveryRecord, ...]:
        async with connected(connect, key, data_dir) as client:
            if job_id is None and not history:
                return await client.recovery.statistics()
            job = await full_id(client, job_id) if job_id else None
            return await client.recovery.history(job, limit=limit)

    answer = run_async(ask())
    if as_json:
        write_json(answer)
    elif isinstance(answer, RecoveryStatisticsView):
        _show_figures(answer)
    else:
        _show_history(answer)


def _show_figures(figures: RecoveryStatisticsView) -> None:
    if not figures.total.tried:
        say("No recovery has been tried.", style="dim")
        return
    say(f"{figures.total.tried} recoveries, {figures.total.succeeded} helped ({_rate(figures.total)}).")
    _show_tallies("strategy", {str(name): each for name, each in figures.by_strategy.items()})
    _show_tallies("error", {str(name): each for name, each in figures.by_error_kind.items()})


def _show_tallies(title: str, tallies: Mapping[str, TallyView]) -> None:
    say("")
    rows = sorted(tallies.items(), key=lambda item: -item[1].tried)
    write_table(
        (title, "tried", "helped", "rate", "time"),
        ((name, str(each.tried), str(each.succeeded), _rate(each), duration_text(each.seconds)) for name, each in rows),
        empty="",
    )


def _show_history(records: tuple[RecoveryRecord, ...]) -> None:
    write_table(
        ("job", "try", "step", "at", "error", "strategy", "helped", "what"),
        (
            (
                short_id(each.job_id),
                str(each.attempt),
                each.step_id or "",
                at_text(each.at),
                each.error_kind.value,
                f"{each.strategy} ({each.side})",
                "yes" if each.succeeded else "no",
                each.note,
            )
            for each in records
        ),
        empty="No recovery has been tried.",
    )


def _rate(tally: TallyView) -> str:
    return "" if tally.success_rate is None else f"{tally.success_rate:.0%}"
