"""Writes that share a sync: nobody is answered before the disk has it, and nobody is told of another's trouble."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from robot.shared_writes import SharedWrites


class Disk:
    """Notes each group, and holds the first one back until it is let go."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.has_begun = threading.Event()
        self.may_go_on = threading.Event()
        self.refuses: Exception | None = None

    def write(self, items: Sequence[int]) -> list[int | Exception]:
        self.groups.append(list(items))
        self.has_begun.set()
        assert self.may_go_on.wait(10)
        if self.refuses is not None:
            raise self.refuses
        return [ValueError(item) if item < 0 else item * 10 for item in items]


async def test_what_arrives_during_a_write_goes_together_into_the_next() -> None:
    disk = Disk()
    writes: SharedWrites[int, int] = SharedWrites(disk.write)
    async with asyncio.TaskGroup() as group:
        first = [group.create_task(writes.put(number)) for number in (1, 2)]
        await asyncio.to_thread(disk.has_begun.wait, 10)
        rest = [group.create_task(writes.put(number)) for number in (3, 4, 5)]
        await asyncio.sleep(0)
        disk.may_go_on.set()
    assert disk.groups == [[1, 2], [3, 4, 5]]
    assert [task.result() for task in (*first, *rest)] == [10, 20, 30, 40, 50]


async def test_a_refused_item_concerns_nobody_else() -> None:
    disk = Disk()
    disk.may_go_on.set()
    writes: SharedWrites[int, int] = SharedWrites(disk.write)
    good, bad = await writes.put_all([1, -2])
    assert good == 10
    assert isinstance(bad, ValueError)
    with pytest.raises(ValueError, match="-3"):
        await writes.put(-3)


async def test_a_disk_that_refuses_is_everybodys_trouble_and_the_next_try_is_free() -> None:
    disk = Disk()
    disk.may_go_on.set()
    disk.refuses = OSError("full")
    writes: SharedWrites[int, int] = SharedWrites(disk.write)
    assert [type(each) for each in await writes.put_all([1, 2])] == [OSError, OSError]
    disk.refuses = None
    assert await writes.put(7) == 70


async def test_who_is_called_off_leaves_the_others_their_answers() -> None:
    disk = Disk()
    writes: SharedWrites[int, int] = SharedWrites(disk.write)
    async with asyncio.TaskGroup() as group:
        impatient, patient = (group.create_task(writes.put(number)) for number in (1, 2))
        await asyncio.to_thread(disk.has_begun.wait, 10)
        impatient.cancel()
        disk.may_go_on.set()
    assert patient.result() == 20
    assert impatient.cancelled()
