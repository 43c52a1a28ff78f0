"""Steps are added, renamed, linked and removed in the text; what refers to them follows."""

import pytest

from orchestrator.console.editor.document import NEW_WORKFLOW, WorkflowText
from orchestrator.console.editor.rewrite import EditError
from orchestrator.contract.workflow_check import check
from orchestrator.contract.workflow_source import load_workflow

CHAIN = """\
name: Chain
steps:
  - id: list   # all of them
    action: extract
    parameters: {target: li}

  - name: choose
    action: if
    needs: list
    when: len(steps.list.result) > 0 and "steps.list" != ""
    then: [first]

  - id: first
    action: log
    dependencies: [choose]
    parameters:
      message: ${{ steps["list"].result }} and ${{ results.list }}, not steps.list

outputs:
  found: ${{ steps.list.result }}
"""


def test_steps_can_be_added_to_a_new_workflow_each_waiting_for_the_one_before() -> None:
    text = NEW_WORKFLOW
    for action in ("goto", "click", "click"):
        document = WorkflowText.read(text)
        last = document.outline.ids[-1:]
        step_id = document.free_step_id(action)
        text = document.with_step({"id": step_id, "action": action, "dependencies": [*last]}, behind=None)
    assert WorkflowText.read(text).outline.ids == ("goto", "click", "click_2")
    assert WorkflowText.read(text).outline.steps[2].needs == ("click",)


def test_a_new_id_reaches_references_and_expressions_but_no_plain_words() -> None:
    text = WorkflowText.read(CHAIN).with_id("list", "rows")
    assert "- id: rows   # all of them" in text
    assert "needs: rows" in text
    assert 'when: len(steps.rows.result) > 0 and "steps.list" != ""' in text
    assert '${{ steps["rows"].result }} and ${{ results.rows }}, not steps.list' in text
    assert "found: ${{ steps.rows.result }}" in text
    assert not check(load_workflow(text).definition)


def test_an_id_that_is_taken_or_empty_is_refused() -> None:
    for wrong in ("first", ""):
        with pytest.raises(EditError):
            WorkflowText.read(CHAIN).with_id("list", wrong)


def test_an_id_that_comes_from_the_name_stays_when_the_name_changes() -> None:
    text = WorkflowText.read(CHAIN).with_name("choose", "Decide")
    step = WorkflowText.read(text).outline.find("choose")
    assert step is not None
    assert (step.name, step.then) == ("Decide", ("first",))


def test_who_waited_for_a_removed_step_waits_for_what_that_waited_for() -> None:
    text = WorkflowText.read(CHAIN).without_steps(["choose"])
    outline = WorkflowText.read(text).outline
    assert outline.ids == ("list", "first")
    assert outline.steps[1].needs == ("list",)


def test_a_removed_step_leaves_the_branch_that_it_was_in() -> None:
    outline = WorkflowText.read(WorkflowText.read(CHAIN).without_steps(["first"])).outline
    assert outline.steps[1].then == ()
    assert "then" not in outline.steps[1].data


def test_copies_speak_of_each_other_as_their_originals_did() -> None:
    text, made = WorkflowText.read(CHAIN).with_copies(["list", "first"])
    assert made == ("list_2", "first_2")
    copy = WorkflowText.read(text).outline.find("first_2")
    assert copy is not None
    assert copy.needs == ("choose",)
    assert 'steps["list_2"]' in str(copy.data["parameters"])


def test_links_come_and_go_in_the_words_that_are_used() -> None:
    document = WorkflowText.read(CHAIN)
    text = document.with_link("list", "first")
    assert "dependencies: [choose, list]" in text
    text = WorkflowText.read(text).without_link("choose", "first")
    first = WorkflowText.read(text).outline.find("first")
    assert first is not None
    assert first.needs == ("list",)
    assert "then:" not in text


def test_places_that_are_names_are_written_down_before_they_change() -> None:
    text = "steps:\n  - action: goto\n  - action: log\n    when: steps.step_1.status == 'completed'\n"
    document = WorkflowText.read(text)
    written = document.with_step({"id": "new", "action": "log"}, behind=None)
    assert WorkflowText.read(written).outline.ids[0] == "step_1"
    assert "id: step_1" in written


def test_an_empty_mapping_goes_with_its_last_entry() -> None:
    document = WorkflowText.read(CHAIN)
    path = (*document.step("first").path, "parameters", "message")
    assert "parameters" not in (WorkflowText.read(document.without(path)).step("first").data)


def test_lines_lead_to_steps_and_back() -> None:
    document = WorkflowText.read(CHAIN)
    assert document.lines_of("choose") == range(7, 12)
    assert [document.step_at(line) for line in (2, 3, 8, 17, 19)] == ["", "list", "choose", "first", ""]
