"""Calling an address outside, to say that something has happened."""

from typing import Protocol


class HeartbeatCaller(Protocol):
    """Calls addresses; bounded in time, and reads no more than the status."""

    async def call(self, url: str) -> str:
        """Call it once: empty when somebody took the call, else why not, in a sentence."""
        ...
