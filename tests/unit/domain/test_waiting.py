"""What a person is told while a job does not run, and what would help."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.ids import JobId, RobotId, WorkflowHash, WorkflowId
from orchestrator.contract.retry import RetryPolicy
from orchestrator.contract.states import JobStatus, RobotStatus
from orchestrator.domain.concurrency import HoldKind, KeyHold
from orchestrator.domain.job import Job, Requirements
from orchestrator.domain.placement import Candidate
from orchestrator.domain.remedy import RemedyKind
from orchestrator.domain.robot import Robot
from orchestrator.domain.waiting import Verdict, WaitFacts, cheapest, in_one, verdicts, will_start

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SITE = "site:example.org"


def candidate(name: str, *, busy: int = 0, rests: bool = False, **facts: object) -> Candidate:
    fields = {"status": RobotStatus.ONLINE, "slots": 2, "registered_at": NOW, "last_seen_at": NOW, **facts}
    robot = Robot(robot_id=RobotId(name), name=name, **fields)  # type: ignore[arg-type]
    return Candidate(robot=robot, busy=busy, rests=rests)


def a_job(**fields: object) -> Job:
    values = {"status": JobStatus.QUEUED, "timeout_s": 60.0, **fields}
    return Job(
        job_id=JobId("j"), workflow_id=WorkflowId("w"), workflow_hash=WorkflowHash("h"), workflow_name="Look",
        created_at=NOW, changed_at=NOW, **values,  # type: ignore[arg-type]
    )  # fmt: skip


def why(job: Job, candidates: Sequence[Candidate] = (), **facts: object) -> tuple[Verdict, ...]:
    return verdicts(job, WaitFacts(now=NOW, candidates=candidates, **facts))  # type: ignore[arg-type]


@pytest.mark.feature("X01", "D75")
@pytest.mark.parametrize(
    ("candidate_", "words"),
    [
        (candidate("a", status=RobotStatus.OFFLINE, last_seen_at=NOW - timedelta(minutes=4)), "Offline for 4 min."),
        (candidate("a", status=RobotStatus.LOST, last_seen_at=NOW - timedelta(seconds=9)), "Lost for 9 s."),
        (candidate("a", status=RobotStatus.DRAINING), "Draining: takes nothing new."),
        (candidate("a", busy=2, status=RobotStatus.BUSY), "2 of 2 slots busy."),
        (candidate("a", rests=True), "Refused an offer a moment ago."),
        (candidate("a"), "Free: 2 of 2 slots."),
    ],
)
def test_each_robot_gets_a_verdict_that_says_why(candidate_: Candidate, words: str) -> None:
    own, about_robot = why(a_job(), [candidate_], rests_s={"a": 1.0})
    assert own.robot_id is None
    assert about_robot.robot_id == "a"
    assert about_robot.verdict == words
    assert about_robot.blocks == (words != "Free: 2 of 2 slots.")
    assert will_start((own, about_robot)) != about_robot.blocks


def test_a_robot_that_refused_such_a_job_is_not_called_free() -> None:
    own, robot = why(a_job(), [candidate("a")], misfits_s={"a": 120.0})
    assert robot.verdict == "Refused such a job for lack of a capability; asked again in 2 min."
    assert own.verdict == "No robot that could take it takes work at the moment."
    assert own.blocks
    assert robot.blocks


@pytest.mark.feature("X01")
def test_what_no_robot_has_is_named() -> None:
    job = a_job(requirements=Requirements(tags=frozenset({"gpu", "eu"})))
    own, first, second = why(job, [candidate("a", tags=frozenset({"eu"})), candidate("b")])
    assert own.verdict == "No robot has tags eu, gpu."
    assert first.verdict == "Lacks tag gpu."
    assert second.verdict == "Lacks tags eu, gpu."


@pytest.mark.feature("X01")
def test_a_job_that_is_not_due_says_when() -> None:
    job = a_job(status=JobStatus.PENDING, not_before=NOW + timedelta(minutes=10))
    (own,) = why(job)
    assert own.verdict == "Not due before 2026-03-02 09:10:00 UTC, in 10 min."
    assert own.remedy is not None
    assert own.remedy.command == "botswain hurry j"
    retry = replace(job, failures=1, retry=RetryPolicy(max_retries=2))
    assert why(retry)[0].verdict.startswith("Retry 1 of 2 is not due before")
    held = why(a_job(status=JobStatus.PENDING), held_by=JobId("0123456789"))
    assert held[0].verdict == "Waits until job 23456789 of the same schedule has ended."


@pytest.mark.feature("X01", "X17", "O27")
@pytest.mark.parametrize(
    ("hold", "words", "command"),
    [
        (
            KeyHold(key="login:a", kind=HoldKind.TAKEN, holders=(JobId("job-812"),), held=1),
            "login:a is held by job job-812.",
            "botswain limits set login:a --at-once 2",
        ),
        (
            KeyHold(key=SITE, kind=HoldKind.TAKEN, holders=tuple(JobId(n) for n in "abcd"), held=5, at_once=5),
            "site:example.org is held by 5 of 5 jobs: a, b, c and 2 more.",
            "botswain limits set site:example.org --at-once 6",
        ),
        (
            KeyHold(key=SITE, kind=HoldKind.THROTTLED, per_second=0.5, until_s=1.5),
            "site:example.org starts 0.5 per second; the next may start in 1.5 s.",
            "",
        ),
        (
            KeyHold(key=SITE, kind=HoldKind.OPEN, until_s=60.0, reason="5 of 5 failed."),
            "The breaker of site:example.org is open until 09:01:00 UTC, when one job tries: 5 of 5 failed.",
            "botswain breakers close site:example.org",
        ),
        (
            KeyHold(key="service:x y", kind=HoldKind.OPEN, reason="They move"),
            "The breaker of service:x y is open until somebody closes it: They move.",
            "botswain breakers close 'service:x y'",
        ),
        (
            KeyHold(key=SITE, kind=HoldKind.PROBED, holders=(JobId("t"),)),
            "The breaker of site:example.org lets one job try: t.",
            "botswain breakers close site:example.org",
        ),
    ],
)
def test_a_key_that_cannot_be_had_says_by_whom_or_until_when(hold: KeyHold, words: str, command: str) -> None:
    own, robot = why(a_job(), [candidate("a")], holds=(hold,))
    assert (own.verdict, own.blocks, robot.blocks) == (words, True, False)
    best = cheapest((own, robot))
    assert best is not None
    assert best.command == command


def test_help_for_the_job_comes_before_help_for_its_robots() -> None:
    hold = KeyHold(key="k", kind=HoldKind.TAKEN, holders=(JobId("h"),), held=1)
    best = cheapest(why(a_job(), [candidate("a", status=RobotStatus.DRAINING, draining=True)], holds=(hold,)))
    assert best is not None
    assert best.kind is RemedyKind.RAISE_LIMIT
    without = cheapest(why(a_job(), [candidate("a", status=RobotStatus.DRAINING, draining=True)]))
    assert without is not None
    assert without.command == "botswain robot a resume"


def test_nothing_has_to_be_done_for_a_job_that_is_about_to_start() -> None:
    found = why(a_job(), [candidate("a"), candidate("b", status=RobotStatus.OFFLINE)])
    assert will_start(found)
    assert cheapest(found) is None


@pytest.mark.feature("X01")
@given(
    status=st.sampled_from(JobStatus),
    robots=st.lists(st.sampled_from(RobotStatus), max_size=3),
    ahead=st.integers(0, 3),
    trouble=st.sampled_from([None, "The disk is full."]),
)
def test_the_answer_to_why_is_never_empty(
    status: JobStatus, robots: list[RobotStatus], ahead: int, trouble: str | None
) -> None:
    error = ErrorInfo(kind=ErrorKind.NETWORK, message="x")
    candidates = [candidate(f"r{number}", status=each) for number, each in enumerate(robots)]
    facts = WaitFacts(now=NOW, candidates=candidates, ahead=ahead, trouble=trouble)
    job = a_job(status=status, error=error)
    found = verdicts(job, facts)
    assert found
    assert all(each.verdict.endswith(".") and each.code for each in found)
    assert in_one(job, facts) == found[0]
    if status in {JobStatus.RUNNING, JobStatus.CANCELLING} or status.has_ended:
        assert not any(each.blocks for each in found)
        assert "does not wait" in found[0].verdict
    elif not will_start(found) and found[0].code not in {"due_now", "offered"}:
        assert cheapest(found) is not None


def test_jobs_ahead_are_counted_and_overtaken_by_urgency() -> None:
    full = [candidate("a", busy=2, status=RobotStatus.BUSY)]
    own, _ = why(a_job(), full, ahead=3, overtakes=1)
    assert own.verdict == "Every robot that could take it is occupied, and 3 jobs go before it."
    assert own.remedy is not None
    assert own.remedy.command == "botswain priority j critical"
    urgent, _ = why(a_job(), full, ahead=3)
    assert urgent.remedy is not None
    assert urgent.remedy.kind is RemedyKind.START_ROBOT
