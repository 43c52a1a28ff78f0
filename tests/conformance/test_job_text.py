"""What every store promises about jobs found by a piece of text: those that hold it, however they are looked for."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from plain_jobs import plain_job

from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.ids import RobotId, WorkflowHash, WorkflowId
from orchestrator.contract.states import JobStatus
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.domain.bulk import BulkFilter
from orchestrator.domain.job import Job
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.jobs import JobQuery, NewJob
from orchestrator.store import job_text
from orchestrator.store.services import OrchestratorService

pytestmark = pytest.mark.feature("X23")
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
AUDIT = AuditEntry(at=NOW, kind="test", message="It happened.")
NAMES = {"a": ["Export invoices"], "b": ["Check 100% of prices", "Check prices_weekly"], "c": [], "d": ["Ümlaut"]}
"""By workflow: its names, one for each version; of `c` no version is known."""
ERRORS = ("", "The page did not open within 30 s.", "element 'a_b' 50% visible")
TEXTS = (
    "invoice", "VOIC", "price", "100%", "%", "_", "a_b", "did not open", "not  open", "zyzzyva", "log in", "e", "30 S",
    "Salesforce", "force", "mlaut", "'", "/", "\\", "check prices_weekly", "0", "abc", "-7",
)  # fmt: skip


@pytest.fixture
async def jobs(store: OrchestratorService) -> list[Job]:
    """One of each: name, status, step and error."""
    for workflow_id, names in NAMES.items():
        for number, name in enumerate(names, start=1):
            await save_version(store, workflow_id, name, number)
    kinds = product(
        [(workflow_id, name) for workflow_id, names in NAMES.items() for name in names or ["Salesforce sync"]],
        (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.RUNNING),
        ("", "Log in"),
        ERRORS,
    )
    made = [
        job(number, WorkflowId(workflow_id), name, status, "" if status is JobStatus.COMPLETED else step, error)
        for number, ((workflow_id, name), status, step, error) in enumerate(kinds)
        if not (error and status is JobStatus.COMPLETED)
    ]
    await store.add_jobs([NewJob(job=each, audit=AUDIT) for each in made])
    return made


@pytest.mark.parametrize("most", [0, 1, 20_000])
async def test_a_text_finds_the_jobs_that_hold_it_and_no_others(
    store: OrchestratorService, jobs: list[Job], most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_text, "MOST_LOOKED_UP", most)
    monkeypatch.setattr(job_text, "MOST_REMEMBERED", most)
    for text in (*TEXTS, jobs[3].job_id, jobs[3].job_id[:8], jobs[5].job_id[-8:].upper()):
        wanted = [each.job_id for each in jobs if has(each, text)]
        found, total = await store.list_jobs(JobQuery(text=text, sort="created_at", limit=500))
        assert [each.job_id for each in found] == wanted, text
        assert total == len(wanted), text
        page, total = await store.list_jobs(JobQuery(text=text, offset=2, limit=3))
        assert ([each.job_id for each in page], total) == (wanted[::-1][2:5], len(wanted)), text


async def test_a_text_narrows_what_else_is_asked_for(store: OrchestratorService, jobs: list[Job]) -> None:
    for text, status in product(("invoice", "did not", "check", "zyzzyva"), (JobStatus.FAILED, JobStatus.COMPLETED)):
        query = JobQuery(text=text, statuses=frozenset({status}), workflow_id=WorkflowId("a"), limit=500)
        found, total = await store.list_jobs(query)
        wanted = [each for each in jobs if has(each, text) and each.status is status and each.workflow_id == "a"]
        assert {each.job_id for each in found} == {each.job_id for each in wanted}
        assert total == len(wanted)


async def test_an_action_on_all_that_match_means_the_jobs_of_the_list(
    store: OrchestratorService, jobs: list[Job]
) -> None:
    for text in ("invoice", "did not open", "log in", jobs[7].job_id[:8]):
        _, total = await store.list_jobs(JobQuery(text=text))
        matching = await store.operations.bulk.matching(BulkFilter(text=text), limit=500)
        assert len(matching) == total, text


async def save_version(store: OrchestratorService, workflow_id: str, name: str, number: int) -> None:
    document = {"name": name, "steps": [{"id": "a", "action": "log", "params": {"message": f"{number}"}}]}
    version = WorkflowVersion(
        workflow_id=WorkflowId(workflow_id),
        workflow_hash=WorkflowHash(f"h{number}"),
        number=number,
        definition=WorkflowDefinition.model_validate(document),
        created_at=NOW,
    )
    await store.add_version(WorkflowId(workflow_id), version, AUDIT)


def has(each: Job, text: str) -> bool:
    error = each.error.message if each.error else ""
    return any(text.lower() in place.lower() for place in (each.job_id, each.workflow_name, each.current_step, error))


def job(  # noqa: PLR0917  what the jobs differ in
    number: int, workflow_id: WorkflowId, name: str, status: JobStatus, step: str, error: str
) -> Job:
    return plain_job(
        NOW,
        workflow_id=workflow_id,
        workflow_name=name,
        status=status,
        created_at=NOW + timedelta(seconds=number),
        attempt=1,
        robot_id=RobotId("r1"),
        current_step=step,
        error=ErrorInfo(kind=ErrorKind.TIMEOUT, message=error) if error else None,
        finished_at=None if status is JobStatus.RUNNING else NOW,
    )
