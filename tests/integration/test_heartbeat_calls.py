"""Addresses of heartbeats over a real socket: what counts as taken, and that a slow or broken one ends the call."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from orchestrator.server.heartbeat_calls import HttpHeartbeats


@asynccontextmanager
async def answering(status: str, *, more: str = "", hangs: bool = False) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that answers so, and the requests that it got."""
    heard: list[bytes] = []
    is_over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        if hangs:
            await reader.read()
        else:
            writer.write(f"HTTP/1.1 {status}\r\ncontent-length: 0\r\n{more}\r\n".encode())
            await writer.drain()
        writer.close()
        is_over.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/ping", heard
        if heard:
            await is_over.wait()


@pytest.mark.feature("X13")
async def test_an_address_that_answers_has_taken_the_call() -> None:
    async with answering("204 No Content") as (url, heard):
        assert await HttpHeartbeats().call(url) == ""
    assert heard[0].startswith(b"GET /ping HTTP/1.1\r\n")


async def test_a_refusal_is_told_and_a_redirect_is_not_followed() -> None:
    async with answering("503 Busy") as (url, _):
        assert await HttpHeartbeats().call(url) == "The address answered 503."
    async with answering("302 Found", more="location: http://127.0.0.1:1/\r\n") as (url, _):
        assert await HttpHeartbeats().call(url) == ""


@pytest.mark.parametrize("url", [lambda _: "http://127.0.0.1:1/", lambda url: url])
async def test_nobody_there_and_nobody_who_answers_end_the_call(url: Callable[[str], str]) -> None:
    async with answering("", hangs=True) as (hanging, _):
        assert (await HttpHeartbeats(limit_s=0.3).call(url(hanging))).startswith("The address could not be called: ")
