"""Parameters of the actions that print a page, look into its storage, run a script in it, or let a run wait."""

import re
from datetime import datetime
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from orchestrator.contract.actions.navigate import Patience
from orchestrator.contract.actions.spec import ActionGroup, ActionSpec, Parameters
from orchestrator.contract.ids import JsonValue

_TIME_OF_DAY = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?")


class Pdf(Patience):
    """Prints the page as a PDF file; browsers do so without a window only."""

    name: str = Field(default="", max_length=120)
    """Name of the file; made from the step's id without it."""
    format: Literal["A3", "A4", "A5", "Letter", "Legal", "Tabloid"] = "A4"
    """Size of the paper."""
    landscape: bool = False
    """True: the long side lies at the bottom."""
    background: bool = True
    """False: without colours and pictures behind the text."""


class Storage(Patience):
    """Reads or changes what the page's site keeps in the browser."""

    op: Literal["get", "set", "remove"] = "get"
    """What to do."""
    kind: Literal["local", "session", "cookie"] = "local"
    """Which: local storage, session storage, or cookies."""
    key: str | None = Field(default=None, min_length=1, max_length=4_096)
    """Name of the entry; `get` gives all of them without it."""
    value: str | None = Field(default=None, max_length=1_000_000, coerce_numbers_to_str=True)
    """For `set`."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.op != "get" and self.key is None:
            raise ValueError(f"storage {self.op} needs `key`")
        if (self.op == "set") != (self.value is not None):
            raise ValueError("storage takes `value` with op set, and only there")
        return self


class Evaluate(Patience):
    """Runs a script in the page; only on robots whose operator allows scripts of workflows."""

    script: str = Field(min_length=1, max_length=100_000)
    """JavaScript: an expression, or a function that gets `argument`."""
    argument: JsonValue = None
    """What the function gets."""


class SleepUntil(Parameters):
    """Waits until a moment; the step's `timeout` must allow it."""

    at: str = Field(min_length=4, max_length=40)
    """A moment such as `2026-11-21T07:30:00+01:00`, or a time of day such as `07:30`: the next one."""
    timezone: str = Field(default="UTC", min_length=1, max_length=60)
    """Of a time without an offset, such as `Europe/Berlin`."""

    @field_validator("at")
    @classmethod
    def _is_a_moment(cls, value: str) -> str:
        if not _TIME_OF_DAY.fullmatch(value):
            try:
                datetime.fromisoformat(value)
            except ValueError:
                raise ValueError(f"{value!r} is no moment; write 2026-11-21T07:30:00+01:00 or 07:30") from None
        return value


class TakeCheckpoint(Parameters):
    """Marks a milestone: a job that is retried or resumed goes on from here."""

    note: str = Field(default="", max_length=500)
    """What has been reached, for people."""


PAGE_ACTIONS = (
    ActionSpec(
        name="pdf",
        group=ActionGroup.READ,
        summary="Prints the page as a PDF file.",
        parameters=Pdf,
        result="{name, size, sha256} of the artifact.",
    ),
    ActionSpec(
        name="storage",
        group=ActionGroup.READ,
        summary="Reads or changes local storage, session storage or cookies of the page's site.",
        parameters=Storage,
        result="The value, or null; with op get and no `key` an object of all. None for set and remove.",
    ),
    ActionSpec(
        name="evaluate",
        group=ActionGroup.OTHER,
        summary="Runs JavaScript in the page, on robots that were started with --allow-scripts.",
        parameters=Evaluate,
        result="What the script gives, as JSON.",
        safe_to_repeat=False,
    ),
    ActionSpec(
        name="sleep_until",
        group=ActionGroup.CONTROL,
        summary="Waits until a moment, or the next time of day.",
        parameters=SleepUntil,
        result="The moment, in UTC.",
        needs_browser=False,
    ),
    ActionSpec(
        name="checkpoint",
        group=ActionGroup.CONTROL,
        summary="Marks a milestone, from which a retried or resumed job goes on; the same as `milestone: true`.",
        parameters=TakeCheckpoint,
        result="The note.",
        needs_browser=False,
    ),
)
