"""When a run stands still for too long, and which rung comes next."""

import pytest

from orchestrator.contract.errors import UserError
from orchestrator.contract.ids import WorkflowId
from orchestrator.domain.stalls import STEPS_KEPT, StallPolicy, StallRung, StepDurations, due_rungs, words

NOTE, SCREENSHOT, TRACE, CANCEL, REQUEUE = StallRung
FULL = StallPolicy(
    note_after_s=10, screenshot_after_s=20, trace_after_s=30, cancel_after_s=40, requeue_after_s=50, usual_factor=10
)


@pytest.mark.feature("X02")
def test_each_rung_is_climbed_after_its_own_time_and_once() -> None:
    climbed: list[StallRung] = []
    for still_s in (9, 10, 19, 20, 30, 40, 50, 60):
        climbed += due_rungs(FULL, still_s=still_s, usual_s=None, climbed=climbed)
    assert climbed == [NOTE, SCREENSHOT, TRACE, CANCEL, REQUEUE]


@pytest.mark.feature("X02")
def test_a_step_that_usually_takes_long_is_given_longer_and_the_rungs_keep_their_distance() -> None:
    assert due_rungs(FULL, still_s=90, usual_s=9, climbed=()) == (NOTE,)
    assert due_rungs(FULL, still_s=89, usual_s=9, climbed=()) == ()
    assert due_rungs(FULL, still_s=100, usual_s=9, climbed=(NOTE,)) == (SCREENSHOT,)
    assert due_rungs(FULL, still_s=10, usual_s=0.1, climbed=()) == (NOTE,)


def test_by_default_nothing_is_cancelled() -> None:
    assert due_rungs(StallPolicy(), still_s=1_000_000, usual_s=None, climbed=()) == (NOTE, SCREENSHOT)


@pytest.mark.feature("X02")
def test_the_note_says_how_long_and_what_is_usual() -> None:
    assert words(still_s=360, usual_s=20, step="Search") == "No progress for 6 min; Search usually takes 20 s."
    assert words(still_s=360, usual_s=None, step="") == "No progress for 6 min in the running step."


def test_the_usual_duration_is_the_median_of_the_slowest_running_step_and_bounded() -> None:
    durations, workflow = StepDurations(), WorkflowId("w")
    for seconds in (1.0, 2.0, 90.0):
        durations.note(workflow, "search", seconds)
    durations.note(workflow, "look", 5.0)
    assert durations.usual(workflow, ["search"]) == 2.0
    assert durations.usual(workflow, ["search", "look"]) == 5.0
    assert durations.usual(workflow, ["search", "new"]) is None
    assert durations.usual(workflow, []) is None
    for number in range(STEPS_KEPT + 10):
        durations.note(workflow, f"s{number}", 1.0)
    assert len(durations._known) == STEPS_KEPT


@pytest.mark.parametrize(
    "wrong", [{"note_after_s": 0}, {"cancel_after_s": 10}, {"most_requeues": -1}, {"usual_factor": 0}]
)
def test_policies_that_make_no_sense_are_refused_by_their_name(wrong: dict[str, float]) -> None:
    with pytest.raises(UserError, match=next(iter(wrong))):
        StallPolicy(**wrong)  # type: ignore[arg-type]
