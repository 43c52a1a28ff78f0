"""`botswain items`: work items, one by one and in files."""

import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.item_files import read_items, written_csv
from orchestrator.cli.item_words import payload_of, show, typed_value, when
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import (
    AsJson,
    at_text,
    count_text,
    say,
    value_text,
    write_json,
    write_table,
)
from orchestrator.cli.queues import QueueArgument
from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.common import MAX_PAGE, Page
from orchestrator.contract.api.work_items import (
    AddedItemsView,
    FinishRequest,
    PostponeRequest,
    WorkItemDetail,
    WorkItemView,
)
from orchestrator.contract.errors import UserError
from orchestrator.contract.states import JobPriority
from orchestrator.contract.work_items import MOST_ITEMS_AT_ONCE, AddedWorkItem, NewWorkItem, WorkItemState

EXIT_KNOWN = 1
_FAILURES = (WorkItemState.FAILED_APPLICATION, WorkItemState.ABANDONED, WorkItemState.FAILED_BUSINESS)

app = typer.Typer(
    help="Work items: add, list, show, retry, finish, release, postpone, delete, import, export.",
    no_args_is_help=True,
)

ItemArgument = Annotated[
    str, typer.Argument(metavar="ITEM", help="Id of the item; with --queue its reference.", show_default=False)
]
InQueue = Annotated[str | None, typer.Option("--queue", "-q", metavar="QUEUE", help="ITEM is a reference in it.")]
States = Annotated[list[WorkItemState] | None, typer.Option("--state", help="Only these; may be repeated.")]


class Format(StrEnum):
    """How items are written."""

    CSV = "csv"
    JSON = "json"


@app.command("add")
def add_item(
    queue: QueueArgument,
    fields: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME=VALUE ...", help="Fields of the payload; JSON where it can be read as such."),
    ] = None,
    *,
    reference: Annotated[str, typer.Option("--reference", "-r", help="What the business calls it.")] = "",
    priority: Annotated[JobPriority, typer.Option(help="Urgent items go first.")] = JobPriority.NORMAL,
    due: Annotated[str | None, typer.Option(metavar="WHEN", help="Deadline: 2026-03-27T09:00, 18:00 or 2h.")] = None,
    not_before: Annotated[str | None, typer.Option(metavar="WHEN", help="It is not handed out earlier.")] = None,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Add an item; exit code 1 when the queue has its reference already.

    Example:  botswain items add invoices --reference 4711 amount=12.50 customer=Smith --due 2d
    """
    item = NewWorkItem(
        reference=reference,
        payload=payload_of(fields or []),
        priority=priority,
        due_at=when(due, "--due"),
        not_before=when(not_before, "--not-before"),
    )

    async def ask() -> AddedItemsView:
        async with connected(connect, key, data_dir) as client:
            return await client.items.add(queue, [item])

    (added,) = run_async(ask()).items
    if as_json:
        write_json(added)
    else:
        say(f"{added.item_id} is added." if added.is_new else f"{reference} is there already: {added.item_id}")
    if not added.is_new:
        raise typer.Exit(EXIT_KNOWN)


@app.command("list")
def list_items(
    queue: Annotated[str | None, typer.Argument(metavar="[QUEUE]", help="Id or name of a queue.")] = None,
    *,
    state: States = None,
    text: Annotated[str, typer.Option("--text", "-t", help="Part of the reference.")] = "",
    job: Annotated[str | None, typer.Option(metavar="JOB", help="Items that runs of this job have had.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=MAX_PAGE, help="At most so many.")] = 50,
    offset: Annotated[int, typer.Option(min=0, help="Pass over so many.")] = 0,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List items, newest first; deleted ones only with --state deleted."""

    async def ask() -> Page[WorkItemView]:
        async with connected(connect, key, data_dir) as client:
            return await client.items.page(
                queue=queue, states=state or (), job=job, text=text, offset=offset, limit=limit
            )

    page = run_async(ask())
    if as_json:
        write_json(page)
        return
    rows = [
        (
            each.reference or each.item_id,
            each.queue,
            each.state.value.replace("_", " ") + (", late" if each.is_late else ""),
            str(each.tries),
            at_text(each.due_at),
            value_text(each.payload, 60),
            each.reason,
        )
        for each in page.items
    ]
    write_table(("ITEM", "QUEUE", "STATE", "TRIES", "DUE (HERE)", "PAYLOAD", ""), rows, empty="There is no such item.")
    if page.total > len(page.items):
        say(f"{count_text(page.total, 'item')} in all; --offset shows more.", style="dim")


@app.command("show")
def show_item(
    item: ItemArgument,
    *,
    queue: InQueue = None,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show an item and each time that a run had it."""

    async def ask() -> WorkItemDetail:
        async with connected(connect, key, data_dir) as client:
            return await _found(client, item, queue)

    view = run_async(ask())
    if as_json:
        write_json(view)
        return
    show(view)
    rows = [
        (
            str(each.number),
            at_text(each.taken_at),
            at_text(each.ended_at),
            each.outcome.value.replace("_", " ") if each.outcome else "in progress",
            f"{each.job_id} (attempt {each.attempt})",
            each.reason,
        )
        for each in view.history
    ]
    write_table(("TRY", "TAKEN (HERE)", "ENDED", "OUTCOME", "JOB", ""), rows, empty="No run has had it yet.")


@app.command("retry")
def retry_item(
    item: ItemArgument,
    *,
    queue: InQueue = None,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Let a failed item be tried again, with all the tries of its queue."""
    view = _moved(
        item, queue, lambda client, item_id: client.items.retry(item_id), connect=connect, key=key, data_dir=data_dir
    )
    _told(view, "waits for its next try", as_json=as_json)


@app.command("retry-failed")
def retry_failed(
    queue: QueueArgument,
    *,
    state: Annotated[
        list[WorkItemState] | None,
        typer.Option("--state", help="Which failures; may be repeated.  [default: failed_application, abandoned]"),
    ] = None,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Let all items of a queue be tried again that failed technically, as after a site was down."""
    states = tuple(state or (WorkItemState.FAILED_APPLICATION, WorkItemState.ABANDONED))
    if any(each not in _FAILURES for each in states):
        raise UserError(f"--state: choose {', '.join(each.value for each in _FAILURES)}.", field="--state")

    async def ask() -> list[WorkItemView]:
        async with connected(connect, key, data_dir) as client:
            failed = [item async for item in client.items.every(queue, states=states)]
            return [await client.items.retry(each.item_id) for each in reversed(failed)]

    views = run_async(ask())
    if as_json:
        write_json(views)
        return
    say(f"{count_text(len(views), 'item')} wait{'s' if len(views) == 1 else ''} for another try.")


@app.command("postpone")
def postpone_item(
    item: ItemArgument,
    until: Annotated[str, typer.Argument(metavar="WHEN", help="2026-03-27T09:00, 18:00 or 2h.", show_default=False)],
    *,
    queue: InQueue = None,
    reason: Annotated[str, typer.Option(help="Why, for others.")] = "",
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Hand an item out later."""
    at = when(until, "WHEN")
    assert at is not None
    request = PostponeRequest(until=at, reason=reason)
    view = _moved(
        item,
        queue,
        lambda client, item_id: client.items.postpone(item_id, request),
        connect=connect,
        key=key,
        data_dir=data_dir,
    )
    _told(view, f"is not handed out before {at_text(view.not_before)}", as_json=as_json)


@app.command("finish")
def finish_item(
    item: ItemArgument,
    *,
    output: Annotated[str, typer.Option(help="What its work gave; JSON where it can be read as such.")] = "",
    reason: Annotated[str, typer.Option(help="How that is known, for others.")] = "",
    queue: InQueue = None,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Say that its work is done, such as after a run of which nobody knows; also when a lost run still has it."""
    request = FinishRequest(output=typed_value(output) if output else None, reason=reason)
    view = _moved(
        item,
        queue,
        lambda client, item_id: client.items.finish(item_id, request),
        connect=connect,
        key=key,
        data_dir=data_dir,
    )
    _told(view, "is done", as_json=as_json)


@app.command("release")
def release_item(
    item: ItemArgument,
    *,
    queue: InQueue = None,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Say that its work is not done: it waits for its next try, also when a lost run still has it."""
    view = _moved(
        item, queue, lambda client, item_id: client.items.release(item_id), connect=connect, key=key, data_dir=data_dir
    )
    _told(view, "waits for its next try", as_json=as_json)


@app.command("delete")
def delete_item(
    item: ItemArgument,
    *,
    queue: InQueue = None,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Take an item out: its content is gone, its reference is free again, its history stays."""
    view = _moved(
        item, queue, lambda client, item_id: client.items.delete(item_id), connect=connect, key=key, data_dir=data_dir
    )
    _told(view, "is deleted", as_json=as_json)


@app.command("import")
def import_items(
    queue: QueueArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .csv, .json or .jsonl file.", show_default=False)],
    *,
    reference: Annotated[
        str | None, typer.Option("--reference", metavar="COLUMN", help="The column that becomes the reference.")
    ] = None,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Add the items of a file; with references it may be repeated: what the queue has already is left alone.

    Columns `reference`, `priority`, `due_at` and `not_before` are the item's own, every other one is payload.
    """
    items = read_items(file, reference=reference)

    async def ask() -> list[AddedWorkItem]:
        async with connected(connect, key, data_dir) as client:
            return [each for part in _parts(items) for each in (await client.items.add(queue, part)).items]

    answers = run_async(ask())
    added = sum(each.is_new for each in answers)
    if as_json:
        write_json({"added": added, "known": len(answers) - added, "items": answers})
        return
    known = f"; {len(answers) - added:,} were there already" if added < len(answers) else ""
    say(f"{count_text(added, 'item')} added{known}.")


@app.command("export")
def export_items(
    queue: QueueArgument,
    *,
    state: States = None,
    as_format: Annotated[Format, typer.Option("--format", help="How they are written.")] = Format.CSV,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
) -> None:
    """Write all items of a queue to standard output, oldest first; secret fields are masked."""

    async def ask() -> list[WorkItemView]:
        async with connected(connect, key, data_dir) as client:
            return [item async for item in client.items.every(queue, states=state or ())]

    items = run_async(ask())[::-1]
    if as_format is Format.CSV:
        sys.stdout.write(written_csv(items))
    else:
        write_json(items)


def _parts(items: Sequence[NewWorkItem]) -> Iterator[Sequence[NewWorkItem]]:
    for start in range(0, len(items), MOST_ITEMS_AT_ONCE):
        yield items[start : start + MOST_ITEMS_AT_ONCE]


async def _found(client: OrchestratorClient, item: str, queue: str | None) -> WorkItemDetail:
    return await client.items.get(item) if queue is None else await client.items.find(queue, item)


def _moved(
    item: str,
    queue: str | None,
    move: Callable[[OrchestratorClient, str], Awaitable[WorkItemView]],
    *,
    connect: Connect,
    key: Key,
    data_dir: DataDir,
) -> WorkItemView:
    async def ask() -> WorkItemView:
        async with connected(connect, key, data_dir) as client:
            item_id = item if queue is None else (await _found(client, item, queue)).item_id
            return await move(client, item_id)

    return run_async(ask())


def _told(view: WorkItemView, words: str, *, as_json: bool) -> None:
    if as_json:
        write_json(view)
    else:
        say(f"{view.reference or view.item_id} {words}.")
