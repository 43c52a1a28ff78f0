"""The orchestrator's own log, over the API."""

from orchestrator.client.transport import Transport
from orchestrator.contract.api.logs import LogPage


class LogCalls:
    """Each may raise ClientError."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def page(
        self,
        *,
        after: int = 0,
        limit: int = 500,
        level: str = "debug",
        channel: str = "",
        job: str = "",
        robot: str = "",
        text: str = "",
    ) -> LogPage:
        """The newest lines, or those behind a cursor.

        `level` is the lowest; `channel` a part of the program such as `scheduler`, or a logger; `job` the beginning of
        an id; `robot` an id or a name as the line has it; `text` a piece of the message.
        """
        query: dict[str, object] = {"after": after, "limit": limit, "level": level}
        given = {"channel": channel, "job": job, "robot": robot, "q": text}
        query |= {name: value for name, value in given.items() if value}
        return await self._transport.read(LogPage, "GET", "/logs", query=query)
