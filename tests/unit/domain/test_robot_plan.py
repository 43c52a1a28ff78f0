"""When a robot will be free, from what its jobs usually take."""

from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.domain.robot_plan import RunningJob, about, free_at, free_at_latest, in_words

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def job(*, ran_s: float, usual_s: float | None, limit_s: float = 3_600) -> RunningJob:
    return RunningJob(started_at=NOW - timedelta(seconds=ran_s), usual_s=usual_s, limit_s=limit_s)


@pytest.mark.feature("X20")
def test_a_robot_is_free_when_the_last_of_its_jobs_usually_ends() -> None:
    free = free_at([job(ran_s=60, usual_s=300), job(ran_s=10, usual_s=20)], NOW)
    assert free == NOW + timedelta(minutes=4)
    assert in_words("robot-3", 2, free, NOW) == "robot-3 is free in about 4 min."


def test_a_job_beyond_its_usual_time_is_expected_to_end_in_a_tenth_of_what_it_took() -> None:
    assert free_at([job(ran_s=600, usual_s=300)], NOW) == NOW + timedelta(seconds=60)


def test_no_job_is_expected_to_outlive_its_limit() -> None:
    assert free_at([job(ran_s=50, usual_s=300, limit_s=60)], NOW) == NOW + timedelta(seconds=10)
    assert free_at_latest([job(ran_s=50, usual_s=None, limit_s=60)], NOW) == NOW + timedelta(seconds=10)


def test_a_workflow_that_never_ran_to_its_end_says_nothing_of_its_length() -> None:
    free = free_at([job(ran_s=1, usual_s=None), job(ran_s=1, usual_s=9)], NOW)
    assert free is None
    assert in_words("robot-3", 2, free, NOW) == "robot-3 still runs 2 jobs; how long they take is not known yet."


def test_a_robot_without_a_job_is_free() -> None:
    assert in_words("robot-3", 0, free_at([], NOW), NOW) == "robot-3 is free."


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "a few seconds"), (41, "about 40 s"), (58, "about 1 min"), (3_600, "about 1 h"), (5_460, "about 1 h 31 min")],
)
def test_lengths_are_said_as_people_guess_them(seconds: float, words: str) -> None:
    assert about(timedelta(seconds=seconds)) == words
