"""What Python 3.11.2, Debian 12's, leaves behind when a task group ends with an error.

A child's failure cancels the group's own task, and early 3.11 releases forget to take that back when the task was
already waiting at the end of the group. The task then counts as being cancelled, and the next `asyncio.timeout` in it
that runs out raises CancelledError instead of TimeoutError: a loop that only wanted to pause would end in silence.
"""

import asyncio


class GroupCancels:
    """Counts the cancels that a task has when it begins a group, and takes back those that the group left."""

    def __init__(self) -> None:
        self._task = asyncio.current_task()
        self._before = self._task.cancelling() if self._task is not None else 0

    def take_back(self) -> None:
        """Call it where the group's error has been caught; a cancel from outside does not get there."""
        while self._task is not None and self._task.cancelling() > self._before:
            self._task.uncancel()
