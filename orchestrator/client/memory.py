"""What runs remember for later runs, over the API."""

from collections.abc import Sequence

from orchestrator.client.transport import Transport
from orchestrator.contract.api.common import API
from orchestrator.contract.errors import UserError
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.memory import MAX_NAME, AllowRequest, MemoryKind, MemoryValue, MemoryView, SetMemoryRequest


class MemoryCalls:
    """Each may raise ClientError."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(self) -> tuple[MemoryView, ...]:
        """All values and logins, without their contents."""
        return await self._transport.read(tuple[MemoryView, ...], "GET", "/memory")

    async def get(self, name: str) -> MemoryValue:
        """A value."""
        return await self._transport.read(MemoryValue, "GET", "/memory/value", query={"name": name})

    async def set(self, name: str, value: JsonValue) -> MemoryView:
        """Write a value. UserError for a name that is empty or too long."""
        if not 1 <= len(name) <= MAX_NAME:
            raise UserError(f"name: what is remembered has a name of 1 to {MAX_NAME} characters.", field="name")
        body = SetMemoryRequest(name=name, value=value)
        return await self._transport.read(MemoryView, "PUT", "/memory/value", body=body)

    async def allow(self, login: str, workflows: Sequence[str] | None) -> MemoryView:
        """Let these workflows use a login, by names or `folder/*`, and no others; None: any."""
        body = AllowRequest(name=login, allowed=None if workflows is None else tuple(workflows))
        return await self._transport.read(MemoryView, "PUT", "/memory/login/allowed", body=body)

    async def forget(self, name: str, kind: MemoryKind = MemoryKind.VALUE) -> None:
        """Remove a value or a login."""
        await self._transport.send("DELETE", f"{API}/memory/{kind}", query={"name": name})
