"""What a form asks of a step or a workflow: one field for each typed parameter and each term, as plain values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import MaxLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from orchestrator.console.editor.outline import Path, word_for
from orchestrator.console.words import tr
from orchestrator.contract.action_reference import parameters_of
from orchestrator.contract.actions.spec import ActionSpec
from orchestrator.contract.actions.targets import Target
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.patterns import CALL_WORDS, SUB_WORKFLOW, TEMPLATE_WORDS, ForEach
from orchestrator.contract.retry import RetryPolicy
from orchestrator.contract.workflow import Step, WorkflowDefinition
from orchestrator.contract.workflow_schema import field_docs
from orchestrator.contract.workflow_words import RETRY_WORDS, accepted_words

_LONG_TEXT = 50_000


class FieldKind(Enum):
    """How a value is given."""

    TEXT = auto()
    LONG_TEXT = auto()
    WHOLE = auto()
    NUMBER = auto()
    CHOICE = auto()
    SWITCH = auto()
    LIST = auto()
    """Texts, one a line."""
    VALUE = auto()
    """A text, a number, or anything else as YAML."""
    MAPPING = auto()
    """Names and values, or a list of such, as YAML."""
    TARGET = auto()
    """An element of a page: a selector, or more as YAML."""
    EXPRESSION = auto()
    STEPS = auto()
    """Ids of other steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """One field of a form."""

    path: Path
    """Inside the step or the workflow, in the words that the document uses."""
    words: frozenset[str]
    """All words that mean it, by which mistakes find their field."""
    title: str
    kind: FieldKind
    meaning: str = ""
    default: str = ""
    """What holds while it is empty, in words."""
    is_required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldGroup:
    """Fields under one heading."""

    title: str
    fields: tuple[FieldSpec, ...]


def parameter_fields(spec: ActionSpec, data: Mapping[str, JsonValue]) -> tuple[FieldSpec, ...]:
    """A field for each parameter of an action, the required ones first."""
    entries = {entry.name: entry for entry in parameters_of(spec)}
    made: list[FieldSpec] = []
    for name, entry in entries.items():
        info = spec.parameters.model_fields[name]
        words = frozenset((name, *entry.others))
        made.append(
            FieldSpec(
                path=_parameter_path(spec, data, name, words),
                words=words,
                title=name,
                kind=_kind_of(info),
                meaning=entry.meaning,
                default="" if entry.default in {"required", "none"} else entry.default,
                is_required=info.is_required(),
                choices=_choices(info.annotation),
            )
        )
    return tuple(sorted(made, key=lambda field: not field.is_required))


def step_groups(data: Mapping[str, JsonValue], *, chooses: bool) -> tuple[FieldGroup, ...]:
    """The terms of a step, in groups; fields of branches only for a step that chooses."""
    order = ["dependencies", *(("then", "otherwise") if chooses else ()), "when"]
    return (
        FieldGroup(title=tr("When it runs"), fields=_terms(data, (*order, "parallel_group", "priority", "session"))),
        FieldGroup(title=tr("Time and tries"), fields=(*_terms(data, ("timeout_s",)), *_retry_fields(data))),
        FieldGroup(
            title=tr("When it fails, and afterwards"),
            fields=(
                *_failure_fields(data),
                *_terms(data, ("safe_to_repeat", "milestone", "save_as", "expect")),
            ),
        ),
        FieldGroup(title=tr("For each entry of a list"), fields=tuple(_loop_fields(data))),
    )


def workflow_groups(data: Mapping[str, JsonValue]) -> tuple[FieldGroup, ...]:
    """What is said of a workflow as a whole."""
    groups = {
        tr("The workflow"): ("name", "description", "folder", "tags", "variables", "outputs"),
        tr("How it runs"): ("strategy", "max_concurrent_steps", "timeout_s", "priority", "on_error", "retry_safe",
                        "resume_after_crash", "parallel_groups"),
        tr("Again and again"): ("iterations", "repeat_while", "until"),
        tr("Where it runs, and who else"): ("requires", "session_requirements", "concurrency"),
        tr("Afterwards"): ("on_success", "on_failure", "expect"),
    }  # fmt: skip
    return tuple(
        FieldGroup(title=title, fields=tuple(_model_field(WorkflowDefinition, name, data) for name in names))
        for title, names in groups.items()
    )


def value_in(data: JsonValue, path: Path) -> JsonValue:
    """The value at a place inside; None where there is none."""
    for part in path:
        if isinstance(data, dict):
            data = data.get(str(part))
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data


_TITLES = {
    "dependencies": tr("Waits for"),
    "then": tr("Then"),
    "otherwise": tr("Else"),
    "when": tr("When"),
    "timeout_s": tr("Timeout (seconds)"),
    "parallel_group": tr("Parallel group"),
    "safe_to_repeat": tr("Safe to repeat"),
    "save_as": tr("Save as"),
    "repeat_while": tr("While"),
    "on_error": tr("On error"),
    "retry_safe": tr("Retry safe"),
    "max_concurrent_steps": tr("Steps at a time"),
}
_KINDS = {
    "dependencies": FieldKind.STEPS,
    "then": FieldKind.STEPS,
    "otherwise": FieldKind.STEPS,
    "when": FieldKind.EXPRESSION,
    "repeat_while": FieldKind.EXPRESSION,
    "until": FieldKind.EXPRESSION,
    "strategy": FieldKind.CHOICE,
    "tags": FieldKind.LIST,
    "requires": FieldKind.LIST,
}
_PREFERRED = {"otherwise": "else", "timeout_s": "timeout", "repeat_while": "while", "name": "as"}
_MEANINGS = {
    "dependencies": tr("Steps that must be done before this one begins."),
    "name": tr("What people read in lists."),
    "folder": tr("Place in the tree, such as Finance/Monthly."),
    "tags": tr("One a line."),
    "variables": tr("What a job of it can be given, by name."),
    "description": tr("One sentence for those who choose it."),
    "concurrency": tr("How many at a time."),
    "on_error": tr("What a failed entry, or step, means for the others."),
    "max_retries": tr("How often a failure is tried again."),
    "initial_delay": tr("Seconds before the first retry."),
    "max_delay": tr("Seconds; no delay grows longer."),
    "backoff_factor": tr("By which each delay is longer than the one before."),
}


def _terms(data: Mapping[str, JsonValue], names: Sequence[str]) -> tuple[FieldSpec, ...]:
    return tuple(_model_field(Step, name, data) for name in names)


def _model_field(model: type[BaseModel], name: str, data: Mapping[str, JsonValue], before: Path = ()) -> FieldSpec:
    info = model.model_fields[name]
    known = accepted_words(model)
    words = frozenset(word for word, meant in known.items() if meant == name)
    preferred = _PREFERRED.get(name, name) if _PREFERRED.get(name) in words else name
    word = next((each for each in data if each in words), preferred)
    meaning = field_docs(model).get(name) or _MEANINGS.get(name, "")
    return FieldSpec(
        path=(*before, word),
        words=words,
        title=_TITLES.get(name) or name.removesuffix("_s").replace("_", " ").capitalize(),
        kind=_KINDS.get(name) or _kind_of(info),
        meaning=_as_answer(meaning),
        default=_default_words(info),
        is_required=info.is_required(),
        choices=_choices(info.annotation),
    )


def _retry_fields(data: Mapping[str, JsonValue]) -> Iterator[FieldSpec]:
    """Tries may stand in the step itself or in its `retry`."""
    inside = data.get("retry")
    nested: Mapping[str, JsonValue] = inside if isinstance(inside, dict) else {}
    known = accepted_words(RetryPolicy)
    for name in ("max_retries", "initial_delay", "max_delay", "backoff_factor"):
        loose = next((word for word in data if word in RETRY_WORDS and known.get(word) == name), "")
        if loose or (name == "max_retries" and not nested):
            yield _model_field(RetryPolicy, name, {loose or name: 0})
        else:
            yield _model_field(RetryPolicy, name, nested, ("retry",))


def _failure_fields(data: Mapping[str, JsonValue]) -> Iterator[FieldSpec]:
    """`on_error: continue` and `critical: false` say the same; a step uses one of them."""
    if "on_error" in data:
        yield FieldSpec(
            path=("on_error",),
            words=frozenset({"on_error", "critical"}),
            title=tr("On error"),
            kind=FieldKind.CHOICE,
            meaning=tr("Whether its failure fails the workflow."),
            default="stop",
            choices=("stop", "continue"),
        )
    else:
        yield _model_field(Step, "critical", data)


def _loop_fields(data: Mapping[str, JsonValue]) -> Iterator[FieldSpec]:
    inside = data.get("for_each")
    nested: Mapping[str, JsonValue] = inside if isinstance(inside, dict) else {}
    if isinstance(inside, list | str):
        items = _model_field(ForEach, "items", {}, ())
        yield FieldSpec(
            path=("for_each",), words=items.words | {"for_each"}, title=tr("Items"), kind=FieldKind.VALUE,
            meaning=items.meaning,
        )  # fmt: skip
        return
    for name in ("items", "name", "concurrency", "aggregate", "on_error"):
        found = _model_field(ForEach, name, nested, ("for_each",))
        title = tr("Called") if name == "name" else found.title
        yield FieldSpec(
            path=found.path, words=found.words, title=title, kind=found.kind, meaning=found.meaning,
            default=found.default, choices=found.choices,
        )  # fmt: skip


def _parameter_path(spec: ActionSpec, data: Mapping[str, JsonValue], name: str, words: frozenset[str]) -> Path:
    """Where a parameter stands, or would: in the step's parameters, its template's, or beside `workflow`."""
    if spec.name == SUB_WORKFLOW and name in CALL_WORDS and (name in data or "parameters" not in data):
        return (name,)
    template = next((word for word in TEMPLATE_WORDS if isinstance(data.get(word), dict)), "")
    inside = data.get(template) if template else data
    owner: Mapping[str, JsonValue] = inside if isinstance(inside, dict) else {}
    holder = word_for(owner, "parameters")
    given = owner.get(holder)
    word = next((each for each in given if each in words), name) if isinstance(given, dict) else name
    return (*((template,) if template else ()), holder, word)


def _kind_of(info: FieldInfo) -> FieldKind:
    annotation: Any = info.annotation
    kind = _kind(annotation)
    if kind is FieldKind.TEXT:
        bounds = [each.max_length for each in info.metadata if isinstance(each, MaxLen)]
        return FieldKind.LONG_TEXT if any(bound >= _LONG_TEXT for bound in bounds) else kind
    return kind


_PLAIN: Mapping[object, FieldKind] = {
    bool: FieldKind.SWITCH,
    int: FieldKind.WHOLE,
    float: FieldKind.NUMBER,
    str: FieldKind.TEXT,
}

_LISTS = {
    FieldKind.TEXT: FieldKind.LIST,
    FieldKind.CHOICE: FieldKind.LIST,
    FieldKind.MAPPING: FieldKind.MAPPING,
}


@cache
def _kind(annotation: Any) -> FieldKind:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(parts[0])
    if origin is Literal:
        return FieldKind.CHOICE if all(isinstance(part, str) for part in parts) else FieldKind.VALUE
    if origin in {Union, UnionType}:
        kinds = {_kind(part) for part in parts if part is not NoneType}
        return kinds.pop() if len(kinds) == 1 else FieldKind.VALUE
    if origin in {tuple, list, frozenset, set}:
        return _LISTS.get(_kind(parts[0]), FieldKind.VALUE) if parts else FieldKind.VALUE
    return _class_kind(annotation, origin)


def _class_kind(annotation: Any, origin: Any) -> FieldKind:
    if origin is dict:
        return FieldKind.MAPPING
    if not isinstance(annotation, type):
        return FieldKind.VALUE
    if annotation is Target:
        return FieldKind.TARGET
    if issubclass(annotation, StrEnum):
        return FieldKind.CHOICE
    return FieldKind.MAPPING if issubclass(annotation, BaseModel) else _PLAIN.get(annotation, FieldKind.VALUE)


def _choices(annotation: Any) -> tuple[str, ...]:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return tuple(part for part in parts if isinstance(part, str))
    if origin in {Annotated, Union, UnionType}:
        return tuple(choice for part in parts for choice in _choices(part))
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return tuple(each.value for each in annotation)
    return ()


def _as_answer(meaning: str) -> str:
    """What a model's source says of true and false, in the words of the form."""
    return " ".join(meaning.replace("False:", "No:").replace("True:", "Yes:").split())


def _default_words(info: FieldInfo) -> str:
    if info.is_required():
        return ""
    value = info.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, int | float):
        return f"{value:g}"
    return value if isinstance(value, str) else ""
