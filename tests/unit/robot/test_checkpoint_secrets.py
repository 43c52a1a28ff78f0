"""Secrets leave a checkpoint and come back, in every way in which they may be written."""

import json
from urllib.parse import quote

import pytest

from orchestrator.contract.ids import JsonValue
from robot.checkpoint_secrets import SecretMarks

SECRETS: dict[str, JsonValue] = {"password": "p&ss wörd", "account": {"user": "ada", "pin": 4711}, "short": "x"}
STATE: JsonValue = {
    "text": "log in as ada with p&ss wörd",
    "address": f"https://here/?q={quote('p&ss wörd', safe='')}",
    "nested": json.dumps({"key": "p&ss wörd"}),
    "whole": "x",
    "list": ["xylophone", 4711, 4712, True, None, "4711"],
    "p&ss wörd": "as a key",
}


def test_no_secret_is_left_and_everything_comes_back() -> None:
    marks = SecretMarks(SECRETS)
    hidden = marks.hidden(STATE)
    written = json.dumps(hidden, ensure_ascii=False)
    for secret in ("p&ss", "wörd", quote("p&ss wörd", safe=""), "ada", "4711"):
        assert secret not in written
    assert "xylophone" in written
    assert SecretMarks(SECRETS, marks.mark).shown(hidden) == STATE


def test_a_mark_that_a_page_has_written_is_left_as_it_is() -> None:
    first, second = SecretMarks(SECRETS), SecretMarks(SECRETS)
    stolen = first.hidden("p&ss wörd")
    assert second.shown(second.hidden(stolen)) == stolen


def test_a_run_without_secrets_needs_no_marks() -> None:
    marks = SecretMarks({})
    assert not marks.is_needed
    assert marks.shown(marks.hidden(STATE)) == STATE


@pytest.mark.parametrize("values", [{"a": ""}, {"a": None}, {"a": True}, {"a": []}])
def test_empty_secrets_hide_nothing(values: dict[str, JsonValue]) -> None:
    assert SecretMarks(values).hidden(STATE) == STATE
