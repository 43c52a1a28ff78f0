"""`botswain validate`: every mistake is named with its line, step and field, and nothing ends in a traceback."""

from collections.abc import Callable
from pathlib import Path

import pytest
from commands import Commands

GOOD = "steps:\n  - {id: one, action: set, parameters: {value: 1}}\n"
CIRCLE = """steps:
  - {id: a, action: wait, parameters: {seconds: 0}, dependencies: [b]}
  - {id: b, action: wait, parameters: {seconds: 0}, dependencies: [a]}
"""
NEARLY = """steps:
  - {id: search, action: wait, parameters: {seconds: 0}}
  - {id: b, action: wait, parameters: {seconds: 0}, dependencies: [serch]}
"""


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "workflow.yaml"
        path.write_text(text)
        return path

    return write


def many_steps(number: int) -> str:
    return "steps:\n" + "".join(
        f"  - {{id: s{each}, action: wait, parameters: {{seconds: 0}}}}\n" for each in range(number)
    )


def test_a_right_file_is_right(botswain: Commands, file: Callable[[str], Path]) -> None:
    said = botswain("validate", file(GOOD))
    assert (said.code, said.err) == (0, "")
    assert "right: 'workflow', 1 step, version" in said.out


def test_standard_input_is_read_like_a_file(botswain: Commands) -> None:
    assert "Standard input is right" in botswain("validate", "-", stdin=GOOD).out
    assert botswain.inside("validate", "-", stdin=GOOD + "prioritty: high\n").refused(
        "Standard input: 1 mistake", "line 3"
    )
    assert botswain.inside("validate", "-", stdin="").refused("empty")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("steps: [\n  {id: a", ["line"]),
        ("\x00\x01", ["binary"]),
        ("just a sentence", ["mapping"]),
        (GOOD + "prioritty: high\n", ["line 3", "prioritty", "Did you mean 'priority'"]),
        ("steps:\n  - {id: a, action: serch_jobs}\n", ["line 2", "'a'", "steps[0].action", "search_jobs"]),
        ("steps:\n  - {id: a, action: set, parameters: {valu: 1}}\n", ["line 2", "parameters", "valu"]),
        (CIRCLE, ["wait for each other", "a -> b -> a"]),
        (NEARLY, ["line 3", "'b'", "dependencies[0]", "search"]),
        ("steps:\n  - {id: a, action: set, parameters: {value: '${{ 1 + }}'}}\n", ["line 2", "'a'"]),
        (many_steps(10_000), ["2,000", "10,000"]),
    ],
    ids=["yaml", "binary", "text", "field", "action", "parameter", "cycle", "dependency", "expression", "10000"],
)
def test_a_mistake_is_named_with_its_place(
    botswain: Commands, file: Callable[[str], Path], text: str, words: list[str]
) -> None:
    assert botswain.inside("validate", file(text)).refused(*words)


def test_json_lists_all_mistakes_for_a_program(botswain: Commands, file: Callable[[str], Path]) -> None:
    said = botswain.inside("validate", file("steps:\n  - {id: a, action: nope}\n  - {id: b, action: nope}\n"), "--json")
    assert said.code == 2
    assert [(each["line"], each["step"], each["field"]) for each in said.json["problems"]] == [
        (2, "a", "steps[0].action"),
        (3, "b", "steps[1].action"),
    ]


def test_a_missing_file_and_a_nearly_right_sample_are_told(botswain: Commands) -> None:
    assert botswain.inside("validate", "nowhere.yaml").refused("nowhere.yaml")
    assert botswain.inside("validate", "job-discovry").refused("Did you mean the sample 'job-discovery'?")
