"""The curtain of a run's live view: it is down while an action handles secrets, and nothing is shown meanwhile."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Curtain:
    """Counts the actions that hold it down."""

    def __init__(self) -> None:
        self._hands = 0
        self._is_up = asyncio.Event()
        self._is_up.set()
        self.falls = 0
        """How often it came down: who saw something before and after a fall has seen two different things."""

    @property
    def is_down(self) -> bool:
        """True while nothing may be shown."""
        return self._hands > 0

    @contextmanager
    def down(self) -> Iterator[None]:
        """Hold it down."""
        self._hands += 1
        self.falls += 1
        self._is_up.clear()
        try:
            yield
        finally:
            self._hands -= 1
            if not self._hands:
                self._is_up.set()

    async def until_up(self) -> None:
        """Wait until something may be shown."""
        await self._is_up.wait()
