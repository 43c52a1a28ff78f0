"""The robot's line to its orchestrator: dials, says hello, keeps the line up, and dials again when it breaks."""

import asyncio
import logging
import random
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus, WebSocketException

from orchestrator.contract.errors import ProtocolError
from orchestrator.contract.protocol.codec import Message, decode_all, encode, joined
from orchestrator.contract.protocol.message import Payload
from orchestrator.contract.protocol.robots import ErrorReport, RobotHello, RobotRegistered
from orchestrator.contract.protocol.terms import BATCHES, MAX_MESSAGE_BYTES
from robot.clock import Clock
from robot.config import OrchestratorAddress
from robot.errors import RobotError, RobotSetupError

PING_S = 10.0
OPEN_TIMEOUT_S = 10.0
REGISTER_TIMEOUT_S = 10.0
CLOSE_TIMEOUT_S = 2.0
RETRY_MIN_S = 1.0
RETRY_MAX_S = 60.0
SILENT_HEARTBEATS = 3
PIECE_CHARACTERS = 8_192
"""Longer frames travel in pieces: pings, and answers to pings, go between them on a slow line."""
UNSENT_BYTES = 8_192
"""What the system may hold back of what was written, and we ourselves: it would stand before the next ping."""
MOST_CHARACTERS = MAX_MESSAGE_BYTES // 8
"""Of a frame of several messages: far below the limit, also when every character needs four bytes."""
MOST_AFTER_A_SESSION = 2
"""Failures that count after a session, however short: who was just let in is not kept away for a minute."""
_STEADY_AFTER_S = 10.0
_NO_ENTRY = frozenset({401, 403})
_NOT_BOTSWAIN = frozenset({200, 400, 404, 405, 426})
"""What servers answer that know nothing of `/robot`; a proxy before an orchestrator that is down says 502 to 504."""

logger = logging.getLogger(__name__)


class ConnectionLostError(RobotError):
    """The line is down or was never up; the text says why. Dialling again may help."""


class StrangerError(ConnectionLostError):
    """Somebody answers at the address, and it is probably no orchestrator."""


class EntryRefusedError(RobotError):
    """The orchestrator does not let this robot in."""

    def __init__(self, address: OrchestratorAddress, status: int) -> None:
        super().__init__(
            f"{address.http_base} refused the robot's token (HTTP {status}): "
            "check --token, --token-file or BOTSWAIN_ROBOT_TOKEN."
        )
        self.status = status


class Session:
    """One registered connection; a new one is a new session."""

    def __init__(self, socket: ClientConnection, registered: RobotRegistered) -> None:
        self._socket = socket
        self._outbox: list[str] = []
        self._turn = asyncio.Lock()
        self._patience: asyncio.Timeout | None = None
        """With the other side, whose answers to heartbeats stay away while a long frame travels."""
        self._silence_s = SILENT_HEARTBEATS * registered.heartbeat_s
        self.registered = registered

    @property
    def takes_batches(self) -> bool:
        """True when several messages may travel in one frame."""
        return BATCHES in self.registered.features

    async def send(self, payload: Payload, *, message_id: str | None = None) -> None:
        """Say something; ConnectionLostError when the line is down. Waits while the other side reads slowly."""
        await self._say([encode(payload, message_id=message_id)])

    async def send_all(self, payloads: Sequence[Payload]) -> None:
        """Say several things in order; see `send`."""
        await self._say([encode(payload) for payload in payloads])

    async def send_spare(self, payload: Payload) -> None:
        """Say something that has time: all that is to be said goes first, and what comes up waits for this alone."""
        frame = encode(payload)
        async with self._turn:
            while self._outbox:
                await self._write(self._next_frame())
            await self._write(frame)

    async def _say(self, frames: Sequence[str]) -> None:
        for frame in frames:
            if len(frame.encode()) > MAX_MESSAGE_BYTES:
                logger.error("A message of %d bytes is too large to be sent; it was left out.", len(frame))
            else:
                self._outbox.append(frame)
        if self.takes_batches:
            await asyncio.sleep(0)  # what others say in this step of the loop goes along
        async with self._turn:
            while self._outbox:
                await self._write(self._next_frame())

    def _next_frame(self) -> str:
        frames = [self._outbox.pop(0)]
        room = MOST_CHARACTERS - len(frames[0])
        while self._outbox and self.takes_batches and len(self._outbox[0]) < room:
            frames.append(self._outbox.pop(0))
            room -= len(frames[-1])
        return joined(frames)

    async def _write(self, frame: str) -> None:
        try:
            await self._socket.send(frame if len(frame) <= PIECE_CHARACTERS else self._pieces(frame))
        except ConnectionClosed as error:
            raise ConnectionLostError(_why_closed(error)) from error

    async def _pieces(self, frame: str) -> AsyncIterator[str]:
        """Each is asked for when the one before has gone, which it only does while the other side takes them."""
        for at in range(0, len(frame), PIECE_CHARACTERS):
            yield frame[at : at + PIECE_CHARACTERS]
            if self._patience is not None and not self._patience.expired():
                self._patience.reschedule(asyncio.get_running_loop().time() + self._silence_s)

    async def receive(self) -> Message:
        """The next message that came alone and can be read; see `receive_all`."""
        while True:
            found = await self.receive_all()
            if found:
                return found[0]

    async def receive_all(self) -> list[Message]:
        """The messages of the next frame; answers unusable ones with ERROR. ConnectionLostError after long silence."""
        frame = await self._frame()
        try:
            found = decode_all(frame)
        except ProtocolError as error:
            found = [error]
        for each in found:
            if isinstance(each, ProtocolError):
                logger.warning("The orchestrator sent a message that cannot be used: %s", each)
                await self.send(ErrorReport(code=each.code, message=each.message, about=each.about))
        return [each for each in found if isinstance(each, Message)]

    async def _frame(self) -> str | bytes:
        try:
            async with asyncio.timeout(self._silence_s) as self._patience:
                return await self._socket.recv()
        except TimeoutError:
            raise ConnectionLostError(f"The orchestrator said nothing for {self._silence_s:g} s.") from None
        except ConnectionClosed as error:
            raise ConnectionLostError(_why_closed(error)) from error
        finally:
            self._patience = None


class SessionUser(Protocol):
    """What a connection is for."""

    def hello(self) -> RobotHello:
        """The first message of a new session: what is true right now."""
        ...

    async def use(self, session: Session) -> None:
        """Live on the session; returns when the robot leaves on purpose, raises ConnectionLostError when it broke."""
        ...


class Connection:
    """Dials until it is told to stop; there is at most one session at a time."""

    def __init__(
        self, *, address: OrchestratorAddress, token: str, user: SessionUser, clock: Clock, rng: random.Random
    ) -> None:
        self._address = address
        self._token = token
        self._user = user
        self._clock = clock
        self._rng = rng
        self._sessions = 0

    async def run(self, ended: asyncio.Event) -> None:
        """Keep a session alive until `ended` is set or the user of the session leaves.

        Raises RobotSetupError when the token is refused, or another program answers, before there was ever a
        session; later on that may be the orchestrator's mistake and is tried again.
        """
        failures = 0
        while not ended.is_set():
            began, sessions = self._clock.monotonic(), self._sessions
            try:
                await self._live()
                return
            except EntryRefusedError as error:
                if not self._sessions:
                    raise RobotSetupError(str(error), field="--token") from error
                logger.error("%s", error)  # noqa: TRY400  one sentence, not a traceback
            except ConnectionLostError as error:
                if isinstance(error, StrangerError) and not self._sessions:
                    raise RobotSetupError(f"--connect: {error}", field="--connect") from error
                logger.warning("No connection to %s: %s", self._address.robot_url, error)
            failures = 1 if self._clock.monotonic() - began > _STEADY_AFTER_S else failures + 1
            if self._sessions > sessions:
                failures = min(failures, MOST_AFTER_A_SESSION)
            await self._pause(ended, retry_delay_s(failures, self._rng))

    async def _live(self) -> None:
        async with self._dialled() as connection:
            session = await self._registered(connection)
            self._sessions += 1
            await self._user.use(session)

    @asynccontextmanager
    async def _dialled(self) -> AsyncIterator[ClientConnection]:
        dialling = connect(
            self._address.robot_url,
            additional_headers={"Authorization": f"Bearer {self._token}"},
            compression=None,
            max_size=MAX_MESSAGE_BYTES,
            open_timeout=OPEN_TIMEOUT_S,
            ping_interval=PING_S,
            ping_timeout=PING_S,
            close_timeout=CLOSE_TIMEOUT_S,
            write_limit=UNSENT_BYTES,
            proxy=None if self._address.is_loopback else True,
        )
        connection = await _reached(dialling.__aenter__, self._address)
        _hold_little_back(connection)
        try:
            yield connection
        finally:
            await connection.close()

    async def _registered(self, socket: ClientConnection) -> Session:
        # Until the answer is there, the limit on silence is the limit on registering.
        patient = RobotRegistered(robot_id="", session_id="", heartbeat_s=REGISTER_TIMEOUT_S / SILENT_HEARTBEATS)
        door = Session(socket, patient)
        await door.send(self._user.hello())
        try:
            async with asyncio.timeout(REGISTER_TIMEOUT_S):
                while True:
                    payload = (await door.receive()).payload
                    if isinstance(payload, RobotRegistered):
                        return Session(socket, payload)
                    _refuse(payload)
        except TimeoutError:
            raise ConnectionLostError(f"The hello was not answered within {REGISTER_TIMEOUT_S:g} s.") from None

    async def _pause(self, ended: asyncio.Event, delay_s: float) -> None:
        logger.info("Trying again in %.1f s.", delay_s)
        try:
            async with asyncio.timeout(delay_s):
                await ended.wait()
        except TimeoutError:
            return


def retry_delay_s(failures: int, rng: random.Random) -> float:
    """Seconds before dialling again: at most one at first, then full jitter between 1 and a bound that doubles to 60.

    "Full jitter" as in Amazon's "Exponential Backoff And Jitter": robots that lost one orchestrator together do
    not come back in step.
    """
    if failures <= 1:
        return rng.uniform(0.05, RETRY_MIN_S)
    return rng.uniform(RETRY_MIN_S, min(RETRY_MAX_S, 2.0 ** min(failures, 16)))


async def _reached(dial: Callable[[], Awaitable[ClientConnection]], address: OrchestratorAddress) -> ClientConnection:
    try:
        return await dial()
    except InvalidStatus as error:
        status = error.response.status_code
        if status in _NO_ENTRY:
            raise EntryRefusedError(address, status) from error
        if status in _NOT_BOTSWAIN:
            raise StrangerError(f"{address.http_base} answered {status}: is it Botswain?") from error
        raise ConnectionLostError(f"it answered with HTTP {status} instead of opening a WebSocket.") from error
    except InvalidMessage as error:
        if isinstance(error.__cause__, EOFError):
            raise ConnectionLostError("it hung up before it answered.") from error
        raise StrangerError(f"{address.http_base} answered with no HTTP/1.1: is it Botswain?") from error
    except TimeoutError as error:
        raise ConnectionLostError(f"it did not answer within {OPEN_TIMEOUT_S:g} s.") from error
    except (OSError, WebSocketException) as error:
        raise ConnectionLostError(str(error) or type(error).__name__) from error


def _hold_little_back(connection: ClientConnection) -> None:
    """Let the system call the connection full early (TCP_NOTSENT_LOWAT of tcp(7)), where it knows how."""
    raw = connection.transport.get_extra_info("socket")
    option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    if raw is not None and option is not None:
        with suppress(OSError):
            raw.setsockopt(socket.IPPROTO_TCP, option, UNSENT_BYTES)


def _refuse(payload: Payload) -> None:
    if isinstance(payload, ErrorReport):
        raise ConnectionLostError(f"the hello was refused ({payload.code}): {payload.message}")
    logger.warning("A %s came before the registration and was ignored.", payload.message_type)


def _why_closed(error: ConnectionClosed) -> str:
    if error.rcvd is None:
        return "the connection broke."
    reason = f": {error.rcvd.reason}" if error.rcvd.reason else ""
    return f"the orchestrator closed the connection (code {error.rcvd.code}{reason})."
