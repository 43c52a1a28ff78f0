"""The robot's driver: one for all, replaced when it died, and missed at once when it has nothing to do."""

import asyncio
import os
import signal
from pathlib import Path

import psutil
import pytest
from log_guard import ExpectWarning

from robot.browser.driver_keeper import DriverKeeper
from robot.browser.processes import until_ended

LIMIT_S = 30


async def test_an_idle_driver_that_dies_is_cleared_away_and_replaced(
    tmp_path: Path, expected_warnings: ExpectWarning
) -> None:
    # the event loop watches the same process, and who collects its end second says so
    expected_warnings("Unknown child process pid", optional=True)
    keeper = DriverKeeper(tmp_path)
    first = await keeper.living()
    assert await keeper.living() is first
    os.kill(first.pid, signal.SIGKILL)
    async with asyncio.timeout(LIMIT_S):
        while first.folder.exists():  # noqa: ASYNC110  nobody is told, that is the point
            await asyncio.sleep(0.01)
    second = await keeper.living()
    assert second.pid != first.pid
    assert await keeper.stop() == 0
    assert not psutil.pid_exists(second.pid)


@pytest.mark.parametrize("ends_first", [True, False])
async def test_the_end_of_a_process_is_told_whenever_one_asks(ends_first: bool) -> None:
    process = await asyncio.create_subprocess_exec("sleep", "0" if ends_first else "600")
    if ends_first:
        await process.wait()
        await until_ended(process.pid)
        return
    async with asyncio.timeout(LIMIT_S), asyncio.TaskGroup() as group:
        waiting = group.create_task(until_ended(process.pid))
        await asyncio.sleep(0)
        assert not waiting.done()
        process.kill()
    await process.wait()
