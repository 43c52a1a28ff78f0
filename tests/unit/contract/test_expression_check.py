"""Expressions that cannot be right are named when a workflow is saved, not in the middle of a run."""

import pytest

from orchestrator.contract.expressions import check_expression


def problem(text: str) -> str:
    found = check_expression(text, ["search"], ["limit", "words"])
    return found.message.removeprefix(f"In `{text}`: ") if found is not None else ""


@pytest.mark.feature("W18")
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("round()", "round() is called with 0 values; write round(value, [digits])."),
        ("len(words, limit)", "len() is called with 2 values; write len(value)."),
        ("limit + 1 / 0", "/ by zero."),
        ("'a' + 1", "+ cannot join a text and a number; write str(value) for a text."),
        ("len(5) > limit", "len() needs a text, a list or an object, not a number."),
        ("upper(3)", "upper() needs a text, not a number."),
        ("[1, 2][5]", "There is no [5]: it has 2 entries."),
        ("{'a': 1}.b", "There is no 'b' in it. There is: a."),
        ("steps.search.result if 1 < 'x' else 2", "< cannot compare a number with a text."),
    ],
)
def test_what_can_never_have_a_value_is_a_mistake(text: str, message: str) -> None:
    assert problem(text) == message


@pytest.mark.parametrize(
    "text",
    [
        "sorted(words)",
        "sorted(words, 'price')",
        "max(1, 2, limit)",
        "join(words, ', ')",
        "bool(limit)",
        "default(steps.search.result.rows, [])",
        "words[1:limit]",
        "-1 < limit",
        "not true",
        "'${{' + str(limit)",
    ],
)
def test_what_may_have_a_value_is_none(text: str) -> None:
    assert problem(text) == ""
