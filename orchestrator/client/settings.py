"""Settings that may change while the orchestrator runs, over the API."""

from collections.abc import Mapping

from orchestrator.client.paths import part_of_path
from orchestrator.client.transport import Transport
from orchestrator.contract.api.settings import ChangeSettingsRequest, SettingView
from orchestrator.contract.ids import JsonValue


class SettingCalls:
    """Each may raise ClientError."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def every(self) -> list[SettingView]:
        """All of them, with what they mean."""
        return await self._transport.read(list[SettingView], "GET", "/settings")

    async def get(self, name: str) -> SettingView:
        """One of them."""
        return await self._transport.read(SettingView, "GET", f"/settings/{part_of_path(name)}")

    async def change(self, values: Mapping[str, JsonValue]) -> list[SettingView]:
        """Change some, all or none."""
        body = ChangeSettingsRequest(values=dict(values))
        return await self._transport.read(list[SettingView], "PATCH", "/settings", body=body)

    async def reset(self, name: str) -> list[SettingView]:
        """Let arguments, environment and file decide again."""
        return await self._transport.read(list[SettingView], "DELETE", f"/settings/{part_of_path(name)}")
