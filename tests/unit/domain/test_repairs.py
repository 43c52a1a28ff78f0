"""From what runs saw of a target to one proposal, and from an approved one to the definition."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.contract.actions.candidates import locator_of, plain, rank
from orchestrator.contract.actions.targets import Locator
from orchestrator.contract.ids import JobId, JsonValue, RobotId, WorkflowHash, WorkflowId
from orchestrator.contract.sightings import LocatorCandidate, Sighting
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.domain.repairs import Repair, RepairCause, Seen, confidence, confirmed, place_of, proposed, repaired

pytestmark = pytest.mark.feature("X19")

NOW = datetime(2026, 3, 1, tzinfo=UTC)
BUTTON = 'role=button[name="Send"]'


def definition_with(target: JsonValue, **parameters: JsonValue) -> WorkflowDefinition:
    step = {"id": "send", "action": "click", "parameters": {"target": target, **parameters}}
    return WorkflowDefinition.model_validate({"name": "Form", "steps": [step]})


def candidate(text: str, score: float | None = None) -> LocatorCandidate:
    return LocatorCandidate(locator=plain(Locator.model_validate(text)), score=score, found='button "Send"')


def seen_with(*candidates: LocatorCandidate, used: int | None = 1, minutes: int = 0, robot: str = "r") -> Seen:
    tried = ("#old", "text=Send")
    return Seen(
        workflow_id=WorkflowId("w"),
        workflow_name="Form",
        workflow_hash=WorkflowHash("0123"),
        number=1,
        parameter="target",
        before=tuple(plain(Locator.model_validate(each)) for each in tried),
        sighting=Sighting(step_id="send", tried=tried, used=used, candidates=candidates),
        job_id=JobId(f"j{minutes}"),
        robot_id=RobotId(robot),
        at=NOW + timedelta(minutes=minutes),
        picture="p.jpg" if used is None else "",
    )


def proposal(*candidates: LocatorCandidate, used: int | None = 1) -> Repair:
    repair = proposed("id", seen_with(*candidates, used=used))
    assert repair is not None
    return repair


def best_of(repair: Repair) -> str:
    return str(locator_of(repair.best))


def test_what_people_read_is_proposed_before_what_scripts_hold_on_to_and_a_path_is_the_last() -> None:
    texts = ["css=form > button", "text=Send", "#go", "testid=send", "label=Send", BUTTON]
    repair = proposal(*map(candidate, texts))
    found = [str(locator_of(each)) for each in repair.candidates]
    assert found == [BUTTON, "label=Send", "testid=send", "#go", "text=Send", "form > button"]
    assert rank(Locator(css="#a .b")) > rank(Locator(css="#a"))
    assert repair.cause is RepairCause.FALLBACK
    assert repair.after[0] == {"role": "button", "name": "Send"}


def test_a_later_locator_that_is_the_best_moves_to_the_front_and_none_is_lost() -> None:
    repair = proposal(candidate("text=Send"))
    assert [each.get("css") or each.get("text") for each in repair.after] == ["Send", "#old"]


def test_what_the_runs_agree_on_stays_and_what_one_of_them_denies_goes() -> None:
    repair = proposal(candidate(BUTTON), candidate("#go"))
    repair = confirmed(repair, seen_with(candidate("#go"), candidate("text=Now"), minutes=2, robot="s"))
    assert [str(locator_of(each)) for each in repair.candidates] == ["#go"]
    assert (repair.runs, repair.robots) == (2, ("r", "s"))
    assert repair.last_seen_at - repair.first_seen_at == timedelta(minutes=2)
    assert repair.job_id == "j2"


def test_when_the_page_has_changed_once_more_the_newest_run_is_right_and_counting_begins_anew() -> None:
    repair = confirmed(proposal(candidate("#go")), seen_with(candidate("#now"), minutes=2))
    assert (best_of(repair), repair.runs, repair.first_seen_at) == ("#now", 1, NOW + timedelta(minutes=2))


def test_a_stranger_is_proposed_only_when_it_is_alike_enough_and_with_the_failures_picture() -> None:
    assert proposed("id", seen_with(candidate(BUTTON, 0.59), used=None)) is None
    repair = proposal(candidate("#go", 0.8), candidate(BUTTON, 0.8), used=None)
    assert (best_of(repair), repair.cause, repair.picture) == (BUTTON, RepairCause.NOT_FOUND, "p.jpg")
    assert confidence(repair).startswith("Fair: the element that it finds is 80% like the one that is gone.")


def test_what_a_person_did_not_want_or_nobody_can_read_is_not_proposed() -> None:
    unreadable = LocatorCandidate(locator={"colour": "red"})
    assert proposed("id", seen_with(candidate(BUTTON), unreadable), unwanted=[BUTTON]) is None
    repair = proposed("id", seen_with(candidate(BUTTON), candidate("#go")), unwanted=[BUTTON])
    assert repair is not None
    assert best_of(repair) == "#go"
    assert best_of(confirmed(repair, seen_with(candidate(BUTTON), candidate("#go")))) == "#go"


def test_confidence_says_why() -> None:
    three = replace(proposal(candidate(BUTTON)), runs=3)
    assert confidence(three).startswith("High: in 3 runs it found the very element")
    assert "next change may break" in confidence(proposal(candidate("css=form > button")))


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (["#old", {"text": "Send", "nth": None}], [BUTTON, "#old", {"text": "Send", "nth": None}]),
        (["css=#old", "text=Send"], [BUTTON, "css=#old", "text=Send"]),
    ],
)
def test_the_definition_gets_the_locator_in_front_and_the_others_stay_as_they_were_written(
    target: JsonValue, expected: JsonValue
) -> None:
    changed = repaired(definition_with(target, button="right"), proposal(candidate(BUTTON)))
    assert changed is not None
    assert changed.steps[0].parameters == {"target": expected, "button": "right"}


def test_a_locator_that_a_text_cannot_say_is_written_as_an_object() -> None:
    exact = LocatorCandidate(locator={"role": "button", "name": "Send", "exact": True})
    changed = repaired(definition_with(["#old", "text=Send"]), proposal(exact))
    assert changed is not None
    assert changed.steps[0].parameters["target"][0] == exact.locator  # type: ignore[index]


@pytest.mark.parametrize("target", [["#other", "text=Send"], "#old", ["#old", "text=${{ word }}"]])
def test_a_step_that_is_another_one_now_is_not_repaired(target: JsonValue) -> None:
    assert repaired(definition_with(target), proposal(candidate(BUTTON))) is None


def test_a_target_with_one_locator_becomes_a_list() -> None:
    definition = definition_with("#old")
    place = place_of(definition, "send", ["#old"])
    assert place is not None
    assert place[0] == "target"
    before = (plain(place[1].locators[0]),)
    repair = replace(proposal(candidate(BUTTON, 0.9), used=None), before=before)
    changed = repaired(definition, repair)
    assert changed is not None
    assert changed.steps[0].parameters["target"] == [BUTTON, "#old"]
