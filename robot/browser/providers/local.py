"""Browsers of this machine: started when needed, each a process tree of its own, with a few contexts, until worn out.

A session is a fresh context; when its browser dies, the next one simply lives in another.
"""

import asyncio
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from playwright.async_api import Error as PlaywrightError

from orchestrator.contract.errors import ErrorKind
from robot.browser.chores import Chores
from robot.browser.driver import Driver
from robot.browser.driver_keeper import DriverKeeper
from robot.browser.find import BrowserChoice, BrowserKind, Engine, find_browser
from robot.browser.launch import RunningBrowser, launch
from robot.browser.lease import Lease, Outcome
from robot.browser.processes import memory_bytes
from robot.browser.providers.contexts import answers, closed, new_context, new_page
from robot.browser.providers.port import Capabilities, CapacityError, ProviderFigures, SessionSpec
from robot.browser.providers.wear import Wear, WearTerms, wear_of
from robot.browser.slot import BrowserSlot
from robot.errors import ActionError

KIND = "local"
MEMORY_CHECK_EVERY = 10
"""Leases between two looks at a browser's memory."""
MEMORY_CHECK_S = 30.0
"""Seconds between two looks while nothing is given back."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSettings:
    """Which browser, how many, and when one is worn out."""

    browser: str | None = None
    """A path, `chrome`, `msedge`, `chromium`, `firefox`, `webkit`; None: BOTSWAIN_BROWSER, or the best there is."""
    headless: bool = True
    max_browsers: int = field(default_factory=lambda: max(1, os.cpu_count() or 1))
    contexts_per_browser: int | None = None
    """None: four for a headless shell, one for a full browser."""
    wear: WearTerms = field(default_factory=WearTerms)


class LocalSlot(BrowserSlot):
    """A browser of our own and its account."""

    def __init__(self, running: RunningBrowser, driver: Driver) -> None:
        super().__init__(running, driver)
        self.started_at_s = running.started_at_s
        self.measured_s = running.started_at_s


class LocalProvider:
    """Implements `BrowserProvider`; see the module."""

    kind = KIND

    def __init__(
        self, settings: LocalSettings, drivers: DriverKeeper, *, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._drivers = drivers
        self._monotonic_s = monotonic_s
        self._choice: BrowserChoice | None = None
        self._slots: list[LocalSlot] = []
        self._leases: set[Lease] = set()
        self._placing = asyncio.Lock()
        self._launches: set[asyncio.Task[LocalSlot]] = set()
        self._chores = Chores()
        self._retired: Counter[str] = Counter()
        self._launched = self._lost = self._leaked = 0
        self._closed = False

    async def start(self) -> str:
        """Finds the browser and sweeps what dead robots left; RobotSetupError when there is no browser."""
        if self._choice is None:
            self._choice = find_browser(self._settings.browser, headless=self._settings.headless)
            await self._drivers.sweep()
        return str(self._choice)

    @property
    def engine(self) -> str:
        """What drives the browser that was found."""
        return self._choice.engine.value if self._choice is not None else Engine.CHROMIUM.value

    @property
    def capabilities(self) -> Capabilities:
        """Fresh contexts, as many as the browsers hold."""
        most = self._settings.max_browsers * self._contexts_per_browser
        is_full = self._choice is not None and self._choice.kind is BrowserKind.FULL
        return Capabilities(isolation=True, downloads=True, extensions=is_full, most_sessions=most)

    @property
    def _contexts_per_browser(self) -> int:
        if self._settings.contexts_per_browser is not None:
            return self._settings.contexts_per_browser
        return 4 if self._choice is None or self._choice.kind is BrowserKind.HEADLESS_SHELL else 1

    async def acquire(self, spec: SessionSpec) -> Lease:
        """A fresh context in the least loaded browser."""
        slot = await self._place()
        try:
            context = await new_context(slot.running.browser, spec.options)
            page = await new_page(context)
        except (PlaywrightError, ActionError) as error:
            slot.sessions -= 1
            slot.crashes += 1
            await self._retire_if_worn(slot)
            kind = ErrorKind.BROWSER_LOST if slot.driver.is_alive else ErrorKind.DRIVER_LOST
            raise ActionError.of(kind, f"The browser opens no session: {error}") from error
        except BaseException:
            slot.sessions -= 1
            slot.is_retiring = True  # the half-opened context goes with its browser
            self._chores.add(self._retire_if_worn(slot))
            raise
        lease = Lease(slot=slot, context=context, page=page, provider=KIND)
        self._leases.add(lease)
        return lease

    async def probe(self, lease: Lease) -> bool:
        """True when the session's page answers."""
        return lease.slot.is_alive and await answers(lease.page)

    async def release(self, lease: Lease, outcome: Outcome) -> None:
        """Closes the context; a browser that does not manage in time is ended. A second time does nothing."""
        if lease not in self._leases:
            return
        self._leases.discard(lease)
        # a run that is cancelled while its browser hangs must not leave that browser behind
        await asyncio.shield(self._chores.add(self._give_back(lease, outcome)))

    async def tidy(self, *, idle_s: float, spare: int) -> None:
        """Measures browsers, and ends those that have been empty for long, but for what the spare sessions need."""
        for slot in list(self._slots):
            if self._monotonic_s() - slot.measured_s >= MEMORY_CHECK_S:
                await self._measure(slot)
        async with self._placing:
            await self._bury_the_dead()
            room = sum(self._contexts_per_browser - each.sessions for each in self._slots if not each.is_retiring)
            for slot in [each for each in self._slots if each.sessions == 0]:
                room -= self._contexts_per_browser
                if room < spare or self._monotonic_s() - slot.empty_since_s < idle_s:
                    room += self._contexts_per_browser
                elif slot in self._slots:  # it may have retired while another one was ended
                    await self._retire(slot, Wear.IDLE)

    def pids(self) -> Sequence[int]:
        """The browsers' processes."""
        return tuple(slot.running.pid for slot in self._slots if slot.running.pid is not None)

    def figures(self) -> ProviderFigures:
        """How it stands."""
        return ProviderFigures(
            browsers=len(self._slots),
            launched=self._launched,
            retired=dict(self._retired),
            lost=self._lost,
            leaked=self._leaked,
            memory_bytes=sum(slot.memory_bytes for slot in self._slots),
        )

    async def close(self) -> int:
        """Ends every browser; gives the number of processes that would not die."""
        self._closed = True
        self._leases.clear()
        left = 0
        async with self._placing:
            await asyncio.gather(*self._launches, return_exceptions=True)
            await self._chores.settle()
            for slot in list(self._slots):
                self._slots.remove(slot)
                left += await slot.running.close()
        self._leaked += left
        return left

    async def _place(self) -> LocalSlot:
        """A browser with room, its account already charged; started when there is none."""
        async with self._placing:
            if self._closed:
                raise CapacityError("The robot's browsers are closed.")
            await self._bury_the_dead()
            slot = self._with_room() or await self._launch()
            slot.sessions += 1
            slot.leases += 1
            return slot

    def _with_room(self) -> LocalSlot | None:
        """The least loaded browser; None while another one may be started and all have work."""
        for slot in self._slots:
            slot.is_retiring = slot.is_retiring or self._wear(slot) is not None
        able = [each for each in self._slots if not each.is_retiring and each.sessions < self._contexts_per_browser]
        best = min(able, key=lambda each: each.sessions, default=None)
        serving = sum(not each.is_retiring for each in self._slots)
        may_start = serving < self._settings.max_browsers
        return None if best is not None and best.sessions > 1 and may_start else best

    def _wear(self, slot: LocalSlot) -> Wear | None:
        return wear_of(
            self._settings.wear,
            leases=slot.leases,
            age_s=self._monotonic_s() - slot.started_at_s,
            crashes=slot.crashes,
            memory_bytes=slot.memory_bytes,
        )

    async def _launch(self) -> LocalSlot:
        """Starts a browser; who asked may stop waiting for it, but the browser still gets an owner."""
        task = asyncio.get_running_loop().create_task(self._start_browser())
        self._launches.add(task)
        task.add_done_callback(self._launched_or_not)
        return await asyncio.shield(task)

    def _launched_or_not(self, task: asyncio.Task[LocalSlot]) -> None:
        """Whoever asked may have gone: then a start that failed is told to nobody else."""
        self._launches.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.debug("a browser did not start: %s", error)

    async def _start_browser(self) -> LocalSlot:
        await self.start()
        assert self._choice is not None
        driver = await self._drivers.living()
        slot = LocalSlot(await launch(driver, self._choice, headless=self._settings.headless), driver)
        slot.empty_since_s = self._monotonic_s()
        self._launched += 1
        self._slots.append(slot)
        return slot

    async def _bury_the_dead(self) -> None:
        for slot in [each for each in self._slots if not each.is_alive]:
            self._slots.remove(slot)
            self._lost += 1
            log.info("browser %s is gone after %d leases", slot.running.pid, slot.leases)
            self._leaked += await slot.running.kill()

    async def _give_back(self, lease: Lease, outcome: Outcome) -> None:
        slot = next((each for each in self._slots if each is lease.slot), None)
        is_closed = False
        try:
            is_closed = not lease.slot.is_alive or await closed(lease.context)
            if not is_closed:
                log.info("browser %s does not close a session in time and is ended", lease.slot.running.pid)
                await lease.slot.running.kill()
        finally:
            lease.slot.sessions -= 1
            lease.slot.crashes += outcome is Outcome.BROKEN
            lease.slot.is_retiring |= not is_closed  # a context that may still be open goes with its browser
        if slot is not None:
            slot.empty_since_s = self._monotonic_s()
            await self._retire_if_worn(slot)

    async def _retire_if_worn(self, slot: LocalSlot) -> None:
        if slot.leases % MEMORY_CHECK_EVERY == 0:
            await self._measure(slot)
        wear = self._wear(slot)
        if slot.sessions == 0 and (slot.is_retiring or wear) and slot in self._slots:
            await self._retire(slot, wear or Wear.BROKEN)

    async def _measure(self, slot: LocalSlot) -> None:
        slot.measured_s = self._monotonic_s()
        if slot.is_alive and slot.running.pid is not None:
            slot.memory_bytes = await asyncio.to_thread(memory_bytes, slot.running.pid)

    async def _retire(self, slot: LocalSlot, reason: Wear) -> None:
        self._slots.remove(slot)
        self._retired[reason] += 1
        self._leaked += await slot.running.close()
