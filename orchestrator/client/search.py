"""Searching everything, over the API."""

from collections.abc import Collection

from orchestrator.client.transport import Transport
from orchestrator.contract.api.search import MAX_QUERY, SearchAnswer, SearchKind


class SearchCalls:
    """Each may raise ClientError."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def find(self, text: str, *, kinds: Collection[SearchKind] = (), limit: int = 10) -> SearchAnswer:
        """Jobs, robots, workflows, errors and log lines with these words; at most `limit` of each kind.

        Words are all wanted; `"phrases"`, `begin*`, and `robot:`, `workflow:`, `schedule:`, `status:`, `level:`,
        `job:` narrow it down. What is behind the 500th character is not looked for.
        """
        query: dict[str, str | int | list[str]] = {"q": text[:MAX_QUERY], "limit": limit}
        if kinds:
            query["kinds"] = [kind.value for kind in kinds]
        return await self._transport.read(SearchAnswer, "GET", "/search", query=query)
