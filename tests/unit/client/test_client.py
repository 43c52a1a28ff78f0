"""The client asks again where that is safe, and explains what it cannot do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import ClientError, ConnectionBrokenError, RefusedError
from orchestrator.contract.api.jobs import SubmitRequest

JOB = (
    b'{"job_id":"j","workflow_id":"w","workflow_name":"Look","workflow_hash":"h","status":"queued","priority":"low",'
    b'"created_at":"2026-01-01T00:00:00Z","changed_at":"2026-01-01T00:00:00Z"}'
)


def answer(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


@asynccontextmanager
async def scripted(*answers: bytes) -> AsyncIterator[tuple[OrchestratorClient, list[str]]]:
    """A server that gives one answer for each connection (an empty one hangs up), and notes idempotency keys."""
    left, keys = list(answers), list[str]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        keys.extend(line.partition(": ")[2] for line in head.split("\r\n") if line.lower().startswith("idempotency"))
        writer.write(left.pop(0))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    async with server, OrchestratorClient(f"http://{host}:{port}", "key") as client:
        yield client, keys


async def test_a_submission_whose_answer_was_lost_is_asked_again_with_the_same_key() -> None:
    async with scripted(b"", answer(JOB)) as (client, keys):
        assert (await client.submit(SubmitRequest(workflow="Look"))).job_id == "j"
    assert len(keys) == 2
    assert keys[0] == keys[1]


async def test_what_is_not_safe_to_repeat_is_not_repeated() -> None:
    async with scripted(b"", answer(JOB)) as (client, _):
        with pytest.raises(ConnectionBrokenError, match="broke before the answer"):
            await client.retry("j")


async def test_an_answer_that_is_not_botswains_is_recognized() -> None:
    async with scripted(answer(b"<html>hello</html>"), answer(b"nginx", "502 Bad Gateway")) as (client, _):
        with pytest.raises(ClientError, match="is it Botswain"):
            await client.info()
        with pytest.raises(RefusedError, match="502"):
            await client.info()


@pytest.mark.parametrize("name", ["", ".", ".."])
async def test_a_name_that_is_none_is_refused_before_anything_is_asked(name: str) -> None:
    async with OrchestratorClient("http://127.0.0.1:1", "key") as client:
        with pytest.raises(ClientError, match="neither an id nor a name"):
            await client.remove_workflow(name)


async def test_a_page_that_is_missing_on_another_program_names_the_address() -> None:
    async with scripted(answer(b"<h1>Not found</h1>", "404 Not Found")) as (client, _):
        with pytest.raises(RefusedError, match=r"http://127\.0\.0\.1:\d+ answered 404 .* is it Botswain\?"):
            await client.job("j")
