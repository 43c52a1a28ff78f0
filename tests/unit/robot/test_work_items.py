"""What runs ask about work items: on the disk before it is said where it must not be lost, and until it is answered."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from orchestrator.contract.protocol.message import AttemptRef, Payload
from orchestrator.contract.protocol.work_items import WorkItemAnswer, WorkItemAsk
from orchestrator.contract.work_items import CompleteItem, ItemOutcome, TakeItem
from robot.config import OrchestratorAddress
from robot.work_items import WorkItemAsks

REF = AttemptRef(job_id="j", attempt=1)


class Line:
    """A session: what was said on it."""

    def __init__(self) -> None:
        self.said: asyncio.Queue[WorkItemAsk] = asyncio.Queue()

    async def send(self, message: Payload) -> None:
        assert isinstance(message, WorkItemAsk)
        self.said.put_nowait(message)

    async def next(self) -> WorkItemAsk:
        async with asyncio.timeout(10):
            return await self.said.get()


@asynccontextmanager
async def session(asks: WorkItemAsks, *, is_understood: bool = True) -> AsyncIterator[Line]:
    line = Line()
    task = asyncio.create_task(asks.attend(line.send, is_understood=is_understood))  # noqa: TID251  the session of this test, ended below
    yield line
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def asking(question: Coroutine[Any, Any, WorkItemAnswer]) -> AsyncIterator[asyncio.Task[WorkItemAnswer]]:
    """Somebody waits for an answer."""
    task = asyncio.create_task(question)  # noqa: TID251  the step of this test, ended below
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def answer(message: WorkItemAsk) -> WorkItemAnswer:
    return WorkItemAnswer(
        job_id=message.job_id,
        attempt=message.attempt,
        request_id=message.request_id,
        outcome=ItemOutcome.DONE,
        state="successful",
    )


@pytest.fixture
def asks(tmp_path: Path) -> WorkItemAsks:
    return made(tmp_path)


def made(folder: Path, port: int = 9) -> WorkItemAsks:
    address = OrchestratorAddress(host="127.0.0.1", port=port)
    return WorkItemAsks(address, "token", robot_id="r", folder=folder / "items")


async def test_how_an_item_ended_is_on_the_disk_until_it_is_answered(asks: WorkItemAsks, tmp_path: Path) -> None:
    async with session(asks) as line, asking(asks.ask(REF, CompleteItem(output=1))) as waiting:
        message = await line.next()
        (file,) = (tmp_path / "items").iterdir()
        assert WorkItemAsk.model_validate_json(file.read_bytes()) == message
        await asks.answered(answer(message))
        assert (await waiting).state == "successful"
        assert not file.exists()


@pytest.mark.feature("X28")
async def test_what_is_open_is_asked_again_on_the_next_session_in_the_same_words(asks: WorkItemAsks) -> None:
    async with asking(asks.ask(REF, CompleteItem())) as waiting:
        async with session(asks) as line:
            first = await line.next()
        async with session(asks) as line:
            assert await line.next() == first
            await asks.answered(answer(first))
            await waiting
        async with session(asks) as line, asking(asks.ask(REF, TakeItem(queue="q"))):
            assert isinstance((await line.next()).wish, TakeItem)
            assert line.said.empty()


async def test_an_orchestrator_without_work_items_is_not_asked_and_ends_wait_for_one_that_has_them(
    asks: WorkItemAsks, tmp_path: Path
) -> None:
    async with asking(asks.ask(REF, CompleteItem())) as ending:
        async with session(asks) as line:
            await line.next()
        async with session(asks, is_understood=False) as line:
            refused = await asks.ask(REF, TakeItem(queue="q"))
            assert (refused.outcome, "older release" in refused.message) == (ItemOutcome.REFUSED, True)
            assert line.said.empty()
        assert not ending.done()
        assert len(list((tmp_path / "items").iterdir())) == 1


async def test_a_wish_that_nobody_waits_for_any_more_is_forgotten_and_an_end_is_not(
    asks: WorkItemAsks, tmp_path: Path
) -> None:
    async with session(asks) as line:
        async with asking(asks.ask(REF, TakeItem(queue="q"))):
            await line.next()
        async with asking(asks.ask(REF, CompleteItem())):
            end = await line.next()
    async with session(asks) as line:
        assert await line.next() == end
        assert line.said.empty()
    assert len(list((tmp_path / "items").iterdir())) == 1


async def test_an_answer_that_nobody_asked_for_does_no_harm(asks: WorkItemAsks) -> None:
    message = WorkItemAsk(job_id="j", attempt=1, request_id="r", wish=CompleteItem())
    await asks.answered(answer(message))


@asynccontextmanager
async def server(status: str) -> AsyncIterator[tuple[int, list[bytes]]]:
    """Answers everything with a status, and keeps what it heard."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        heard.append(head + await reader.readexactly(length))
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}".encode())
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield listening.sockets[0].getsockname()[1], heard
    listening.close()


async def left_behind(folder: Path) -> WorkItemAsk:
    """A process died after it had put an end on the disk."""
    dead = made(folder)
    async with session(dead) as line, asking(dead.ask(REF, CompleteItem())):
        return await line.next()


@pytest.mark.parametrize(("status", "is_left"), [("200 OK", False), ("503 Service Unavailable", True)])
async def test_the_next_process_tells_what_a_dead_one_could_not(tmp_path: Path, status: str, *, is_left: bool) -> None:
    message = await left_behind(tmp_path)
    (tmp_path / "items" / "damaged.item.json").write_text("{")
    async with server(status) as (port, heard):
        await made(tmp_path, port).send_leftovers()
    (said,) = heard
    assert b"POST /api/v1/items/reports" in said
    assert message.request_id.encode() in said
    assert bool(list((tmp_path / "items").iterdir())) is is_left


async def test_an_orchestrator_that_is_away_does_not_hold_the_start_up(tmp_path: Path) -> None:
    await left_behind(tmp_path)
    await made(tmp_path, 1).send_leftovers()
    assert len(list((tmp_path / "items").iterdir())) == 1
