"""Selenium IDE projects: real ones come over whole, and what has no counterpart is named with its place."""

import json
from pathlib import Path
from typing import Any

import pytest

from orchestrator.contract.ids import JsonValue
from orchestrator.recordings.read import import_recording
from orchestrator.recordings.recording import Choice, ImportedRecording, RecordingError
from orchestrator.recordings.yaml_text import yaml_text

FOLDER = Path(__file__).parents[2] / "recordings" / "selenium-ide"


def project(*commands: tuple[str, ...] | dict[str, JsonValue], **more: JsonValue) -> str:
    said = [
        each if isinstance(each, dict) else dict(zip(("command", "target", "value"), [*each, "", ""], strict=False))
        for each in commands
    ]
    tests: list[Any] = [{"id": "1", "name": "main", "commands": said}]
    return json.dumps({"url": "https://a.test", "tests": tests, "suites": [], **more}, indent=1)


def imported(*commands: tuple[str, ...] | dict[str, JsonValue]) -> ImportedRecording:
    return import_recording(project(*commands), source="x.side")


def steps(found: ImportedRecording) -> list[tuple[str, dict[str, JsonValue]]]:
    return [(step.action, step.parameters) for step in found.definition.steps]


@pytest.mark.feature("X26")
def test_every_test_of_selenium_ides_own_projects_comes_over_but_for_loops_and_scripts() -> None:
    gaps: list[str] = []
    count = 0
    for path in sorted(FOLDER.glob("*.side")):
        text = path.read_text(encoding="utf-8")
        for test in json.loads(text)["tests"]:
            if test["name"] != "tiny method":
                gaps += [
                    gap.command
                    for gap in import_recording(text, source=path.name, choice=Choice(test=test["name"])).gaps
                ]
                count += 1
    assert count == 39
    assert gaps == ["executeScript | true"]


@pytest.mark.feature("X26", "X19")
def test_all_locators_of_an_element_come_over_in_their_order() -> None:
    click: dict[str, JsonValue] = {
        "command": "click",
        "target": "id=go",
        "targets": [["id=go", "id"], ["css=.go", "css"], ["linkText=Go on", "text"], ["xpath=//a", "xpath"]],
    }
    found = imported(click)
    assert steps(found)[0][1]["target"] == [
        "#go", ".go", {"css": "a", "has_text": "Go on", "exact": True}, {"xpath": "//a"},
    ]  # fmt: skip


@pytest.mark.feature("X26")
def test_a_gap_has_its_line_and_stands_in_the_workflow() -> None:
    found = imported(("open", "/"), ("runScript", "alert(1)"), ("click", "id=a"))
    (gap,) = found.gaps
    assert (gap.place, gap.command) == ("test 'main', command 2", "runScript | alert(1)")
    assert (
        project(("open", "/"), ("runScript", "alert(1)"), ("click", "id=a")).splitlines()[(gap.line or 0) - 1].strip()
        == "{"
    )
    assert [action for action, _ in steps(found)] == ["goto", "log", "click"]
    assert found.definition.steps[1].id == gap.step
    assert f"#   line {gap.line}, test 'main', command 2: runScript" in yaml_text(found, source="x.side")


@pytest.mark.feature("X26")
def test_a_typed_password_is_in_no_output() -> None:
    found = imported(
        ("open", "/"),
        ("type", "id=password", "s3cret-word"),
        ("type", "id=again", "s3cret-word"),
        ("runScript", "check('s3cret-word')"),
    )
    assert "s3cret-word" not in yaml_text(found, source="x.side") + str(found.gaps) + str(found.remarks)
    variable = found.definition.variables["password"]
    assert (variable.secret, variable.required, variable.default) == (True, True, None)
    assert [parameters.get("value") for _, parameters in steps(found)[1:3]] == ["${{ password }}"] * 2
    assert "secret" in found.remarks[0].text


@pytest.mark.feature("X26")
@pytest.mark.parametrize(
    ("opening", "closing", "terms"),
    [
        (("while", "${n} < 3", "50"), ("end",), (50, "bool(n < 3)", None)),
        (("do",), ("repeatIf", "${n} < 3", "7"), (7, None, "not (n < 3)")),
        (("times", "${n}"), ("end",), (1_000, "iteration <= int(n)", None)),
        (("times", "5000"), ("end",), (1_000, "iteration <= int(5000)", None)),
        (("forEach", "all", "one"), ("end",), (10_000, "iteration <= len(all)", None)),
    ],
)
def test_a_loop_is_a_workflow_inside_whose_variables_go_in_and_out(
    opening: tuple[str, ...], closing: tuple[str, ...], terms: tuple[int, str | None, str | None]
) -> None:
    found = imported(("open", "/"), opening, ("click", "id=a"), ("store", "x", "last"), closing, ("echo", "${last}"))
    assert found.gaps == ()
    (body,) = found.definition.workflows.values()
    assert (body.iterations, body.repeat_while, body.until) == terms
    assert [step.action for step in body.steps][-2:] == ["click", "set"]
    assert body.outputs["last"] == "${{ last }}"
    loop = next(step for step in found.definition.steps if step.runs_workflow)
    after = next(step for step in found.definition.steps if step.save_as == "last")
    assert after.parameters == {"value": f"${{{{ steps.{loop.id}.result.last }}}}"}


@pytest.mark.parametrize("opening", [("while", "${x} < 3"), ("times", "5000"), ("forEach", "all", "one")])
def test_a_loop_around_nothing_is_left_out_and_said(opening: tuple[str, ...]) -> None:
    found = imported(("open", "/"), opening, ("end",), ("click", "id=a"))
    assert [action for action, _ in steps(found)][-1] == "click"
    if opening[0] != "forEach":  # which still sets its variable in each round
        assert found.definition.workflows == {}
        assert any("left out" in each.text for each in found.remarks)


def test_options_that_are_added_one_after_the_other_are_one_choice() -> None:
    found = imported(
        ("open", "/"), ("addSelection", "id=list", "label=Asia"), ("addSelection", "id=list", "label=Europe"),
        ("addSelection", "id=other", "index=2"),
    )  # fmt: skip
    assert steps(found)[1:] == [
        ("select", {"target": "#list", "label": ["Asia", "Europe"]}),
        ("select", {"target": "#other", "index": [2]}),
    ]
    assert found.gaps == ()
    assert "no longer" in found.remarks[0].text


def test_a_loop_that_ends_each_round_elsewhere_names_itself_and_what_is_in_it() -> None:
    found = imported(("while", "${x} < 3"), ("selectFrame", "index=0"), ("click", "id=a"), ("end",), ("open", "/"))
    assert [(gap.command, gap.why.split()[0]) for gap in found.gaps] == [
        ("while | ${x} < 3", "each"),
        ("selectFrame | index=0", "it"),
        ("click | id=a", "it"),
    ]
    assert found.definition.workflows == {}


def test_branches_are_decided_once_and_only_the_right_one_runs() -> None:
    found = imported(
        ("store", "b", "kind"), ("if", '${kind} === "a"'), ("click", "id=a"), ("else",), ("click", "id=b"), ("end",)
    )
    assert [(step.action, step.when) for step in found.definition.steps] == [
        ("set", None), ("set", None), ("click", "condition_1"), ("set", None), ("click", "condition_2"),
    ]  # fmt: skip
    assert found.definition.steps[3].parameters["value"] == "${{ bool(not condition_1 and (true)) }}"


def test_a_variable_may_be_called_like_a_word_of_expressions() -> None:
    found = imported(("store", "x", "async"), ("store", "y", "item"), ("type", "id=a", "${async}${item}"))
    assert steps(found)[2][1]["value"] == "${{ async_value }}${{ item_value }}"


def test_keys_in_a_text_are_pressed() -> None:
    found = imported(("sendKeys", "id=q", "tea${KEY_ENTER}"), ("sendKeys", "id=q", "${KEY_CTRL}a"))
    assert [(action, each.get("text") or each.get("keys")) for action, each in steps(found)] == [
        ("type", "tea"), ("press", "Enter"), ("press", "Control+a"),
    ]  # fmt: skip


def test_what_is_switched_off_is_noted_and_unknown_commands_are_gaps() -> None:
    found = imported(("open", "/"), ("//click", "id=a"), ("fly", "north"))
    assert "switched off" in found.remarks[0].text
    assert found.gaps[0].why == "this command is not known."


def test_an_alert_is_answered_before_the_click_that_brings_it_up() -> None:
    found = imported(("click", "id=a"), ("assertAlert", "Hi"), ("acceptAlert",))
    assert [action for action, _ in steps(found)] == ["dialog", "click", "assert"]


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (Choice(), "choose a test or a suite. Tests: 'one', 'two'"),
        (Choice(test="three"), "has no test 'three'; its tests: 'one', 'two'"),
        (Choice(suite="all"), "has no suite 'all'; its suites: 'both'"),
    ],
)
def test_one_of_several_tests_must_be_chosen(choice: Choice, words: str) -> None:
    with pytest.raises(RecordingError, match=words):
        import_recording(two_tests(), source="x.side", choice=choice)


def two_tests() -> str:
    opened = [{"command": "open", "target": "/"}]
    tests = [{"id": name, "name": name, "commands": opened} for name in ("one", "two")]
    suites = [{"name": "both", "tests": ["one", "two"], "persistSession": False}]
    return json.dumps({"url": "https://a.test", "tests": tests, "suites": suites})


def test_a_suite_is_all_its_tests_each_in_a_session_of_its_own() -> None:
    found = import_recording(two_tests(), source="x.side", choice=Choice(suite="both"))
    assert [step.session for step in found.definition.steps] == ["test_1", "test_2"]
    assert found.definition.name == "both"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "cannot be read as JSON"),
        ("{}", "neither `steps` nor `tests`"),
        ("hello", "no recording that Botswain knows"),
        ("import { test } from '@playwright/test'", "is JavaScript"),
        (project(), "nothing in this recording"),
        (project(("end",)), "`end` has no `if or while"),
        (project(("if", "true")), "`if` is never closed"),
        (json.dumps({"url": "ftp://x", "tests": [{"name": "a", "commands": []}]}), "must be an http or https address"),
    ],
)
def test_what_is_no_recording_is_refused_in_a_sentence(text: str, words: str) -> None:
    with pytest.raises(RecordingError, match=words):
        import_recording(text, source="it")
