"""`/api/v1/repairs`: repairs of targets that runs propose, and a person's decision about each."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from orchestrator.contract.api.repairs import ApproveRepairRequest, RejectRepairRequest, RepairDetail, RepairView
from orchestrator.contract.memory import RUN_PATH
from orchestrator.contract.sightings import RunLookAnswer, RunLookRequest
from orchestrator.domain.repairs import RepairState
from orchestrator.server.parts import Actor, Parts, parts
from orchestrator.server.repair_views import repair_detail, repair_view

router = APIRouter(tags=["repairs"])

Using = Annotated[Parts, Depends(parts)]
States = Annotated[list[RepairState] | None, Query()]


@router.get("/repairs")
async def listing(
    using: Using, *, state: States = None, every: Annotated[bool, Query(alias="all")] = False
) -> list[RepairView]:
    """Those that wait for a decision; with `state` those in these states, with `all` every one that is kept."""
    states = frozenset[RepairState]() if every else frozenset(state or [RepairState.OPEN])
    return [repair_view(each, using.engine) for each in await using.engine.repairs.list(states)]


@router.get("/repairs/{repair_id}")
async def one(repair_id: str, using: Using) -> RepairDetail:
    """One, with what its approval reaches."""
    return repair_detail(*await using.engine.repairs.get(repair_id), using.engine)


@router.post("/repairs/{repair_id}/approve")
async def approve(repair_id: str, request: ApproveRepairRequest, using: Using, actor: Actor) -> RepairDetail:
    """Make a new version of the workflow with the locator in front; an approved one takes along jobs that wait."""
    decided = await using.engine.repairs.approve(
        repair_id, choice=request.choice, take_waiting=request.take_waiting, note=request.note, actor=actor
    )
    return repair_detail(*decided, using.engine)


@router.post("/repairs/{repair_id}/reject")
async def reject(repair_id: str, request: RejectRepairRequest, using: Using, actor: Actor) -> RepairView:
    """Do not propose these locators for this target again."""
    return repair_view(await using.engine.repairs.reject(repair_id, note=request.note, actor=actor), using.engine)


@router.post("/repairs/{repair_id}/undo")
async def undo(repair_id: str, using: Using, actor: Actor) -> RepairView:
    """Take the decision back: the version before runs again, and the repair waits for a decision."""
    return repair_view(await using.engine.repairs.undo(repair_id, actor=actor), using.engine)


@router.post(f"{RUN_PATH}/look")
async def last_look(request: RunLookRequest, using: Using) -> RunLookAnswer:
    """A run asks what an element last looked like that it cannot find."""
    return await using.engine.repair_room.last_look(request)
