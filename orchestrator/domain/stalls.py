"""Runs that stand still: what is usual, and which rungs of the ladder are due."""

from collections import OrderedDict, deque
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from orchestrator.contract.errors import UserError
from orchestrator.contract.ids import WorkflowId

STEPS_KEPT = 10_000
DURATIONS_KEPT = 20


class StallRung(StrEnum):
    """What is done about a run that stands still, in this order."""

    NOTE = "note"
    SCREENSHOT = "screenshot"
    TRACE = "trace"
    CANCEL = "cancel"
    REQUEUE = "requeue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall:
    """How long a run has stood still, and what was done about it."""

    still_s: float
    usual_s: float | None
    """How long the running step usually takes; None while nobody knows."""
    step: str
    rungs: tuple[StallRung, ...]
    """Climbed so far, in order."""
    message: str
    """One sentence for people."""
    captures: tuple[str, ...] = ()
    """Names of the artifacts that show the run as it stood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StallPolicy:
    """After how many seconds of standing still each rung is climbed; None leaves it out.

    The first rung waits longer where the step is known to take longer: `usual_factor` times its usual duration.
    The others keep their distance to it. `requeue_after_s` cancels too, and queues the job again.
    """

    note_after_s: float = 300.0
    usual_factor: float = 10.0
    screenshot_after_s: float | None = 330.0
    trace_after_s: float | None = None
    cancel_after_s: float | None = None
    requeue_after_s: float | None = None
    most_requeues: int = 2
    """How often one job is queued again before it is only cancelled."""

    def __post_init__(self) -> None:
        if not 1 <= self.note_after_s <= 86_400:
            raise UserError("note_after_s has to be between 1 and 86400 seconds.", field="note_after_s")
        if not 1 <= self.usual_factor <= 1_000:
            raise UserError("usual_factor has to be between 1 and 1000.", field="usual_factor")
        if not 0 <= self.most_requeues <= 100:
            raise UserError("most_requeues has to be between 0 and 100.", field="most_requeues")
        for rung in (StallRung.SCREENSHOT, StallRung.TRACE, StallRung.CANCEL, StallRung.REQUEUE):
            after_s = self.after_s(rung)
            if after_s is not None and not self.note_after_s <= after_s <= 7 * 86_400:
                raise UserError(
                    f"{rung}_after_s has to be between note_after_s ({self.note_after_s:g}) and 604800 seconds.",
                    field=f"{rung}_after_s",
                )

    def after_s(self, rung: StallRung) -> float | None:
        """The seconds of one rung."""
        match rung:
            case StallRung.NOTE:
                return self.note_after_s
            case StallRung.SCREENSHOT:
                return self.screenshot_after_s
            case StallRung.TRACE:
                return self.trace_after_s
            case StallRung.CANCEL:
                return self.cancel_after_s
            case StallRung.REQUEUE:
                return self.requeue_after_s


def due_rungs(
    policy: StallPolicy, *, still_s: float, usual_s: float | None, climbed: Collection[StallRung]
) -> tuple[StallRung, ...]:
    """The rungs that a run has reached and not yet climbed, in order; the later ones wait as much as the first."""
    delay_s = max(0.0, (usual_s or 0.0) * policy.usual_factor - policy.note_after_s)
    due = []
    for rung in StallRung:
        after_s = policy.after_s(rung)
        if after_s is not None and rung not in climbed and still_s >= after_s + delay_s:
            due.append(rung)
    return tuple(due)


def words(*, still_s: float, usual_s: float | None, step: str) -> str:
    """What is told: `No progress for 6 min; search usually takes 20 s.`"""
    where = step or "the running step"
    if usual_s is None:
        return f"No progress for {duration(still_s)} in {where}."
    return f"No progress for {duration(still_s)}; {where} usually takes {duration(usual_s)}."


def duration(seconds: float) -> str:
    """A duration for a sentence, roughly: `20 s`, `6 min`, `3 h`."""
    if seconds < 1:
        return "less than 1 s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7_200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3_600:.0f} h"


class StepDurations:
    """How long each step of each workflow took lately; bounded, the steps seen longest ago go first."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[WorkflowId, str], deque[float]] = OrderedDict()

    def note(self, workflow_id: WorkflowId, step_id: str, duration_s: float) -> None:
        """A step was completed."""
        key = (workflow_id, step_id)
        if key not in self._known:
            self._known[key] = deque(maxlen=DURATIONS_KEPT)
        self._known[key].append(duration_s)
        self._known.move_to_end(key)
        if len(self._known) > STEPS_KEPT:
            self._known.popitem(last=False)

    def usual(self, workflow_id: WorkflowId, step_ids: Collection[str]) -> float | None:
        """The median of the slowest of these steps; None while any of them has not been completed yet."""
        found = [self._known.get((workflow_id, step_id)) for step_id in step_ids]
        if not found or not all(found):
            return None
        return max(median(each) for each in found if each)
