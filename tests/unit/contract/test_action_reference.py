"""The page of actions: it says what the models say, of every action and every parameter."""

from pathlib import Path

import pytest

from orchestrator.contract.action_reference import page_of, parameters_of, remarks_on
from orchestrator.contract.actions.catalogue import CATALOGUE, parameter_problems
from orchestrator.contract.actions.spec import ActionSpec

PAGE = Path(__file__).parents[3] / "docs" / "actions.md"


def test_the_page_is_what_the_models_say() -> None:
    written = PAGE.read_text()
    assert written[written.index("## ") :] == page_of(CATALOGUE.values()), "botswain actions --markdown writes it anew"


@pytest.mark.parametrize("spec", CATALOGUE.values(), ids=lambda spec: spec.name)
def test_every_word_of_the_page_is_one_that_the_action_takes(spec: ActionSpec) -> None:
    for entry in parameters_of(spec):
        for word in (entry.name, *entry.others):
            problems = parameter_problems(spec, {word: "${{ late }}"})
            assert not [each for each in problems if each.field == word], problems


def test_what_must_be_given_is_required_on_the_page() -> None:
    required = {each.name for each in parameters_of(CATALOGUE["goto"]) if each.default == "required"}
    assert required == {"url"}
    (url, *_) = parameters_of(CATALOGUE["goto"])
    assert (url.kind, url.meaning[:8]) == ("text", "Absolute")


def test_what_is_not_safe_to_repeat_or_waits_for_people_is_said() -> None:
    assert any("a person decides" in each for each in remarks_on(CATALOGUE["click"]))
    assert any("Waits for a person" in each for each in remarks_on(CATALOGUE["human.approve"]))
    assert list(remarks_on(CATALOGUE["count"])) == []
