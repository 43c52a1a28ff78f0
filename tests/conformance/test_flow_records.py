"""What every store promises flow control: limits, open breakers and durations come back as they were given."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from plain_jobs import plain_job

from orchestrator.contract.states import JobStatus
from orchestrator.domain.concurrency import NO_BOUND, KeyClaim, NamedLimit
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.flow import OpenBreaker
from orchestrator.engine.ports.store import Store

NOW = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)
ENTRY = AuditEntry(at=NOW, kind="test", message="test happened")
LIMIT = NamedLimit(key="site:example.org", at_once=4, per_second=0.5, changed_at=NOW, changed_by="anna")


@pytest.mark.feature("X17")
async def test_limits_are_kept_replaced_and_removed(store: Store) -> None:
    unlimited = NamedLimit(key="a", at_once=None, changed_at=NOW)
    await store.flow.save_limit(LIMIT, ENTRY)
    await store.flow.save_limit(unlimited, ENTRY)
    assert list(await store.flow.limits()) == [unlimited, LIMIT]
    changed = replace(LIMIT, at_once=1, per_second=None)
    await store.flow.save_limit(changed, ENTRY)
    assert await store.flow.remove_limit("a", ENTRY)
    assert not await store.flow.remove_limit("a", ENTRY)
    assert list(await store.flow.limits()) == [changed]


@pytest.mark.feature("O27")
async def test_open_breakers_are_kept_until_they_close(store: Store) -> None:
    breaker = OpenBreaker(key="site:x", reason="5 of 5", opened_at=NOW, opened_by="engine", trips=1, probe_at=NOW)
    by_hand = replace(breaker, key="service:y", probe_at=None, trips=0, opened_by="anna")
    for each in (breaker, by_hand, replace(breaker, trips=2)):
        await store.flow.save_breaker(each.key, each, ENTRY)
    assert list(await store.flow.breakers()) == [by_hand, replace(breaker, trips=2)]
    await store.flow.save_breaker("site:x", None, ENTRY)
    assert list(await store.flow.breakers()) == [by_hand]


@pytest.mark.feature("X17")
async def test_a_job_keeps_its_keys(store: Store) -> None:
    keys = (KeyClaim(key="login:a"), KeyClaim(key="site:x", at_once=NO_BOUND, per_second=2.0))
    kept, _ = await store.add_job(plain_job(NOW, concurrency=keys), idempotency_key=None, audit=ENTRY)
    plain, _ = await store.add_job(plain_job(NOW), idempotency_key=None, audit=ENTRY)
    found = {job.job_id: job for job in await store.jobs_with_status(frozenset({JobStatus.QUEUED}))}
    assert found[kept.job_id].concurrency == keys
    assert found[plain.job_id].concurrency == ()


async def test_durations_are_those_of_the_newest_completed_jobs(store: Store) -> None:
    for seconds, status in ((5, JobStatus.COMPLETED), (6, JobStatus.FAILED), (7, JobStatus.COMPLETED)):
        end = NOW + timedelta(seconds=100 + seconds)
        ended = plain_job(NOW, status=status, started_at=end - timedelta(seconds=seconds), finished_at=end)
        await store.add_job(ended, idempotency_key=None, audit=ENTRY)
    assert list(await store.flow.recent_durations(10)) == [("w", 5.0), ("w", 7.0)]
    assert list(await store.flow.recent_durations(1)) == [("w", 7.0)]
