"""The sessions of one provider: lent in the order of asking, probed before, bounded, and taken back for sure.

Between its least and its most it grows and shrinks with the work: sessions wait ready while they are wanted, are made
no faster than the machine and the provider bear, and are given up after a while without work. A provider that fails
again and again is left alone for a while.
"""

import asyncio
import contextvars
import itertools
import logging
import os
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import psutil

from orchestrator.contract.errors import ErrorKind
from robot.browser.breaker import ProviderBreaker
from robot.browser.chores import Chores
from robot.browser.driver_keeper import DriverKeeper
from robot.browser.lease import Lease, Outcome
from robot.browser.pool_facts import PoolStatistics, SessionPoolSettings
from robot.browser.pool_size import Admission, CreationRate, Pressure, ready_wanted
from robot.browser.providers.local import LocalProvider
from robot.browser.providers.port import BrowserProvider, CapacityError, SessionSpec
from robot.browser.session import Session
from robot.browser.session_options import PLAIN, SessionOptions
from robot.clock import SystemClock
from robot.errors import ActionError

log = logging.getLogger(__name__)

ATTEMPTS = 3
"""Sessions that one lease tries before it gives up."""
TICK_S = 5.0
"""Safety net of the upkeep, and how often the machine is looked at while sessions wait for memory."""
PRESSURE_TICK_S = 0.25
SHORTEST_RETRY_S = 0.05
LAST_MINUTE = timedelta(seconds=60)
"""A session that its provider ends so soon is not lent any more."""
READY = "ready"
"""Owner of sessions that nobody has yet."""


def machine_pressure() -> Pressure:
    """How loaded this machine is now; takes some ten microseconds."""
    load = psutil.getloadavg()[0] / max(1, os.cpu_count() or 1)
    return Pressure(memory_percent=psutil.virtual_memory().percent, load=load)


class SessionPool:
    """Lends sessions; see the module. Start it, lease and release, close it."""

    def __init__(
        self,
        settings: SessionPoolSettings,
        provider: BrowserProvider | None = None,
        *,
        name: str = "local",
        drivers: DriverKeeper | None = None,
        monotonic_s: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = SystemClock().now,
        pressure: Callable[[], Pressure] = machine_pressure,
    ) -> None:
        """Without a provider: this machine's browsers. Without drivers the pool has one of its own, and ends it."""
        self.name = name
        self._settings = settings
        self._terms = settings.terms
        self._monotonic_s = monotonic_s
        self._now = now
        self._pressure = pressure
        keeper = drivers or DriverKeeper(settings.state_folder / "browsers")
        self._own_drivers = keeper if drivers is None else None
        self._provider = provider or LocalProvider(settings.local, keeper, monotonic_s=monotonic_s)
        self._leased: set[Session] = set()
        self._ready: deque[tuple[float, Session]] = deque()
        self._numbers = itertools.count(1)
        self._chores = Chores()
        self._upkeep: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._places: asyncio.Semaphore | None = None
        self._admission = Admission(terms=self._terms.admission)
        self._breaker = ProviderBreaker(terms=self._terms.breaker)
        self._rate = CreationRate(self._terms.creation_per_s, self._terms.burst)
        self._last_made_s = float("-inf")
        self._described = ""
        self._given_up: Counter[str] = Counter()
        self._waiting = self._created = self._failed = self._making = 0
        self._closed = False

    async def start(self) -> str:
        """Gets the provider ready; what it is, for people. RobotSetupError when it cannot work. Once is enough; a lease
        does it too."""
        if self._places is not None:
            return self._described
        described = await self._provider.start()
        if self._places is None:  # several leases may begin it at once
            self._described = described
            self._places = asyncio.Semaphore(self.capacity)
            rate = self._terms.creation_per_s or self._provider.capabilities.creation_rate
            self._rate = CreationRate(rate, self._terms.burst)
            self._upkeep = asyncio.get_running_loop().create_task(self._keep_up(), context=contextvars.Context())
        return self._described

    @property
    def provider(self) -> BrowserProvider:
        """Where the sessions come from."""
        return self._provider

    @property
    def capacity(self) -> int:
        """Most sessions that can be lent at once."""
        most = self._provider.capabilities.most_sessions
        return most if self._terms.max_sessions is None else min(most, self._terms.max_sessions)

    def statistics(self) -> PoolStatistics:
        """The pool's figures now."""
        told = self._provider.figures()
        return PoolStatistics(
            provider=self._provider.kind,
            browsers=told.browsers,
            sessions=self.capacity,
            leased=len(self._leased),
            least=self._terms.min_sessions,
            ready=len(self._ready),
            waiting=self._waiting,
            launched=told.launched,
            retired=sum(told.retired.values()),
            retired_by=dict(Counter(told.retired) + self._given_up),
            lost=told.lost,
            leaked=told.leaked + (self._own_drivers.leaked if self._own_drivers is not None else 0),
            memory_bytes=told.memory_bytes,
            created=self._created,
            failed=self._failed,
            breaker=self._breaker.state.value,
            pressure="full" if self._admission.is_full else "slow" if self._admission.is_slow else "",
        )

    def browser_pids(self) -> tuple[int, ...]:
        """Process ids of the running browsers of this machine."""
        return tuple(self._provider.pids())

    async def lease(self, owner: str, *, options: SessionOptions = PLAIN, wait_s: float | None = None) -> Session:
        """A session for `owner`, in the order of asking. ActionError: provider_capacity when no place gets free in
        time, browser_lost or driver_lost when no browser comes up."""
        if self._places is None:
            await self.start()
        limit_s = self._settings.lease_wait_s if wait_s is None else wait_s
        until_s = _now_s() + limit_s
        await self._take_place(limit_s)
        try:
            session = await self._lend(owner, options, until_s)
        except BaseException:
            self._give_place()
            raise
        self._leased.add(session)
        self._changed.set()
        return session

    async def release(self, session: Session) -> None:
        """Takes a session back and closes its context; a second time does nothing."""
        if session not in self._leased:
            return
        self._leased.discard(session)
        session.is_released = True
        # a run that is cancelled while its browser hangs must not leave that browser behind
        await asyncio.shield(self._chores.add(self._take_back(session)))

    async def _take_back(self, session: Session) -> None:
        try:
            await self._provider.release(session.lease, Outcome.GOOD)
        finally:
            self._give_place()
            self._changed.set()

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
        """Ends every browser and the pool's own driver; gives the number of processes that would not die."""
        self._closed = True
        if self._upkeep is not None:
            self._upkeep.cancel()
            await asyncio.wait({self._upkeep})
        for session in list(self._leased):
            session.is_released = True
        self._leased.clear()
        self._ready.clear()
        await self._chores.settle()
        left = await self._provider.close()
        if self._own_drivers is not None:
            left += await self._own_drivers.stop()
        return left

    async def _take_place(self, wait_s: float) -> None:
        if self._closed:
            raise CapacityError("The robot's session pool is closed.")
        assert self._places is not None
        self._waiting += 1
        try:
            async with asyncio.timeout(wait_s):
                await self._places.acquire()
        except TimeoutError:
            message = f"All {self.capacity} browser sessions of this robot were in use for {wait_s:g} s."
            hint = "Ask for fewer sessions, or give the robot more (slots, browsers)."
            raise CapacityError(message, hint=hint) from None
        finally:
            self._waiting -= 1

    def _give_place(self) -> None:
        assert self._places is not None
        self._places.release()

    async def _lend(self, owner: str, options: SessionOptions, until_s: float) -> Session:
        """A ready session, or a new one; a browser may die under it: then the next one is tried."""
        failures = 0
        while True:
            session = self._ready_one(owner, options)
            try:
                if session is None:
                    session = await self._made(SessionSpec(owner=owner, options=options), until_s)
                if await self._works(session):
                    return session
                problem: ActionError = ActionError.of(ErrorKind.BROWSER_LOST, "it did not answer")
            except CapacityError as error:
                await self._wait_for_capacity(error, until_s)
                continue
            except ActionError as error:
                problem = error
            failures += 1
            if failures >= ATTEMPTS or not problem.info.is_retryable:
                raise _unopened(problem) from problem

    def _ready_one(self, owner: str, options: SessionOptions) -> Session | None:
        """A session that waits for an owner, when it is as the options say."""
        while self._ready and _is_plain(options):
            _, session = self._ready.popleft()
            if self._is_stale(session.lease):
                self._give_up(session, "lost" if not session.slot.is_alive else "expired")
                continue
            session.owner = owner
            session.options = options
            session.number = next(self._numbers)
            return session
        return None

    async def _made(self, spec: SessionSpec, until_s: float) -> Session:
        """A new session, as soon as machine and provider bear it."""
        self._making += 1
        try:
            await self._pass_the_gate(until_s)
            self._make_room()
            lease = await self._acquire(spec)
        finally:
            self._making -= 1
        return Session(number=next(self._numbers), owner=spec.owner, lease=lease, options=spec.options, pool=self.name)

    async def _acquire(self, spec: SessionSpec) -> Lease:
        self._breaker = self._breaker.asking()
        try:
            lease = await self._provider.acquire(spec)
        except CapacityError:
            self._breaker = self._breaker.unanswered(_now_s())
            raise
        except ActionError as error:
            self._failed += 1
            told = error.info.message[:500]
            breaker, now_s = self._breaker, _now_s()
            self._breaker = breaker.failed(told, now_s) if error.info.is_retryable else breaker.unanswered(now_s)
            raise
        except BaseException:
            self._breaker = self._breaker.unanswered(_now_s())
            raise
        self._breaker = self._breaker.worked()
        self._created += 1
        return lease

    async def _works(self, session: Session) -> bool:
        """Probes a session that nobody has yet; one that does not answer goes back."""
        try:
            works = await self._provider.probe(session.lease)
        except BaseException:
            self._chores.add(self._provider.release(session.lease, Outcome.GOOD))
            raise
        if not works:
            await self._provider.release(session.lease, Outcome.BROKEN)
        return works

    async def _pass_the_gate(self, until_s: float) -> None:
        """Waits for the breaker, for the machine, and for the rate at which sessions may be made."""
        while True:
            wait_s = self._gate_s()
            if wait_s == 0:
                break
            reason = self._gate_reason()
            tick_s = PRESSURE_TICK_S if wait_s is None else wait_s
            if _now_s() + tick_s > until_s:
                raise CapacityError(reason, retry_after_s=tick_s)
            await self._pause(tick_s)
        now_s = _now_s()
        self._rate.take(now_s)
        self._last_made_s = now_s

    def _gate_s(self) -> float | None:
        """How long a new session has to wait; None until memory is free."""
        now_s = _now_s()
        self._admission = self._admission.judged(self._pressure())
        admitted_s = self._admission.wait_s(
            lent=len(self._leased) + len(self._ready), since_last_s=now_s - self._last_made_s
        )
        if admitted_s is None:
            return None
        return max(admitted_s, self._rate.wait_s(now_s), self._breaker.wait_s(now_s))

    def _gate_reason(self) -> str:
        if self._breaker.wait_s(_now_s()) > 0:
            failures, reason = self._breaker.failures, self._breaker.reason
            return f"The pool {self.name} rests after {failures} failures of its provider: {reason}"
        if self._admission.is_full:
            return "The robot's machine has no memory for another browser session."
        return f"New sessions of {self.name} are made no faster than the machine and the provider bear."

    async def _pause(self, wait_s: float) -> None:
        """Until so long has passed, or something changed."""
        if self._closed:
            raise CapacityError("The robot's session pool is closed.")
        await asyncio.sleep(wait_s)

    async def _wait_for_capacity(self, error: CapacityError, until_s: float) -> None:
        """Waits as long as the provider asked, if the lease may; raises the error otherwise."""
        if error.retry_after_s is None or self._closed or _now_s() + error.retry_after_s > until_s:
            raise error
        await asyncio.sleep(max(SHORTEST_RETRY_S, error.retry_after_s))

    def _make_room(self) -> None:
        """A ready session that fits nobody must not keep others from being made."""
        while self._ready and len(self._leased) + len(self._ready) + self._making > self.capacity:
            self._give_up(self._ready.popleft()[1], "room")

    def _give_up(self, session: Session, reason: str) -> None:
        self._given_up[f"ready: {reason}"] += 1
        session.is_released = True
        self._chores.add(self._provider.release(session.lease, Outcome.GOOD))

    def _is_stale(self, lease: Lease) -> bool:
        ends_soon = lease.expires_at is not None and lease.expires_at <= self._now() + LAST_MINUTE
        return ends_soon or not lease.slot.is_alive

    async def _keep_up(self) -> None:
        """The upkeep's whole life: after each change, and now and then."""
        while True:
            self._changed.clear()
            try:
                await self._tidy()
            except Exception:  # the upkeep outlives whatever a provider raises; leases meet the same and tell it
                log.info("the pool %s could not be kept up now", self.name, exc_info=True)
            try:
                async with asyncio.timeout(TICK_S):
                    await self._changed.wait()
            except TimeoutError:
                pass  # the usual way when there is no work

    async def _tidy(self) -> None:
        """Gives up what is old or too much, and makes what is missing."""
        for made_s, session in list(self._ready):
            age_s = self._monotonic_s() - made_s
            reason = self._surplus(session, age_s)
            if reason:
                self._ready.remove((made_s, session))
                self._give_up(session, reason)
        await self._provider.tidy(idle_s=self._terms.idle_s, spare=max(0, self._wanted - len(self._ready)))
        while len(self._ready) < self._wanted and self._gate_s() == 0 and await self._make_one_ready():
            pass

    @property
    def _wanted(self) -> int:
        return ready_wanted(
            self._terms, lent=len(self._leased) + self._making, waiting=self._waiting, capacity=self.capacity
        )

    def _surplus(self, session: Session, age_s: float) -> str:
        if self._is_stale(session.lease):
            return "lost" if not session.slot.is_alive else "expired"
        if age_s >= self._terms.max_age_s:
            return "age"
        return "idle" if len(self._ready) > self._wanted and age_s >= self._terms.idle_s else ""

    async def _make_one_ready(self) -> bool:
        session = await self._made(SessionSpec(owner=READY), _now_s())
        works = await self._works(session)
        if works:
            self._ready.append((self._monotonic_s(), session))
        return works


def _now_s() -> float:
    """The clock that waits are measured by."""
    return asyncio.get_running_loop().time()


def _is_plain(options: SessionOptions) -> bool:
    """True when a session that was made for nobody in particular will do."""
    return replace(options, pool=None) == PLAIN


def _unopened(problem: ActionError) -> ActionError:
    if not problem.info.is_retryable:
        return problem
    return ActionError.of(problem.info.kind, f"No browser session could be opened: {problem.info.message}")
