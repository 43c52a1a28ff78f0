"""One browser that sessions live in, as its provider accounts for it."""

from typing import Protocol

from playwright.async_api import Browser

from robot.browser.driver import Driver


class HeldBrowser(Protocol):
    """A browser that is held: a process of our own, or a connection to one that somebody else runs."""

    browser: Browser

    @property
    def pid(self) -> int | None:
        """Its process on this machine; None when it is not ours to end."""
        ...

    @property
    def is_alive(self) -> bool:
        """True while it can be worked with."""
        ...

    async def close(self) -> int:
        """Ends it in order, as far as it is ours; gives the number of processes that would not die."""
        ...

    async def kill(self) -> int:
        """Ends it at once, without asking it; the connection, where the browser is not ours."""
        ...


class BrowserSlot:
    """A held browser and its account."""

    def __init__(self, running: HeldBrowser, driver: Driver) -> None:
        self.running = running
        self.driver = driver
        self.sessions = 0
        self.leases = 0
        self.crashes = 0
        self.traces = 0
        """Recordings under way in it."""
        self.is_retiring = False
        self.empty_since_s = 0.0
        """By the monotonic clock, while it has no session."""
        self.memory_bytes = 0
        """When it was last measured."""

    @property
    def is_alive(self) -> bool:
        """True while sessions can work in it."""
        return self.driver.is_alive and self.running.is_alive
