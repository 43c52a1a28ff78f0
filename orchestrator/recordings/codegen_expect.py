"""Playwright's `expect(...)` as assertions."""

from collections.abc import Callable, Mapping

from orchestrator.contract.ids import JsonValue
from orchestrator.recordings.codegen_things import Arguments, LocatorThing, PageThing, Pattern, Thing
from orchestrator.recordings.draft import Draft
from orchestrator.recordings.recording import NotCarriedOverError
from orchestrator.recordings.targets import spoken

_STATES = {
    "to_be_visible": ("visible", "hidden"),
    "to_be_hidden": ("hidden", "visible"),
    "to_be_attached": ("exists", "missing"),
    "to_be_checked": ("checked", "unchecked"),
    "to_be_enabled": ("enabled", "disabled"),
    "to_be_disabled": ("disabled", "enabled"),
    "to_be_editable": ("enabled", "disabled"),
}
_OPPOSITES = {"equals": "not_equals", "contains": "not_contains", "empty": "not_empty"}


def expectation(draft: Draft, subject: Thing, method: str, arguments: Arguments) -> None:
    """The step for one assertion; NotCarriedOverError when there is none."""
    is_not = method.startswith("not_")
    wanted = method.removeprefix("not_")
    timeout_s = arguments.seconds()
    if isinstance(subject, PageThing):
        _of_page(draft, wanted, arguments, timeout_s, is_not=is_not)
    elif isinstance(subject, LocatorThing):
        _of_element(draft, subject.target, wanted, arguments, timeout_s, is_not=is_not)
    else:
        raise NotCarriedOverError("only pages and locators can be looked at.")


def _of_page(draft: Draft, wanted: str, arguments: Arguments, timeout_s: float | None, *, is_not: bool) -> None:
    match wanted:
        case "to_have_url":
            value = arguments.take("url_or_reg_exp", 0)
            expected: Thing = draft.address(value) if isinstance(value, str) and "://" in value else value
            subject = "url"
        case "to_have_title":
            expected, subject = arguments.take("title_or_reg_exp", 0), "title"
        case _:
            raise NotCarriedOverError(f"`{wanted}` of a page has no counterpart.")
    op, said = _comparison(expected, "equals")
    _assert(draft, f"The page's {subject}", op, is_not=is_not, subject=subject, expected=said, timeout_s=timeout_s)


def _of_element(
    draft: Draft, target: JsonValue, wanted: str, arguments: Arguments, timeout_s: float | None, *, is_not: bool
) -> None:
    name = spoken(target)
    if wanted in _STATES:
        op = _STATES[wanted][_reversed(wanted, arguments, is_not=is_not)]
        draft.step("assert", f"{name} is {op}", target=target, op=op, timeout_s=timeout_s)
        return
    read = _VALUES.get(wanted)
    if read is None:
        raise NotCarriedOverError(f"`{wanted}` has no counterpart.")
    subject, attribute, op, expected = read(arguments)
    _assert(
        draft, f"{subject or 'text'} of {name}", op, is_not=is_not, target=target, subject=subject,
        attribute=attribute, expected=expected, timeout_s=timeout_s,
    )  # fmt: skip


def _reversed(wanted: str, arguments: Arguments, *, is_not: bool) -> bool:
    """`to_be_checked(checked=False)` and `to_be_visible(visible=False)` say the opposite."""
    said = arguments.take(wanted.removeprefix("to_be_"))
    return is_not != (said is False)


def _assert(draft: Draft, name: str, op: str, *, is_not: bool, **parameters: JsonValue) -> None:
    if is_not and op not in _OPPOSITES:
        raise NotCarriedOverError("the opposite of a pattern has no counterpart.")
    op = _OPPOSITES[op] if is_not else op
    draft.step("assert", name, op=None if op == "equals" else op, **parameters)


_Read = tuple[str | None, str | None, str, JsonValue]
"""Subject, attribute, comparison, expected value."""


def _text_is(arguments: Arguments) -> _Read:
    op, expected = _comparison(arguments.take("expected", 0), "equals")
    return None, None, op, expected


def _text_contains(arguments: Arguments) -> _Read:
    op, expected = _comparison(arguments.take("expected", 0), "contains")
    return None, None, op, expected


def _value_is(arguments: Arguments) -> _Read:
    op, expected = _comparison(arguments.take("value", 0), "equals")
    return "value", None, op, expected


def _count_is(arguments: Arguments) -> _Read:
    return "count", None, "equals", arguments.json("count", 0)


def _attribute_is(arguments: Arguments) -> _Read:
    name = arguments.needed("name", 0)
    op, expected = _comparison(arguments.take("value", 1), "equals")
    return "attribute", name, op, expected


def _class_is(arguments: Arguments) -> _Read:
    op, expected = _comparison(arguments.take("expected", 0), "equals")
    return "attribute", "class", op, expected


def _id_is(arguments: Arguments) -> _Read:
    op, expected = _comparison(arguments.take("id", 0), "equals")
    return "attribute", "id", op, expected


def _is_empty(_: Arguments) -> _Read:
    return "value", None, "empty", None


def _comparison(value: Thing, op: str) -> tuple[str, JsonValue]:
    match value:
        case Pattern():
            return "matches", f"(?i){value.text}" if value.ignores_case else value.text
        case str():
            return op, str(value).strip()
        case _:
            raise NotCarriedOverError("what is expected is no plain text.")


_VALUES: Mapping[str, Callable[[Arguments], _Read]] = {
    "to_have_text": _text_is,
    "to_contain_text": _text_contains,
    "to_have_value": _value_is,
    "to_have_count": _count_is,
    "to_have_attribute": _attribute_is,
    "to_have_class": _class_is,
    "to_have_id": _id_is,
    "to_be_empty": _is_empty,
}
