"""`name=value` pairs on the command line, as a request of the API."""

import json
from collections.abc import Sequence
from typing import Annotated, TypeVar

import typer
from pydantic import BaseModel, JsonValue, ValidationError

from orchestrator.contract.errors import UserError

M = TypeVar("M", bound=BaseModel)

Assignments = Annotated[
    list[str], typer.Argument(metavar="NAME=VALUE...", help="What to change; `off` means none.", show_default=False)
]
_WORDS: dict[str, JsonValue] = {"off": None, "none": None, "never": None, "yes": True, "no": False}


def request_of(model: type[M], assignments: Sequence[str]) -> M:
    """The request that these pairs make; UserError names the pair that is wrong, and the names that there are."""
    values = dict(_pair(model, text) for text in assignments)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        raise UserError(f"{name}: {first['msg']} (it is {first['input']!r}).", field=name) from None


def _pair(model: type[BaseModel], text: str) -> tuple[str, JsonValue]:
    name, equals, value = text.partition("=")
    name = name.strip().replace("-", "_")
    if not equals or name not in model.model_fields:
        known = ", ".join(model.model_fields)
        raise UserError(f"{text!r}: write it as NAME=VALUE; the names are {known}.", field=name)
    return name, _value(model, name, value.strip())


def _value(model: type[BaseModel], name: str, text: str) -> JsonValue:
    if "tuple" in str(model.model_fields[name].annotation):
        return [] if text.lower() in _WORDS else [part.strip() for part in text.split(",") if part.strip()]
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        return text
    return value
