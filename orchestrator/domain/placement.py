"""Which robot gets a job, and why a job waits: filter by what a robot must be, then rank by the strategy."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from orchestrator.contract.ids import RobotId
from orchestrator.contract.states import JobStatus, RobotStatus
from orchestrator.domain.job import Job, Requirements
from orchestrator.domain.robot import Robot


class LoadBalancingStrategy(StrEnum):
    """How to choose among the robots that could take a job."""

    ROUND_ROBIN = "round_robin"
    """The robot that was chosen longest ago."""
    LEAST_LOADED = "least_loaded"
    """The robot with the smallest share of its slots taken; among equals, the one chosen longest ago."""
    RANDOM = "random"
    AFFINITY = "affinity"
    """The robot that ran this workflow last, while it can; otherwise the least loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A robot and how full it is, at the moment of the choice."""

    robot: Robot
    busy: int = 0
    """Slots that hold a job."""
    reported_load: float = 0.0
    """What the robot itself said last, 0 to 1; ranks, but never rules out."""
    last_assigned: int = 0
    """Number of the newest assignment: higher is more recent, 0 is never."""
    rests: bool = False
    """It refused an offer a moment ago."""

    @property
    def load(self) -> float:
        """0 for an idle robot to 1 for a full one."""
        return max(self.busy / self.robot.slots, self.reported_load)

    @property
    def has_room(self) -> bool:
        """True when the robot would take any job that suits it."""
        return self.robot.status is RobotStatus.ONLINE and not self.rests and self.busy < self.robot.slots


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Why a job waits: one sentence about one robot, or about the job itself, and the cheapest fix."""

    robot_id: RobotId | None = None
    robot_name: str = ""
    verdict: str
    fix: str = ""


def suits(requirements: Requirements, robot: Robot) -> bool:
    """True when the robot is what the job needs, whether it has room or not."""
    return (
        requirements.robot_id in {None, robot.robot_id}
        and requirements.tags <= robot.tags
        and requirements.capabilities <= robot.capabilities
    )


def choose(
    requirements: Requirements,
    candidates: Iterable[Candidate],
    strategy: LoadBalancingStrategy,
    *,
    rng: random.Random,
    ran_it_last: RobotId | None = None,
) -> RobotId | None:
    """The robot for a job with these requirements; None when no candidate suits and has room."""
    able = [each for each in candidates if each.has_room and suits(requirements, each.robot)]
    if not able:
        return None
    match strategy:
        case LoadBalancingStrategy.ROUND_ROBIN:
            best = min(able, key=_turn)
        case LoadBalancingStrategy.LEAST_LOADED:
            best = min(able, key=_lightness)
        case LoadBalancingStrategy.RANDOM:
            best = rng.choice(sorted(able, key=_name))
        case LoadBalancingStrategy.AFFINITY:
            best = min(able, key=lambda each: (each.robot.robot_id != ran_it_last, *_lightness(each)))
        case _:
            assert_never(strategy)
    return best.robot.robot_id


def _turn(candidate: Candidate) -> tuple[int, str]:
    return (candidate.last_assigned, candidate.robot.robot_id)


def _lightness(candidate: Candidate) -> tuple[float, int, str]:
    return (candidate.load, candidate.last_assigned, candidate.robot.robot_id)


def _name(candidate: Candidate) -> str:
    return candidate.robot.robot_id


def verdicts(
    job: Job, candidates: Sequence[Candidate], *, now: datetime, ahead: int = 0, paused: bool = False
) -> tuple[Verdict, ...]:
    """Why the job does not run yet: first what concerns the job, then one verdict for each robot; never empty.

    `ahead` is how many queued jobs go before it.
    """
    if job.status.has_ended:
        return (Verdict(verdict=f"The job has ended: {job.status}.", fix="Retry it." if _can_retry(job) else ""),)
    if job.status.is_live:
        return (_live_verdict(job, candidates),)
    own = job_verdict(job, candidates, now=now, ahead=ahead, paused=paused)
    return (own, *(_robot_verdict(job.requirements, each, now) for each in candidates))


def _can_retry(job: Job) -> bool:
    return job.status is not JobStatus.COMPLETED


def _live_verdict(job: Job, candidates: Sequence[Candidate]) -> Verdict:
    name = next((each.robot.name for each in candidates if each.robot.robot_id == job.robot_id), job.robot_id or "?")
    return Verdict(robot_id=job.robot_id, robot_name=name, verdict=_live_words(job, name))


def _live_words(job: Job, name: str) -> str:
    match job.status:
        case JobStatus.DISPATCHED:
            return f"Offered to {name}, which has not answered yet."
        case JobStatus.LOST:
            return f"{name} went away while it ran the job; its result still counts if it comes back in time."
        case JobStatus.CANCELLING:
            return f"Being stopped on {name}."
        case JobStatus.WAITING_FOR_HUMAN:
            return f"Waits on {name} for a person's answer."
        case _:
            return f"Runs on {name}."


def job_verdict(  # noqa: PLR0911  one answer for each reason, in the order in which they matter
    job: Job, candidates: Sequence[Candidate], *, now: datetime, ahead: int, paused: bool
) -> Verdict:
    """Why the job itself does not run yet, before any single robot is looked at."""
    if job.status is JobStatus.PAUSED:
        return Verdict(verdict="Paused by a person.", fix="Resume the job.")
    if job.status is JobStatus.PENDING:
        return _pending_verdict(job, now)
    if paused:
        return Verdict(verdict="Dispatching is stopped while the database cannot be written.", fix="Free disk space.")
    if not candidates:
        return Verdict(verdict="There is no robot yet.", fix="Start one: `botswain-robot run --connect ...`.")
    able = [each for each in candidates if suits(job.requirements, each.robot)]
    if not able:
        return Verdict(verdict=f"No robot has {_needs(job.requirements)}.", fix="Add it to a robot, or change the job.")
    if any(each.has_room for each in able):
        return Verdict(verdict="A robot has room: the job is about to be offered.")
    if not any(each.robot.status.is_connected for each in able):
        return Verdict(verdict="No robot that could take it is connected.", fix="Start a robot.")
    before = f", and {_jobs(ahead)} before it" if ahead else ""
    return Verdict(verdict=f"Every robot that could take it is occupied{before}.", fix="Raise its priority.")


def _pending_verdict(job: Job, now: datetime) -> Verdict:
    if job.not_before is None or job.not_before <= now:
        return Verdict(verdict="Due now: about to be queued.")
    due = f"{job.not_before:%Y-%m-%d %H:%M:%S} UTC, in {_span(job.not_before - now)}"
    if job.failures:
        return Verdict(verdict=f"Retry {job.failures} of {job.retry.max_retries} is not due before {due}.")
    return Verdict(verdict=f"Not due before {due}.")


def _robot_verdict(requirements: Requirements, candidate: Candidate, now: datetime) -> Verdict:
    words, fix = _robot_words(requirements, candidate, now)
    return Verdict(robot_id=candidate.robot.robot_id, robot_name=candidate.robot.name, verdict=words, fix=fix)


def _robot_words(  # noqa: PLR0911  one answer for each reason, in the order in which they matter
    requirements: Requirements, candidate: Candidate, now: datetime
) -> tuple[str, str]:
    robot = candidate.robot
    if requirements.robot_id not in {None, robot.robot_id}:
        return "The job is meant for another robot.", ""
    if missing := requirements.tags - robot.tags:
        return f"Lacks {_list('tag', missing)}.", f"Start it with --tags {','.join(sorted(missing))}."
    if missing := requirements.capabilities - robot.capabilities:
        return f"Lacks {_list('capability', missing)}.", ""
    if not robot.status.is_connected:
        return f"{robot.status.value.capitalize()} for {_span(now - robot.last_seen_at)}.", "Start the robot."
    if robot.status is RobotStatus.DRAINING:
        return "Draining: takes nothing new.", "Resume the robot."
    if candidate.busy >= robot.slots:
        return f"{candidate.busy} of {robot.slots} slots busy.", "Wait, or give it more slots."
    if candidate.rests:
        return "Refused an offer a moment ago.", ""
    return f"Free: {robot.slots - candidate.busy} of {robot.slots} slots.", ""


def _needs(requirements: Requirements) -> str:
    parts = [
        _list("tag", requirements.tags) if requirements.tags else "",
        _list("capability", requirements.capabilities) if requirements.capabilities else "",
        f"the id {requirements.robot_id}" if requirements.robot_id else "",
    ]
    return " and ".join(part for part in parts if part)


def _list(noun: str, names: Iterable[str]) -> str:
    ordered = sorted(names)
    plural = {"tag": "tags", "capability": "capabilities"}[noun]
    return f"{noun if len(ordered) == 1 else plural} {', '.join(ordered)}"


def _jobs(count: int) -> str:
    return "1 job goes" if count == 1 else f"{count} jobs go"


def _span(length: timedelta) -> str:
    seconds = max(0, int(length.total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
