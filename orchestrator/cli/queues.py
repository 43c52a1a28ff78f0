"""`botswain queues`: queues of work items, their rules, and how much there is to do."""

from typing import Annotated

import typer
from rich.text import Text

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.lengths import seconds
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, duration_text, say, write_facts, write_json, write_table
from orchestrator.contract.api.work_items import QueueRequest, QueueRules, QueueView
from orchestrator.contract.work_items import WorkItemState

app = typer.Typer(
    help="Queues of work items: list, add, show, change, pause, resume, remove.",
    no_args_is_help=True,
)

QueueArgument = Annotated[str, typer.Argument(metavar="QUEUE", help="Id or name of the queue.", show_default=False)]
Retries = Annotated[
    int | None, typer.Option("--retries", min=0, max=100, help="Further tries after technical failures.  [default: 1]")
]
RetryDelay = Annotated[
    str | None, typer.Option("--retry-delay", metavar="TIME", help="Rest before the next try, such as 10m; 0: none.")
]
DueAfter = Annotated[
    str | None,
    typer.Option("--due-after", metavar="TIME", help="Deadline of items without one, such as 2d from their adding."),
]
DueSoon = Annotated[
    str | None, typer.Option("--due-soon", metavar="TIME", help="How long before its deadline an item is due soon.")
]
SecretFields = Annotated[
    list[str] | None,
    typer.Option("--secret", metavar="FIELD", help="A field of payloads to seal and never show; may be repeated."),
]
KeepDays = Annotated[
    int | None,
    typer.Option("--keep-days", min=0, max=36_500, help="Forget items so long after their end; 0: never."),
]
Description = Annotated[str | None, typer.Option("--description", help="What the queue is for.")]

_FAILED = (WorkItemState.FAILED_BUSINESS, WorkItemState.FAILED_APPLICATION, WorkItemState.ABANDONED)


@app.command("list")
def list_queues(*, connect: Connect = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the queues with their figures."""

    async def ask() -> list[QueueView]:
        async with connected(connect, key, data_dir) as client:
            return await client.queues.every()

    views = run_async(ask())
    if as_json:
        write_json(views)
        return
    titles = ("QUEUE", "READY", "RESTING", "IN PROGRESS", "DONE", "FAILED", "AVERAGE", "DUE SOON", "LATE", "STATE")
    write_table(titles, map(_row, views), empty="There is no queue. `botswain queues add NAME` makes one.")


@app.command("add")
def add_queue(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the queue is called.", show_default=False)],
    *,
    retries: Retries = None,
    retry_delay: RetryDelay = None,
    due_after: DueAfter = None,
    due_soon: DueSoon = None,
    secret: SecretFields = None,
    keep_days: KeepDays = None,
    description: Description = None,
    allow_duplicates: Annotated[
        bool, typer.Option("--allow-duplicates", help="A reference may be used more than once.")
    ] = False,
    paused: Annotated[bool, typer.Option("--paused", help="Hand nothing out yet.")] = False,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Add a queue of work items.

    Example:  botswain queues add invoices --retries 2 --retry-delay 10m --due-after 2d --secret iban
    """
    rules = _rules(
        retries=retries,
        retry_delay=retry_delay,
        due_after=due_after,
        due_soon=due_soon,
        secret=secret,
        keep_days=keep_days,
        description=description,
    )
    given = rules.model_dump(exclude_none=True)
    request = QueueRequest.model_validate(
        {**given, "name": name, "unique_references": not allow_duplicates, "paused": paused}
    )

    async def ask() -> QueueView:
        async with connected(connect, key, data_dir) as client:
            return await client.queues.add(request)

    _told(run_async(ask()), "is added", as_json=as_json)


@app.command("show")
def show_queue(
    queue: QueueArgument,
    *,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show a queue: its rules and figures."""

    async def ask() -> QueueView:
        async with connected(connect, key, data_dir) as client:
            return await client.queues.get(queue)

    view = run_async(ask())
    if as_json:
        write_json(view)
        return
    write_facts(
        (
            ("queue", view.name),
            ("id", view.queue_id),
            ("for", view.description),
            ("state", "paused" if view.paused else "on"),
            ("retries", f"{view.max_retries}{_after(view.retry_delay_s)}"),
            ("references", "unique" if view.unique_references else "may repeat"),
            ("due after", duration_text(view.due_after_s)),
            ("secret fields", ", ".join(view.secret_fields)),
            ("kept", f"{view.keep_days} days after the end" if view.keep_days else "for ever"),
            ("ready", f"{view.ready:,}"),
            *((state.value.replace("_", " "), f"{view.counts[state]:,}") for state in view.counts),
            ("average time", duration_text(view.average_s)),
            ("oldest", at_text(view.oldest_at)),
            ("next deadline", at_text(view.next_due_at)),
            ("due soon", f"{view.due_soon:,}"),
            ("late", Text(f"{view.late:,}", style="yellow" if view.late else "")),
        )
    )


@app.command("change")
def change_queue(
    queue: QueueArgument,
    *,
    name: Annotated[str | None, typer.Option("--name", help="Another name.")] = None,
    retries: Retries = None,
    retry_delay: RetryDelay = None,
    due_after: DueAfter = None,
    due_soon: DueSoon = None,
    secret: SecretFields = None,
    keep_days: KeepDays = None,
    description: Description = None,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Change rules of a queue; what is not named stays. --secret replaces all secret fields."""
    rules = _rules(
        retries=retries,
        retry_delay=retry_delay,
        due_after=due_after,
        due_soon=due_soon,
        secret=secret,
        keep_days=keep_days,
        description=description,
    )
    _told(
        _changed(queue, rules.model_copy(update={"name": name}), connect, key, data_dir), "is changed", as_json=as_json
    )


@app.command("pause")
def pause_queue(queue: QueueArgument, *, connect: Connect = None, key: Key = None, data_dir: DataDir = None) -> None:
    """Hand no item out until it is resumed; items may still be added."""
    _told(_changed(queue, QueueRules(paused=True), connect, key, data_dir), "is paused", as_json=False)


@app.command("resume")
def resume_queue(queue: QueueArgument, *, connect: Connect = None, key: Key = None, data_dir: DataDir = None) -> None:
    """Hand items out again."""
    _told(_changed(queue, QueueRules(paused=False), connect, key, data_dir), "hands items out again", as_json=False)


@app.command("remove")
def remove_queue(queue: QueueArgument, *, connect: Connect = None, key: Key = None, data_dir: DataDir = None) -> None:
    """Remove a queue with all its items; refused while runs work on some."""

    async def ask() -> None:
        async with connected(connect, key, data_dir) as client:
            await client.queues.remove(queue)

    run_async(ask())
    say(f"{queue} is removed.")


def _changed(queue: str, rules: QueueRules, connect: Connect, key: Key, data_dir: DataDir) -> QueueView:
    async def ask() -> QueueView:
        async with connected(connect, key, data_dir) as client:
            return await client.queues.change(queue, rules)

    return run_async(ask())


def _rules(
    *,
    retries: int | None,
    retry_delay: str | None,
    due_after: str | None,
    due_soon: str | None,
    secret: list[str] | None,
    keep_days: int | None,
    description: str | None,
) -> QueueRules:
    return QueueRules(
        description=description,
        max_retries=retries,
        retry_delay_s=_length(retry_delay, "--retry-delay"),
        due_after_s=_length(due_after, "--due-after"),
        due_soon_s=_length(due_soon, "--due-soon"),
        secret_fields=tuple(secret) if secret else None,
        keep_days=keep_days,
    )


def _length(text: str | None, option: str) -> float | None:
    if text is None or text.strip() == "0":
        return None if text is None else 0.0
    return seconds(text, option=option)


def _told(view: QueueView, words: str, *, as_json: bool) -> None:
    if as_json:
        write_json(view)
        return
    say(f"{view.name} {words}.")


def _row(view: QueueView) -> tuple[str, ...]:
    waiting = sum(view.counts.get(state, 0) for state in WorkItemState if state.is_waiting)
    return (
        view.name,
        f"{view.ready:,}",
        f"{waiting - view.ready:,}",
        f"{view.counts.get(WorkItemState.IN_PROGRESS, 0):,}",
        f"{view.counts.get(WorkItemState.SUCCESSFUL, 0):,}",
        f"{sum(view.counts.get(state, 0) for state in _FAILED):,}",
        duration_text(view.average_s),
        f"{view.due_soon:,}",
        f"{view.late:,}",
        "paused" if view.paused else "on",
    )


def _after(delay_s: float) -> str:
    return f", after {duration_text(delay_s)}" if delay_s else ""
