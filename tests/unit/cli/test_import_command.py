"""`botswain import` and `botswain record`: what they write, say and end with."""

import json
from pathlib import Path

import pytest
from commands import Commands

RECORDINGS = Path(__file__).parents[2] / "recordings"
SUITE = RECORDINGS / "selenium-ide" / "control-flow-suite.side"


@pytest.mark.feature("X26")
def test_a_recording_becomes_a_file_that_validates(botswain: Commands, tmp_path: Path) -> None:
    output = tmp_path / "login.yaml"
    said = botswain(
        "import", RECORDINGS / "selenium-ide/single-suite.side", "--test", "valid credentials", "-o", output
    )
    assert (said.code, said.out) == (0, "")
    assert "0 gaps" in said.err
    assert "secret" in said.err
    assert botswain.inside("validate", output).code == 0
    again = botswain.inside("import", RECORDINGS / "playwright/search_script.py.txt", "-o", output)
    assert again.refused("is there already", "--force")


@pytest.mark.feature("X26")
def test_gaps_end_with_1_unless_they_are_allowed_and_the_workflow_is_written_all_the_same(
    botswain: Commands, tmp_path: Path
) -> None:
    output = tmp_path / "loop.yaml"
    said = botswain.inside("import", SUITE, "--test", "execute script", "-o", output)
    assert said.code == 1
    assert "test 'execute script', command " in said.err
    assert "Not carried over" in output.read_text()
    allowed = botswain.inside("import", SUITE, "--test", "execute script", "--allow-gaps", "--json")
    assert allowed.code == 0
    assert [gap["command"] for gap in allowed.json["gaps"]] == ["executeScript | true"]


def test_what_is_no_recording_is_told_in_a_sentence(botswain: Commands, tmp_path: Path) -> None:
    assert botswain.inside("import", SUITE).refused("choose a test or a suite")
    assert botswain.inside("import", tmp_path / "none.side").refused("cannot be read")
    assert botswain.inside("import", "-", stdin=json.dumps({"a": 1})).refused("neither `steps` nor `tests`")


def test_recording_without_a_display_ends_in_one_sentence(botswain: Commands) -> None:
    said = botswain("record", "http://127.0.0.1:1/", env={"DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""})
    assert said.refused("There is no display to open a browser on")
    assert botswain.inside("record", "ftp://x").refused("must begin with http")
