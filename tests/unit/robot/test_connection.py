"""How soon a robot dials again, and when it does not."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from orchestrator.contract.protocol.codec import encode
from orchestrator.contract.protocol.robots import RobotHello, RobotRegistered
from robot.clock import SystemClock
from robot.config import parse_address
from robot.connection import RETRY_MAX_S, RETRY_MIN_S, Connection, ConnectionLostError, Session, retry_delay_s
from robot.errors import RobotSetupError

LIMIT_S = 20.0


def test_the_first_retry_is_quick_and_later_ones_spread_out_to_a_minute() -> None:
    rng = random.Random(1)
    assert all(retry_delay_s(1, rng) <= RETRY_MIN_S for _ in range(200))
    late = [retry_delay_s(50, rng) for _ in range(2_000)]
    assert min(late) >= RETRY_MIN_S
    assert max(late) <= RETRY_MAX_S
    assert 25 < sum(late) / len(late) < 36


def test_the_bound_doubles() -> None:
    rng = random.Random(1)
    assert max(retry_delay_s(3, rng) for _ in range(500)) <= 8
    assert max(retry_delay_s(4, rng) for _ in range(500)) > 8


class Impatient(random.Random):
    """Never waits."""

    def uniform(self, a: float, b: float) -> float:
        return min(a, b, 0.0)


class Leaver:
    """Breaks its first session and leaves on its second."""

    def __init__(self) -> None:
        self.sessions = 0

    def hello(self) -> RobotHello:
        return RobotHello(robot_id="r", name="r", slots=1)

    async def use(self, session: Session) -> None:
        self.sessions += 1
        if self.sessions == 1:
            raise ConnectionLostError(f"{session.registered.session_id} broke.")


@asynccontextmanager
async def answering(*answers: int) -> AsyncIterator[tuple[Connection, Leaver]]:
    """A connection to a server that gives one answer for each call; 101 lets the robot in."""
    left = list(answers)

    def door(socket: ServerConnection, _: Request) -> Response | None:
        status = left.pop(0)
        return None if status == HTTPStatus.SWITCHING_PROTOCOLS else socket.respond(HTTPStatus(status), "no\n")

    async def register(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.send(encode(RobotRegistered(robot_id="r", session_id="s", heartbeat_s=5.0)))
        await socket.wait_closed()

    user = Leaver()
    async with serve(register, "127.0.0.1", 0, process_request=door) as server, asyncio.timeout(LIMIT_S):
        address = parse_address(f"127.0.0.1:{server.sockets[0].getsockname()[1]}")
        yield Connection(address=address, token="t", user=user, clock=SystemClock(), rng=Impatient()), user


@pytest.mark.parametrize("status", [404, 405, 200])
async def test_another_program_at_the_address_ends_the_first_dialling(status: int) -> None:
    async with answering(status) as (connection, _):
        with pytest.raises(RobotSetupError, match=rf"http://127\.0\.0\.1:\d+ answered {status}: is it Botswain\?"):
            await connection.run(asyncio.Event())


async def speak_once(words: bytes, ended: asyncio.Event) -> None:
    """Dial a server that says these words to whoever comes, and hangs up."""

    async def say(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(words)
        writer.close()
        ended.set()

    async with await asyncio.start_server(say, "127.0.0.1", 0) as server, asyncio.timeout(LIMIT_S):
        address = parse_address(f"127.0.0.1:{server.sockets[0].getsockname()[1]}")
        await Connection(address=address, token="t", user=Leaver(), clock=SystemClock(), rng=Impatient()).run(ended)


@pytest.mark.parametrize("words", [b"HTTP/1.0 404 File not found\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n"])
async def test_another_protocol_at_the_address_ends_the_first_dialling(words: bytes) -> None:
    with pytest.raises(RobotSetupError, match="is it Botswain"):
        await speak_once(words, asyncio.Event())


async def test_who_hangs_up_at_once_is_dialled_again(expected_warnings: Callable[..., None]) -> None:
    expected_warnings("No connection to")
    await speak_once(b"", asyncio.Event())


async def test_an_orchestrator_that_is_busy_or_was_there_before_is_dialled_again(
    expected_warnings: Callable[..., None],
) -> None:
    expected_warnings("HTTP 503")
    expected_warnings("answered 404")
    expected_warnings("s broke")
    async with answering(503, 101, 404, 101) as (connection, user):
        await connection.run(asyncio.Event())
    assert user.sessions == 2
