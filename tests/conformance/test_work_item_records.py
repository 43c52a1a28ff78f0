"""What every store promises about work items: each is handed out once at a time, and ended once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fake_store import FakeStore
from sqlite_template import with_tables

from orchestrator.contract.ids import JobId, RobotId
from orchestrator.contract.states import JobPriority
from orchestrator.contract.work_items import WorkItemState
from orchestrator.domain.work_items import (
    Holder,
    ItemEnd,
    ItemId,
    ItemMoveError,
    QueueId,
    WorkItem,
    WorkQueue,
    again,
    deleted,
    ended,
    postponed,
)
from orchestrator.engine.errors import ConflictError, NotFoundError
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.work_items import ItemMove, ItemQuery, WorkItemStore
from orchestrator.store.postgres import PostgresDatabase
from orchestrator.store.services import OrchestratorService
from orchestrator.store.sqlite import SqliteFile

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUEUE = WorkQueue(
    queue_id=QueueId("q"), name="invoices", secret_fields=frozenset({"iban"}), created_at=NOW, updated_at=NOW
)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.fixture(params=["sqlite", "postgres", "fake"])
async def items(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[WorkItemStore]:
    """Empty records, with one queue."""
    file: SqliteFile | PostgresDatabase | None = None
    if request.param == "sqlite":
        file = SqliteFile(with_tables(tmp_path / "botswain.db"))
    elif request.param == "postgres":
        file = PostgresDatabase(request.getfixturevalue("postgres_address"))
    records: WorkItemStore = OrchestratorService(file.database).work_items if file else FakeStore().work_items
    await records.save_queue(QUEUE, audit())
    yield records
    if file is not None:
        await file.close()


def audit(_: int = 0) -> AuditEntry:
    return AuditEntry(at=NOW, kind="work_items.test", message="It happened.")


def item(name: str, **more: object) -> WorkItem:
    known = {"item_id": ItemId(f"i-{name}"), "queue_id": QUEUE.queue_id, "reference": name, "payload": {"n": name}}
    return WorkItem(**{**known, "created_at": NOW, "changed_at": NOW, **more})  # type: ignore[arg-type]


def holder(job: str = "j", attempt: int = 1, at: datetime = NOW) -> Holder:
    return Holder(job_id=JobId(job), attempt=attempt, robot_id=RobotId("r"), taken_at=at)


async def take(items: WorkItemStore, request: str, by: Holder | None = None) -> WorkItem | None:
    return await items.take(QUEUE.queue_id, by or holder(), request)


async def finish(
    items: WorkItemStore, found: WorkItem, end: ItemEnd, request: str = "", at: datetime = NOW
) -> tuple[WorkItem, bool]:
    return await items.change(
        found.item_id,
        lambda now: ItemMove(after=ended(now, QUEUE, end, now=at, output={"ok": True}, reason="why")),
        request_id=request,
    )


async def test_queues_come_back_as_they_were_kept(items: WorkItemStore) -> None:
    assert await items.queues() == [QUEUE]
    with pytest.raises(ConflictError, match="There is a queue 'invoices' already"):
        await items.save_queue(replace(QUEUE, queue_id=QueueId("other")), audit())
    assert await items.remove_queue(QUEUE.queue_id, audit())
    assert not await items.remove_queue(QUEUE.queue_id, audit())


async def test_an_item_comes_back_as_it_was_added(items: WorkItemStore) -> None:
    new = item("1", priority=JobPriority.HIGH, due_at=later(60), not_before=later(5), added_by="ann")
    await items.add([new], unique=True, audit=audit)
    kept = await items.one(new.item_id)
    assert kept is not None
    assert replace(kept, position=0) == new
    assert await items.named(QUEUE.queue_id, "1") == kept
    assert await items.one(ItemId("none")) is None


@pytest.mark.feature("X28")
async def test_a_reference_is_taken_once(items: WorkItemStore) -> None:
    batch = [item("1"), item("2"), item("1", item_id=ItemId("twin"))]
    added = await items.add(batch, unique=True, audit=audit)
    assert [(each.item_id, each.is_new) for each in added] == [("i-1", True), ("i-2", True), ("i-1", False)]
    again_ = await items.add([item("2", item_id=ItemId("later"))], unique=True, audit=audit)
    assert [(each.item_id, each.is_new) for each in again_] == [("i-2", False)]
    assert (await items.listing(ItemQuery()))[1] == 2


async def test_items_without_a_reference_are_never_twins(items: WorkItemStore) -> None:
    batch = [item("", item_id=ItemId("a")), item("", item_id=ItemId("b"))]
    assert [each.is_new for each in await items.add(batch, unique=True, audit=audit)] == [True, True]


async def test_a_queue_may_allow_the_same_reference_again(items: WorkItemStore) -> None:
    batch = [item("1"), item("1", item_id=ItemId("twin"))]
    assert [each.is_new for each in await items.add(batch, unique=False, audit=audit)] == [True, True]


async def test_adding_the_same_items_again_adds_nothing(items: WorkItemStore) -> None:
    told: list[int] = []

    def note(new: int) -> AuditEntry:
        told.append(new)
        return audit()

    for _ in range(2):
        await items.add([item("1"), item("", item_id=ItemId("b"))], unique=True, audit=note)
    assert (await items.listing(ItemQuery()))[1] == 2


async def test_the_urgent_go_first_then_those_that_are_due_then_the_first_that_came(items: WorkItemStore) -> None:
    batch = [
        item("late"),
        item("later", due_at=later(100)),
        item("sooner", due_at=later(50)),
        item("high", priority=JobPriority.HIGH),
        item("low", priority=JobPriority.LOW, due_at=later(1)),
        item("last"),
    ]
    await items.add(batch, unique=True, audit=audit)
    order = [found.reference for n in range(6) if (found := await take(items, f"r{n}")) is not None]
    assert order == ["high", "sooner", "later", "late", "last", "low"]
    assert await take(items, "r9") is None


async def test_an_item_that_rests_is_not_handed_out_before_its_time(items: WorkItemStore) -> None:
    await items.add([item("1", not_before=later(10))], unique=True, audit=audit)
    assert await items.ready(QUEUE.queue_id, NOW) == (0, later(10))
    assert await take(items, "a") is None
    assert await items.ready(QUEUE.queue_id, later(10)) == (1, None)
    assert await take(items, "b", holder(at=later(10))) is not None


@pytest.mark.feature("X28")
async def test_each_item_is_handed_out_to_one_run_however_many_ask_at_once(items: WorkItemStore) -> None:
    await items.add([item(str(n)) for n in range(20)], unique=True, audit=audit)
    asked = (take(items, f"r{n}", holder(job=f"j{n}")) for n in range(30))
    given = [found.item_id for found in await asyncio.gather(*asked) if found is not None]
    assert len(given) == len(set(given)) == 20


async def test_the_same_request_gets_the_same_item(items: WorkItemStore) -> None:
    await items.add([item("1"), item("2")], unique=True, audit=audit)
    first = await take(items, "r")
    assert first is not None
    assert await take(items, "r") == first
    assert [each.number for each in await items.tries(first.item_id)] == [1]


@pytest.mark.feature("X28")
async def test_an_end_counts_once_however_often_it_is_told(items: WorkItemStore) -> None:
    await items.add([item("1")], unique=True, audit=audit)
    found = await take(items, "r")
    assert found is not None
    kept, was_first = await finish(items, found, ItemEnd.TECHNICAL, "end", later(7))
    assert (kept.state, kept.failures, was_first) == (WorkItemState.RETRY, 1, True)
    taken_again = await take(items, "r2", holder(job="other"))
    assert taken_again is not None
    repeated, was_first = await finish(items, found, ItemEnd.TECHNICAL, "end", later(9))
    assert (repeated.state, was_first) == (WorkItemState.IN_PROGRESS, False)
    first, second = await items.tries(found.item_id)
    assert await items.ended_by("end") == repeated
    assert await items.ended_by("none") is None
    assert (first.outcome, first.ended_at, first.reason) == (WorkItemState.RETRY, later(7), "why")
    assert (second.number, second.job_id, second.ended_at) == (2, "other", None)


async def test_what_a_rule_refuses_changes_nothing(items: WorkItemStore) -> None:
    await items.add([item("1")], unique=True, audit=audit)
    with pytest.raises(ItemMoveError, match="cannot become successful"):
        await items.change(ItemId("i-1"), lambda now: ItemMove(after=ended(now, QUEUE, ItemEnd.SUCCESS, now=NOW)))
    with pytest.raises(NotFoundError):
        await items.change(ItemId("none"), lambda _: None)
    kept = await items.one(ItemId("i-1"))
    assert kept is not None
    assert kept.state is WorkItemState.NEW


async def test_held_items_are_found_after_a_start(items: WorkItemStore) -> None:
    await items.add([item("1"), item("2")], unique=True, audit=audit)
    found = await take(items, "r")
    assert found is not None
    assert [each.item_id for each in await items.held()] == [found.item_id]
    with pytest.raises(ConflictError, match="Job j works on an item"):
        await items.remove_queue(QUEUE.queue_id, audit())
    done, _ = await finish(items, found, ItemEnd.SUCCESS)
    assert (done.output, await items.held()) == ({"ok": True}, [])


async def test_a_deleted_item_frees_its_reference_and_loses_its_content(items: WorkItemStore) -> None:
    await items.add([item("1")], unique=True, audit=audit)
    await items.change(ItemId("i-1"), lambda now: ItemMove(after=deleted(now, now=later(1))))
    gone = await items.one(ItemId("i-1"))
    assert gone is not None
    assert (gone.state, gone.payload) == (WorkItemState.DELETED, {})
    assert await items.named(QUEUE.queue_id, "1") is None
    (added,) = await items.add([item("1", item_id=ItemId("new"))], unique=True, audit=audit)
    assert (added.item_id, added.is_new) == ("new", True)


async def test_items_are_listed_by_state_reference_and_job(items: WorkItemStore) -> None:
    await items.add([item("a-1"), item("a-2"), item("b_1")], unique=True, audit=audit)
    found = await take(items, "r")
    assert found is not None
    listed, total = await items.listing(ItemQuery(queue_id=QUEUE.queue_id, limit=2))
    assert ([each.reference for each in listed], total) == (["b_1", "a-2"], 3)
    for query, wanted in (
        (ItemQuery(states=frozenset({WorkItemState.IN_PROGRESS})), ["a-1"]),
        (ItemQuery(text="_"), ["b_1"]),
        (ItemQuery(job_id=JobId("j")), ["a-1"]),
        (ItemQuery(offset=2), ["a-1"]),
        (ItemQuery(queue_id=QueueId("none")), []),
    ):
        assert [each.reference for each in (await items.listing(query))[0]] == wanted


async def test_a_queue_in_numbers(items: WorkItemStore) -> None:
    batch = [
        item("late", due_at=later(-5)),
        item("soon", due_at=later(60)),
        item("rests", not_before=later(30)),
        item("old", created_at=later(-100)),
    ]
    await items.add(batch, unique=True, audit=audit)
    first = await take(items, "r")
    assert first is not None
    await finish(items, first, ItemEnd.SUCCESS, at=later(4))
    figures = (await items.figures([QUEUE], later(5)))[QUEUE.queue_id]
    assert dict(figures.counts) == {WorkItemState.NEW: 3, WorkItemState.SUCCESSFUL: 1}
    assert (figures.ready, figures.average_s, figures.oldest_at) == (2, 4.0, later(-100))
    assert (figures.late, figures.due_soon, figures.next_due_at) == (0, 1, later(60))
    assert await items.deadlines(later(5)) == {QUEUE.queue_id: (0, later(60))}
    assert await items.deadlines(later(61)) == {QUEUE.queue_id: (1, None)}


async def test_old_items_are_forgotten_with_their_tries(items: WorkItemStore) -> None:
    await items.add([item("1"), item("2"), item("3")], unique=True, audit=audit)
    found = await take(items, "r")
    assert found is not None
    await finish(items, found, ItemEnd.SUCCESS, at=later(1))
    assert await items.remove_ended(QUEUE.queue_id, later(1), most=10) == 0
    assert await items.remove_ended(QUEUE.queue_id, later(2), most=10) == 1
    assert (await items.listing(ItemQuery()))[1] == 2
    assert await items.tries(found.item_id) == []


async def test_a_person_may_postpone_and_let_it_be_tried_again(items: WorkItemStore) -> None:
    await items.add([item("1")], unique=True, audit=audit)
    kept, _ = await items.change(ItemId("i-1"), lambda now: ItemMove(after=postponed(now, later(60), now=NOW)))
    assert (kept.state, kept.not_before) == (WorkItemState.POSTPONED, later(60))
    found = await take(items, "r", holder(at=later(60)))
    assert found is not None
    failed, _ = await finish(items, found, ItemEnd.BUSINESS)
    assert failed.state is WorkItemState.FAILED_BUSINESS
    retried, _ = await items.change(ItemId("i-1"), lambda now: ItemMove(after=again(now, now=NOW)))
    assert (retried.state, retried.failures) == (WorkItemState.RETRY, 0)
