"""Recordings of the DevTools Recorder: selectors, keys, windows, waits, and what is no robot's business."""

import json

import pytest

from orchestrator.contract.ids import JsonValue
from orchestrator.recordings.devtools_keys import HeldKeys
from orchestrator.recordings.devtools_selectors import devtools_target
from orchestrator.recordings.read import import_recording
from orchestrator.recordings.recording import ImportedRecording


def imported(*steps: dict[str, JsonValue]) -> ImportedRecording:
    return import_recording(json.dumps({"title": "T", "steps": list(steps)}), source="x.json")


def done(found: ImportedRecording) -> list[tuple[str, dict[str, JsonValue]]]:
    return [(step.action, step.parameters) for step in found.definition.steps]


OPEN: dict[str, JsonValue] = {"type": "navigate", "url": "https://a.test/x"}
LABELLED: dict[str, JsonValue] = {"label": "Go", "exact": True}


@pytest.mark.feature("X26", "X19")
@pytest.mark.parametrize(
    ("selectors", "target"),
    [
        ([["aria/Go"], ["button.go"]], [{"role": "button", "name": "Go", "exact": True}, "button.go"]),
        ([["aria/Go"], ["#go"]], ["#go", {"text": "Go", "exact": True}, LABELLED]),
        ([["aria/Name"], ["input:nth-of-type(2)"]], [{"label": "Name", "exact": True}, "input:nth-of-type(2)"]),
        ([['aria/Go[role="link"]']], {"role": "link", "name": "Go", "exact": True}),
        ([["aria/Go", 'aria/[role="generic"]'], ["p"]], ["p", {"text": "Go", "exact": True}, LABELLED]),
        (['xpath///*[@id="a"]', "pierce/#a"], [{"xpath": '//*[@id="a"]'}, "#a"]),
        ([["my-app", "#in"], ["text/Go"]], ["my-app #in", {"text": "Go"}]),
        (["::-p-aria(Go)", "::-p-text(Go)"], [{"text": "Go"}, {"text": "Go", "exact": True}, LABELLED]),
    ],
)  # fmt: skip
def test_selectors_become_locators(selectors: list[JsonValue], target: JsonValue) -> None:
    assert devtools_target(selectors) == target


def test_a_frame_is_known_by_its_place() -> None:
    target = devtools_target([["#a"]], [0, 2])
    assert target == {"css": "#a", "frame": [":is(iframe, frame) >> nth=0", ":is(iframe, frame) >> nth=2"]}


def test_keys_are_pressed_once_with_what_is_held() -> None:
    keys = HeldKeys()
    said = [
        keys.down("Control"),
        keys.down("a"),
        keys.up("a"),
        keys.up("Control"),
        keys.down("Enter"),
        keys.up("Enter"),
    ]
    assert said == [None, "Control+a", None, None, "Enter", None]
    assert [keys.down("ShiftLeft"), keys.down("A"), keys.up("A"), keys.up("ShiftLeft")] == [None, "A", None, None]
    assert [keys.down("Alt"), keys.up("Alt")] == [None, "Alt"]


def test_a_key_that_only_comes_up_is_noted_and_left_out() -> None:
    found = imported(OPEN, {"type": "keyUp", "key": "h"})
    assert [action for action, _ in done(found)] == ["goto"]
    assert [(remark.place, remark.text[:24]) for remark in found.remarks] == [("steps[1]", "Keys that only come up h")]


def test_keys_that_are_held_together_are_noted_and_pressed_one_after_the_other() -> None:
    down: list[dict[str, JsonValue]] = [{"type": "keyDown", "key": key} for key in ("w", "w", "d")]
    found = imported(OPEN, *down)
    assert [parameters for _, parameters in done(found)[1:]] == [{"keys": "w"}, {"keys": "w"}, {"keys": "d"}]
    assert [(remark.place, "held down together" in remark.text) for remark in found.remarks] == [("steps[3]", True)]


@pytest.mark.feature("X26")
def test_a_click_that_leads_to_a_new_window_waits_for_it() -> None:
    button: dict[str, JsonValue] = {"type": "click", "selectors": ["#a"], "target": "main"}
    there: dict[str, JsonValue] = {"type": "click", "selectors": ["#b"], "target": "https://a.test/new"}
    found = imported(OPEN, button, there, {"type": "close", "target": "https://a.test/new"}, button)
    assert done(found)[1:] == [
        ("click", {"target": "#a", "expect": "popup"}),
        ("click", {"target": "#b"}),
        ("tab", {"op": "close", "index": 1}),
        ("click", {"target": "#a"}),
    ]


@pytest.mark.feature("X26")
@pytest.mark.parametrize(
    ("step", "why"),
    [
        ({"type": "waitForExpression", "expression": "window.ready"}, "JavaScript"),
        ({"type": "emulateNetworkConditions", "download": 1, "upload": 1, "latency": 1}, "slow networks"),
        ({"type": "customStep", "name": "x", "parameters": {}}, "extension"),
        ({"type": "click", "selectors": ["#a"], "target": "https://b.test"}, "no click before it opened"),
        ({"type": "click", "selectors": ["#a"], "button": "back"}, "no 'back' button"),
        ({"type": "click"}, "no selectors"),
        ({"type": "change", "selectors": ["#a"], "value": "C:\\fakepath\\a.txt"}, "add a step `upload`"),
        ({"type": "fly"}, "not known"),
        ({"type": "navigate", "url": "https://ada:pw@a.test/"}, "user name or a password"),
        ({"type": "navigate", "url": "chrome://settings"}, "http and https"),
    ],
)
def test_what_has_no_counterpart_is_a_gap_at_its_step(step: dict[str, JsonValue], why: str) -> None:
    (gap,) = imported(OPEN, step).gaps
    assert gap.place == "steps[1]"
    assert why in gap.why


def test_what_is_imitated_in_part_says_which_part_is_not() -> None:
    phone: dict[str, JsonValue] = {
        "type": "setViewport",
        "width": 390,
        "height": 844,
        "isMobile": True,
        "hasTouch": True,
    }
    found = imported(phone, OPEN)
    assert done(found)[0] == ("viewport", {"width": 390, "height": 844})
    assert "isMobile, hasTouch" in found.gaps[0].why


def test_other_sites_keep_their_addresses() -> None:
    found = imported(OPEN, {"type": "navigate", "url": "https://a.test.evil/x"})
    assert [each["url"] for _, each in done(found)] == ["${{ base_url }}/x", "https://a.test.evil/x"]
