"""The robot's browser sessions: one driver, a few browsers, and sessions that are lent and always come back.

A browser is started when it is needed, holds a few contexts, and retires after so many leases, so much time, so much
memory or two crashes. A session is a fresh context; when its browser dies, the next lease simply gets another one.
"""

import asyncio
import itertools
import logging
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Error as PlaywrightError

from orchestrator.contract.errors import ErrorKind
from robot.browser.driver import Driver
from robot.browser.find import BrowserChoice, BrowserKind, find_browser
from robot.browser.launch import launch
from robot.browser.limits import limited
from robot.browser.processes import memory_bytes
from robot.browser.scratch import Scratch, remove
from robot.browser.session import PAGE_LIMIT_S, PLAIN, Session, SessionOptions, storage_for_playwright
from robot.browser.slot import BrowserSlot
from robot.errors import ActionError

log = logging.getLogger(__name__)

ATTEMPTS = 3
"""Browsers that one lease tries before it gives up."""
MEMORY_CHECK_EVERY = 10
"""Leases between two looks at a browser's memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPoolSettings:
    """How many sessions there may be, and when a browser is worn out."""

    state_folder: Path
    """Temporary files of the browsers live below it."""
    browser: str | None = None
    """A path or `chrome`, `msedge`, `chromium`; None: BOTSWAIN_BROWSER, or the best that is there."""
    headless: bool = True
    max_browsers: int = field(default_factory=lambda: max(1, os.cpu_count() or 1))
    contexts_per_browser: int | None = None
    """None: four for a headless shell, one for a full browser."""
    lease_wait_s: float = 60.0
    """How long a lease waits for a free place."""
    retire_after_leases: int = 100
    retire_after_s: float = 1_800.0
    retire_after_crashes: int = 2
    retire_after_bytes: int = 1_536 * 1_024 * 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolStatistics:
    """How the pool stands."""

    browsers: int
    sessions: int
    """Most that can be lent at once."""
    leased: int
    waiting: int
    launched: int
    """Browsers since the start."""
    retired: int
    lost: int
    """Browsers that died by themselves."""
    leaked: int
    """Processes that were found without an owner or would not die."""


class SessionPool:
    """Lends sessions; see the module. Start it, lease and release, close it."""

    def __init__(self, settings: SessionPoolSettings, *, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._monotonic_s = monotonic_s
        self._scratch = Scratch(settings.state_folder / "browsers")
        self._slots: list[BrowserSlot] = []
        self._leased: set[Session] = set()
        self._numbers = itertools.count(1)
        self._placing = asyncio.Lock()
        self._launches: set[asyncio.Task[BrowserSlot]] = set()
        self._chores: set[asyncio.Task[None]] = set()
        self._driver: Driver | None = None
        self._choice: BrowserChoice | None = None
        self._places: asyncio.Semaphore | None = None
        self._waiting = self._launched = self._retired = self._lost = self._leaked = 0
        self._closed = False

    async def start(self) -> BrowserChoice:
        """Finds the browser and sweeps what dead robots left; RobotSetupError when there is no browser. Once is enough;
        a lease does it too."""
        if self._choice is not None:
            return self._choice
        self._choice = find_browser(self._settings.browser, headless=self._settings.headless)
        self._places = asyncio.Semaphore(self.capacity)
        orphans = await asyncio.to_thread(self._scratch.sweep)
        if orphans:
            self._leaked += orphans
            log.info("ended %d browser processes that a dead robot had left", orphans)
        return self._choice

    @property
    def capacity(self) -> int:
        """Most sessions that can be lent at once."""
        return self._settings.max_browsers * self._contexts_per_browser

    @property
    def _contexts_per_browser(self) -> int:
        if self._settings.contexts_per_browser is not None:
            return self._settings.contexts_per_browser
        return 4 if self._choice is None or self._choice.kind is BrowserKind.HEADLESS_SHELL else 1

    def statistics(self) -> PoolStatistics:
        """The pool's figures now."""
        return PoolStatistics(
            browsers=len(self._slots),
            sessions=self.capacity,
            leased=len(self._leased),
            waiting=self._waiting,
            launched=self._launched,
            retired=self._retired,
            lost=self._lost,
            leaked=self._leaked,
        )

    def browser_pids(self) -> tuple[int, ...]:
        """Process ids of the running browsers."""
        return tuple(slot.running.pid for slot in self._slots)

    async def lease(self, owner: str, *, options: SessionOptions = PLAIN, wait_s: float | None = None) -> Session:
        """A session for `owner`, in the order of asking. ActionError: provider_capacity when no place gets free in
        time, browser_lost or driver_lost when no browser comes up."""
        if self._places is None:
            await self.start()
        await self._take_place(self._settings.lease_wait_s if wait_s is None else wait_s)
        try:
            session = await self._new_session(owner, options)
        except BaseException:
            self._give_place()
            raise
        self._leased.add(session)
        return session

    async def release(self, session: Session) -> None:
        """Takes a session back and closes its context; a second time does nothing."""
        if session not in self._leased:
            return
        self._leased.discard(session)
        session.is_released = True
        # a run that is cancelled while its browser hangs must not leave that browser behind
        await asyncio.shield(self._chore(self._take_back(session)))

    async def _take_back(self, session: Session) -> None:
        try:
            await self._give_back(session)
        finally:
            self._give_place()

    def _chore(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Clean-up that goes on although nobody waits for it; `close` does."""
        task = asyncio.get_running_loop().create_task(work)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)
        return task

    def sessions_of(self, owner: str) -> tuple[Session, ...]:
        """The sessions that an owner has now, in the order of leasing."""
        return tuple(sorted((each for each in self._leased if each.owner == owner), key=lambda each: each.number))

    async def kill_browsers_of(self, owner: str) -> None:
        """Kills the browsers that an owner's sessions live in; other sessions in them are repaired as after a crash."""
        slots = {session.slot for session in self._leased if session.owner == owner}
        await asyncio.gather(*(slot.running.kill() for slot in slots))

    @asynccontextmanager
    async def session(self, owner: str, *, options: SessionOptions = PLAIN) -> AsyncIterator[Session]:
        """A session that is given back at the end of the block, whatever happens in it."""
        session = await self.lease(owner, options=options)
        try:
            yield session
        finally:
            await self.release(session)

    async def close(self) -> int:
        """Ends every browser and the driver; gives the number of processes that would not die."""
        self._closed = True
        for session in list(self._leased):
            session.is_released = True
        self._leased.clear()
        left = 0
        async with self._placing:
            await asyncio.gather(*self._launches, *self._chores, return_exceptions=True)
            for slot in list(self._slots):
                self._slots.remove(slot)
                left += await slot.running.close()
            left += await self._stop_driver()
        self._leaked += left
        return left

    async def _take_place(self, wait_s: float) -> None:
        if self._closed:
            raise ActionError.of(ErrorKind.PROVIDER_CAPACITY, "The robot's session pool is closed.")
        assert self._places is not None
        self._waiting += 1
        try:
            async with asyncio.timeout(wait_s):
                await self._places.acquire()
        except TimeoutError:
            message = f"All {self.capacity} browser sessions of this robot were in use for {wait_s:g} s."
            hint = "Ask for fewer sessions, or give the robot more (slots, browsers)."
            raise ActionError.of(ErrorKind.PROVIDER_CAPACITY, message, hint=hint) from None
        finally:
            self._waiting -= 1

    def _give_place(self) -> None:
        assert self._places is not None
        self._places.release()

    async def _new_session(self, owner: str, options: SessionOptions) -> Session:
        """A browser may die under a new session: then the next one is tried."""
        for attempt in itertools.count(1):
            slot = await self._place()
            try:
                return await self._open(slot, owner, options)
            except (PlaywrightError, ActionError) as error:
                slot.sessions -= 1
                slot.crashes += 1
                await self._retire_if_worn(slot)
                if attempt >= ATTEMPTS:
                    kind = ErrorKind.BROWSER_LOST if slot.driver.is_alive else ErrorKind.DRIVER_LOST
                    raise ActionError.of(kind, f"No browser session could be opened: {error}") from error
            except BaseException:
                slot.sessions -= 1
                slot.is_retiring = True  # the half-opened context goes with its browser
                self._chore(self._retire_if_worn(slot))
                raise
        raise AssertionError

    async def _open(self, slot: BrowserSlot, owner: str, options: SessionOptions) -> Session:
        width, height = options.viewport
        making = slot.running.browser.new_context(
            viewport={"width": width, "height": height},
            locale=options.locale,
            timezone_id=options.timezone,
            user_agent=options.user_agent,
            storage_state=storage_for_playwright(options.storage),
            accept_downloads=True,
        )
        context = await limited(making, PAGE_LIMIT_S, "Opening a browser session")
        session = Session(number=next(self._numbers), owner=owner, slot=slot, context=context, options=options)
        await session.open_page()
        return session

    async def _place(self) -> BrowserSlot:
        """A browser with room, its account already charged; started when there is none."""
        async with self._placing:
            if self._closed:
                raise ActionError.of(ErrorKind.PROVIDER_CAPACITY, "The robot's session pool is closed.")
            await self._bury_the_dead()
            slot = self._with_room() or await self._launch()
            slot.sessions += 1
            slot.leases += 1
            return slot

    def _with_room(self) -> BrowserSlot | None:
        """The least loaded browser; None while another one may be started and all have work."""
        for slot in self._slots:
            slot.is_retiring = slot.is_retiring or self._is_worn(slot)
        able = [each for each in self._slots if not each.is_retiring and each.sessions < self._contexts_per_browser]
        best = min(able, key=lambda each: each.sessions, default=None)
        serving = sum(not each.is_retiring for each in self._slots)
        may_start = serving < self._settings.max_browsers
        return None if best is not None and best.sessions > 1 and may_start else best

    def _is_worn(self, slot: BrowserSlot) -> bool:
        age_s = self._monotonic_s() - slot.running.started_at_s
        return (
            slot.leases >= self._settings.retire_after_leases
            or age_s >= self._settings.retire_after_s
            or slot.crashes >= self._settings.retire_after_crashes
        )

    async def _launch(self) -> BrowserSlot:
        """Starts a browser; who asked may stop waiting for it, but the browser still gets an owner."""
        task = asyncio.get_running_loop().create_task(self._start_browser())
        self._launches.add(task)
        task.add_done_callback(self._launches.discard)
        return await asyncio.shield(task)

    async def _start_browser(self) -> BrowserSlot:
        assert self._choice is not None
        driver = await self._living_driver()
        slot = BrowserSlot(await launch(driver, self._choice, headless=self._settings.headless), driver)
        self._launched += 1
        self._slots.append(slot)
        return slot

    async def _living_driver(self) -> Driver:
        if self._driver is not None and not self._driver.is_alive:
            self._leaked += await self._stop_driver()
        if self._driver is None:
            self._driver = await Driver.start(await asyncio.to_thread(self._scratch.create))
        return self._driver

    async def _stop_driver(self) -> int:
        driver, self._driver = self._driver, None
        if driver is None:
            return 0
        left = await driver.stop()
        await asyncio.to_thread(remove, driver.folder)
        return left

    async def _bury_the_dead(self) -> None:
        for slot in [each for each in self._slots if not each.is_alive]:
            self._slots.remove(slot)
            self._lost += 1
            log.info("browser %d is gone after %d leases", slot.running.pid, slot.leases)
            self._leaked += await slot.running.kill()

    async def _give_back(self, session: Session) -> None:
        slot = session.slot
        is_closed = False
        try:
            is_closed = not slot.is_alive or await session.close()
            if not is_closed:
                log.info("browser %d does not close a session in time and is ended", slot.running.pid)
                await slot.running.kill()
        finally:
            slot.sessions -= 1
            slot.is_retiring |= not is_closed  # a context that may still be open goes with its browser
        await self._retire_if_worn(slot)

    async def _retire_if_worn(self, slot: BrowserSlot) -> None:
        if slot.leases % MEMORY_CHECK_EVERY == 0 and slot.is_alive:
            used = await asyncio.to_thread(memory_bytes, slot.running.pid)
            slot.is_retiring = slot.is_retiring or used >= self._settings.retire_after_bytes
        if slot.sessions == 0 and (slot.is_retiring or self._is_worn(slot)) and slot in self._slots:
            self._slots.remove(slot)
            self._retired += 1
            self._leaked += await slot.running.close()
