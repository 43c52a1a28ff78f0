"""Sentences for what the models find wrong in a workflow's document: what is expected, where, and what was meant."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from orchestrator.contract.document import Document
from orchestrator.contract.errors import Problem
from orchestrator.contract.expectations import Expectation
from orchestrator.contract.patterns import CALL_WORDS, FAN_OUT_WORDS, TEMPLATE_WORDS, ForEach
from orchestrator.contract.recheck import Recheck
from orchestrator.contract.recovery import RECOVERY_WORDS, RecoveryRules
from orchestrator.contract.retry import RetryPolicy
from orchestrator.contract.workflow import ParallelGroup, SessionRequirements, Step, Variable, WorkflowDefinition
from orchestrator.contract.workflow_places import Place, as_written, child, step_name, write_place
from orchestrator.contract.workflow_words import RETRY_WORDS, accepted_words, slug

MAX_PROBLEMS = 50


def problems_of(error: ValidationError, document: Document) -> list[Problem]:
    """What the models found, in the order of the document; at most `MAX_PROBLEMS`, and how many more there are."""
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
    place = as_written(document.value, _trimmed(details["loc"]))
    return Problem(
        message=_sentence(details, place, document),
        field=write_place(place),
        step=step_name(document.value, place),
        line=document.line(place),
    )


def _trimmed(loc: tuple[str | int, ...]) -> Place:
    """pydantic adds the branches of a union and `[key]` to its places; a document has no such parts."""
    if "parameters" in loc:
        at = loc.index("parameters")
        return (*loc[: at + 1], *(part for part in loc[at + 1 :] if part not in {"dict", "list", "[key]"}))
    return tuple(part for part in loc if part != "[key]")


_OWNERS: Mapping[str, type[BaseModel]] = {
    "retry": RetryPolicy,
    "recovery": RecoveryRules,
    "for_each": ForEach,
    "expect": Expectation,
    "recheck": Recheck,
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
        owner = child(owner, part)
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
