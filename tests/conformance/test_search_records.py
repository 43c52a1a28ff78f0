"""What every store promises about searching: what is written can be found, newest first, and what is gone cannot."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from plain_jobs import running_job

from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.ids import RobotId, WorkflowHash, WorkflowId
from orchestrator.contract.results import LogEntry, LogLevel
from orchestrator.contract.states import JobStatus
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.domain.job import Job
from orchestrator.domain.search import read_query
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.search import Feed, FeedState, FoundPage, Scope
from orchestrator.store.services import OrchestratorService

pytestmark = pytest.mark.feature("X23")

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ROBOT, OTHER = RobotId("r1"), RobotId("r2")
AUDIT = AuditEntry(at=NOW, kind="test", message="It happened.")
EVERYWHERE = Scope()


def line(message: str, *, level: LogLevel = LogLevel.INFO, job_id: str | None = None, at: datetime = NOW) -> LogEntry:
    return LogEntry(at=at, level=level, message=message, job_id=job_id)


async def indexed(store: OrchestratorService) -> None:
    for feed in Feed:
        while await store.search.take(feed, most=3):
            pass


async def found(
    store: OrchestratorService, text: str, feed: Feed = Feed.LOGS, scope: Scope = EVERYWHERE, limit: int = 10
) -> FoundPage:
    return await store.search.find(feed, read_query(text), scope, limit=limit, within_s=60)


async def texts(store: OrchestratorService, text: str, feed: Feed = Feed.LOGS, scope: Scope = EVERYWHERE) -> list[str]:
    return [each.text for each in (await found(store, text, feed, scope)).found]


async def job_of(store: OrchestratorService, **changes: object) -> Job:
    return await running_job(store, NOW, **{"workflow_name": "Export invoices", **changes})


async def test_lines_are_found_by_words_phrases_and_beginnings_newest_first(store: OrchestratorService) -> None:
    lines = ["Invoice 4711 opened.", "Café did not open: invoice 4712", "The door did open, not invoice 4713"]
    await store.add_logs(ROBOT, [line(each) for each in lines], 0)
    await indexed(store)
    assert await texts(store, "INVOICE") == lines[::-1]
    assert await texts(store, '"did not open"') == [lines[1]]
    assert await texts(store, "cafe invo*") == [lines[1]]
    assert await texts(store, "471*") == lines[::-1]
    assert await texts(store, "471") == []
    page = await found(store, "invoice", limit=2)
    assert (len(page.found), page.has_more, page.is_cut) == (2, True, False)


async def test_fields_narrow_it_down_and_work_without_words(store: OrchestratorService) -> None:
    job = await job_of(store)
    await store.add_logs(ROBOT, [line("slow page", job_id=job.job_id), line("slow", level=LogLevel.ERROR)], 0)
    await store.add_logs(OTHER, [line("slow too")], 0)
    await indexed(store)
    assert await texts(store, "slow", scope=Scope(robots=frozenset({OTHER}))) == ["slow too"]
    assert await texts(store, "slow", scope=Scope(levels=frozenset({"error"}))) == ["slow"]
    assert await texts(store, "", scope=Scope(workflows=frozenset({"w"}))) == ["slow page"]
    assert await texts(store, "slow", scope=Scope(job=job.job_id[-8:])) == ["slow page"]
    assert await texts(store, "slow", scope=Scope(statuses=frozenset())) == []


async def test_a_rare_line_is_found_behind_thousands_that_do_not_fit(store: OrchestratorService) -> None:
    await store.add_logs(ROBOT, [line("tick of the clock")], 0)
    for _ in range(3):
        await store.add_logs(OTHER, [line("tick of the clock")] * 2_000, 0)
    while await store.search.take(Feed.LOGS, most=5_000):
        pass
    page = await found(store, "tick", scope=Scope(robots=frozenset({ROBOT})))
    assert [each.number for each in page.found] == [1]


async def test_jobs_are_found_by_id_name_and_what_of_their_variables_is_no_secret(store: OrchestratorService) -> None:
    document = {
        "name": "Export invoices",
        "variables": {"seller": {"type": "string"}, "password": {"type": "string", "secret": True}},
        "steps": [{"id": "a", "action": "log", "params": {"message": "x"}}],
    }
    version = WorkflowVersion(
        workflow_id=WorkflowId("w"),
        workflow_hash=WorkflowHash("h"),
        number=1,
        definition=WorkflowDefinition.model_validate(document),
        created_at=NOW,
    )
    await store.add_version(WorkflowId("w"), version, AUDIT)
    variables = {"seller": "Acme", "password": "hunter2", "sealed": "sealed:1:Zm9v", "undeclared": "stray"}
    job = await job_of(store, variables=variables)
    await indexed(store)
    for words in ("acme", "export inv*", job.job_id, job.job_id[:8], f"{job.job_id[-8:]}"):
        assert [each.job_id for each in (await found(store, words, Feed.JOBS)).jobs] == [job.job_id], words
    for words in ("hunter2", "hunter*", "zm9v", "stray", "sealed"):
        assert (await found(store, words, Feed.JOBS)).jobs == [], words


async def test_what_failed_attempts_said_is_found_also_after_a_retry(store: OrchestratorService) -> None:
    job = await job_of(store)
    error = ErrorInfo(kind=ErrorKind.TIMEOUT, message="The export button did not appear.")
    told = AuditEntry(at=NOW, kind="job.retrying", message=error.message, job_id=job.job_id, robot_id=ROBOT)
    await store.save_job(replace(job, status=JobStatus.COMPLETED, finished_at=NOW), expected=job, audit=told)
    await store.add_audit(AuditEntry(at=NOW, kind="job.started", message="The export button.", job_id=job.job_id))
    await indexed(store)
    page = await found(store, '"export button"', Feed.ERRORS)
    assert [(each.text, each.job_id, each.status) for each in page.found] == [(error.message, job.job_id, "completed")]


async def test_what_retention_removed_is_not_found_and_its_neighbours_are(store: OrchestratorService) -> None:
    old = await job_of(store)
    await store.save_job(replace(old, status=JobStatus.COMPLETED, finished_at=NOW - 10 * DAY), expected=old)
    young = await job_of(store)
    for job in (old, young):
        await store.add_logs(ROBOT, [line("apple", job_id=job.job_id)], 0)
    await store.add_logs(ROBOT, [line("apple old", at=NOW - 10 * DAY), line("apple new")], 0)
    await indexed(store)
    await store.add_logs(ROBOT, [line("apple never indexed", at=NOW - 10 * DAY)], 0)
    assert await store.retention.remove_jobs(NOW - DAY, most=10) == [old.job_id]
    assert await store.retention.remove_logs(NOW - DAY, most=10) == 2
    await indexed(store)
    assert await texts(store, "apple") == ["apple new", "apple"]
    assert [each.job_id for each in (await found(store, "export", Feed.JOBS)).jobs] == [young.job_id]


async def test_an_older_database_is_taken_in_slice_by_slice(store: OrchestratorService) -> None:
    await store.add_logs(ROBOT, [line(f"line {number}") for number in range(10)], 0)
    assert (await store.search.states())[Feed.LOGS] == FeedState(indexed=0, newest=10, oldest=1)
    assert await store.search.take(Feed.LOGS, most=4) == 4
    assert (await store.search.states())[Feed.LOGS].indexed == 4
    assert await texts(store, "line 3") == ["line 3"]
    assert await texts(store, "line 7") == []
    again = OrchestratorService(store._database)
    await again.search.open()
    assert await again.search.take(Feed.LOGS, most=100) == 6
    assert await texts(again, "line 7") == ["line 7"]


async def test_an_index_of_another_database_is_made_anew(store: OrchestratorService) -> None:
    await store.add_logs(ROBOT, [line("first"), line("second")], 0)
    await indexed(store)
    await store.retention.remove_logs(NOW + DAY, most=10)
    again = OrchestratorService(store._database)
    await again.search.open()
    assert (await again.search.states())[Feed.LOGS].indexed == 0


async def test_a_search_without_time_says_that_it_was_cut(store: OrchestratorService) -> None:
    await store.add_logs(ROBOT, [line("apple")], 0)
    await indexed(store)
    page = await store.search.find(Feed.LOGS, read_query("apple"), EVERYWHERE, limit=5, within_s=0)
    assert page.is_cut
    assert await texts(store, "apple") == ["apple"]
