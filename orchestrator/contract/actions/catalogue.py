"""All actions by name, and what is wrong with parameters that are written for them."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from orchestrator.contract.actions.ai import AI_ACTIONS
from orchestrator.contract.actions.control import CONTROL_ACTIONS
from orchestrator.contract.actions.data import DATA_ACTIONS
from orchestrator.contract.actions.forms import FORM_ACTIONS
from orchestrator.contract.actions.human import HUMAN_ACTIONS
from orchestrator.contract.actions.installed import installed_actions
from orchestrator.contract.actions.interact import INTERACT_ACTIONS
from orchestrator.contract.actions.marketplace import MARKETPLACE_ACTIONS
from orchestrator.contract.actions.navigate import NAVIGATE_ACTIONS
from orchestrator.contract.actions.other import OTHER_ACTIONS
from orchestrator.contract.actions.page import PAGE_ACTIONS
from orchestrator.contract.actions.read import READ_ACTIONS
from orchestrator.contract.actions.remember import REMEMBER_ACTIONS
from orchestrator.contract.actions.script import SCRIPT_ACTIONS
from orchestrator.contract.actions.session import SESSION_ACTIONS
from orchestrator.contract.actions.spec import ActionSpec
from orchestrator.contract.actions.tables import TABLE_ACTIONS
from orchestrator.contract.actions.work_items import WORK_ITEM_ACTIONS
from orchestrator.contract.errors import Problem
from orchestrator.contract.ids import JsonValue

CATALOGUE: Mapping[str, ActionSpec] = MappingProxyType(
    {
        spec.name: spec
        for group in (
            SESSION_ACTIONS, NAVIGATE_ACTIONS, INTERACT_ACTIONS, READ_ACTIONS, DATA_ACTIONS, TABLE_ACTIONS,
            REMEMBER_ACTIONS, FORM_ACTIONS, PAGE_ACTIONS,
            CONTROL_ACTIONS, MARKETPLACE_ACTIONS, HUMAN_ACTIONS, AI_ACTIONS, OTHER_ACTIONS, SCRIPT_ACTIONS,
            WORK_ITEM_ACTIONS,
        )
        for spec in group
    }
)  # fmt: skip

_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_PREFIX = re.compile(r"^(Value|Assertion) error, ")


def find_action(name: str) -> ActionSpec | None:
    """The entry of this name, also one that an installed package brings; None when there is none."""
    return CATALOGUE.get(name) or known_actions().get(name)


@cache
def known_actions() -> Mapping[str, ActionSpec]:
    """The product's actions, and those that installed packages bring."""
    installed = {name: each.spec for name, each in installed_actions().items()}
    return MappingProxyType({**installed, **CATALOGUE})


def parameter_problems(
    spec: ActionSpec, parameters: Mapping[str, JsonValue], *, has_expressions: bool = True
) -> tuple[Problem, ...]:
    """What is wrong with an action's parameters; `field` is the path inside them, such as `fields.title`.

    With `has_expressions`, values that contain `${{ }}` are not judged: they are known only when the step runs.
    """
    try:
        spec.parameters.model_validate(parameters)
    except ValidationError as error:
        found = [
            each for each in error.errors(include_url=False) if not (has_expressions and _is_late(each, parameters))
        ]
        return _problems(spec, found)
    return ()


def _is_late(found: Any, parameters: Mapping[str, JsonValue]) -> bool:
    """True when the mistake is about a value that an expression will give."""
    if found["type"] == "extra_forbidden":
        return False
    value: Any = parameters
    for part in found["loc"]:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            break
    is_missing = value is parameters and found["type"] == "missing"
    return not is_missing and _holds_expression(value)


def _holds_expression(value: Any) -> bool:
    if isinstance(value, str):
        return _EXPRESSION.search(value) is not None
    if isinstance(value, Mapping):
        return any(map(_holds_expression, value.values()))
    return isinstance(value, list | tuple) and any(map(_holds_expression, value))


def _problems(spec: ActionSpec, found: list[Any]) -> tuple[Problem, ...]:
    """One problem for each place, the deepest only: a union complains about one value many times."""
    problems: dict[str, Problem] = {}
    for each in found:
        place = _place(each["loc"])
        problems.setdefault(place, Problem(message=_sentence(spec, each), field=place))
    return tuple(
        problem for place, problem in problems.items() if not any(_is_inside(other, place) for other in problems)
    )


def _is_inside(inner: str, outer: str) -> bool:
    return outer != "" and inner.startswith((f"{outer}.", f"{outer}["))


_BRANCHES = frozenset({"str", "int", "float", "bool", "Target", "Locator", "FileContent"})


def _place(loc: tuple[str | int, ...]) -> str:
    """The path as a person writes it, without the names of the models' branches."""
    path = ""
    for part in loc:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part not in _BRANCHES and re.fullmatch(r"[^\[\]()]+", part):
            path += f".{part}" if path else part
    return path


def _sentence(spec: ActionSpec, found: Any) -> str:
    match found["type"]:
        case "extra_forbidden":
            return _unknown(spec, found["loc"])
        case "missing":
            return f"{spec.name} needs this parameter."
        case "value_error":
            return f"{_decapitalised(_PREFIX.sub('', found['msg']))}."
    given = repr(found.get("input"))
    return f"{_wanted(found)}, not {given if len(given) <= 60 else given[:57] + '...'}."


def _unknown(spec: ActionSpec, loc: tuple[str | int, ...]) -> str:
    """With the nearest parameter, or all that there are; inside a parameter's value only that it is unknown."""
    if len(loc) > 1:
        return f"there is no field {loc[-1]!r} here; see what {spec.name} reads."
    names = parameter_names(spec)
    close = get_close_matches(str(loc[0]), names, n=1)
    instead = f". Did you mean {close[0]!r}?" if close else f"; it has {', '.join(names) or 'none'}."
    return f"{spec.name} has no such parameter{instead}"


_WANTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping of names to values",
    "model_type": "a mapping of names to values",
}


def _wanted(found: Any) -> str:
    if found["type"] in _WANTED:
        return f"it must be {_WANTED[found['type']]}"
    said = re.sub(r"^Input should be (a valid )?", "it must be ", found["msg"])
    return _decapitalised(said)


def _decapitalised(text: str) -> str:
    return text[:1].lower() + text[1:]


def parameter_names(spec: ActionSpec) -> tuple[str, ...]:
    """The names of an action's parameters, as a workflow writes them."""
    return tuple(field.alias or name for name, field in spec.parameters.model_fields.items())
