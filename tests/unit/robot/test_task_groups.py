"""A task that outlived a failed group is not taken for a cancelled one."""

import asyncio

import pytest

from robot.task_groups import GroupCancels


async def _left_by_a_group() -> None:
    """What Python 3.11.2 leaves: a cancel that was delivered and never taken back."""
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.sleep(0)


async def test_a_timeout_after_the_group_is_a_timeout_again() -> None:
    cancels = GroupCancels()
    await _left_by_a_group()
    cancels.take_back()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await asyncio.Event().wait()


async def test_cancels_from_before_the_group_stay() -> None:
    await _left_by_a_group()
    cancels = GroupCancels()
    await _left_by_a_group()
    cancels.take_back()
    task = asyncio.current_task()
    assert task is not None
    assert task.uncancel() == 0
