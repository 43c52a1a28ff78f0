"""What people read about an action: its parameters, their kinds, defaults and meanings, as values and as a page.

Everything comes from the models, so that the page cannot promise what the check refuses.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from orchestrator.contract.actions.spec import ActionGroup, ActionSpec, Parameters
from orchestrator.contract.actions.targets import Target
from orchestrator.contract.workflow_schema import field_docs
from orchestrator.contract.workflow_words import accepted_words

_GROUPS: Mapping[ActionGroup, str] = {
    ActionGroup.SESSION: "Sessions",
    ActionGroup.NAVIGATE: "Going places",
    ActionGroup.INTERACT: "Doing",
    ActionGroup.READ: "Reading",
    ActionGroup.DATA: "Data",
    ActionGroup.CONTROL: "Order and people",
    ActionGroup.MARKETPLACE: "The marketplace",
    ActionGroup.OTHER: "Beside the page",
}
_KINDS: Mapping[object, str] = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    dict: "object",
    Target: "target",
    NoneType: "",
}
_PLURAL = {
    "text": "texts",
    "number": "numbers",
    "whole number": "whole numbers",
    "object": "objects",
    "any value": "values",
}
_COMMON = {
    "target": "The element.",
    "items": "The list, mostly an expression such as `${{ steps.rows.result }}`.",
    "path": "Where the page is, below the site's address.",
    "wait_until": "When the page counts as there.",
    "max_items": "No more are read.",
    "max_rows": "No more are read.",
    "max_pages": "No more are opened.",
    "limit": "No more are kept.",
    "concurrency": "How many at a time.",
    "username": "Whom to log in.",
    "attribute": "Name of the attribute.",
    "op": "What to do, or how to compare.",
    "value": "The value; expressions are worked out.",
}
"""What several actions mean by the same word, where their own model says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterEntry:
    """One parameter of an action."""

    name: str
    others: tuple[str, ...]
    """Words that mean the same."""
    kind: str
    default: str
    """As it would be written; `required`, or `none`."""
    meaning: str


def parameters_of(spec: ActionSpec) -> tuple[ParameterEntry, ...]:
    """The parameters of an action, its own ones first."""
    model = spec.parameters
    docs = _docs(model)
    words: dict[str, list[str]] = {}
    for word, name in accepted_words(model).items():
        words.setdefault(name, []).append(word)
    own = model.__annotations__
    fields = sorted(model.model_fields.items(), key=lambda each: each[0] not in own)
    return tuple(
        ParameterEntry(
            name=name,
            others=tuple(word for word in words[name] if word != name),
            kind=_kind(field.annotation),
            default=_default(field),
            meaning=" ".join((docs.get(name) or _COMMON.get(name, "")).split()),
        )
        for name, field in fields
    )


def page_of(actions: Iterable[ActionSpec]) -> str:
    """Sections of Markdown, one for each group, with every action and its parameters."""
    known = tuple(actions)
    lines: list[str] = []
    for group, title in _GROUPS.items():
        members = [spec for spec in known if spec.group is group]
        if members:
            lines += [f"## {title}", ""]
        for spec in members:
            lines += _entry(spec)
    return "\n".join(lines).rstrip("\n") + "\n"


def remarks_on(spec: ActionSpec) -> Iterator[str]:
    """What else one should know before using an action, in sentences."""
    if not spec.safe_to_repeat:
        yield "Changes something outside: after a crash inside it, a person decides."
    if spec.waits_for_person:
        yield "Waits for a person; neither the step's nor the job's time runs meanwhile."
    if spec.waits_for_orchestrator:
        yield "Waits for the orchestrator; while that is away, the step's time does not run."
    if not spec.needs_browser:
        yield "Needs no browser."


def _entry(spec: ActionSpec) -> Iterator[str]:
    yield from (f"### {spec.name}", "", " ".join([spec.summary, *remarks_on(spec)]), "")
    entries = parameters_of(spec)
    if entries:
        yield from ("| parameter | kind | default | meaning |", "| --- | --- | --- | --- |")
        yield from map(_row, entries)
        yield ""
    yield from (f"Gives: {spec.result}", "")


def _row(entry: ParameterEntry) -> str:
    names = ", ".join(f"`{name}`" for name in (entry.name, *entry.others))
    default = entry.default if entry.default in {"required", "none"} else f"`{entry.default}`"
    return "| " + " | ".join(_cell(text) for text in (names, entry.kind, default, entry.meaning)) + " |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


@cache
def _docs(model: type[Parameters]) -> dict[str, str]:
    """The meanings of its fields, those of its bases included."""
    docs: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if issubclass(base, Parameters):
            docs |= field_docs(base)
    return docs


def _kind(annotation: Any) -> str:
    """What may be written there, in words."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(parts[0])
    if origin is Literal:
        return " / ".join(f"`{part}`" for part in parts)
    if origin in {Union, UnionType}:
        kinds = dict.fromkeys(filter(None, map(_kind, parts)))
        return " or ".join(sorted(kinds, key=lambda kind: kind.startswith("list of")))
    if origin in {tuple, list, frozenset, set}:
        one = _kind(parts[0])
        return f"list of {_PLURAL.get(one, one)}"
    is_model = isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation is not Target
    return "object" if origin is dict or is_model else _KINDS.get(annotation, "any value")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value in ((), [], {}):
        return "none"
    if isinstance(value, BaseModel):
        return str(value)
    return json.dumps(value, default=str)
