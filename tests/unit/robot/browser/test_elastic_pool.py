"""A pool grows and shrinks with its work, bears a provider's moods, and never lends what does not answer."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.async_api import BrowserContext, Page

from orchestrator.contract.errors import ErrorKind
from robot.browser.breaker import BreakerTerms
from robot.browser.driver import Driver
from robot.browser.lease import Lease, Outcome
from robot.browser.pool_facts import PoolStatistics, SessionPoolSettings
from robot.browser.pool_size import AdmissionTerms, PoolTerms, Pressure
from robot.browser.providers.port import Capabilities, CapacityError, ProviderFigures, SessionSpec
from robot.browser.session_options import SessionOptions
from robot.browser.session_pool import SessionPool
from robot.browser.slot import BrowserSlot
from robot.errors import ActionError

NOW = datetime(2030, 1, 1, tzinfo=UTC)
LIMIT_S = 20


class Stage:
    """Stands where a browser would: alive until told otherwise, with a context that has no pages."""

    pages: Sequence[Any] = ()
    pid = None
    browser = cast("Any", None)

    def __init__(self) -> None:
        self.is_alive = True

    def on(self, event: str, listener: Callable[..., None]) -> None:
        """Nothing ever happens here."""

    async def close(self) -> int:
        return 0

    async def kill(self) -> int:
        self.is_alive = False
        return 0


class ScriptedProvider:
    """Gives sessions as the test says; `troubles` are raised first, in their order."""

    kind = "scripted"
    engine = "chromium"

    def __init__(self, most: int = 4) -> None:
        self.capabilities = Capabilities(isolation=True, downloads=True, extensions=False, most_sessions=most)
        self.troubles: deque[ActionError] = deque()
        self.mute = 0
        """So many sessions will not answer."""
        self.expires_at: datetime | None = None
        self.open: set[Lease] = set()
        self.released: list[tuple[Lease, Outcome]] = []
        self.specs: list[SessionSpec] = []
        self.tidied = asyncio.Event()
        self.tidy_troubles: list[Exception] = []

    async def start(self) -> str:
        return "a scripted provider"

    async def acquire(self, spec: SessionSpec) -> Lease:
        if self.troubles:
            raise self.troubles.popleft()
        stage = Stage()
        lease = Lease(
            slot=BrowserSlot(stage, cast("Driver", stage)),
            context=cast("BrowserContext", stage),
            page=cast("Page", stage),
            provider=self.kind,
            expires_at=self.expires_at,
        )
        self.specs.append(spec)
        self.open.add(lease)
        return lease

    async def probe(self, lease: Lease) -> bool:
        self.mute -= 1
        return self.mute < 0 and lease.slot.is_alive

    async def release(self, lease: Lease, outcome: Outcome) -> None:
        self.open.discard(lease)
        self.released.append((lease, outcome))

    async def tidy(self, *, idle_s: float, spare: int) -> None:
        if self.tidy_troubles:
            raise self.tidy_troubles.pop()
        self.tidied.set()

    def pids(self) -> Sequence[int]:
        return ()

    def figures(self) -> ProviderFigures:
        return ProviderFigures(browsers=len(self.open))

    async def close(self) -> int:
        return 0


class Machine:
    """How loaded it is, as the test says."""

    pressure = Pressure(memory_percent=10, load=0)

    def __call__(self) -> Pressure:
        return self.pressure


@asynccontextmanager
async def pool_of(
    provider: ScriptedProvider, folder: Path, terms: PoolTerms, *, machine: Machine | None = None, wait_s: float = 0.2
) -> AsyncIterator[SessionPool]:
    settings = SessionPoolSettings(state_folder=folder, lease_wait_s=wait_s, terms=terms)
    pool = SessionPool(settings, provider, name="p", now=lambda: NOW, pressure=machine or Machine())
    try:
        async with asyncio.timeout(LIMIT_S):
            await pool.start()
            yield pool
    finally:
        assert await pool.close() == 0


async def until(pool: SessionPool, provider: ScriptedProvider, is_so: Callable[[PoolStatistics], bool]) -> None:
    """Wait until the pool's upkeep has made it so."""
    while not is_so(pool.statistics()):
        provider.tidied.clear()
        await asyncio.sleep(0)


@pytest.mark.feature("D69", "O47")
async def test_the_least_number_waits_ready_and_is_made_up_again(tmp_path: Path) -> None:
    provider = ScriptedProvider()
    async with pool_of(provider, tmp_path, PoolTerms(min_sessions=2)) as pool:
        await until(pool, provider, lambda now: now.ready == 2)
        first = await pool.lease("job-1")
        assert pool.statistics().created == 2, "it was ready"
        await until(pool, provider, lambda now: now.ready == 1)
        for number in (2, 3):
            await pool.lease(f"job-{number}")
        assert pool.statistics().leased == 3
        await pool.release(first)
        assert first.owner == "job-1"


@pytest.mark.feature("D69")
async def test_what_is_too_much_is_given_up_when_there_is_no_work(tmp_path: Path) -> None:
    provider = ScriptedProvider()
    async with pool_of(provider, tmp_path, PoolTerms(spare_sessions=1, idle_s=1e-9)) as pool:
        session = await pool.lease("job-1")
        await until(pool, provider, lambda now: now.ready == 1)
        await pool.release(session)
        await until(pool, provider, lambda now: now.ready == 0)
        assert pool.statistics().retired_by == {"ready: idle": 1}
    assert not provider.open


async def test_a_session_that_is_not_as_wanted_makes_room_for_one_that_is(tmp_path: Path) -> None:
    provider = ScriptedProvider(most=1)
    async with pool_of(provider, tmp_path, PoolTerms(min_sessions=1)) as pool:
        await until(pool, provider, lambda now: now.ready == 1)
        session = await pool.lease("job-1", options=SessionOptions(locale="de-DE"))
        assert provider.specs[-1].options.locale == "de-DE"
        assert pool.statistics().retired_by == {"ready: room": 1}
        await pool.release(session)


@pytest.mark.feature("O12", "D04")
async def test_nothing_is_lent_that_does_not_answer(tmp_path: Path) -> None:
    provider = ScriptedProvider()
    async with pool_of(provider, tmp_path, PoolTerms()) as pool:
        provider.mute = 2
        session = await pool.lease("job-1")
        assert [outcome for _, outcome in provider.released] == [Outcome.BROKEN, Outcome.BROKEN]
        provider.mute = 3
        with pytest.raises(ActionError, match="did not answer") as caught:
            await pool.lease("job-2")
        assert caught.value.info.kind is ErrorKind.BROWSER_LOST
        await pool.release(session)


@pytest.mark.feature("O13")
async def test_a_ready_session_that_ends_soon_is_not_lent(tmp_path: Path) -> None:
    provider = ScriptedProvider()
    provider.expires_at = NOW + timedelta(seconds=30)
    async with pool_of(provider, tmp_path, PoolTerms(min_sessions=1)) as pool:
        await until(pool, provider, lambda now: now.created >= 1)
        provider.expires_at = None
        session = await pool.lease("job-1")
        assert session.lease.expires_at is None
        assert pool.statistics().retired_by["ready: expired"] >= 1
        await pool.release(session)


@pytest.mark.feature("O17", "D69")
async def test_a_provider_without_capacity_is_asked_again_when_it_said(tmp_path: Path) -> None:
    provider = ScriptedProvider()
    async with pool_of(provider, tmp_path, PoolTerms(), wait_s=5) as pool:
        provider.troubles.extend([CapacityError("full", retry_after_s=0.01)] * 4)
        await pool.release(await pool.lease("job-1"))
        assert pool.statistics().failed == 0
        provider.troubles.append(CapacityError("full", retry_after_s=60))
        with pytest.raises(CapacityError, match="full"):
            await pool.lease("job-2")
        assert (await pool.lease("job-3")).owner == "job-3", "the place came back"


@pytest.mark.feature("O17", "O27")
async def test_a_provider_that_fails_is_left_alone_for_a_while(tmp_path: Path) -> None:
    provider = ScriptedProvider()
    terms = PoolTerms(breaker=BreakerTerms(failures=4, rest_s=3_600))
    async with pool_of(provider, tmp_path, terms) as pool:
        provider.troubles.extend([ActionError.of(ErrorKind.NETWORK, "it broke")] * 4)
        with pytest.raises(ActionError, match="it broke"):
            await pool.lease("job-1")
        with pytest.raises(CapacityError, match=r"rests after 4 failures.*it broke"):
            await pool.lease("job-2")
        assert pool.statistics().breaker == "open"
        assert not provider.troubles


async def test_the_upkeep_outlives_whatever_a_provider_raises(tmp_path: Path) -> None:
    provider = ScriptedProvider()
    provider.tidy_troubles.append(RuntimeError("the driver ended while it started"))
    async with pool_of(provider, tmp_path, PoolTerms(min_sessions=1)) as pool:
        await until(pool, provider, lambda _: not provider.tidy_troubles)
        await pool.release(await pool.lease("job-1"))
        await until(pool, provider, lambda now: now.ready == 1)


async def test_a_mistake_in_the_settings_is_not_tried_again(tmp_path: Path) -> None:
    provider = ScriptedProvider()
    async with pool_of(provider, tmp_path, PoolTerms()) as pool:
        provider.troubles.append(ActionError.of(ErrorKind.BROWSER_MISSING, "the key is wrong"))
        with pytest.raises(ActionError, match="the key is wrong"):
            await pool.lease("job-1")
        assert pool.statistics().failed == 1


@pytest.mark.feature("D69", "O48")
async def test_while_memory_is_short_only_the_first_session_is_made(tmp_path: Path) -> None:
    provider, machine = ScriptedProvider(), Machine()
    machine.pressure = replace(machine.pressure, memory_percent=99)
    async with pool_of(provider, tmp_path, PoolTerms(admission=AdmissionTerms()), machine=machine) as pool:
        session = await pool.lease("job-1")
        with pytest.raises(CapacityError, match="memory"):
            await pool.lease("job-2")
        assert pool.statistics().pressure == "full"
        await pool.release(session)
        await pool.release(await pool.lease("job-3"))
