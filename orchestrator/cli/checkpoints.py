"""`botswain checkpoint`, `checkpoints`: take them, look at them, throw them away."""

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.text import Text

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.job_ids import full_id, short_id
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import (
    AsJson,
    at_text,
    count_text,
    say,
    size_text,
    value_text,
    write_facts,
    write_json,
    write_table,
)
from orchestrator.contract.api.recovery import CheckpointStatisticsView
from orchestrator.contract.checkpoints import CheckpointKind, CheckpointView

app = typer.Typer(help="Checkpoints of jobs: how far a run is, so that any robot can go on.", no_args_is_help=True)

CheckpointArgument = Annotated[str, typer.Argument(metavar="CHECKPOINT", help="Id of the checkpoint.")]


def checkpoint(
    job_id: Annotated[str, typer.Argument(metavar="JOB", help="Id of a running job, or the end of it.")],
    *,
    note: Annotated[str, typer.Option(help="What to remember about it.")] = "",
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Take a checkpoint of a running job, now.

    Example:  botswain checkpoint 9f31c2aa --note "before the big upload"
    """

    async def ask() -> CheckpointView:
        async with connected(connect, key, data_dir) as client:
            return await client.checkpoints.take(await full_id(client, job_id), note=note)

    taken = run_async(ask())
    if as_json:
        write_json(taken)
    else:
        done = f"{len(taken.facts.done)} of {taken.facts.total} steps"
        say(f"Checkpoint {taken.facts.checkpoint_id}: {done}, {size_text(taken.size)}.")


@app.command("list")
def list_(
    job_id: Annotated[str | None, typer.Argument(metavar="[JOB]", help="Only of this job.")] = None,
    *,
    kind: Annotated[CheckpointKind | None, typer.Option(help="Only of this kind.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Checkpoints, newest first.

    Example:  botswain checkpoints list 9f31c2aa --kind milestone
    """

    async def ask() -> tuple[CheckpointView, ...]:
        async with connected(connect, key, data_dir) as client:
            job = await full_id(client, job_id) if job_id else None
            return await client.checkpoints.list(job, kind=kind, limit=limit)

    found = run_async(ask())
    if as_json:
        write_json(found)
        return
    write_table(
        ("checkpoint", "job", "try", "kind", "kept", "done", "size", "note"),
        (_row(each) for each in found),
        empty="There are no checkpoints; a running job gets one with `botswain checkpoint JOB`.",
    )


@app.command()
def show(
    checkpoint_id: CheckpointArgument,
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """One checkpoint: what is done, what ran, and where its sessions are.

    Example:  botswain checkpoints show 019a2f0c-7e5b-7d10-9c55-0d3b1c9f2a11
    """

    async def ask() -> CheckpointView:
        async with connected(connect, key, data_dir) as client:
            return await client.checkpoints.get(checkpoint_id)

    found = run_async(ask())
    if as_json:
        write_json(found)
    else:
        write_facts(_facts(found))


@app.command()
def delete(
    checkpoint_id: CheckpointArgument,
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
) -> None:
    """Remove one checkpoint.

    Example:  botswain checkpoints delete 019a2f0c-7e5b-7d10-9c55-0d3b1c9f2a11
    """

    async def ask() -> None:
        async with connected(connect, key, data_dir) as client:
            await client.checkpoints.delete(checkpoint_id)

    run_async(ask())
    say("Removed.")


@app.command()
def cleanup(
    *,
    max_age_days: Annotated[float, typer.Option(min=0, help="Older ones go.")] = 30.0,
    max_count: Annotated[int, typer.Option(min=0, help="Of one job; the oldest of more go.")] = 100,
    keep_milestones: Annotated[bool, typer.Option(help="Milestones stay whatever their age.")] = True,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Remove old checkpoints; the engine does so by itself each day.

    Example:  botswain checkpoints cleanup --max-age-days 7 --max-count 50
    """

    async def ask() -> int:
        async with connected(connect, key, data_dir) as client:
            return await client.checkpoints.cleanup(
                max_age_days=max_age_days, max_count=max_count, keep_milestones=keep_milestones
            )

    removed = run_async(ask())
    if as_json:
        write_json({"removed": removed})
    else:
        say(f"{count_text(removed, 'checkpoint')} removed.")


@app.command()
def statistics(*, connect: Connect = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """How many there are, of which kinds, and how much room they take.

    Example:  botswain checkpoints statistics
    """

    async def ask() -> CheckpointStatisticsView:
        async with connected(connect, key, data_dir) as client:
            return await client.checkpoints.statistics()

    figures = run_async(ask())
    if as_json:
        write_json(figures)
        return
    write_facts(
        (
            ("checkpoints", str(figures.total)),
            ("jobs", str(figures.jobs)),
            ("kinds", ", ".join(f"{count} {kind}" for kind, count in sorted(figures.by_kind.items()))),
            ("room", size_text(figures.bytes)),
            ("oldest", at_text(figures.oldest_at)),
            ("newest", at_text(figures.newest_at)),
        )
    )


def _row(view: CheckpointView) -> tuple[str | Text, ...]:
    facts = view.facts
    done = f"{len(facts.done)}/{facts.total}"
    return (
        facts.checkpoint_id,
        short_id(facts.job_id),
        str(facts.attempt),
        facts.kind.value,
        at_text(view.kept_at),
        f"{done} in {facts.iteration}" if facts.iterations > 1 else done,
        size_text(view.size),
        facts.note,
    )


def _facts(view: CheckpointView) -> Iterator[tuple[str, str]]:
    facts = view.facts
    yield "checkpoint", facts.checkpoint_id
    yield "job", f"{facts.job_id}, attempt {facts.attempt}"
    yield "kind", facts.kind.value
    yield "kept", f"{at_text(view.kept_at)}, {size_text(view.size)}"
    yield "note", facts.note
    yield "iteration", f"{facts.iteration} of {facts.iterations}" if facts.iterations > 1 else ""
    yield "done", ", ".join(facts.done) or "nothing yet"
    yield "running", ", ".join(facts.running)
    yield "sessions", "\n".join(facts.sessions)
    yield "cookies", str(facts.cookies) if facts.sessions else ""
    yield "variables", "\n".join(f"{name} = {value_text(value)}" for name, value in facts.variables.items())
    after = "goes on by itself" if facts.may_resume_after_crash else "a person decides, unless the job is retry-safe"
    yield "after a crash", after
    yield "kept with it", value_text(facts.metadata) if facts.metadata else ""
