"""The robot's one driver of Playwright: started when it is first needed, replaced when it died, ended at the end."""

import asyncio
import logging
from pathlib import Path

from robot.browser.driver import Driver
from robot.browser.processes import until_ended
from robot.browser.scratch import Scratch, remove

log = logging.getLogger(__name__)


class DriverKeeper:
    """Shared by everybody on the robot who opens browsers."""

    def __init__(self, folder: Path) -> None:
        """`folder`: the drivers and their browsers write temporary files below it."""
        self._scratch = Scratch(folder)
        self._driver: Driver | None = None
        self._watching: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._swept = False
        self.leaked = 0
        """Processes that a dead robot had left, or that would not die with a driver."""

    async def sweep(self) -> None:
        """End what dead robots left behind; once is enough."""
        if self._swept:
            return
        self._swept = True
        orphans = await asyncio.to_thread(self._scratch.sweep)
        if orphans:
            self.leaked += orphans
            log.info("ended %d browser processes that a dead robot had left", orphans)

    async def living(self) -> Driver:
        """The driver, alive. ActionError or an error of Playwright when it does not start."""
        async with self._starting:
            if self._driver is not None and not self._driver.is_alive:
                self.leaked += await self._stop()
            if self._driver is None:
                self._driver = await Driver.start(await asyncio.to_thread(self._scratch.create))
                self._watching = asyncio.get_running_loop().create_task(self._watch(self._driver))
            return self._driver

    async def stop(self) -> int:
        """End it; gives the number of processes that would not die."""
        async with self._starting:
            left = await self._stop()
        self.leaked += left
        watching, self._watching = self._watching, None
        if watching is not None:
            watching.cancel()
            await asyncio.wait({watching})
        return left

    async def _watch(self, driver: Driver) -> None:
        """A driver with nothing to do dies unnoticed: `is_connected()` stays true, and nobody clears up after it."""
        await until_ended(driver.pid)
        async with self._starting:
            if self._driver is driver:
                log.info("Playwright's driver %d ended by itself; what it has left is cleared away", driver.pid)
                self.leaked += await self._stop()

    async def _stop(self) -> int:
        driver, self._driver = self._driver, None
        if driver is None:
            return 0
        left = await driver.stop()
        await asyncio.to_thread(remove, driver.folder)
        return left
