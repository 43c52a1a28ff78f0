"""What would help a waiting job: a sentence for people, and the command and API call that do it."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from orchestrator.contract.ids import JobId, JsonValue, RobotId
from orchestrator.contract.states import JobPriority
from orchestrator.domain.job import Requirements


class RemedyKind(StrEnum):
    """What kind of help it is."""

    WAIT = "wait"
    """Time alone helps; `after_s` says how much, when that is known."""
    HURRY = "hurry"
    RETRY = "retry"
    RESUME_JOB = "resume_job"
    ANSWER = "answer"
    RAISE_PRIORITY = "raise_priority"
    RAISE_LIMIT = "raise_limit"
    CLOSE_BREAKER = "close_breaker"
    RESUME_ROBOT = "resume_robot"
    START_ROBOT = "start_robot"
    """By hand, where the robot is: a known one, or another one with what is missing."""
    FREE_DISK = "free_disk"
    """By hand, where the database is."""
    OTHER_JOB = "other_job"
    """Something about another job: waiting for its end, or ending it."""
    SUBMIT_ANEW = "submit_anew"
    """The job asks for something that cannot be had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """One way to help; the command and the call are empty where nothing but a person's hand can do it."""

    kind: RemedyKind
    text: str
    command: str = ""
    method: str = ""
    path: str = ""
    """Below `/api/v1`."""
    body: Mapping[str, JsonValue] = field(default_factory=dict)
    robot_id: RobotId | None = None
    after_s: float | None = None
    needs: Requirements | None = None
    """START_ROBOT: what a new robot must have."""


def wait(text: str, *, after_s: float | None = None, robot_id: RobotId | None = None) -> Remedy:
    """Nothing to be done: it passes, in the end on this robot."""
    return Remedy(kind=RemedyKind.WAIT, text=text, after_s=after_s, robot_id=robot_id)


def retry(job_id: JobId) -> Remedy:
    """Another attempt of a job that has ended."""
    return _of_job(RemedyKind.RETRY, "Retry it.", job_id, "retry", "retry")


def hurry(job_id: JobId) -> Remedy:
    """Queue it before its time."""
    return _of_job(RemedyKind.HURRY, "Run it now instead.", job_id, "hurry", "hurry")


def resume_job(job_id: JobId) -> Remedy:
    """Let a paused job go on."""
    return _of_job(RemedyKind.RESUME_JOB, "Resume the job.", job_id, "resume", "resume")


def raise_priority(job_id: JobId) -> Remedy:
    """Let it overtake."""
    critical = JobPriority.CRITICAL.value
    return Remedy(
        kind=RemedyKind.RAISE_PRIORITY,
        text="Raise its priority.",
        command=f"botswain priority {job_id} {critical}",
        method="POST",
        path=f"/jobs/{_part(job_id)}/priority",
        body={"priority": critical},
    )


def raise_limit(key: str, held: int, at_once: int, per_second: float | None) -> Remedy:
    """Allow one more at once than there are now; the rate stays."""
    wanted = max(held, at_once) + 1
    rate = f" --per-second {per_second:g}" if per_second is not None else ""
    return Remedy(
        kind=RemedyKind.RAISE_LIMIT,
        text=f"Wait for it, or allow {wanted} at once.",
        command=f"botswain limits set {shlex.quote(key)} --at-once {wanted}{rate}",
        method="PUT",
        path="/limits",
        body={"key": key, "at_once": wanted, "per_second": per_second},
    )


def close_breaker(key: str) -> Remedy:
    """Let jobs with the key start again."""
    return Remedy(
        kind=RemedyKind.CLOSE_BREAKER,
        text="Close the breaker, if it answers again.",
        command=f"botswain breakers close {shlex.quote(key)}",
        method="POST",
        path="/breakers/close",
        body={"key": key},
    )


def resume_robot(robot_id: RobotId, name: str) -> Remedy:
    """Let a drained robot take work."""
    return Remedy(
        kind=RemedyKind.RESUME_ROBOT,
        text="Resume the robot.",
        command=f"botswain robot {shlex.quote(name)} resume",
        method="POST",
        path=f"/robots/{_part(robot_id)}/resume",
        robot_id=robot_id,
    )


def start_robot(text: str, *, robot_id: RobotId | None = None, needs: Requirements | None = None) -> Remedy:
    """Start a robot that is known, or another one; where it runs is a person's choice."""
    return Remedy(kind=RemedyKind.START_ROBOT, text=text, robot_id=robot_id, needs=needs, command="botswain enrol")


def answer(job_id: JobId) -> Remedy:
    """Answer what a step asks."""
    return Remedy(kind=RemedyKind.ANSWER, text="Answer its question.", command=f"botswain job {job_id}")


def free_disk() -> Remedy:
    """Make the database writable."""
    return Remedy(kind=RemedyKind.FREE_DISK, text="Free disk space.", command="botswain doctor")


def end_other(job_id: JobId) -> Remedy:
    """Wait for another job, or end it."""
    return _of_job(RemedyKind.OTHER_JOB, f"Wait for job {job_id[-8:]}, or cancel it.", job_id, "cancel", "cancel")


def submit_anew(text: str) -> Remedy:
    """The job cannot be helped as it is."""
    return Remedy(kind=RemedyKind.SUBMIT_ANEW, text=text)


def _of_job(kind: RemedyKind, text: str, job_id: JobId, word: str, route: str) -> Remedy:
    path = f"/jobs/{_part(job_id)}/{route}"
    return Remedy(kind=kind, text=text, command=f"botswain {word} {job_id}", method="POST", path=path)


def _part(name: str) -> str:
    """An id as one part of a path: what is not unreserved (RFC 3986, 2.3) as percent-encoded UTF-8."""
    return "".join(
        chr(byte) if (byte < 128 and chr(byte).isalnum()) or chr(byte) in "-._~" else f"%{byte:02X}"
        for byte in name.encode()
    )
