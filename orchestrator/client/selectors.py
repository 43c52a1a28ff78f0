"""The health of selectors, over the API."""

from orchestrator.client.transport import Transport
from orchestrator.contract.api.selectors import SelectorView


class SelectorCalls:
    """May raise ClientError."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(self) -> tuple[SelectorView, ...]:
        """Targets with several locators that were used lately, those that fall back first."""
        return await self._transport.read(tuple[SelectorView, ...], "GET", "/selectors")
