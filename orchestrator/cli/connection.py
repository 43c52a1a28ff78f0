"""How a command finds the orchestrator it speaks to, and how it waits for the answers."""

import asyncio
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from orchestrator.cli.options import given
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.endpoint import Endpoint
from orchestrator.contract.errors import UserError

T = TypeVar("T")

COMMAND_LINE = "command line"
"""Who acts, in the activity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where an orchestrator is, and what opens it."""

    url: str
    key: str


def find_address(connect: str | None, key: str | None, data_dir: Path | None) -> Address:
    """Arguments and environment first, then the note that an orchestrator leaves in its data folder.

    UserError when nothing says where to go.
    """
    from orchestrator.config import load_settings  # noqa: PLC0415  the help of a command needs no settings

    connect, key = given(connect, key)
    folder = load_settings(data_dir=data_dir).data_dir
    note = Endpoint.of(folder)
    if connect is None:
        if note is None:
            raise UserError(
                "No orchestrator runs here: start one with `botswain serve`, or name another one with --connect URL.",
                field="--connect",
            )
        return Address(url=note.url, key=key or note.key)
    url = normalised(connect)
    if key is None and note is not None and note.url == url:
        key = note.key
    if key is None:
        raise UserError(f"The orchestrator at {url} wants a key: give --key, or set BOTSWAIN_KEY.", field="--key")
    return Address(url=url, key=key)


def normalised(connect: str) -> str:
    """`host:8765` as `http://host:8765`; UserError for what is no address."""
    text = connect.strip().rstrip("/")
    text = text if "://" in text else f"http://{text}"
    text = text.replace("ws://", "http://", 1) if text.startswith("ws://") else text
    text = text.replace("wss://", "https://", 1) if text.startswith("wss://") else text
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable:
        raise UserError(f"--connect: {connect!r} is no address; write it like http://host:8765.", field="--connect")
    return text


@asynccontextmanager
async def connected(connect: str | None, key: str | None, data_dir: Path | None) -> AsyncIterator[OrchestratorClient]:
    """A client for the orchestrator that the options, the environment or the data folder name."""
    address = find_address(connect, key, data_dir)
    async with OrchestratorClient(address.url, address.key, actor=COMMAND_LINE) as client:
        yield client


def run_async(work: Coroutine[Any, Any, T]) -> T:
    """Do asynchronous work; Ctrl+C and SIGTERM cancel it, so that it can stop what it started."""
    return asyncio.run(_cancelled_by_signals(work))


async def _cancelled_by_signals(work: Coroutine[Any, Any, T]) -> T:
    task = asyncio.current_task()
    assert task is not None
    loop = asyncio.get_running_loop()
    stopped_by: list[int] = []

    def stop(number: int) -> None:
        stopped_by.append(number)
        task.cancel()

    handled = [number for number in (signal.SIGINT, signal.SIGTERM) if _handles(loop, number, stop)]
    try:
        return await work
    except asyncio.CancelledError:
        if stopped_by:
            raise KeyboardInterrupt from None
        raise
    finally:
        for number in handled:
            loop.remove_signal_handler(number)


def _handles(loop: asyncio.AbstractEventLoop, number: signal.Signals, stop: Any) -> bool:
    try:
        loop.add_signal_handler(number, stop, number)
    except (NotImplementedError, RuntimeError):
        # Windows' loops know no handlers; there asyncio.run cancels on Ctrl+C by itself.
        return False
    return True
