"""The client's part about heartbeats of schedules."""

from orchestrator.client.paths import part_of_path
from orchestrator.client.transport import Transport
from orchestrator.contract.api.heartbeats import HeartbeatRequest, HeartbeatView


class HeartbeatCalls:
    """`client.heartbeats`: the address that a schedule calls after each good run."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(self) -> tuple[HeartbeatView, ...]:
        """Every schedule, with the address that it calls, if any."""
        return await self._transport.read(tuple[HeartbeatView, ...], "GET", "/heartbeats")

    async def set(self, schedule: str, url: str | None) -> HeartbeatView:
        """Let a schedule (id or name) call this address; None: nobody."""
        body = HeartbeatRequest(url=url)
        return await self._transport.read(HeartbeatView, "PUT", f"/heartbeats/{part_of_path(schedule)}", body=body)

    async def call_now(self, schedule: str) -> HeartbeatView:
        """Call a schedule's address once, now."""
        return await self._transport.read(HeartbeatView, "POST", f"/heartbeats/{part_of_path(schedule)}/try")
