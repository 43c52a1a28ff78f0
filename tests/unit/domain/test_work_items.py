"""How items move, and what a failed try means."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.contract.ids import JobId, RobotId
from orchestrator.contract.states import JobPriority
from orchestrator.contract.work_items import ENDED_STATES, WorkItemState
from orchestrator.domain.triggers import ItemsArrive
from orchestrator.domain.work_items import (
    TRANSITIONS,
    Holder,
    ItemEnd,
    ItemId,
    ItemMoveError,
    QueueId,
    WorkItem,
    WorkQueue,
    again,
    carried,
    deadline,
    deleted,
    ended,
    is_late,
    is_ready,
    order,
    postponed,
    taken,
    tries_left,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOLDER = Holder(job_id=JobId("j"), attempt=1, robot_id=RobotId("r"), taken_at=NOW)


def queue(**more: object) -> WorkQueue:
    known: dict[str, object] = {"queue_id": QueueId("q"), "name": "invoices", "created_at": NOW, "updated_at": NOW}
    return WorkQueue(**{**known, **more})  # type: ignore[arg-type]


def item(**more: object) -> WorkItem:
    known: dict[str, object] = {"item_id": ItemId("i"), "queue_id": QueueId("q"), "payload": {"n": 1}}
    return WorkItem(**{**known, "created_at": NOW, "changed_at": NOW, **more})  # type: ignore[arg-type]


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_every_state_has_its_row_and_what_ended_moves_by_a_person_only() -> None:
    assert set(TRANSITIONS) == set(WorkItemState)
    for state in ENDED_STATES:
        assert TRANSITIONS[state] <= {WorkItemState.RETRY, WorkItemState.SUCCESSFUL, WorkItemState.DELETED}


@pytest.mark.feature("X28")
def test_a_technical_failure_is_worth_as_many_tries_as_the_queue_allows() -> None:
    rules, tried = queue(max_retries=2), item()
    for failures in (1, 2):
        tried = ended(taken(tried, HOLDER), rules, ItemEnd.TECHNICAL, now=NOW, reason="no network")
        assert (tried.state, tried.failures, tried.holder) == (WorkItemState.RETRY, failures, None)
        assert tries_left(tried, rules) == 2 - failures
    tried = ended(taken(tried, HOLDER), rules, ItemEnd.TECHNICAL, now=later(5), reason="no network")
    assert (tried.state, tried.tries, tried.ended_at) == (WorkItemState.FAILED_APPLICATION, 3, later(5))
    assert tried.reason == "no network"


@pytest.mark.feature("X28")
def test_a_business_failure_is_final_however_many_tries_are_left() -> None:
    failed = ended(taken(item(), HOLDER), queue(max_retries=9), ItemEnd.BUSINESS, now=NOW, reason="locked account")
    assert (failed.state, failed.failures) == (WorkItemState.FAILED_BUSINESS, 0)


def test_an_item_that_was_left_behind_is_tried_again_and_abandoned_in_the_end() -> None:
    rules = queue(max_retries=1, retry_delay_s=60)
    first = ended(taken(item(), HOLDER), rules, ItemEnd.LEFT, now=NOW)
    assert (first.state, first.not_before) == (WorkItemState.RETRY, later(60))
    assert not is_ready(first, now=later(59))
    assert is_ready(first, now=later(60))
    last = ended(taken(first, HOLDER), rules, ItemEnd.LEFT, now=NOW)
    assert last.state is WorkItemState.ABANDONED


def test_a_postponement_is_no_failure() -> None:
    rests = postponed(taken(item(), HOLDER), later(60), now=NOW, reason="tomorrow")
    assert (rests.state, rests.failures, rests.not_before) == (WorkItemState.POSTPONED, 0, later(60))
    assert (rests.reason, rests.holder) == ("tomorrow", None)


def test_a_persons_retry_opens_all_tries_again() -> None:
    failed = ended(taken(item(failures=1), HOLDER), queue(), ItemEnd.TECHNICAL, now=NOW)
    fresh = again(failed, now=later(1))
    assert (fresh.state, fresh.failures, fresh.ended_at) == (WorkItemState.RETRY, 0, None)
    with pytest.raises(ItemMoveError, match="cannot become retry"):
        again(ended(taken(item(), HOLDER), queue(), ItemEnd.SUCCESS, now=NOW), now=NOW)


def test_a_deleted_item_keeps_its_history_and_nothing_else() -> None:
    gone = deleted(item(output={"a": 1}), now=NOW)
    assert (gone.payload, gone.output, gone.state) == ({}, None, WorkItemState.DELETED)
    with pytest.raises(ItemMoveError, match="Item i is in progress and cannot become deleted"):
        deleted(taken(item(), HOLDER), now=NOW)


def test_an_item_may_go_over_to_the_attempt_that_goes_on_with_it() -> None:
    held = carried(taken(item(), HOLDER), attempt=2, robot_id=RobotId("other"))
    assert held.is_held_by("j", 2)
    assert not held.is_held_by("j", 1)
    assert (held.tries, held.state) == (1, WorkItemState.IN_PROGRESS)


def test_the_urgent_go_first_then_by_deadline_then_as_they_came() -> None:
    items = [
        item(position=1),
        item(position=2, due_at=later(9)),
        item(position=3, due_at=later(5)),
        item(position=4, priority=JobPriority.HIGH),
        item(position=5),
    ]
    assert [each.position for each in sorted(items, key=order)] == [4, 3, 2, 1, 5]


def test_a_deadline_is_the_items_own_or_the_queues_rule() -> None:
    assert deadline(queue(), None, now=NOW) is None
    assert deadline(queue(due_after_s=60), None, now=NOW) == later(60)
    assert deadline(queue(due_after_s=60), later(5), now=NOW) == later(5)


def test_an_item_is_late_until_it_has_ended() -> None:
    due = item(due_at=NOW)
    assert not is_late(due, now=NOW)
    assert is_late(due, now=later(1))
    assert not is_late(replace(due, state=WorkItemState.SUCCESSFUL), now=later(1))


@pytest.mark.parametrize(
    ("ready", "open_jobs", "wanted"), [(0, 0, 0), (4, 0, 0), (5, 0, 1), (12, 0, 2), (100, 0, 3), (100, 2, 1), (5, 1, 0)]
)
@pytest.mark.feature("X30")
def test_a_job_for_so_many_items_that_wait_and_never_too_many_at_once(ready: int, open_jobs: int, wanted: int) -> None:
    source = ItemsArrive(queue_id="q", queue_name="invoices", min_items=5, max_jobs=3)
    assert source.jobs_wanted(ready=ready, open_jobs=open_jobs) == wanted
