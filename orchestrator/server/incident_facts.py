"""Everything that is known of one job's failure, gathered for one file; what cannot be had is told of."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from orchestrator.contract.api.jobs import ArtifactView, JobDetail
from orchestrator.contract.api.robots import RobotView
from orchestrator.contract.ids import JobId, JsonValue, RobotId
from orchestrator.contract.protocol.jobs import StepProgress
from orchestrator.contract.recovery import RecoveryRecord
from orchestrator.contract.results import LogEntry
from orchestrator.contract.variables import MASK
from orchestrator.domain.job import Job
from orchestrator.engine.errors import NotFoundError
from orchestrator.engine.ports.artifacts import IncidentPin
from orchestrator.engine.ports.audit import AuditEntry, AuditFilter
from orchestrator.server.looks import Looks
from orchestrator.server.parts import Parts

MOST_EVENTS = 1_000
MOST_LINES = 100_000
PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One line of the timeline."""

    at: datetime
    what: str
    who: str = ""
    attempt: int | None = None


@dataclass(slots=True, kw_only=True)
class IncidentFacts:
    """A job, and all that hangs on it."""

    detail: JobDetail
    made_at: datetime
    timeline: Sequence[Moment] = ()
    steps: dict[int, Sequence[StepProgress]] = field(default_factory=dict)
    """By attempt."""
    workflow: JsonValue = None
    """Its definition, without the defaults of secret variables; None when it is not known any more."""
    recoveries: Sequence[RecoveryRecord] = ()
    robots: Sequence[RobotView] = ()
    pin: IncidentPin | None = None
    missing: list[str] = field(default_factory=list)
    """What belongs here and could not be had, one sentence each."""

    @property
    def files(self) -> Sequence[ArtifactView]:
        """Files whose bytes are kept."""
        return [each for each in self.detail.artifacts if each.artifact.is_kept]


async def gather(parts: Parts, job: Job) -> IncidentFacts:
    """Look everything up but the log, which is read while it is written."""
    looks, store = Looks(parts.engine), parts.engine.store
    detail = await looks.job_detail(job)
    facts = IncidentFacts(detail=detail, made_at=parts.engine.clock.now())
    facts.timeline = await _timeline(parts, detail)
    facts.steps = {each.attempt: await store.steps(job.job_id, each.attempt) for each in detail.attempts}
    facts.recoveries = await store.recoveries.listing(job_id=job.job_id)
    facts.pin = await parts.engine.artifacts.pin_of(job.job_id)
    await _add_workflow(facts, parts, job)
    _add_robots(facts, looks)
    facts.missing += [
        f"attempt {each.attempt}, {each.artifact.name}: {each.artifact.note or 'it is not kept any more.'}"
        for each in detail.artifacts
        if not each.artifact.is_kept
    ]
    if detail.result is None:
        facts.missing.append("The result: no robot has reported one.")
    return facts


async def log_lines(parts: Parts, job: Job) -> AsyncIterator[Sequence[LogEntry]]:
    """The job's log from its beginning, a page at a time, at most 100,000 lines."""
    cursor, count = -1, 0
    while count < MOST_LINES:
        lines, cursor = await parts.engine.store.logs(job_id=job.job_id, after=cursor, limit=PAGE)
        if lines:
            yield lines
        count += len(lines)
        if len(lines) < PAGE:
            return


def without_secrets(document: JsonValue) -> JsonValue:
    """A workflow's document in which secret variables have no defaults, at whatever depth."""
    match document:
        case dict():
            is_secret = document.get("secret") is True
            return {
                name: MASK if is_secret and name == "default" else without_secrets(each)
                for name, each in document.items()
            }
        case list():
            return [without_secrets(each) for each in document]
        case _:
            return document


async def _add_workflow(facts: IncidentFacts, parts: Parts, job: Job) -> None:
    version = await parts.engine.workflows.version_of(job)
    if version is None:
        facts.missing.append(f"The workflow: its version {job.workflow_hash} is not kept any more.")
        return
    document: JsonValue = version.definition.model_dump(mode="json", exclude_defaults=True)
    facts.workflow = without_secrets(document)


def _add_robots(facts: IncidentFacts, looks: Looks) -> None:
    found = []
    for robot_id in dict.fromkeys(each.robot_id for each in facts.detail.attempts if each.robot_id):
        try:
            found.append(looks.robot(RobotId(robot_id)))
        except NotFoundError:
            facts.missing.append(f"The robot {robot_id}: it was forgotten.")
    facts.robots = found


async def _timeline(parts: Parts, detail: JobDetail) -> Sequence[Moment]:
    """What the audit says, and what is known of attempts beyond it, in order."""
    wanted = AuditFilter(job_id=JobId(detail.job.job_id))
    entries = await parts.engine.store.activity(limit=MOST_EVENTS, wanted=wanted)
    moments = [_moment(entry, detail) for _, entry in entries]
    told = {moment.at for moment in moments}
    for each in detail.attempts:
        place = each.robot_name or "a robot"
        moments.append(Moment(at=each.claimed_at, what=f"given to {place}", attempt=each.attempt))
        if each.started_at is not None and each.started_at not in told:
            moments.append(Moment(at=each.started_at, what=f"started on {place}", attempt=each.attempt))
        if each.ended_at is not None and each.ended_at not in told:
            words = f"ended: {each.outcome or 'unknown'}{f' ({each.error})' if each.error else ''}"
            moments.append(Moment(at=each.ended_at, what=words, attempt=each.attempt))
    return sorted(moments, key=lambda moment: moment.at)


def _moment(entry: AuditEntry, detail: JobDetail) -> Moment:
    attempt = max((each.attempt for each in detail.attempts if each.claimed_at <= entry.at), default=None)
    who = "" if entry.actor == "engine" else entry.actor
    return Moment(at=entry.at, what=entry.message, who=who, attempt=attempt)
