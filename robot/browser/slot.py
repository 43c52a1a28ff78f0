"""One running browser as the session pool accounts for it."""

from robot.browser.driver import Driver
from robot.browser.launch import RunningBrowser


class BrowserSlot:
    """A running browser and its account."""

    def __init__(self, running: RunningBrowser, driver: Driver) -> None:
        self.running = running
        self.driver = driver
        self.sessions = 0
        self.leases = 0
        self.crashes = 0
        self.is_retiring = False

    @property
    def is_alive(self) -> bool:
        """True while sessions can work in it."""
        return self.driver.is_alive and self.running.is_alive
