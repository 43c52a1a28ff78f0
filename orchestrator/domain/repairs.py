"""Repairs of targets: what runs saw becomes one proposal per step and locator, which a person decides about once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from pydantic import ValidationError

from orchestrator.contract.actions.candidates import locator_of, plain, rank
from orchestrator.contract.actions.targets import Locator, Target
from orchestrator.contract.ids import JobId, JsonValue, RobotId, WorkflowHash, WorkflowId
from orchestrator.contract.sightings import ENOUGH_SCORE, ElementLook, LocatorCandidate, Sighting
from orchestrator.contract.workflow import Step, WorkflowDefinition

MOST_ROBOTS = 20
MOST_LOCATORS = 20
"""What a target may have."""
_TARGET_WORDS = ("target", "selector", "locator", "items", "to", "within")
_STEADY_RANK = 3
"""Up to here a locator is what people read, or what was written for tests."""
_FAIR_RANK = 6


class RepairState(StrEnum):
    """Where a proposal stands."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    OUTDATED = "outdated"
    """Somebody changed the step before anybody decided."""


class RepairCause(StrEnum):
    """Why the target wants a repair."""

    FALLBACK = "fallback"
    """A later locator found the element."""
    NOT_FOUND = "not_found"
    """None did, and the step failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one run saw of a target that wants a repair."""

    workflow_id: WorkflowId
    workflow_name: str
    workflow_hash: WorkflowHash
    number: int
    """Of the workflow's version."""
    parameter: str
    before: tuple[Mapping[str, JsonValue], ...]
    """The target's locators as objects."""
    sighting: Sighting
    job_id: JobId
    robot_id: RobotId | None
    at: datetime
    picture: str = ""
    """Name of the failure's screenshot among the job's artifacts; empty without one."""

    @property
    def key(self) -> tuple[str, str, str]:
        """Workflow, step and first locator: there is one open proposal for each."""
        return self.workflow_id, self.sighting.step_id, self.sighting.tried[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """One proposal and what became of it."""

    repair_id: str
    workflow_id: WorkflowId
    workflow_name: str
    workflow_hash: WorkflowHash
    """The version in which it was seen last."""
    number: int
    step_id: str
    parameter: str
    cause: RepairCause
    locator: str
    """The first one, which finds nothing any more, in words."""
    before: tuple[Mapping[str, JsonValue], ...]
    candidates: tuple[LocatorCandidate, ...]
    """The first is proposed; the others would do too. Every run that counts here confirmed each of them."""
    look: ElementLook | None = None
    state: RepairState = RepairState.OPEN
    runs: int = 1
    robots: tuple[RobotId, ...] = ()
    first_seen_at: datetime
    last_seen_at: datetime
    job_id: JobId
    """The newest run that saw it."""
    picture: str = ""
    decided_at: datetime | None = None
    decided_by: str = ""
    note: str = ""
    made: int | None = None
    """The version that the approval made."""
    made_hash: WorkflowHash | None = None
    chosen: LocatorCandidate | None = None
    """What was approved."""
    carried: int = 0
    """Jobs that waited and were taken along to the new version."""
    rejected: tuple[str, ...] = ()
    """Candidates that a person does not want here, in words; they do not come back."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from the other open ones."""
        return self.workflow_id, self.step_id, self.locator

    @property
    def best(self) -> LocatorCandidate:
        """What is proposed, or was."""
        return self.chosen or self.candidates[0]

    @property
    def after(self) -> tuple[Mapping[str, JsonValue], ...]:
        """The target's locators once it is repaired."""
        return with_first(self.before, self.best.locator)


def proposed(repair_id: str, seen: Seen, *, unwanted: Sequence[str] = ()) -> Repair | None:
    """The proposal that a run gives rise to; None when nothing that it saw is good enough, or wanted."""
    candidates = good_ones(seen, unwanted)
    if not candidates:
        return None
    return Repair(
        repair_id=repair_id,
        workflow_id=seen.workflow_id,
        workflow_name=seen.workflow_name,
        workflow_hash=seen.workflow_hash,
        number=seen.number,
        step_id=seen.sighting.step_id,
        parameter=seen.parameter,
        cause=RepairCause.NOT_FOUND if seen.sighting.used is None else RepairCause.FALLBACK,
        locator=seen.sighting.tried[0],
        before=seen.before,
        candidates=candidates,
        look=seen.sighting.look,
        robots=(seen.robot_id,) if seen.robot_id else (),
        first_seen_at=seen.at,
        last_seen_at=seen.at,
        job_id=seen.job_id,
        picture=seen.picture,
        rejected=tuple(unwanted),
    )


def confirmed(repair: Repair, seen: Seen) -> Repair:
    """The proposal after one more run: what both saw stays; when that is nothing, the newer one is right."""
    newest = good_ones(seen, repair.rejected)
    known = {words(each) for each in repair.candidates}
    both = tuple(each for each in newest if words(each) in known)
    robots = tuple(dict.fromkeys((*repair.robots, *((seen.robot_id,) if seen.robot_id else ()))))
    is_elsewhere = bool(newest) and not both
    return replace(
        repair,
        workflow_name=seen.workflow_name,
        workflow_hash=seen.workflow_hash,
        number=seen.number,
        cause=RepairCause.NOT_FOUND if seen.sighting.used is None else RepairCause.FALLBACK,
        before=seen.before,
        candidates=both or newest or repair.candidates,
        look=seen.sighting.look or repair.look,
        runs=1 if is_elsewhere else repair.runs + 1,
        robots=robots[:MOST_ROBOTS],
        first_seen_at=seen.at if is_elsewhere else min(repair.first_seen_at, seen.at),
        last_seen_at=max(repair.last_seen_at, seen.at),
        job_id=seen.job_id,
        picture=seen.picture or repair.picture,
    )


def good_ones(seen: Seen, unwanted: Sequence[str]) -> tuple[LocatorCandidate, ...]:
    """The candidates that may be proposed, the best first: readable, wanted, not what stands first already, and alike
    enough. Among strangers only those of the most alike count: the second best is another element."""
    first = Locator.model_validate(seen.before[0])
    found = [
        (each, locator)
        for each in seen.sighting.candidates
        if (locator := locator_of(each)) is not None
        and locator != first
        and words(each) not in unwanted
        and (each.score is None or each.score >= ENOUGH_SCORE)
    ]
    found.sort(key=lambda pair: (-(pair[0].score or 1.0), rank(pair[1])))
    best = found[0][0].score if found else None
    return tuple(each for each, _ in found if each.score == best)


def words(candidate: LocatorCandidate) -> str:
    """The candidate's locator in words; `exact` and the like, which words leave out, are told apart too."""
    locator = locator_of(candidate)
    return str(candidate.locator) if locator is None else f"{locator}{' exactly' if locator.exact else ''}"


def confidence(repair: Repair) -> str:
    """How sure the proposal is, and why, in one sentence."""
    score, locator = repair.best.score, locator_of(repair.best)
    at = rank(locator) if locator is not None else _FAIR_RANK + 1
    if score is not None:
        level = "Good" if score >= 0.85 else "Fair" if score >= 0.7 else "Weak"
        return (
            f"{level}: the element that it finds is {score:.0%} like the one that is gone. Look at it before you agree."
        )
    level = "High" if at <= _STEADY_RANK else "Good" if at <= _FAIR_RANK else "Fair"
    runs = "one run" if repair.runs == 1 else f"{repair.runs} runs"
    said = f"{level}: in {runs} it found the very element that a later locator found, and no other."
    return f"{said} It is a path through the page, which the next change may break." if level == "Fair" else said


# --- the definition ---------------------------------------------------------------------------------------------------


def place_of(definition: WorkflowDefinition, step_id: str, tried: Sequence[str]) -> tuple[str, Target] | None:
    """The parameter of a step whose target has exactly these locators, and the target; None when it has expressions,
    or there is no such step: a repair would not know what to write."""
    step = next((each for each in definition.steps if each.id == step_id), None)
    if step is None:
        return None
    for word in _TARGET_WORDS:
        target = _target(step, word)
        if target is not None and tuple(map(str, target.locators)) == tuple(tried):
            return word, target
    return None


def _target(step: Step, word: str) -> Target | None:
    given = step.parameters.get(word)
    if given is None or "${{" in str(given):
        return None
    try:
        return Target.model_validate(given)
    except ValidationError:
        return None


def with_first(
    before: Sequence[Mapping[str, JsonValue]], new: Mapping[str, JsonValue]
) -> tuple[Mapping[str, JsonValue], ...]:
    """The locators with the new one in front; one that stood behind moves, and the last give way to the limit."""
    wanted = Locator.model_validate(dict(new))
    others = [each for each in before if Locator.model_validate(dict(each)) != wanted]
    return (new, *others)[:MOST_LOCATORS]


def repaired(definition: WorkflowDefinition, repair: Repair) -> WorkflowDefinition | None:
    """The definition with the step's target repaired; None when the step is not what it was when runs saw it."""
    tried = tuple(str(Locator.model_validate(dict(each))) for each in repair.before)
    place = place_of(definition, repair.step_id, tried)
    if place is None:
        return None
    word, target = place
    if tuple(plain(each) for each in target.locators) != tuple(map(dict, repair.before)):
        return None
    given = next(each for each in definition.steps if each.id == repair.step_id).parameters[word]
    changed = _written(given, target, repair.after)
    steps = tuple(
        each.model_copy(update={"parameters": {**each.parameters, word: changed}})
        if each.id == repair.step_id
        else each
        for each in definition.steps
    )
    return definition.model_copy(update={"steps": steps})


def _written(given: JsonValue, target: Target, after: Sequence[Mapping[str, JsonValue]]) -> list[JsonValue]:
    """The new list; what stood there before is written as its author wrote it."""
    parts = given if isinstance(given, list) else [given]
    known = dict(zip(target.locators, parts, strict=True))
    found = (Locator.model_validate(dict(each)) for each in after)
    return [known[each] if each in known else short(each) for each in found]


def short(locator: Locator) -> JsonValue:
    """The locator as a text where a text says all of it, else as an object."""
    text = str(locator)
    try:
        read = Target.model_validate([text]).locators[0]
    except ValidationError:
        return plain(locator)
    return text if read == locator else plain(locator)
