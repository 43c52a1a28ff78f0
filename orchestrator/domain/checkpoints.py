"""Checkpoints as the orchestrator sees them: which one to go on from, what that repeats, and which may go."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestrator.contract.checkpoints import CheckpointFacts, CheckpointKind
from orchestrator.contract.ids import JobId, RobotId
from orchestrator.contract.sub_workflows import all_steps
from orchestrator.contract.workflow import Step, WorkflowDefinition

MAX_AGE = timedelta(days=30)
MAX_COUNT = 100
"""Of one job."""
AUTOMATIC_KEPT = 3
"""Of one job: an older automatic checkpoint has nothing that a newer one has not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A checkpoint that is kept, without its content."""

    facts: CheckpointFacts
    robot_id: RobotId | None
    kept_at: datetime
    size: int
    """Bytes of the content as JSON."""
    number: int = 0
    """Order of arrival, given by the store."""

    @property
    def checkpoint_id(self) -> str:
        """Its id."""
        return self.facts.checkpoint_id

    @property
    def job_id(self) -> JobId:
        """Whose it is."""
        return JobId(self.facts.job_id)

    @property
    def kind(self) -> CheckpointKind:
        """Why it was taken."""
        return self.facts.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumePoint:
    """Where a job could go on from, and whether that may happen without asking anybody."""

    checkpoint_id: str
    is_safe: bool
    """True when nothing that is not safe to repeat can have begun since."""
    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointStatistics:
    """How many there are, and how much room they take."""

    total: int
    by_kind: Mapping[CheckpointKind, int]
    bytes: int
    jobs: int
    oldest_at: datetime | None
    newest_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumePlan:
    """What going on from a checkpoint means, step by step, before anybody decides."""

    reused: tuple[str, ...]
    """Steps whose results are taken from the checkpoint."""
    again: tuple[str, ...]
    """Steps that run, in the order of the workflow."""
    unsafe: tuple[str, ...]
    """Those among them that the workflow itself calls not safe to repeat, and that may have begun before."""
    iteration: int
    sessions: tuple[str, ...]
    """Browser sessions that come back, with their addresses."""


def resume_point(checkpoint: Checkpoint) -> ResumePoint:
    """The checkpoint as a place to go on from."""
    facts = checkpoint.facts
    return ResumePoint(
        checkpoint_id=facts.checkpoint_id,
        is_safe=facts.may_resume_after_crash,
        done=len(facts.done),
        total=facts.total,
    )


def mismatches(before: WorkflowDefinition, after: WorkflowDefinition, done: Iterable[str]) -> tuple[str, ...]:
    """Why a checkpoint of one version does not fit another, one sentence for each step; empty when it fits.

    Steps that are done must be the same in both: their values are read by what comes behind them.
    """
    new = {step.id: step for step in after.steps}
    old = {step.id: step for step in before.steps}
    found = []
    for step_id in done:
        if step_id not in new and step_id not in old:
            continue  # inside a workflow that a step runs, which goes on by the ids of its own steps
        if step_id not in new:
            found.append(f"Step {step_id!r} is done in the checkpoint and no longer in the workflow.")
        elif step_id in old and _meaning(old[step_id]) != _meaning(new[step_id]):
            found.append(f"Step {step_id!r} is done in the checkpoint and does something else now.")
    return tuple(found)


def _in_order(definition: WorkflowDefinition, done: frozenset[str]) -> tuple[str, ...]:
    """The steps that are done, and behind them those inside workflows that are under way."""
    own = tuple(step.id for step in definition.steps if step.id in done)
    return (*own, *sorted(done - {step.id for step in definition.steps}))


def resume_plan(definition: WorkflowDefinition, facts: CheckpointFacts) -> ResumePlan:
    """What is reused and what runs again."""
    done = frozenset(facts.done)
    again = tuple(step for step in definition.steps if step.id not in done)
    return ResumePlan(
        reused=_in_order(definition, done),
        again=tuple(step.id for step in again),
        unsafe=tuple(
            each.path
            for each in all_steps(definition)
            if each.is_said_safe is False and each.path in facts.running and not each.step.settles_doubt
        ),
        iteration=facts.iteration,
        sessions=facts.sessions,
    )


def superseded(checkpoints: Sequence[Checkpoint]) -> tuple[str, ...]:
    """Automatic checkpoints of one job, given oldest first, that newer ones have made useless."""
    automatic = [each for each in checkpoints if each.kind is CheckpointKind.AUTOMATIC]
    return tuple(each.checkpoint_id for each in automatic[:-AUTOMATIC_KEPT])


def outdated(
    checkpoints: Iterable[Checkpoint],
    *,
    now: datetime,
    max_age: timedelta = MAX_AGE,
    max_count: int = MAX_COUNT,
    keep_milestones: bool = True,
    open_jobs: frozenset[JobId] = frozenset(),
) -> tuple[str, ...]:
    """Which checkpoints may go: too old, or more than so many of one job, the oldest first.

    Milestones stay when they are to be kept. The newest checkpoint of a job that has not ended stays always.
    """
    by_job: dict[JobId, list[Checkpoint]] = {}
    for each in sorted(checkpoints, key=lambda each: each.number, reverse=True):
        by_job.setdefault(each.job_id, []).append(each)
    gone: list[str] = []
    for job_id, newest_first in by_job.items():
        kept = 0
        for place, each in enumerate(newest_first):
            is_held = (keep_milestones and each.kind is CheckpointKind.MILESTONE) or (not place and job_id in open_jobs)
            if not is_held and (kept >= max_count or now - each.kept_at > max_age):
                gone.append(each.checkpoint_id)
            else:
                kept += 1
    return tuple(gone)


def statistics(checkpoints: Iterable[Checkpoint]) -> CheckpointStatistics:
    """Figures over checkpoints."""
    known = list(checkpoints)
    moments = [each.kept_at for each in known]
    return CheckpointStatistics(
        total=len(known),
        by_kind=dict(Counter(each.kind for each in known)),
        bytes=sum(each.size for each in known),
        jobs=len({each.job_id for each in known}),
        oldest_at=min(moments, default=None),
        newest_at=max(moments, default=None),
    )


def _meaning(step: Step) -> Step:
    """The step without what only eyes see."""
    return step.model_copy(update={"name": "", "description": "", "milestone": False, "priority": 0})
