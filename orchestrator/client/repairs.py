"""Repairs of targets, over the API."""

from orchestrator.client.transport import Transport
from orchestrator.contract.api.repairs import ApproveRepairRequest, RejectRepairRequest, RepairDetail, RepairView


class RepairCalls:
    """Each may raise ClientError."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(self, *, every: bool = False) -> tuple[RepairView, ...]:
        """Those that wait for a decision, seen last first; with `every` also the decided ones."""
        query = {"all": "true"} if every else None
        return await self._transport.read(tuple[RepairView, ...], "GET", "/repairs", query=query)

    async def get(self, repair_id: str) -> RepairDetail:
        """One, with what its approval reaches."""
        return await self._transport.read(RepairDetail, "GET", f"/repairs/{repair_id}")

    async def approve(
        self, repair_id: str, *, choice: int = 0, take_waiting: bool = False, note: str = ""
    ) -> RepairDetail:
        """Make the new version; `choice` is a place in the repair's `choices`."""
        body = ApproveRepairRequest(choice=choice, take_waiting=take_waiting, note=note)
        return await self._transport.read(RepairDetail, "POST", f"/repairs/{repair_id}/approve", body=body)

    async def reject(self, repair_id: str, *, note: str = "") -> RepairView:
        """Do not propose it again."""
        body = RejectRepairRequest(note=note)
        return await self._transport.read(RepairView, "POST", f"/repairs/{repair_id}/reject", body=body)

    async def undo(self, repair_id: str) -> RepairView:
        """Take the decision back."""
        return await self._transport.read(RepairView, "POST", f"/repairs/{repair_id}/undo")
