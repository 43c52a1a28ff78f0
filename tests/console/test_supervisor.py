"""The embedded engine as a real child process: it gets ready, comes back after a crash, and leaves nothing behind."""

import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pytest

from orchestrator.client.client import OrchestratorClient
from orchestrator.console.app import run_console
from orchestrator.console.display import display_trouble
from orchestrator.console.supervisor import Supervisor

Wait = Callable[..., Awaitable[None]]
START_S = 90.0
"""An engine starts in two seconds; on a machine with ten other things to do it needs many times that."""


@pytest.mark.timeout(3 * START_S)
async def test_the_engine_starts_comes_back_after_a_crash_and_ends(tmp_path: Path, wait_until: Wait) -> None:
    supervisor = Supervisor(tmp_path)
    addresses: list[tuple[str, str]] = []
    words: list[str] = []
    supervisor.ready.connect(lambda url, key: addresses.append((url, key)))
    supervisor.words.connect(words.append)
    supervisor.start()
    try:
        await wait_until(lambda: addresses, START_S)
        async with OrchestratorClient(*addresses[0]) as client:
            assert (await client.health()).status == "healthy"
        os.kill(supervisor.pid, signal.SIGKILL)
        await wait_until(lambda: len(addresses) == 2, START_S)
        assert any("Starting it again" in text for text in words)
        pid = supervisor.pid
    finally:
        ended = supervisor.end()
    assert ended
    assert not psutil.pid_exists(pid)


@pytest.mark.parametrize("connect", ["http://127.0.0.1:9", "127.0.0.1:9"])
def test_without_a_key_the_console_says_so(connect: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:

    assert run_console(connect, None, tmp_path) == 2
    assert "wants a key" in capsys.readouterr().err


def test_without_a_display_the_console_says_so() -> None:

    assert "There is no display" in display_trouble({})
    assert display_trouble({"QT_QPA_PLATFORM": "offscreen"}) == ""
    trouble = display_trouble({"DISPLAY": ":65000"})
    assert "Nobody answers" in trouble or "missing" in trouble
