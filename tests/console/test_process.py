"""The console as its user starts it: a process that opens, connects, and ends in order, with nothing left behind."""

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
from scripted_engine import KEY, ScriptedEngine

from orchestrator.client.endpoint import Endpoint

ENDS_WITHIN_S = 5.0
Wait = Callable[..., Awaitable[None]]


@asynccontextmanager
async def console(folder: Path, *arguments: str) -> AsyncIterator[Process]:
    """`python -m orchestrator.cli.main ...` under the offscreen platform, killed if the test fails."""
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "BOTSWAIN_KEY": KEY,
        "BOTSWAIN_DATA_DIR": str(folder / "data"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "HOME": str(folder),
    }
    command = (sys.executable, "-m", "orchestrator.cli.main", *arguments)
    with (folder / "console.log").open("wb") as log:
        process = await asyncio.to_thread(_start, command, environment, log.fileno())
    try:
        yield process
    finally:
        for each in family(process.pid):
            each.kill()


