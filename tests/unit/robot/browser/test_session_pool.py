"""The pool lends fresh sessions, bounds them, survives dead browsers and leaves nothing behind."""

import asyncio
import signal
from dataclasses import replace
from functools import partial

import psutil
import pytest
from playwright.async_api import Page

from orchestrator.contract.errors import ErrorKind
from robot.browser.pool_facts import SessionPoolSettings
from robot.browser.processes import _wait_by_handles, is_alive
from robot.browser.session import Session
from robot.browser.session_options import SessionOptions
from robot.browser.session_pool import SessionPool
from robot.errors import ActionError

LIMIT_S = 20


def pid_of(session: Session) -> int:
    pid = session.slot.running.pid
    assert pid is not None
    return pid


def kill(pid: int) -> None:
    process = psutil.Process(pid)
    process.kill()
    _wait_by_handles([process], LIMIT_S)  # asyncio buries its child itself, and complains when somebody else did


@pytest.mark.feature("D03", "O05")
async def test_a_session_is_a_fresh_context_each_time(pool: SessionPool) -> None:
    async with pool.session("job-1") as first:
        await first.context.add_cookies([{"name": "a", "value": "1", "url": "http://localhost/"}])
    async with pool.session("job-2") as second:
        assert await second.context.cookies() == []


@pytest.mark.feature("D03")
async def test_several_sessions_live_side_by_side(pool: SessionPool) -> None:
    sessions = [await pool.lease(f"job-{number}") for number in range(4)]
    for number, session in enumerate(sessions):
        await session.page.set_content(f"<title>{number}</title>")
    assert [await each.page.title() for each in sessions] == ["0", "1", "2", "3"]
    assert pool.statistics().leased == 4
    assert pool.statistics().browsers == 1
    for session in sessions:
        await pool.release(session)
    assert pool.statistics().leased == 0


async def test_a_lease_beyond_the_capacity_fails_in_time_and_says_so(pool: SessionPool) -> None:
    sessions = [await pool.lease("job-1") for _ in range(pool.capacity)]
    with pytest.raises(ActionError, match="All 4 browser sessions") as caught:
        await pool.lease("job-2")
    assert caught.value.info.kind is ErrorKind.PROVIDER_CAPACITY
    for session in sessions:
        await pool.release(session)


async def test_who_asks_first_gets_the_place_first(settings: SessionPoolSettings) -> None:
    pool = SessionPool(replace(settings, contexts_per_browser=1))
    session = await pool.lease("job-1")
    order: list[int] = []

    async def take(number: int) -> None:
        session = await pool.lease("later", wait_s=LIMIT_S)
        order.append(number)
        await pool.release(session)

    async with asyncio.TaskGroup() as group:
        for number in range(3):
            group.create_task(take(number))
        await pool.release(session)
    assert order == [0, 1, 2]
    assert await pool.close() == 0


async def test_giving_back_twice_frees_one_place_only(settings: SessionPoolSettings) -> None:
    pool = SessionPool(replace(settings, contexts_per_browser=1))
    session = await pool.lease("job-1")
    await pool.release(session)
    await pool.release(session)
    again = await pool.lease("job-2")
    with pytest.raises(ActionError):
        await pool.lease("job-3")
    await pool.release(again)
    assert await pool.close() == 0


@pytest.mark.feature("D05", "D50")
async def test_after_a_browser_was_killed_the_next_lease_gets_a_new_one(pool: SessionPool) -> None:
    session = await pool.lease("job-1")
    kill(pid_of(session))
    assert session.is_lost
    assert not await session.probe()
    other = await pool.lease("job-1")
    await other.page.set_content("<title>works</title>")
    assert await other.page.title() == "works"
    await pool.release(session)
    await pool.release(other)
    assert pool.statistics().lost == 1


@pytest.mark.feature("D05")
async def test_after_the_driver_was_killed_the_next_lease_starts_another(pool: SessionPool) -> None:
    session = await pool.lease("job-1")
    kill(session.slot.driver.pid)
    assert session.is_lost
    other = await pool.lease("job-1")
    assert await other.probe()
    await pool.release(session)
    await pool.release(other)


async def test_ctrl_c_in_a_terminal_does_not_take_the_browsers_away(pool: SessionPool) -> None:
    session = await pool.lease("job-1")
    psutil.Process(session.slot.driver.pid).send_signal(signal.SIGINT)
    other = await pool.lease("job-2")
    assert await session.probe()
    assert await other.probe()
    await pool.release(session)
    await pool.release(other)


@pytest.mark.feature("X18", "O47")
async def test_a_browser_retires_after_its_leases(settings: SessionPoolSettings) -> None:
    pool = SessionPool(replace(settings, retire_after_leases=2))
    pids = set()
    for _ in range(4):
        async with pool.session("job") as session:
            pids.add(pid_of(session))
    assert len(pids) == 2
    assert pool.statistics().retired == 2
    assert pool.statistics().browsers == 0
    assert await pool.close() == 0


async def test_a_browser_retires_by_age(settings: SessionPoolSettings) -> None:
    now = [0.0]
    pool = SessionPool(replace(settings, retire_after_s=1e9), monotonic_s=lambda: now[0])
    async with pool.session("job"):
        pass
    assert pool.statistics().browsers == 1
    now[0] = 1e12
    async with pool.session("job"):
        assert pool.statistics().launched == 2
    assert await pool.close() == 0


def _note(event: asyncio.Event, _page: Page) -> None:
    event.set()


@pytest.mark.feature("D05", "X18")
async def test_a_crashed_page_is_noticed_and_two_crashes_retire_the_browser(pool: SessionPool) -> None:
    session = await pool.lease("job")
    for _ in range(2):
        page = await session.open_page()
        crashed = asyncio.Event()
        page.on("crash", partial(_note, crashed))
        cdp = await session.context.new_cdp_session(page)
        async with asyncio.TaskGroup() as group:
            group.create_task(_crash(cdp))
            await asyncio.wait_for(crashed.wait(), LIMIT_S)
        assert session.has_crashed
        assert not await session.probe()
    await pool.release(session)
    assert pool.statistics().retired == 1


async def _crash(cdp: object) -> None:
    try:
        async with asyncio.timeout(1):
            await cdp.send("Page.crash")  # type: ignore[attr-defined]
    except Exception:  # noqa: BLE001
        pass  # the answer never comes: who would send it has crashed


@pytest.mark.feature("O12")
async def test_a_probe_of_a_page_that_hangs_says_no_in_time(pool: SessionPool) -> None:
    session = await pool.lease("job")
    await session.page.set_content("<script>setTimeout(() => { while (true); }, 0)</script>")
    async with asyncio.timeout(5):
        assert not await session.probe()
    await pool.release(session)


@pytest.mark.feature("X18", "O49")
async def test_closing_ends_every_process_and_removes_the_folders(settings: SessionPoolSettings) -> None:
    before = {each.pid for each in psutil.Process().children(recursive=True)}
    pool = SessionPool(settings)
    await pool.lease("job-1")
    started = [each for each in psutil.Process().children(recursive=True) if each.pid not in before]
    assert len(started) > 2
    assert await pool.close() == 0
    assert not [each for each in started if is_alive(each.pid)]
    assert list((settings.state_folder / "browsers").iterdir()) == []
    with pytest.raises(ActionError, match="closed"):
        await pool.lease("job-2")


@pytest.mark.feature("O03", "O11")
async def test_a_session_begins_with_the_login_of_another(pool: SessionPool) -> None:
    async with pool.session("job-1") as first:
        await first.context.add_cookies([{"name": "user", "value": "ada", "url": "http://localhost/"}])
        storage = await first.storage()
    async with pool.session("job-1", options=SessionOptions(storage=storage)) as second:
        assert [cookie["value"] for cookie in await second.context.cookies()] == ["ada"]


async def test_two_browsers_share_the_work(settings: SessionPoolSettings) -> None:
    pool = SessionPool(replace(settings, max_browsers=2))
    sessions = await asyncio.gather(*(pool.lease("job") for _ in range(4)))
    by_browser = [pid_of(each) for each in sessions]
    assert sorted(by_browser.count(pid) for pid in set(by_browser)) == [2, 2]
    assert await pool.close() == 0


async def test_a_lease_that_nobody_waits_for_any_more_leaves_no_place_taken(settings: SessionPoolSettings) -> None:
    pool = SessionPool(replace(settings, contexts_per_browser=1, lease_wait_s=LIMIT_S))
    lease = asyncio.get_running_loop().create_task(pool.lease("job-1"))
    async with asyncio.timeout(LIMIT_S):
        while pool.statistics().launched == 0:  # noqa: ASYNC110  the moment right after the launch is meant
            await asyncio.sleep(0)
    lease.cancel()
    with pytest.raises(asyncio.CancelledError):
        await lease
    async with pool.session("job-2") as session:
        assert await session.probe()
    assert await pool.close() == 0


@pytest.mark.feature("O60")
async def test_a_browser_that_hangs_is_ended_although_nobody_waits_for_the_session_to_close(pool: SessionPool) -> None:
    session = await pool.lease("job-1")
    processes = [psutil.Process(pid_of(session))]
    processes += processes[0].children(recursive=True)
    for process in processes:
        process.suspend()
    release = asyncio.get_running_loop().create_task(pool.release(session))
    await asyncio.sleep(0)
    release.cancel()
    await asyncio.wait({release})
    assert release.cancelled()
    await asyncio.to_thread(_wait_by_handles, processes, LIMIT_S)
    assert not [process for process in processes if is_alive(process.pid)]
