"""`waitForElement` of the DevTools Recorder: counts, visibility, attributes and properties of elements."""

from collections.abc import Mapping

from orchestrator.contract.ids import JsonValue
from orchestrator.recordings.draft import Draft
from orchestrator.recordings.recording import NotCarriedOverError
from orchestrator.recordings.targets import spoken

_COMPARISONS = {"==": "equals", ">=": "greater_or_equal", "<=": "less_or_equal"}
_TEXTS = frozenset({"textContent", "innerText"})
_STATES = {
    ("checked", True): "checked",
    ("checked", False): "unchecked",
    ("disabled", True): "disabled",
    ("disabled", False): "enabled",
}


def wait_for_element(draft: Draft, step: Mapping[str, JsonValue], target: JsonValue, timeout_s: float | None) -> None:
    """Steps that wait as the recording does; NotCarriedOverError for a wait that robots do not know."""
    name = spoken(target)
    attributes, properties = _mapping(step.get("attributes")), _mapping(step.get("properties"))
    if step.get("visible") is False:
        draft.step("wait_for", f"Wait until {name} is gone", target=target, state="hidden", timeout_s=timeout_s)
        return
    count, operator = step.get("count", 1), str(step.get("operator") or "==")
    if operator not in _COMPARISONS:
        raise NotCarriedOverError(f"the comparison {operator!r} is not known.")
    if (operator, count) in {("==", 1), (">=", 1)}:
        draft.step("wait_for", f"Wait for {name}", target=target, timeout_s=timeout_s)
    else:
        _count(draft, target, _COMPARISONS[operator], count, timeout_s)
    for attribute, value in attributes.items():
        draft.step(
            "assert", f"{attribute} of {name}", target=target, subject="attribute", attribute=attribute,
            expected=value, timeout_s=timeout_s,
        )  # fmt: skip
    for word, value in properties.items():
        _property(draft, target, word, value, timeout_s)


def _count(draft: Draft, target: JsonValue, op: str, count: JsonValue, timeout_s: float | None) -> None:
    name = f"Count {spoken(target)}"
    draft.step("assert", name, target=target, subject="count", op=op, expected=count, timeout_s=timeout_s)


def _property(draft: Draft, target: JsonValue, word: str, value: JsonValue, timeout_s: float | None) -> None:
    name = f"{word} of {spoken(target)}"
    state = _STATES.get((word, value)) if isinstance(value, bool) else None
    if state is not None:
        draft.step("assert", name, target=target, op=state, timeout_s=timeout_s)
    elif word in _TEXTS and isinstance(value, str):
        draft.step("assert", name, target=target, expected=value.strip(), timeout_s=timeout_s)
    elif word == "value":
        draft.step("assert", name, target=target, subject="value", expected=value, timeout_s=timeout_s)
    else:
        message = f"robots do not look at the property {word!r}."
        draft.gap(f"waitForElement {spoken(target)} {word}={value}", message, stands_in=False)


def _mapping(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}
