"""What a run must have given to be more than merely ended: too few rows, no file or a strange duration is SUSPECT.

Robots judge what they know at the end of a run; how long runs usually take is judged by the orchestrator, which has
seen them. A doubt changes nothing about the run: it completed, and somebody should look.
"""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from orchestrator.contract.ids import JsonValue

MAX_EXPECTATIONS = 50
MAX_DOUBTS = 50
USUAL_AT_LEAST = 0.2
USUAL_AT_MOST = 5.0
"""Of the usual duration, where an expectation says nothing else."""
ENOUGH_RUNS = 5
"""Fewer runs say nothing about what is usual."""
_SUBJECTS = ("rows", "file", "duration", "that")


class Expectation(BaseModel):
    """One thing that is expected of a run, or of a step, that has completed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: JsonValue = None
    """An expression that gives a list, whose entries are counted, or a number; true: the step's own value."""
    file: str | None = Field(default=None, min_length=1, max_length=200)
    """The name of a file of the run or the step, with `*` and `?` for what may differ."""
    duration: Literal["seconds", "usual"] | None = None
    """How long it took: in seconds, or as multiples of what the workflow's runs usually take."""
    that: str | None = Field(default=None, min_length=1, max_length=4_096)
    """An expression that must be true."""
    at_least: float | None = Field(default=None, ge=0)
    """Rows, files (1 without a word), seconds, or the share of the usual duration (0.2)."""
    at_most: float | None = Field(default=None, ge=0)
    """The same; of the usual duration 5."""
    message: str = Field(default="", max_length=500)
    """What a doubt says, in the words of the business."""

    @model_validator(mode="after")
    def _is_about_one_thing(self) -> Self:
        named = [word for word in _SUBJECTS if getattr(self, word) is not None]
        if len(named) != 1:
            raise ValueError("an expectation is about one of rows, file, duration or that")
        has_bounds = self.at_least is not None or self.at_most is not None
        if self.that is not None and has_bounds:
            raise ValueError("`that` is true or false and has no at_least or at_most")
        if (self.rows is not None or self.duration == "seconds") and not has_bounds:
            raise ValueError(f"{named[0]} needs at_least or at_most")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError("at_least is more than at_most")
        return self

    @property
    def usual_bounds(self) -> "UsualBounds | None":
        """What it expects of the usual duration."""
        if self.duration != "usual":
            return None
        is_open = self.at_least is None and self.at_most is None
        return UsualBounds(
            at_least=USUAL_AT_LEAST if is_open else self.at_least,
            at_most=USUAL_AT_MOST if is_open else self.at_most,
            message=self.message,
        )

    def miss(self, number: float) -> str:
        """How a number misses the bounds, as the end of a sentence; empty when it does not."""
        if self.at_least is not None and number < self.at_least:
            return f"at least {self.at_least:g} expected"
        if self.at_most is not None and number > self.at_most:
            return f"at most {self.at_most:g} expected"
        return ""


class UsualBounds(BaseModel):
    """Between which multiples of the usual duration a run is expected to take."""

    model_config = ConfigDict(frozen=True)

    at_least: float | None = None
    at_most: float | None = None
    message: str = ""

    def doubt(self, seconds: float, usual_s: float) -> str:
        """What is strange about a duration, in a sentence; empty when nothing is."""
        said = f" {self.message}" if self.message else ""
        if self.at_least is not None and seconds < self.at_least * usual_s:
            return f"It took {seconds:.3g} s, far less than the usual {usual_s:.3g} s.{said}"
        if self.at_most is not None and seconds > self.at_most * usual_s:
            return f"It took {seconds:.3g} s, far more than the usual {usual_s:.3g} s.{said}"
        return ""


class Doubt(BaseModel):
    """Why a run that completed is suspect."""

    model_config = ConfigDict(frozen=True)

    message: str = Field(max_length=1_000)
    """One sentence."""
    step_id: str | None = None
    """The step whose expectation was not met; None for one of the workflow."""
