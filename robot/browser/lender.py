"""What a run needs from the robot's pools: sessions, lent and taken back."""

from typing import Protocol

from robot.browser.session import Session
from robot.browser.session_options import PLAIN, SessionOptions


class SessionLender(Protocol):
    """One pool, or several of which each session's options name one."""

    @property
    def capacity(self) -> int:
        """Most sessions that can be lent at once."""
        ...

    async def lease(self, owner: str, *, options: SessionOptions = PLAIN, wait_s: float | None = None) -> Session:
        """A session. ActionError: provider_capacity when there is none in time, browser_lost or driver_lost when none
        comes up, bad_workflow for a pool that this robot has not got."""
        ...

    async def release(self, session: Session) -> None:
        """Take it back; a second time does nothing."""
        ...
