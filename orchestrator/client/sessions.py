"""How browser sessions spread over the robots, over the API."""

from orchestrator.client.transport import Transport
from orchestrator.contract.api.sessions import SessionDistribution


class SessionCalls:
    """May raise ClientError."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def distribution(self) -> SessionDistribution:
        """The spread over the robots that are connected."""
        return await self._transport.read(SessionDistribution, "GET", "/metrics/sessions")
