"""What every store promises about triggers, their firings and live settings."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from plain_jobs import plain_job

from orchestrator.contract.ids import JobId, WorkflowId
from orchestrator.contract.states import JobPriority, JobStatus
from orchestrator.domain.triggers import (
    Action,
    FileAppears,
    FiringOutcome,
    Source,
    Trigger,
    TriggerId,
    Webhook,
    WorkflowEnd,
    hash_of,
)
from orchestrator.engine.errors import ConflictError
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.store import Store
from orchestrator.engine.ports.triggers import Firing

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def trigger(source: Source, name: str = "After Search") -> Trigger:
    return Trigger(
        trigger_id=TriggerId(f"t-{name}"),
        name=name,
        source=source,
        action=Action(workflow="Report", variables={"rows": "${{ job.result.rows }}"}, priority=JobPriority.HIGH),
        created_at=NOW,
        updated_at=NOW,
        active_since=NOW,
    )


def audit(kind: str = "trigger.fired", job_id: JobId | None = None) -> AuditEntry:
    return AuditEntry(at=NOW, kind=kind, message="It happened.", job_id=job_id)


def firing(key: str, outcome: FiringOutcome = FiringOutcome.FIRED, **more: object) -> Firing:
    return Firing(trigger_id=TriggerId("t"), event_key=key, at=NOW, outcome=outcome, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "source",
    [
        WorkflowEnd(workflow_ids=frozenset({WorkflowId("w1")}), statuses=frozenset({JobStatus.FAILED})),
        FileAppears(folder="/srv/in", pattern="*.csv"),
        Webhook(secret_hash=hash_of("s")),
    ],
)
async def test_a_trigger_comes_back_as_it_was_kept(store: Store, source: Source) -> None:
    kept = trigger(source)
    await store.triggers.save(kept, audit())
    assert await store.triggers.every() == [kept]
    assert await store.triggers.remove(kept.trigger_id, audit())
    assert not await store.triggers.remove(kept.trigger_id, audit())
    assert await store.triggers.every() == []


async def test_two_triggers_cannot_share_a_name(store: Store) -> None:
    await store.triggers.save(trigger(WorkflowEnd()), audit())
    other = trigger(WorkflowEnd())
    with pytest.raises(ConflictError, match="already"):
        await store.triggers.save(replace(other, trigger_id=TriggerId("other")), audit())


async def test_an_occurrence_gives_one_job_however_often_it_fires(store: Store) -> None:
    tries = (store.triggers.fire(firing("a:1"), plain_job(NOW), key="trigger:t:a:1", audit=audit()) for _ in range(10))
    answers = await asyncio.gather(*tries)
    assert sum(kept is not None for _, kept in answers) == 1
    assert len({noted.job_id for noted, _ in answers}) == 1
    assert sum((await store.count_by_status()).values()) == 1


async def test_firings_link_the_ended_job_with_what_followed(store: Store) -> None:
    source = JobId("source")
    noted, kept = await store.triggers.fire(
        firing("a", source_job_id=source, depth=3), plain_job(NOW), key=None, audit=audit()
    )
    assert kept is not None
    assert await store.triggers.origin(kept.job_id) == noted
    assert await store.triggers.followers(source) == [noted]
    assert await store.triggers.origin(source) is None


async def test_what_was_only_present_is_known_and_not_listed(store: Store) -> None:
    await store.triggers.note_present([firing("old", FiringOutcome.PRESENT), firing("old", FiringOutcome.PRESENT)])
    assert await store.triggers.known_keys(TriggerId("t"), ["old", "new"]) == {"old"}
    assert await store.triggers.firings(TriggerId("t")) == []
    _, kept = await store.triggers.fire(firing("old"), plain_job(NOW), key=None, audit=audit())
    assert kept is None


async def test_ends_of_jobs_are_read_in_the_order_in_which_they_were_recorded(store: Store) -> None:
    assert await store.triggers.mark() is None
    assert await store.triggers.newest_end() == 0
    for kind, name in (("job.started", "a"), ("job.completed", "a"), ("job.failed", "b"), ("job.cancelled", "c")):
        await store.add_audit(audit(kind, JobId(name)))
    ends = await store.triggers.ends_after(0, limit=2)
    assert [end.job_id for end in ends] == ["a", "b"]
    assert [end.job_id for end in await store.triggers.ends_after(ends[-1].number, limit=10)] == ["c"]
    await store.triggers.set_mark(await store.triggers.newest_end())
    await store.triggers.set_mark(await store.triggers.newest_end())
    assert await store.triggers.mark() == await store.triggers.newest_end()


async def test_live_settings_come_back_and_can_be_forgotten(store: Store) -> None:
    await store.live.save({"debug": ["director"], "max_queued": 5}, at=NOW, actor="ada", audit=audit())
    await store.live.save({"max_queued": None}, at=NOW + timedelta(1), actor="ada", audit=audit())
    assert await store.live.every() == {"debug": ["director"], "max_queued": None}
    await store.live.remove("debug", audit=audit())
    assert await store.live.every() == {"max_queued": None}
