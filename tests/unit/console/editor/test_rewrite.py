"""A changed document is the same text but for what changed: comments, order and layout stay."""

from copy import deepcopy
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.console.editor.rewrite import rewritten
from orchestrator.contract.document import read_document
from orchestrator.contract.ids import JsonValue

SAMPLES = sorted((Path(__file__).parents[4] / "resources/workflows").glob("*.yaml"))
TEXT = """\
# What is in front stays.
name: Prices   # said at the top

steps:
  # The shop's own page.
  - id: open
    action: goto
    parameters: &page   # shared
      url: https://example.com   # the shop
      wait_until: load

  # Reads them.
  - id: read
    dependencies:
      - open    # first
    action: extract
    parameters:
      <<: *page
      target: '.price'
    # kept at the end of the step

# Behind all.
timeout: 60
"""


def changed(text: str, **values: Any) -> str:
    whole = read_document(text).value
    assert isinstance(whole, dict)
    return rewritten(text, {**whole, **values})


def steps_of(text: str) -> list[dict[str, Any]]:
    whole = deepcopy(read_document(text).value)
    assert isinstance(whole, dict)
    return cast("list[dict[str, Any]]", whole["steps"])


def test_a_value_changes_in_its_place_with_its_quotes_and_its_remark() -> None:
    steps = steps_of(TEXT)
    steps[1]["parameters"]["target"] = ".total"
    text = changed(TEXT, steps=steps, timeout=90)
    assert text == TEXT.replace("'.price'", "'.total'").replace("timeout: 60", "timeout: 90")


def test_what_an_alias_repeats_stays_as_it_was_when_only_one_of_both_changes() -> None:
    steps = steps_of(TEXT)
    steps[0]["parameters"]["url"] = "https://example.org"
    text = changed(TEXT, steps=steps)
    assert steps_of(text) == steps
    assert "# the shop" in text
    assert "# kept at the end of the step" in text


def test_a_removed_entry_takes_its_own_comment_with_it_and_no_other() -> None:
    steps = steps_of(TEXT)
    text = changed(TEXT, steps=steps[1:])
    assert "The shop's own page" not in text
    for kept in ("# What is in front stays.", "# Reads them.", "# first", "# kept at the end", "# Behind all."):
        assert kept in text


def test_a_new_entry_stands_behind_the_one_before_it_with_a_blank_line_between() -> None:
    steps = steps_of(TEXT)
    steps.insert(1, {"id": "look", "action": "wait_for", "dependencies": ["open"]})
    text = changed(TEXT, steps=steps)
    assert "\n\n  - id: look\n    action: wait_for\n    dependencies: [open]\n\n  # Reads them.\n" in text
    assert text.replace("  - id: look\n    action: wait_for\n    dependencies: [open]\n\n", "") == TEXT


ODD = (
    "no", "12", "1e3", "a: b", "# x", "", " x", "true", "${{ a }}", "x\ny\n", "a\n\n", "\t", "2026-01-01", "é", "\x85",
    "🙂", "- a", "*x", "'", '"', "0x1F", "~", "null", "[a", "@x", "a #b", "\u2028",
)  # fmt: skip


@pytest.mark.parametrize("value", ODD)
def test_every_text_is_read_back_as_it_was_written(value: str) -> None:
    places: list[dict[str, Any]] = [{"timeout": value}, {"tags": [value, "x"]}, {"a": {"b": [{value: value}]}}]
    for place in places:
        text = changed(TEXT, **place)
        whole = read_document(text).value
        assert isinstance(whole, dict)
        assert {key: whole[key] for key in place} == place


def test_json_stays_json_in_its_own_layout() -> None:
    text = '{\n  "name": "x",\n  "steps": [\n    {"id": "a", "action": "log"}\n  ]\n}\n'
    more = changed(text, steps=[{"id": "a", "action": "log", "when": "true"}, {"id": "b"}])
    assert more.startswith('{\n  "name": "x",\n  "steps": [\n    {"id": "a", "action": "log", "when": "true"},\n')
    assert read_document(more, is_json=True).value == {
        "name": "x",
        "steps": [{"id": "a", "action": "log", "when": "true"}, {"id": "b"}],
    }


WORDS = st.text(alphabet="abc xyz:#-'\"[]{}*&!%@0123456789.\n🙂é", max_size=12)
PLAIN = st.none() | st.booleans() | st.integers(-999, 999) | st.floats(-1e6, 1e6).map(lambda x: round(x, 3)) | WORDS
VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3), max_leaves=8
)


@settings(max_examples=40, deadline=None)
@given(
    before=st.lists(VALUES, min_size=1, max_size=6), after=st.dictionaries(st.integers(0, 7), VALUES), data=st.data()
)
def test_parts_that_are_left_alone_keep_every_character(
    before: list[JsonValue], after: dict[int, JsonValue], data: st.DataObject
) -> None:
    whole: dict[str, JsonValue] = {}
    text = "# the head\n"
    parts: list[str] = []
    for number, value in enumerate(before):
        parts.append(rewritten(f"k{number}: 0  # remark {number}\n", {f"k{number}": value}))
        text += f"# above {number}\n{parts[-1]}\n"
        whole[f"k{number}"] = value
    gone = data.draw(st.sets(st.integers(0, len(before) - 1), max_size=len(before) - 1))
    wanted = {key: value for key, value in whole.items() if int(key[1:]) not in gone}
    wanted |= {f"k{number}": value for number, value in after.items()}
    written = rewritten(text, wanted)
    assert read_document(written).value == wanted
    assert written.startswith("# the head\n")
    for number, part in enumerate(parts):
        if number not in gone and number not in after:
            assert part.rstrip("\n") in written


@settings(max_examples=12, deadline=None)
@given(sample=st.sampled_from(SAMPLES), data=st.data())
def test_samples_survive_changes_of_their_steps_and_keep_their_comments(sample: Path, data: st.DataObject) -> None:
    text = sample.read_text(encoding="utf-8")
    steps = steps_of(text)
    kept = data.draw(st.lists(st.sampled_from(range(len(steps))), min_size=1, unique=True).map(sorted))
    chosen = [steps[place] for place in kept]
    data.draw(st.sampled_from(chosen))["name"] = data.draw(WORDS)
    chosen.insert(data.draw(st.integers(0, len(chosen))), {"id": "added", "parameters": {"x": data.draw(VALUES)}})
    written = changed(text, steps=chosen)
    assert steps_of(written) == chosen
    head = text.partition("\nsteps:")[0]
    assert written.startswith(head)
