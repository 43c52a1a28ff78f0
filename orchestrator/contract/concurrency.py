"""Concurrency keys as workflows and requests name them: what must not happen too often at once, or too fast."""

import math
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, model_validator

MAX_KEYS = 10
MAX_KEY = 200
MOST_AT_ONCE = 100_000
MOST_PER_SECOND = 10_000.0
UNLIMITED: Literal["unlimited"] = "unlimited"

_UNITS = {"s": 1.0, "sec": 1.0, "second": 1.0, "min": 60.0, "minute": 60.0, "h": 3_600.0, "hour": 3_600.0}
_RATE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:/|per)\s*([a-z]+)\s*\Z")


def per_second(rate: object) -> object:
    """`2/s`, `30/min`, `100/h` or a number of starts per second, as that number; ValueError says what is wrong."""
    if isinstance(rate, str):
        found = _RATE.match(rate.lower())
        if found is None or found[2] not in _UNITS:
            raise ValueError(f"{rate!r} is no rate; write it like 2/s, 30/min or 100/h")
        rate = float(found[1]) / _UNITS[found[2]]
    if isinstance(rate, float) and not (math.isfinite(rate) and rate > 0):
        raise ValueError("a rate must be above 0; leave it out for none")
    return rate


Rate = Annotated[float, BeforeValidator(per_second), Field(gt=0, le=MOST_PER_SECOND)]


def at_once(limit: object) -> int | Literal["unlimited"]:
    """A number of jobs, or `unlimited`; ValueError says what is wrong."""
    if isinstance(limit, str) and limit.strip().lower() == UNLIMITED:
        return UNLIMITED
    if isinstance(limit, str) and limit.strip().isdecimal():
        limit = int(limit)
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MOST_AT_ONCE:
        raise ValueError(f"a limit is a whole number from 1 to {MOST_AT_ONCE:,}, or {UNLIMITED}")
    return limit


AtOnce = Annotated[int | Literal["unlimited"], PlainValidator(at_once, json_schema_input_type=int | str)]


class ConcurrencyKey(BaseModel):
    """One key of a workflow: `login:${{ vars.account }}`, or an object that also says how many and how fast."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Field(min_length=1, max_length=1_000)
    """A name over the whole fleet; its expressions see the job's variables."""
    limit: AtOnce | None = None
    """How many jobs may hold it at once; None: what was said elsewhere, or 1. An operator's limit goes first."""
    rate: Rate | None = None
    """How many jobs may start with it per second; None: what was said elsewhere, or as many as come."""

    @model_validator(mode="before")
    @classmethod
    def _a_text_is_a_key(cls, data: Any) -> Any:
        return {"key": data} if isinstance(data, str) else data


def _several(value: object) -> object:
    """A single key may stand without a list around it."""
    return (value,) if isinstance(value, str | dict | ConcurrencyKey) else value


ConcurrencyKeys = Annotated[tuple[ConcurrencyKey, ...], BeforeValidator(_several), Field(max_length=MAX_KEYS)]
