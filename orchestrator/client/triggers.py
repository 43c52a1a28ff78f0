"""Triggers, over the API."""

from orchestrator.client.paths import part_of_path
from orchestrator.client.transport import Transport
from orchestrator.contract.api.common import API
from orchestrator.contract.api.triggers import (
    AddedTrigger,
    FiringView,
    TestedTrigger,
    TestTriggerRequest,
    TriggerRequest,
    TriggerView,
)


class TriggerCalls:
    """One method for each thing that can be done with triggers; each may raise ClientError."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def every(self) -> list[TriggerView]:
        """All triggers, by name."""
        return await self._transport.read(list[TriggerView], "GET", "/triggers")

    async def get(self, trigger: str) -> TriggerView:
        """A trigger by id or name."""
        return await self._transport.read(TriggerView, "GET", f"/triggers/{part_of_path(trigger)}")

    async def add(self, request: TriggerRequest) -> AddedTrigger:
        """Add a trigger; the address of a webhook is told this once."""
        return await self._transport.read(AddedTrigger, "POST", "/triggers", body=request)

    async def remove(self, trigger: str) -> None:
        """Remove a trigger; its jobs stay."""
        await self._transport.send("DELETE", f"{API}/triggers/{part_of_path(trigger)}")

    async def pause(self, trigger: str) -> TriggerView:
        """Let a trigger rest."""
        return await self._transport.read(TriggerView, "POST", f"/triggers/{part_of_path(trigger)}/pause")

    async def resume(self, trigger: str) -> TriggerView:
        """Let a trigger watch again."""
        return await self._transport.read(TriggerView, "POST", f"/triggers/{part_of_path(trigger)}/resume")

    async def firings(self, trigger: str, *, limit: int = 100) -> list[FiringView]:
        """What a trigger did, newest first."""
        path = f"/triggers/{part_of_path(trigger)}/firings"
        return await self._transport.read(list[FiringView], "GET", path, query={"limit": limit})

    async def test(self, trigger: str, request: TestTriggerRequest) -> TestedTrigger:
        """What an occurrence would start; nothing is started."""
        path = f"/triggers/{part_of_path(trigger)}/test"
        return await self._transport.read(TestedTrigger, "POST", path, body=request)
