"""Events by their names, with the plain facts in them: what goes to those who asked for a pattern."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum

from pydantic import BaseModel

from orchestrator.contract.api.events import NamedEvent
from orchestrator.contract.ids import JsonValue
from orchestrator.domain.events import Event

MOST_TEXT = 500


def named_event(event: Event, number: int, at: datetime) -> NamedEvent:
    """The event with its facts: its own plain fields, and those of the things in it, one level deep; what a thing has
    in its `facts`, as a checkpoint has its id, counts as its own.

    Lists and mappings stay out: a job's variables may hold secrets.
    """
    data: dict[str, JsonValue] = {}
    for name, value in _fields(event):
        if _is_plain(value):
            data[name] = _plain(value)
        else:
            inner = {key: _plain(each) for key, each in _fields(value) if each is not None and _is_plain(each)}
            data = {**inner, **data}
    return NamedEvent(number=number, name=event.names[-1], names=event.names, at=at, data=data)


def _fields(thing: object) -> Iterator[tuple[str, object]]:
    if isinstance(thing, BaseModel):
        yield from ((name, getattr(thing, name)) for name in type(thing).model_fields)
    elif is_dataclass(thing):
        yield from _fields(getattr(thing, "facts", None))
        yield from ((field.name, getattr(thing, field.name)) for field in fields(thing))


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | datetime | Enum)


def _plain(value: object) -> JsonValue:
    match value:
        case Enum():
            return str(value.value)
        case datetime():
            return value.isoformat()
        case str():
            return value[:MOST_TEXT]
        case int() | float() | None:
            return value
    raise TypeError(f"{type(value).__name__} is not plain")
