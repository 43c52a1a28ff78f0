"""A run's sessions have names, form a pool, share a login and all come back."""

import asyncio
from collections.abc import AsyncIterator

import psutil
import pytest

from orchestrator.contract.errors import ErrorKind
from robot.browser.find import find_browser
from robot.browser.job_sessions import JobSessions
from robot.browser.launch import flags, needs_no_sandbox, version_of
from robot.browser.session_options import PLAIN
from robot.browser.session_pool import SessionPool

COOKIE = {"name": "user", "value": "ada", "url": "http://localhost/"}


@pytest.fixture
async def sessions(pool: SessionPool) -> AsyncIterator[JobSessions]:
    sessions = JobSessions(pool, "job-1")
    yield sessions
    await sessions.close_all()
    assert pool.statistics().leased == 0


async def test_a_name_means_the_same_session_until_it_is_closed(sessions: JobSessions) -> None:
    first = (await sessions.get("a")).session
    assert (await sessions.get("a")).session is first
    assert (await sessions.get(None)).session is not first
    await sessions.close("a")
    assert (await sessions.get("a")).session is not first


@pytest.mark.feature("D04", "D06")
async def test_workers_share_the_pool_and_wait_for_their_turn(sessions: JobSessions) -> None:
    names, reason = await sessions.grow(2)
    assert (names, reason) == (["pool-1", "pool-2"], None)
    used: list[str] = []
    busy = 0
    most = 0

    async def work() -> None:
        nonlocal busy, most
        async with sessions.worker() as place:
            busy += 1
            most = max(most, busy)
            used.append(place.name)
            assert place.session is not None
            await place.session.page.evaluate("1")
            busy -= 1

    async with asyncio.TaskGroup() as group:
        for _ in range(6):
            group.create_task(work())
    assert most == 2
    assert set(used) == {"pool-1", "pool-2"}


async def test_without_a_pool_work_is_done_in_the_main_session_one_by_one(sessions: JobSessions) -> None:
    async with sessions.worker() as place:
        assert place.name == "main"
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1), sessions.worker():
                pass


@pytest.mark.feature("O46")
async def test_a_pool_that_cannot_be_had_in_full_is_as_large_as_possible(
    sessions: JobSessions, pool: SessionPool
) -> None:
    names, reason = await sessions.grow(pool.capacity + 3)
    assert len(names) == pool.capacity
    assert reason is not None
    assert reason.info.kind is ErrorKind.PROVIDER_CAPACITY


@pytest.mark.feature("O11", "D50")
async def test_a_login_is_shared_and_survives_the_browser(sessions: JobSessions, pool: SessionPool) -> None:
    await sessions.grow(1)
    main = await sessions.get(None)
    assert main.session is not None
    await main.session.context.add_cookies([COOKIE])  # type: ignore[list-item]
    await sessions.remember_login(main)
    async with sessions.worker() as place:
        await sessions.share_login(place)
        assert place.session is not None
        assert [each["value"] for each in await place.session.context.cookies()] == ["ada"]
    process = psutil.Process(pool.browser_pids()[0])
    process.kill()
    psutil.wait_procs([process], 10)
    main = await sessions.get(None)
    assert main.session is not None
    assert [each["value"] for each in await main.session.context.cookies()] == ["ada"]


async def test_an_abandoned_session_is_replaced_when_it_is_asked_for_again(sessions: JobSessions) -> None:
    place = await sessions.open("a", PLAIN)
    assert place.session is not None
    page = place.session.page
    await sessions.abandon([place])
    assert page.is_closed()
    assert (await sessions.get("a")).session is not None


async def test_a_closed_page_is_opened_again_in_the_same_context(sessions: JobSessions) -> None:
    place = await sessions.get("a")
    assert place.session is not None
    context = place.session.context
    await place.session.page.close()
    again = await sessions.get("a")
    assert again.session is not None
    assert again.session.context is context
    assert await again.session.probe()


async def test_the_browser_tells_its_version(pool: SessionPool) -> None:
    assert any(character.isdigit() for character in await version_of(find_browser()))


def test_the_sandbox_is_left_out_only_where_it_cannot_work() -> None:
    assert needs_no_sandbox({"container": "podman"})
    assert "--disable-background-networking" in flags()
