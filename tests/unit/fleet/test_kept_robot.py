"""A robot of this machine that its owner keeps: started again after a crash, not after an end of its own."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from orchestrator.fleet import kept_robot
from orchestrator.fleet.child import ChildCommand
from orchestrator.fleet.kept_robot import KeptRobot, KeptState, RobotOrder, last_lines

LIMIT_S = 60.0
WAITS = "import sys; sys.stdin.read()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Script(RobotOrder):
    """A robot whose process is a small program."""

    program: str

    def command(self) -> ChildCommand:
        return ChildCommand(name=self.name, arguments=["-c", self.program], log_file=self.log_file)


def order(folder: Path, program: str = WAITS, name: str = "anna") -> Script:
    return Script(name=name, robots_url="ws://127.0.0.1:1", token="t", folder=folder, program=program)


class Watched:
    """A kept robot, and what it told."""

    def __init__(self, given: RobotOrder) -> None:
        self.robot = KeptRobot(given, self._told)
        self._news = asyncio.Event()

    def _told(self) -> None:
        self._news.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(LIMIT_S):
            while not condition():
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def kept(given: RobotOrder) -> AsyncIterator[Watched]:
    watched = Watched(given)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(watched.robot.keep())
        try:
            yield watched
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await watched.robot.stop()


async def test_it_runs_and_is_gone_when_it_is_stopped(tmp_path: Path) -> None:
    async with kept(order(tmp_path)) as watched:
        await watched.until(lambda: watched.robot.state is KeptState.RUNNING)
        pid = watched.robot.pid
        assert psutil.pid_exists(pid)
    assert watched.robot.state is KeptState.STOPPED
    assert not psutil.pid_exists(pid)


async def test_after_a_crash_it_is_started_again_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_robot, "PAUSES_S", (0.0,))
    async with kept(order(tmp_path)) as watched:
        await watched.until(lambda: watched.robot.state is KeptState.RUNNING)
        first = watched.robot.pid
        os.kill(first, signal.SIGKILL)
        await watched.until(lambda: watched.robot.pid not in (0, first))
        assert watched.robot.words == "It was killed by signal 9 and was started again."
        assert watched.robot.crashes == 1


async def test_one_that_ends_on_its_own_account_is_left_alone_with_its_last_words(tmp_path: Path) -> None:
    program = "import sys; sys.stderr.write('No browser was found.\\n'); sys.exit(2)"
    async with kept(order(tmp_path, program)) as watched:
        await watched.until(lambda: watched.robot.state is KeptState.ENDED)
        assert watched.robot.words == "anna ended by itself: No browser was found."
        assert last_lines(watched.robot.order.log_file) == "No browser was found.\n"


async def test_one_that_is_to_restart_begins_anew_without_a_pause(tmp_path: Path) -> None:
    mark = tmp_path / "once"
    program = (
        f"import pathlib, sys; mark = pathlib.Path({str(mark)!r})\n"
        "if mark.exists(): sys.stdin.read()\n"
        "else: mark.touch(); sys.exit(75)"
    )
    async with kept(order(tmp_path, program)) as watched:
        await watched.until(lambda: watched.robot.state is KeptState.RUNNING and mark.exists())
        assert (watched.robot.words, watched.robot.crashes) == ("", 0)


def test_each_name_has_a_folder_of_its_own_and_the_token_is_its_owners_only(tmp_path: Path) -> None:
    names = ("anna", "anna/..", "../anna", "Änna", ".anna")
    folders = {order(tmp_path, name=name).state_folder for name in names}
    assert len(folders) == len(names)
    assert all(folder.parent == tmp_path / "robots" for folder in folders)
    command = RobotOrder(name="anna", robots_url="ws://127.0.0.1:1", token="secret", folder=tmp_path).command()
    assert "secret" not in command.arguments
    assert (tmp_path / "robots.token").stat().st_mode & 0o077 == 0


def test_several_that_are_started_at_once_do_not_take_the_tokens_file_from_each_other(tmp_path: Path) -> None:
    """A window with several robots of this computer starts them all when its engine answers."""
    given = [
        RobotOrder(name=f"anna-{number}", robots_url="ws://127.0.0.1:1", token="t", folder=tmp_path)
        for number in range(8)
    ]
    with ThreadPoolExecutor(len(given)) as threads:
        list(threads.map(lambda each: each.command(), given * 50))
    token = tmp_path / "robots.token"
    assert token.read_text() == "t\n"
    assert token.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.glob("robots.token*")] == [token.name]
