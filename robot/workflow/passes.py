"""Which pass of which workflow a step runs in: a work item that it takes there shares the fate of the pass."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(eq=False, slots=True)
class Pass:
    """One time through the steps of a workflow."""

    around: "Pass | None" = None
    """Of the workflow whose step runs this one."""
    nothing_left: bool = False
    """True once a step has found that there is no more work: the workflow ends there, and that is no failure."""


CURRENT_PASS: ContextVar[Pass | None] = ContextVar("pass", default=None)


def end_early() -> None:
    """There is nothing left to do for the workflow that the running step belongs to."""
    current = CURRENT_PASS.get()
    if current is not None:
        current.nothing_left = True
