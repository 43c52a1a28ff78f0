"""Where steps are drawn, which step a mistake is in, and drafts on the disk."""

from datetime import UTC, datetime
from pathlib import Path

from orchestrator.console.editor.checking import is_about, problems_of, reading_problem, step_of
from orchestrator.console.editor.document import WorkflowText
from orchestrator.console.editor.drafts import Draft, Drafts
from orchestrator.console.editor.layout import placed
from orchestrator.console.editor.structures import palette, structure_of
from orchestrator.contract.actions.catalogue import CATALOGUE
from orchestrator.contract.errors import Problem

TEXT = "name: x\ntasks:\n- id: a\n  action: goto\n  with: {}\n- id: b\n  action: nothing\n  needs: c\n"


def test_a_step_stands_behind_all_that_it_waits_for_also_in_a_circle() -> None:
    places = placed({"a": [], "b": ["a"], "c": ["a", "b"], "d": ["e"], "e": ["d"], "f": ["gone"]})
    assert places["a"][0] == places["f"][0] == 0
    assert [places[step][0] for step in "bc"] == [1, 2]
    assert places["d"][0] == places["e"][0] == 3


def test_two_thousand_steps_are_placed() -> None:
    needs = {f"s{n}": [f"s{n - 1}"] if n % 40 else [] for n in range(2_000)}
    assert max(column for column, _ in placed(needs).values()) == 39


def test_mistakes_are_found_with_their_step_and_their_field() -> None:
    outline = WorkflowText.read(TEXT).outline
    found = {(step_of(each, outline), each.line) for each in problems_of(TEXT)}
    assert ("a", 5) in found
    assert ("b", 7) in found
    assert ("b", 8) in found
    wanting = next(each for each in problems_of(TEXT) if each.line == 5)
    assert is_about(wanting, {"url"})
    assert not is_about(wanting, {"action"})
    assert is_about(Problem(message="", field="steps[0].retry.max_retries"), {"max_retries"})


def test_a_text_that_cannot_be_read_says_in_which_line() -> None:
    problem = reading_problem("name: x\nsteps: [\n")
    assert problem is not None
    assert problem.line in {2, 3}
    assert reading_problem(TEXT) is None


def test_the_palette_offers_every_action_once_and_finds_by_words() -> None:
    keys = [entry.key for entry in palette() if structure_of(entry.key) is None]
    assert {*keys} >= {*CATALOGUE}
    assert len(keys) == len({*keys})
    assert next(entry.key for entry in palette() if entry.fits(["branch"])) == "if"


def test_a_draft_is_found_again_until_it_is_dropped(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "drafts")
    assert drafts.find("w1") is None
    draft = Draft(workflow_id="w1", name="x", text="name: x\n", kept_at=datetime(2026, 1, 1, tzinfo=UTC))
    drafts.keep(draft)
    assert drafts.find("w1") == draft
    assert drafts.find("") is None
    drafts.drop("w1")
    assert drafts.find("w1") is None
