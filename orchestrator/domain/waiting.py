"""Why a job does not run: what concerns the job itself, then one verdict for each robot, and the cheapest help.

A verdict either blocks or it does not. A queued job starts exactly when nothing about the job blocks and at least one
robot's verdict does not; the dispatcher asks the same questions, and a property test holds the two together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import assert_never

from orchestrator.contract.ids import JobId, RobotId
from orchestrator.contract.states import JobStatus, RobotStatus
from orchestrator.domain import remedy
from orchestrator.domain.concurrency import HoldKind, KeyHold
from orchestrator.domain.job import Job, Requirements
from orchestrator.domain.placement import Candidate, suits
from orchestrator.domain.remedy import Remedy, RemedyKind
from orchestrator.domain.waiting_words import jobs_ahead, lacks, needs_words, span, tail

MOST_HOLDERS_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One reason why a job waits, about one robot or about the job itself."""

    robot_id: RobotId | None = None
    robot_name: str = ""
    code: str
    """The reason in one word, for programs: `due_later`, `slots_busy`, `lacks_tag`, `key_taken`, ..."""
    verdict: str
    """The reason in one sentence, for people."""
    blocks: bool = True
    """False: this does not keep the job from running."""
    remedy: Remedy | None = None

    @property
    def fix(self) -> str:
        """What would help, in one sentence; empty where nothing is to be done."""
        return self.remedy.text if self.remedy is not None else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitFacts:
    """What the engine knows around a job at one moment."""

    now: datetime
    now_s: float = 0.0
    """The same on the monotonic clock, which key holds speak of."""
    ahead: int = 0
    """Queued jobs that go before it."""
    overtakes: int = 0
    """How many of those it would pass with the highest priority."""
    trouble: str | None = None
    """Why nothing can be dispatched at all."""
    at_limit: int | None = None
    """The fleet holds as many jobs as it may at once; None while it may hold more."""
    holds: tuple[KeyHold, ...] = ()
    """Its concurrency keys that cannot be had."""
    held_by: JobId | None = None
    """PENDING: the job of the same schedule that has to end first."""
    candidates: Sequence[Candidate] = ()
    rests_s: Mapping[RobotId, float] = field(default_factory=dict)
    """Seconds for which a robot gets no offer, since it refused one."""
    misfits_s: Mapping[RobotId, float] = field(default_factory=dict)
    """Seconds for which a robot gets no such job, since it said that it cannot run it."""
    plans: Mapping[RobotId, str] = field(default_factory=dict)
    """What operators plan with robots, in one sentence, such as a maintenance."""


def verdicts(job: Job, facts: WaitFacts) -> tuple[Verdict, ...]:
    """Why the job does not run: first what concerns the job, then one verdict for each robot; never empty."""
    if job.status is not JobStatus.QUEUED:
        return (_unqueued(job, facts),)
    return (*_queued(job, facts), *(robot_verdict(job.requirements, each, facts) for each in facts.candidates))


def in_one(job: Job, facts: WaitFacts) -> Verdict:
    """The reason that matters most, for a line in a table."""
    return _queued(job, facts)[0] if job.status is JobStatus.QUEUED else _unqueued(job, facts)


def will_start(found: Iterable[Verdict]) -> bool:
    """True when these verdicts say that the job is about to be offered to a robot."""
    listed = tuple(found)
    own_blocks = any(each.blocks for each in listed if each.robot_id is None)
    return not own_blocks and any(not each.blocks for each in listed if each.robot_id is not None)


def cheapest(found: Sequence[Verdict]) -> Remedy | None:
    """The help that costs least, of all that would make a difference now; None when nothing has to be done.

    What keeps the job itself back comes first: no robot can help before that is gone.
    """
    if will_start(found):
        return None
    own = [each.remedy for each in found if each.robot_id is None and each.blocks and each.code not in _FLEET]
    remedies = own or [each.remedy for each in found if each.blocks]
    return min((each for each in remedies if each is not None), key=lambda each: _COST[each.kind], default=None)


_FLEET = frozenset({"no_robot", "nobody_suits", "nobody_connected", "nobody_takes_work", "all_occupied"})
"""Verdicts about the job that only sum up those about its robots."""
_COST = {
    kind: cost
    for cost, kind in enumerate(
        (
            RemedyKind.RESUME_JOB,
            RemedyKind.ANSWER,
            RemedyKind.RETRY,
            RemedyKind.RESUME_ROBOT,
            RemedyKind.CLOSE_BREAKER,
            RemedyKind.RAISE_PRIORITY,
            RemedyKind.HURRY,
            RemedyKind.RAISE_LIMIT,
            RemedyKind.WAIT,
            RemedyKind.START_ROBOT,
            RemedyKind.FREE_DISK,
            RemedyKind.OTHER_JOB,
            RemedyKind.SUBMIT_ANEW,
        )
    )
}


# --- a job that is not queued -----------------------------------------------------------------------------------------


def _unqueued(job: Job, facts: WaitFacts) -> Verdict:  # noqa: PLR0911  one answer for each state
    match job.status:
        case JobStatus.PENDING:
            return _pending(job, facts)
        case JobStatus.PAUSED:
            why = f": {job.pause_reason}" if job.pause_reason else ""
            return Verdict(code="paused", verdict=f"Paused by a person{why}.", remedy=remedy.resume_job(job.job_id))
        case JobStatus.DISPATCHED:
            return _live(job, facts, "offered", "Offered to {}, which has not answered yet.")
        case JobStatus.WAITING_FOR_HUMAN:
            asked = _live(job, facts, "waiting_for_human", "Waits on {} for a person's answer.")
            return _with(asked, remedy.answer(job.job_id))
        case JobStatus.LOST:
            words = "{} went away while it ran the job; its result still counts if it comes back in time."
            return _with(_live(job, facts, "lost", words), _bring_back(job, facts))
        case JobStatus.CANCELLING:
            return _live(job, facts, "cancelling", "Being stopped on {}; it does not wait for anything.", blocks=False)
        case JobStatus.RUNNING:
            return _live(job, facts, "running", "Runs on {}; it does not wait.", blocks=False)
        case _:
            return _ended(job)


def _ended(job: Job) -> Verdict:
    completed = job.status is JobStatus.COMPLETED
    words = f"The job has ended: {job.status.value.replace('_', ' ')}; it does not wait."
    return Verdict(code="ended", verdict=words, blocks=False, remedy=None if completed else remedy.retry(job.job_id))


def _live(job: Job, facts: WaitFacts, code: str, words: str, *, blocks: bool = True) -> Verdict:
    robot = _robot_of(job, facts)
    name = robot.robot.name if robot is not None else job.robot_id or "?"
    return Verdict(robot_id=job.robot_id, robot_name=name, code=code, verdict=words.format(name), blocks=blocks)


def _robot_of(job: Job, facts: WaitFacts) -> Candidate | None:
    return next((each for each in facts.candidates if each.robot.robot_id == job.robot_id), None)


def _with(verdict: Verdict, help_: Remedy) -> Verdict:
    return Verdict(
        robot_id=verdict.robot_id,
        robot_name=verdict.robot_name,
        code=verdict.code,
        verdict=verdict.verdict,
        remedy=help_,
    )


def _bring_back(job: Job, facts: WaitFacts) -> Remedy:
    robot = _robot_of(job, facts)
    return remedy.start_robot("Bring the robot back.", robot_id=robot.robot.robot_id if robot is not None else None)


def _pending(job: Job, facts: WaitFacts) -> Verdict:
    if job.not_before is not None and job.not_before > facts.now:
        due = f"{job.not_before:%Y-%m-%d %H:%M:%S} UTC, in {span(job.not_before - facts.now)}"
        if job.failures:
            words = f"Retry {job.failures} of {job.retry.max_retries} is not due before {due}."
            return Verdict(code="retry_later", verdict=words, remedy=remedy.hurry(job.job_id))
        return Verdict(code="due_later", verdict=f"Not due before {due}.", remedy=remedy.hurry(job.job_id))
    if facts.held_by is not None:
        words = f"Waits until job {tail(facts.held_by)} of the same schedule has ended."
        return Verdict(code="overlap", verdict=words, remedy=remedy.hurry(job.job_id))
    if facts.trouble is not None:
        return _no_writes(facts.trouble)
    return Verdict(code="due_now", verdict="Due now: about to be queued.", blocks=False)


def _no_writes(trouble: str) -> Verdict:
    words = f"Nothing can be started while the database cannot be written: {trouble.rstrip('.')}."
    return Verdict(code="no_writes", verdict=words, remedy=remedy.free_disk())


# --- a queued job -----------------------------------------------------------------------------------------------------


def _queued(job: Job, facts: WaitFacts) -> tuple[Verdict, ...]:
    """What concerns the job itself, the most important first; at least one, and exactly one that does not block when
    nothing but the dispatcher's next look is missing."""
    found = [_no_writes(facts.trouble)] if facts.trouble is not None else []
    found += [_at_limit(facts.at_limit)] if facts.at_limit is not None else []
    found += [_hold(each, facts) for each in facts.holds]
    return (*found, _fleet(job, facts)) if not found else (*found, *_fleet_if_blocked(job, facts))


def _at_limit(limit: int) -> Verdict:
    words = f"The fleet holds {limit:,} jobs at once, which is the limit (max_concurrent_workflows)."
    return Verdict(
        code="fleet_limit", verdict=words, remedy=remedy.wait("Wait until one has ended, or raise the limit.")
    )


def _fleet_if_blocked(job: Job, facts: WaitFacts) -> tuple[Verdict, ...]:
    verdict = _fleet(job, facts)
    return (verdict,) if verdict.blocks else ()


def _fleet(job: Job, facts: WaitFacts) -> Verdict:
    """All robots in one sentence."""
    if not facts.candidates:
        first = remedy.start_robot("Start one: `botswain-robot run --connect ...`.", needs=job.requirements)
        return Verdict(code="no_robot", verdict="There is no robot yet.", remedy=first)
    able = [each for each in facts.candidates if suits(job.requirements, each.robot)]
    if not able:
        return _nobody(job)
    if any(_takes(each, facts) for each in able):
        return Verdict(code="about_to_start", verdict="A robot has room: the job is about to be offered.", blocks=False)
    if not any(each.robot.status.is_connected for each in able):
        start = remedy.start_robot("Start a robot.", robot_id=able[0].robot.robot_id)
        return Verdict(code="nobody_connected", verdict="No robot that could take it is connected.", remedy=start)
    if not any(_is_full(each) for each in able):
        return Verdict(code="nobody_takes_work", verdict="No robot that could take it takes work at the moment.")
    return Verdict(code="all_occupied", verdict=_occupied(facts.ahead), remedy=_for_the_occupied(job, facts))


def _nobody(job: Job) -> Verdict:
    words = f"No robot has {needs_words(job.requirements)}."
    if job.requirements.robot_id is not None:
        anew = remedy.submit_anew("Submit it for another robot.")
        return Verdict(code="nobody_suits", verdict=words, remedy=anew)
    add = remedy.start_robot("Add it to a robot, or change the job.", needs=job.requirements)
    return Verdict(code="nobody_suits", verdict=words, remedy=add)


def _occupied(ahead: int) -> str:
    return f"Every robot that could take it is occupied{f', and {jobs_ahead(ahead)} before it' if ahead else ''}."


def _for_the_occupied(job: Job, facts: WaitFacts) -> Remedy:
    if facts.overtakes:
        return remedy.raise_priority(job.job_id)
    if job.requirements.robot_id is not None:
        return remedy.wait("Wait until the robot has room.")
    return remedy.start_robot("Wait, or start another robot.", needs=job.requirements)


def _hold(hold: KeyHold, facts: WaitFacts) -> Verdict:
    match hold.kind:
        case HoldKind.TAKEN:
            more = remedy.raise_limit(hold.key, hold.held, hold.at_once, hold.per_second)
            return Verdict(code="key_taken", verdict=_taken(hold), remedy=more)
        case HoldKind.THROTTLED:
            left_s = max(0.0, (hold.until_s or facts.now_s) - facts.now_s)
            words = f"{hold.key} starts {hold.per_second:g} per second; the next may start in {left_s:.1f} s."
            return Verdict(code="throttled", verdict=words, remedy=remedy.wait("It starts by itself.", after_s=left_s))
        case HoldKind.OPEN:
            return Verdict(code="breaker_open", verdict=_open(hold, facts), remedy=remedy.close_breaker(hold.key))
        case HoldKind.PROBED:
            words = f"The breaker of {hold.key} lets one job try: {tail(hold.holders[0])}."
            return Verdict(code="breaker_probes", verdict=words, remedy=remedy.close_breaker(hold.key))
        case _:
            assert_never(hold.kind)


def _taken(hold: KeyHold) -> str:
    named = ", ".join(tail(each) for each in hold.holders[:MOST_HOLDERS_NAMED])
    others = hold.held - min(hold.held, MOST_HOLDERS_NAMED)
    more = f" and {others} more" if others else ""
    if hold.held == 1:
        return f"{hold.key} is held by job {named}."
    return f"{hold.key} is held by {hold.held} of {hold.at_once} jobs: {named}{more}."


def _open(hold: KeyHold, facts: WaitFacts) -> str:
    reason = hold.reason.rstrip(".")
    if hold.until_s is None:
        return f"The breaker of {hold.key} is open until somebody closes it: {reason}."
    until = facts.now + timedelta(seconds=max(0.0, hold.until_s - facts.now_s))
    return f"The breaker of {hold.key} is open until {until:%H:%M:%S} UTC, when one job tries: {reason}."


# --- robots -----------------------------------------------------------------------------------------------------------


def _takes(candidate: Candidate, facts: WaitFacts) -> bool:
    return candidate.has_room and candidate.robot.robot_id not in facts.misfits_s


def _is_full(candidate: Candidate) -> bool:
    robot = candidate.robot
    return robot.status is RobotStatus.BUSY or (robot.status.is_connected and candidate.busy >= robot.slots)


def robot_verdict(requirements: Requirements, candidate: Candidate, facts: WaitFacts) -> Verdict:
    """Why this robot does not take a job with these requirements, or that it could."""
    robot = candidate.robot
    code, words, help_ = _about_robot(requirements, candidate, facts)
    return Verdict(
        robot_id=robot.robot_id,
        robot_name=robot.name,
        code=code,
        verdict=words,
        blocks=code != "free",
        remedy=help_,
    )


def _about_robot(  # noqa: PLR0911  one answer for each reason, in the order in which they matter
    requirements: Requirements, candidate: Candidate, facts: WaitFacts
) -> tuple[str, str, Remedy | None]:
    robot = candidate.robot
    robot_id = robot.robot_id
    if requirements.robot_id not in {None, robot_id}:
        return "other_robot", "The job is meant for another robot.", None
    if missing := requirements.tags - robot.tags:
        start = remedy.start_robot(f"Start it with --tags {','.join(sorted(missing))}.", needs=requirements)
        return "lacks_tag", f"Lacks {lacks('tag', missing)}.", start
    if missing := requirements.capabilities - robot.capabilities:
        start = remedy.start_robot("Start a robot that has it.", needs=requirements)
        return "lacks_capability", f"Lacks {lacks('capability', missing)}.", start
    if not robot.status.is_connected:
        words = f"{robot.status.value.capitalize()} for {span(facts.now - robot.last_seen_at)}."
        words = f"{words} {facts.plans[robot_id]}" if robot_id in facts.plans else words
        return "away", words, remedy.start_robot("Start the robot.", robot_id=robot_id)
    if robot.status is RobotStatus.DRAINING:
        return _draining(candidate, facts)
    if robot_id in facts.misfits_s:
        left_s = facts.misfits_s[robot_id]
        words = f"Refused such a job for lack of a capability; asked again in {span(timedelta(seconds=left_s))}."
        return "refused_lately", words, remedy.wait("Wait, or use another robot.", after_s=left_s)
    if _is_full(candidate):
        words = f"{candidate.busy} of {robot.slots} slots busy."
        return "slots_busy", words, remedy.wait("Wait, or give it more slots.", robot_id=robot_id)
    if candidate.rests:
        return _resting(robot_id, facts)
    return "free", f"Free: {robot.slots - candidate.busy} of {robot.slots} slots.", None


def _draining(candidate: Candidate, facts: WaitFacts) -> tuple[str, str, Remedy | None]:
    robot = candidate.robot
    plan = facts.plans.get(robot.robot_id)
    words = plan or "Draining: takes nothing new."
    if not robot.draining and plan is None:
        # the robot's own wish: it ends, or its disk is full
        return "draining", words, remedy.start_robot("Start the robot anew.", robot_id=robot.robot_id)
    if not robot.draining:
        return "draining", words, remedy.wait("Wait: it takes work again by itself.", robot_id=robot.robot_id)
    return "draining", words, remedy.resume_robot(robot.robot_id, robot.name)


def _resting(robot_id: RobotId, facts: WaitFacts) -> tuple[str, str, Remedy | None]:
    left_s = facts.rests_s.get(robot_id)
    if left_s is None:
        return "joining", "Has just connected and gets its first offer in a moment.", remedy.wait("Wait a moment.")
    return "resting", "Refused an offer a moment ago.", remedy.wait("Wait a moment.", after_s=left_s)
