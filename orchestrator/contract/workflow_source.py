"""Workflow files: from YAML or JSON to a definition, with every mistake named by line, step and field."""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from orchestrator.contract.document import MAX_BYTES, Document, read_document
from orchestrator.contract.errors import Problem, WorkflowError
from orchestrator.contract.expectations import Expectation
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.patterns import CALL_WORDS, FAN_OUT_WORDS, TEMPLATE_WORDS, ForEach
from orchestrator.contract.recovery import RECOVERY_WORDS, RecoveryRules
from orchestrator.contract.retry import RetryPolicy
from orchestrator.contract.workflow import (
    MAX_STEPS,
    ParallelGroup,
    SessionRequirements,
    Step,
    Variable,
    WorkflowDefinition,
)
from orchestrator.contract.workflow_words import RETRY_WORDS, accepted_words, slug

MAX_PROBLEMS = 50

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedWorkflow:
    """A definition and the document that it was read from."""

    definition: WorkflowDefinition
    document: Document
    source: str

    @property
    def named(self) -> JsonValue:
        """What was written, with the definition's name also where the document gives none."""
        return _with_name(self.document.value, self.definition.name)

    @property
    def lines(self) -> Mapping[Place, int]:
        """Line, counted from 1, by the path in the document as it is written."""
        return self.document.lines

    def line_of(self, field: str) -> int | None:
        """The line of a field such as `steps[2].dependencies[0]`, whatever words the document uses for it."""
        return self.document.line(_as_written(self.document.value, parse_place(field)))

    def located(self, problems: Sequence[Problem]) -> tuple[Problem, ...]:
        """The same problems with their lines, in the order of the document."""
        placed = [
            problem if problem.line else problem.model_copy(update={"line": self.line_of(problem.field)})
            for problem in problems
        ]
        return tuple(sorted(placed, key=lambda problem: problem.line or 0))


def load_workflow_file(path: Path | str) -> LoadedWorkflow:
    """Read a workflow from a file; WorkflowError with all its mistakes. Without a name it is called like the file."""
    file = Path(path)
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise WorkflowError.one(f"There is no file {str(path)!r}.") from None
    except IsADirectoryError:
        raise WorkflowError.one(f"{str(path)!r} is a folder; name the workflow's file.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise WorkflowError.one(f"{str(path)!r} cannot be read: {reason}.") from None
    loaded = load_workflow(decoded(data, source=str(path)), source=str(path))
    if "name" in loaded.definition.model_fields_set:
        return loaded
    return replace(loaded, definition=loaded.definition.model_copy(update={"name": _stem(file)}))


def load_workflow(text: str, *, source: str = "<workflow>") -> LoadedWorkflow:
    """Read a workflow from YAML or JSON; WorkflowError with all its mistakes, at most 50.

    Structure only: whether actions, dependencies and expressions mean something is `workflow_check`'s business.
    """
    document = read_document(text, is_json=True if source.lower().endswith(".json") else None)
    _refuse_shape(document)
    try:
        definition = WorkflowDefinition.model_validate(document.value)
    except ValidationError as error:
        raise WorkflowError(_problems(error, document)) from None
    return LoadedWorkflow(definition=definition, document=document, source=source)


def parse_place(field: str) -> Place:
    """`steps[2].timeout` as `("steps", 2, "timeout")`."""
    parts = re.findall(r"\[(\d+)\]|([^.\[\]]+)", field)
    return tuple(int(number) if number else name for number, name in parts)


def write_place(place: Place) -> str:
    """`("steps", 2, "timeout")` as `steps[2].timeout`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")


def decoded(data: bytes, *, source: str) -> str:
    """The text of a workflow's file; WorkflowError when it is too large, no text or no UTF-8."""
    if len(data) > MAX_BYTES:
        raise WorkflowError.one(f"{source!r} has more than {MAX_BYTES:,} bytes.")
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise WorkflowError.one(f"{source!r} is UTF-16 text; save it as UTF-8.")
    if b"\0" in data:
        raise WorkflowError.one(f"{source!r} is a binary file, not text.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise WorkflowError.one(f"{source!r} is not UTF-8 text; save it as UTF-8.", line=line) from None


def _stem(file: Path) -> str:
    return file.stem.encode(errors="replace").decode()


def _with_name(value: JsonValue, name: str) -> JsonValue:
    if not isinstance(value, dict):
        return {"name": name, "steps": value}
    inner = value.get("definition")
    if isinstance(inner, dict):
        return {**value, "definition": {**inner, "name": name}}
    return {**value, "name": name}


def _refuse_shape(document: Document) -> None:
    value = document.value
    if not isinstance(value, dict | list):
        raise WorkflowError.one("A workflow is a mapping with `steps:`, or a list of steps; this is neither.", line=1)
    steps, place = _steps_of(value)
    if isinstance(steps, list) and len(steps) > MAX_STEPS:
        raise WorkflowError.one(
            f"A workflow may have {MAX_STEPS:,} steps; this one has {len(steps):,}. Split it into several workflows.",
            field=write_place(place),
            line=document.line((*place, MAX_STEPS)),
        )


def _steps_of(value: JsonValue) -> tuple[JsonValue, Place]:
    """The list of steps as the document writes it, and where."""
    if isinstance(value, list):
        return value, ()
    place: Place = ()
    if isinstance(value, dict) and isinstance(value.get("definition"), dict):
        place, value = ("definition",), value["definition"]
    if isinstance(value, dict):
        for word in ("steps", "tasks"):
            if word in value:
                return value[word], (*place, word)
    return None, place


def _problems(error: ValidationError, document: Document) -> list[Problem]:
    found = error.errors(include_url=False, include_context=True)
    inner = {tuple(each["loc"])[:1] for each in found if len(each["loc"]) > 1}
    problems = [
        _problem(each, document)
        for each in found
        # A list with a broken entry is also "too short" in pydantic's eyes.
        if not (each["type"] == "too_short" and tuple(each["loc"]) in inner)
    ]
    problems.sort(key=lambda problem: problem.line or 0)
    more = len(problems) - MAX_PROBLEMS
    if more > 0:
        problems = [*problems[:MAX_PROBLEMS], Problem(message=f"There are {more} more mistakes.")]
    return problems


def _problem(details: ErrorDetails, document: Document) -> Problem:
    place = _as_written(document.value, _trimmed(details["loc"]))
    return Problem(
        message=_sentence(details, place, document),
        field=write_place(place),
        step=_step_name(document.value, place),
        line=document.line(place),
    )


def _trimmed(loc: tuple[str | int, ...]) -> Place:
    """pydantic adds the branches of a union and `[key]` to its places; a document has no such parts."""
    if "parameters" in loc:
        at = loc.index("parameters")
        return (*loc[: at + 1], *(part for part in loc[at + 1 :] if part not in {"dict", "list", "[key]"}))
    return tuple(part for part in loc if part != "[key]")


def _as_written(value: JsonValue, place: Place) -> Place:
    """The place with the words that the document uses; parts that it does not have are left out at the end."""
    written: list[str | int] = []
    waiting = list(place)
    if isinstance(value, list) and waiting[:1] in (["steps"], ["tasks"]):
        waiting.pop(0)
    while waiting:
        part = waiting.pop(0)
        if isinstance(value, dict) and isinstance(part, str):
            if not written and part not in value and isinstance(value.get("definition"), dict):
                written.append("definition")
                value = value["definition"]
                waiting.insert(0, part)
                continue
            if part in {"retry", "for_each"} and part not in value and waiting:
                continue
            if part == "parameters" and part not in value and waiting and waiting[0] in CALL_WORDS:
                continue
            template = next((word for word in TEMPLATE_WORDS if isinstance(value.get(word), dict)), None)
            if template is not None and _spoken(part, value) not in value:
                written.append(template)
                value = value[template]
                assert isinstance(value, dict)
            part = _spoken(part, value)
        written.append(part)
        value = _child(value, part)
    return tuple(written)


def _child(value: JsonValue, part: str | int) -> JsonValue:
    if isinstance(value, dict) and isinstance(part, str):
        return value.get(part)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return None


def _spoken(part: str, owner: Mapping[str, JsonValue]) -> str:
    """The word that the owner uses for a field."""
    if part in owner:
        return part
    for model in (Step, WorkflowDefinition, RetryPolicy, ForEach):
        words = accepted_words(model)
        meant = words.get(part)
        if meant is not None:
            found = [word for word, name in words.items() if name == meant and word in owner]
            if found:
                return found[0]
    return "component" if part == "action" and "component" in owner else part


def _step_name(value: JsonValue, place: Place) -> str | None:
    """Id or name of the step that the place is in."""
    for length, part in enumerate(place):
        if isinstance(part, int):
            step = value
            for each in place[: length + 1]:
                step = _child(step, each)
            if isinstance(step, dict):
                name = step.get("id") or step.get("step_id") or step.get("name")
                return str(name) if isinstance(name, str) and name else f"step_{part + 1}"
            return f"step_{part + 1}"
    return None


_OWNERS: Mapping[str, type[BaseModel]] = {
    "retry": RetryPolicy,
    "recovery": RecoveryRules,
    "for_each": ForEach,
    "expect": Expectation,
    "session_requirements": SessionRequirements,
    "parallel_groups": ParallelGroup,
    "variables": Variable,
}


def _owner_model(place: Place) -> type[BaseModel]:
    """The model whose field the last part of a place is."""
    names = {part for part in place[:-1] if isinstance(part, str)}
    for word, model in _OWNERS.items():
        if word in names:
            return model
    return Step if any(isinstance(part, int) for part in place) else WorkflowDefinition


_STEP_EXTRAS = (
    *RETRY_WORDS,
    *FAN_OUT_WORDS,
    *TEMPLATE_WORDS,
    *CALL_WORDS,
    "component",
    "operation",
    "agent_type",
    "on_error",
    "delayMs",
)
_WORKFLOW_EXTRAS = ("definition", "experiment_id")
_EXTRAS: Mapping[type[BaseModel], tuple[str, ...]] = {
    Step: _STEP_EXTRAS,
    WorkflowDefinition: _WORKFLOW_EXTRAS,
    RecoveryRules: RECOVERY_WORDS,
}


_SENTENCES = {
    "missing": "{name!r} is missing.",
    "too_short": "{name!r} needs at least {min_length} entry.",
    "too_long": "{name!r} may have {max_length} entries.",
    "string_too_short": "{name!r} must not be empty.",
    "string_too_long": "{name!r} may have {max_length} characters.",
    "enum": "{name!r} must be {expected}, not {given}.",
    "value_error": "{error}.",
}
_NO_STEPS = "A workflow needs `steps:` with at least one step."


def _sentence(details: ErrorDetails, place: Place, document: Document) -> str:
    """pydantic's finding as a sentence that says what is expected."""
    name = next((part for part in reversed(place) if isinstance(part, str)), "the document")
    limits = {key: _plain(value) for key, value in (details.get("ctx") or {}).items()}
    kind, given = details["type"], _shown(details["input"])
    if kind in {"extra_forbidden", "invalid_key"}:
        return _unknown(place, document)
    if kind in {"missing", "too_short"} and name in {"steps", "tasks"}:
        return _NO_STEPS
    if kind in _SENTENCES:
        sentence = _SENTENCES[kind].format(**{"error": "", "expected": "", **limits}, name=name, given=given)
        return sentence + (_nearest_choice(details) if kind == "enum" else "")
    subject = f"An entry of {name!r}" if place and isinstance(place[-1], int) else repr(name)
    return _limit_or_type(kind, subject, limits, given)


_BOUNDS = {
    "greater_than": ("gt", "greater than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}
_TYPES = {
    "string": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "tuple": "a list",
    "list": "a list",
    "dict": "a mapping of names to values",
    "model": "a mapping of names to values",
    "finite": "a finite number",
}


def _limit_or_type(kind: str, subject: str, limits: Mapping[str, object], given: str) -> str:
    if kind in _BOUNDS:
        key, words = _BOUNDS[kind]
        return f"{subject} must be {words} {limits.get(key)}, not {given}."
    expected = _TYPES.get(kind.split("_", maxsplit=1)[0], "a value of another kind")
    return f"{subject} must be {expected}, not {given}."


def _plain(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _nearest_choice(details: ErrorDetails) -> str:
    choices = re.findall(r"'([^']*)'", str((details.get("ctx") or {}).get("expected", "")))
    return _did_you_mean(str(details["input"]).lower(), choices)


_SPECIAL_WORDS = {
    "definition": "'definition' must be a mapping that holds the steps.",
    "on_error": "'on_error' must be 'stop' or 'continue'.",
    "delayMs": "'delayMs' must be a number of milliseconds.",
    "operation": "'operation' belongs to a 'component'; without one, write 'action'.",
}


def _unknown(place: Place, document: Document) -> str:
    """A field that does not exist, or a second word for one that is already there."""
    word = str(place[-1]) if place else ""
    model = _owner_model(place)
    words = accepted_words(model)
    owner = document.value
    for part in place[:-1]:
        owner = _child(owner, part)
    if word in words and isinstance(owner, dict):
        twin = next((each for each in owner if each != word and words.get(each) == words[word]), None)
        if twin:
            return f"{word!r} and {twin!r} mean the same; keep one of them."
    if word in _SPECIAL_WORDS:
        return _SPECIAL_WORDS[word]
    extras = _EXTRAS.get(model, ())
    return f"There is no field {word!r}.{_did_you_mean(word, [*words, *extras])}"


def _did_you_mean(word: str, known: Sequence[str]) -> str:
    close = get_close_matches(word, known, n=1, cutoff=0.6) or get_close_matches(slug(word), known, n=1, cutoff=0.6)
    return f" Did you mean {close[0]!r}?" if close else ""


def _shown(value: object) -> str:
    if isinstance(value, dict | Step):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = "nothing" if value is None else str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
