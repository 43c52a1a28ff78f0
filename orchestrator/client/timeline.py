"""The fleet's past from a program."""

from datetime import datetime

from orchestrator.client.transport import Transport
from orchestrator.contract.api.timeline import RUNS, MomentView, TimelineView


class TimelineCalls:
    """`client.timeline`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def over(
        self, since: datetime | None = None, until: datetime | None = None, *, runs: int = RUNS
    ) -> TimelineView:
        """Robots over time: the last hour without another wish; with more than `runs`, short ones are counted."""
        moments = {"from": since, "to": until}
        query: dict[str, object] = {name: at.isoformat() for name, at in moments.items() if at is not None}
        return await self._transport.read(TimelineView, "GET", "/timeline", query={**query, "runs": runs})

    async def at(self, moment: datetime) -> MomentView:
        """Everything that is known of one instant."""
        return await self._transport.read(MomentView, "GET", "/timeline/moment", query={"at": moment.isoformat()})
