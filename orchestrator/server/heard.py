"""What one robot has said and the engine has not yet heard: everything that waits is handed over together."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Protocol

from orchestrator.contract.errors import BotswainError, ProtocolError
from orchestrator.contract.ids import RobotId, SessionId
from orchestrator.contract.protocol.codec import Message, decode_all
from orchestrator.contract.protocol.jobs import JobAccepted, JobResultReport
from orchestrator.contract.protocol.message import Payload
from orchestrator.contract.protocol.robots import ErrorReport, Heartbeat, RobotHello, RobotRegistered
from orchestrator.server.robot_client import RobotClient

log = logging.getLogger(__name__)

MOST_MISTAKES = 20
"""Unusable messages of one connection before it is closed."""
_TOGETHER = (JobAccepted, JobResultReport)
"""What the engine records in one transaction when it stands side by side."""
MOST_UNHEARD = 1_000
"""Messages that may wait for the engine; a robot that says more is not read until they have been heard."""


class Inbox(Protocol):
    """What the engine does with robots' words."""

    async def connected(self, hello: RobotHello, session_id: SessionId) -> RobotRegistered:
        """A robot said hello on a new session."""
        ...

    async def welcomed(self, robot_id: RobotId, session_id: SessionId) -> None:
        """The answer to the hello is on its way."""
        ...

    async def received_all(self, robot_id: RobotId, session_id: SessionId, messages: Sequence[Payload]) -> None:
        """A robot said something, or several things at once."""
        ...

    def speaking(self, robot_id: RobotId, session_id: SessionId) -> None:
        """A robot is in the middle of a long message."""
        ...

    async def disconnected(self, robot_id: RobotId, session_id: SessionId) -> None:
        """A session has ended."""
        ...


class Heard:
    """The messages of one connection on their way to the engine, in order.

    The task that hands them over lives only while there are any: thousands of idle robots cost none.
    """

    def __init__(self, client: RobotClient, inbox: Inbox, now: Callable[[], datetime]) -> None:
        self._client = client
        self._inbox = inbox
        self._now = now
        self._waiting: list[Message] = []
        self._handing: asyncio.Task[None] | None = None
        self._mistakes = 0

    @property
    def has_had_enough(self) -> bool:
        """True when too much of what the robot said was unusable."""
        return self._mistakes >= MOST_MISTAKES

    async def take(self, frame: str | bytes) -> None:
        """Take the messages of a frame. Raises what the engine raised about earlier ones."""
        try:
            found = decode_all(frame)
        except ProtocolError as error:
            found = [error]
        for each in found:
            if isinstance(each, ProtocolError):
                self._object(each)
            else:
                self._waiting.append(each)
        if self._handing is not None and self._handing.done():
            self._handing.result()
            self._handing = None
        if self._handing is None and self._waiting:
            self._handing = asyncio.get_running_loop().create_task(self._hand_over())
        if self._handing is not None and len(self._waiting) >= MOST_UNHEARD:
            await asyncio.wait({self._handing})

    async def close(self) -> None:
        """The connection ends: what has been taken is still heard. Raises what the engine raises."""
        if self._handing is not None:
            await self._handing

    async def _hand_over(self) -> None:
        try:
            while self._waiting:
                messages, self._waiting = self._waiting, []
                for are_together, group in groupby(messages, key=lambda each: isinstance(each.payload, _TOGETHER)):
                    if are_together:
                        await self._tell(list(group))
                    else:
                        for message in group:
                            await self._tell([message])
        except Exception:
            # a defect in the engine: whoever reads hears of it when the connection has been closed
            self._client.close(1011, "The orchestrator made a mistake.")
            raise

    async def _tell(self, messages: Sequence[Message]) -> None:
        for message in messages:
            if isinstance(message.payload, Heartbeat):
                self._client.heard(message.payload, self._now())
        try:
            payloads = [message.payload for message in messages]
            await self._inbox.received_all(self._client.robot_id, self._client.session_id, payloads)
        except ProtocolError as error:
            self._object(error)
        except BotswainError as error:
            # the store may be full or gone for a while: the robot keeps its news and repeats them
            log.warning("robot=%s %d messages not handled: %s", self._client.name, len(messages), error)
            self._client.send(ErrorReport(code="unavailable", message=str(error), about=messages[0].id))

    def _object(self, error: ProtocolError) -> None:
        self._mistakes += 1
        self._client.send(ErrorReport(code=error.code, message=error.message, about=error.about))
