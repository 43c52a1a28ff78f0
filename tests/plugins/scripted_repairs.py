"""The scripted engine's answers about proposed repairs."""

from datetime import timedelta

from fastapi import APIRouter
from scripted_desk import Desk, absent, clock

from orchestrator.contract.api.repairs import ApproveRepairRequest, RejectRepairRequest, RepairDetail, RepairView


def sample_repairs(desk: Desk) -> list[RepairView]:
    """One target that falls back, and one that found nothing."""
    now, jobs = clock(), list(desk.fleet.jobs.values())
    first = RepairView(
        repair_id="repair-1", workflow_id=jobs[0].workflow_id, workflow_name=jobs[0].workflow_name, number=7,
        step_id="send_order", parameter="target", state="open", cause="fallback",
        before=("#btn-send-4f", "css=form.order button"),
        after=('role=button[name="Send order"]', "#btn-send-4f", "css=form.order button"),
        choices=('role=button[name="Send order"]', "testid=send-order", 'text="Send order"'),
        found='button "Send order"',
        confidence="High: in 14 runs it found the very element that a later locator found, and no other.",
        score=None, runs=14, robots=("berlin-1", "hamburg-2"), first_seen_at=now - timedelta(hours=9),
        last_seen_at=now - timedelta(minutes=4), job_id=jobs[0].job_id, picture="", decided_at=None, decided_by="",
        note="", made=None, carried=0,
    )  # fmt: skip
    return [
        first,
        first.model_copy(
            update={
                "repair_id": "repair-2", "workflow_name": jobs[1].workflow_name, "step_id": "download",
                "cause": "not_found", "before": ("testid=download",), "found": 'link "Download all"',
                "after": ('role=link[name="Download all"]', "testid=download"),
                "choices": ('role=link[name="Download all"]',), "score": 0.83, "runs": 1, "robots": ("berlin-1",),
                "confidence": "Fair: the element that it finds is 83% like the one that is gone. "
                "Look at it before you agree.",
                "job_id": jobs[1].job_id, "picture": "download-failure-1-picture.jpg",
                "first_seen_at": now - timedelta(minutes=31), "last_seen_at": now - timedelta(minutes=31),
            }
        ),
    ]  # fmt: skip


def repair_routes(router: APIRouter, desk: Desk) -> None:
    """Answer what the API asks about repairs: those that a test has put into `desk.repairs`."""
    known = desk.repairs

    def found(repair_id: str) -> RepairView:
        if repair_id not in known:
            raise absent(f"repair {repair_id!r}")
        return known[repair_id]

    def decided(repair_id: str, state: str, **changes: object) -> RepairView:
        known[repair_id] = found(repair_id).model_copy(update={"state": state, **changes})
        return known[repair_id]

    def detail(view: RepairView) -> RepairDetail:
        return RepairDetail(repair=view, waiting=3 - view.carried, pinned=("schedule 'Month end' (version 5)",))

    @router.get("/repairs")
    async def every() -> list[RepairView]:
        return [each for each in known.values() if each.state == "open"]

    @router.get("/repairs/{repair_id}")
    async def one(repair_id: str) -> RepairDetail:
        return detail(found(repair_id))

    @router.post("/repairs/{repair_id}/approve")
    async def approve(repair_id: str, request: ApproveRepairRequest) -> RepairDetail:
        view = found(repair_id)
        after = (view.choices[request.choice], *view.before)
        carried = 3 if request.take_waiting else 0
        return detail(decided(repair_id, "approved", made=view.number + 1, after=after, carried=carried))

    @router.post("/repairs/{repair_id}/reject")
    async def reject(repair_id: str, request: RejectRepairRequest) -> RepairView:
        return decided(repair_id, "rejected", note=request.note)

    @router.post("/repairs/{repair_id}/undo")
    async def undo(repair_id: str) -> RepairView:
        return decided(repair_id, "open", made=None, carried=0)
