"""Expressions that speak of a step: found and renamed inside texts, without touching the words in quotes."""

import re
from collections.abc import Callable

from orchestrator.contract.ids import JsonValue

_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_REFERENCE = re.compile(
    r"""(?P<head>(?<![\w.])(?:steps|results)\s*)
        (?:\.\s*(?P<name>[A-Za-z_]\w*)|\[\s*(?P<quote>["'])(?P<key>[^"'\\]*)(?P=quote)\s*\])
      | "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*'""",
    re.VERBOSE,
)
_BARE = frozenset({"when", "condition", "if", "until", "while", "repeat_while", "that"})
"""Fields whose text is an expression also without `${{ }}`."""


def renamed(value: JsonValue, old: str, new: str) -> JsonValue:
    """The value with every expression's `steps.old` as `steps.new`."""
    return _mapped(value, lambda text: _in_expression(text, old, new), "")


def mentions(value: JsonValue, step_id: str) -> bool:
    """True when an expression in the value reads this step."""
    return renamed(value, step_id, f"{step_id}_") != value


def _mapped(value: JsonValue, change: Callable[[str], str], field: str) -> JsonValue:
    if isinstance(value, str):
        if "${{" not in value:
            return change(value) if field in _BARE else value
        return _EXPRESSION.sub(lambda found: change(found[0]), value)
    if isinstance(value, dict):
        return {key: _mapped(each, change, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_mapped(each, change, "") for each in value]
    return value


def _in_expression(text: str, old: str, new: str) -> str:
    def put(found: re.Match[str]) -> str:
        if old not in (found["name"], found["key"]):
            return found[0]
        if found["key"] is not None or not new.isidentifier():
            quote = found["quote"] or '"'
            return f"{found['head']}[{quote}{new}{quote}]"
        return f"{found['head']}.{new}"

    return _REFERENCE.sub(put, text)
