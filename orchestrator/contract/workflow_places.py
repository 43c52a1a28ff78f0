"""Places in a workflow's document: from the models' names to the words that the document uses, and back to a line."""

import re
from collections.abc import Mapping

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.patterns import CALL_WORDS, TEMPLATE_WORDS, ForEach
from orchestrator.contract.retry import RetryPolicy
from orchestrator.contract.workflow import Step, WorkflowDefinition
from orchestrator.contract.workflow_words import accepted_words

Place = tuple[str | int, ...]
"""`("steps", 2, "timeout")`."""


def parse_place(field: str) -> Place:
    """`steps[2].timeout` as `("steps", 2, "timeout")`."""
    parts = re.findall(r"\[(\d+)\]|([^.\[\]]+)", field)
    return tuple(int(number) if number else name for number, name in parts)


def write_place(place: Place) -> str:
    """`("steps", 2, "timeout")` as `steps[2].timeout`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")


def steps_of(value: JsonValue) -> tuple[JsonValue, Place]:
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


def as_written(value: JsonValue, place: Place) -> Place:
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
        value = child(value, part)
    return tuple(written)


def child(value: JsonValue, part: str | int) -> JsonValue:
    """What a document has there; None for nothing."""
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


def step_name(value: JsonValue, place: Place) -> str | None:
    """Id or name of the step that the place is in."""
    for length, part in enumerate(place):
        if isinstance(part, int):
            step = value
            for each in place[: length + 1]:
                step = child(step, each)
            if isinstance(step, dict):
                name = step.get("id") or step.get("step_id") or step.get("name")
                return str(name) if isinstance(name, str) and name else f"step_{part + 1}"
            return f"step_{part + 1}"
    return None
