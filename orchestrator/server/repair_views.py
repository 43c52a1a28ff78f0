"""Repairs as the API shows them."""

from collections.abc import Mapping

from orchestrator.contract.actions.targets import Locator
from orchestrator.contract.api.repairs import RepairDetail, RepairView
from orchestrator.contract.ids import JsonValue
from orchestrator.domain.repairs import Repair, confidence, words
from orchestrator.engine.engine import OrchestratorEngine
from orchestrator.engine.repair_desk import Consequences


def repair_view(repair: Repair, engine: OrchestratorEngine) -> RepairView:
    """The repair with its robots' names."""
    robots = (engine.pool.get(robot_id) for robot_id in repair.robots)
    names = tuple(robot.name if robot else robot_id for robot, robot_id in zip(robots, repair.robots, strict=True))
    return RepairView(
        repair_id=repair.repair_id,
        workflow_id=repair.workflow_id,
        workflow_name=repair.workflow_name,
        number=repair.number,
        step_id=repair.step_id,
        parameter=repair.parameter,
        state=repair.state.value,
        cause=repair.cause.value,
        before=tuple(map(_words, repair.before)),
        after=tuple(map(_words, repair.after)),
        choices=tuple(map(words, repair.candidates)),
        found=repair.best.found,
        confidence=confidence(repair),
        score=repair.best.score,
        runs=repair.runs,
        robots=names,
        first_seen_at=repair.first_seen_at,
        last_seen_at=repair.last_seen_at,
        job_id=repair.job_id,
        picture=repair.picture,
        decided_at=repair.decided_at,
        decided_by=repair.decided_by,
        note=repair.note,
        made=repair.made,
        carried=repair.carried,
    )


def repair_detail(repair: Repair, reach: Consequences, engine: OrchestratorEngine) -> RepairDetail:
    """The repair and what it reaches."""
    return RepairDetail(repair=repair_view(repair, engine), waiting=reach.waiting, pinned=reach.pinned)


def _words(locator: Mapping[str, JsonValue]) -> str:
    return str(Locator.model_validate(dict(locator)))
