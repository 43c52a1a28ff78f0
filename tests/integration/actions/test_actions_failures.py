"""What goes wrong in a browser arrives in the product's words, and the next action works again."""

import asyncio
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from log_guard import ExpectWarning

from orchestrator.contract.errors import ErrorKind
from robot.actions.job_actions import JobActions
from robot.browser.session_pool import SessionPool

Robot = Any
Pages = Any
LIMIT_S = 20


def kill(pid: int) -> None:
    process = psutil.Process(pid)
    process.kill()
    psutil.wait_procs([process], LIMIT_S)


async def started(robot: Robot, pages: Pages, path: str) -> None:
    """Waits until the browser has asked for a page."""
    async with asyncio.timeout(LIMIT_S):
        while f"GET {path}" not in pages.asked:  # noqa: ASYNC110  the server's thread knows no event of this loop
            await asyncio.sleep(0.01)


async def test_a_missing_target_names_every_locator_that_was_tried(robot: Robot, pages: Pages) -> None:
    pages.page("/", "<p>x</p>")
    await robot.do("goto", url="/")
    failure = await robot.failure("click", target=["#a", "testid=b"], timeout_s=0.3)
    assert failure.kind is ErrorKind.TARGET_NOT_FOUND
    assert "#a; testid=b" in (failure.hint or "")
    single = await robot.failure("click", target="#a", timeout_s=0.3)
    assert single.kind is ErrorKind.TARGET_NOT_FOUND
    assert single.call_log


async def test_the_steps_own_time_still_leaves_words_for_the_failure(robot: Robot, pages: Pages) -> None:
    pages.page("/", "<p>x</p>")
    await robot.do("goto", url="/")
    failure = await robot.failure("click", target="#a", step_timeout_s=1.5)
    assert failure.kind is ErrorKind.TARGET_NOT_FOUND


async def test_an_action_that_is_cut_off_says_that_nobody_knows_how_far_it_came(robot: Robot) -> None:
    failure = await robot.failure("wait", seconds=30, step_timeout_s=0.3)
    assert failure.kind is ErrorKind.TIMEOUT
    assert failure.details == {"cut_off": True}


async def test_an_ambiguous_target_is_not_guessed(robot: Robot, pages: Pages) -> None:
    pages.page("/", "<a>1</a><a id=second>2</a>")
    await robot.do("goto", url="/")
    failure = await robot.failure("click", target="a")
    assert failure.kind is ErrorKind.AMBIGUOUS_TARGET
    assert not failure.is_retryable
    assert failure.message.startswith("a matches 2 elements")
    assert failure.message.endswith('It matches <a>, <a id="second">.')


async def test_a_target_that_is_covered_or_disabled_is_not_actionable(robot: Robot, pages: Pages) -> None:
    pages.page("/", "<button disabled>B</button>")
    await robot.do("goto", url="/")
    failure = await robot.failure("click", target="button", timeout_s=0.5)
    assert failure.kind is ErrorKind.NOT_ACTIONABLE
    assert "not enabled" in failure.message


async def test_an_unreachable_site_is_a_network_failure(robot: Robot) -> None:
    failure = await robot.failure("goto", url="http://127.0.0.1:9/")
    assert failure.kind in {ErrorKind.NETWORK, ErrorKind.NAVIGATION}
    assert "could not be opened" in failure.message


@pytest.mark.parametrize("url", ["file:///etc/passwd", "chrome://version", "javascript:1", "data:text/html,x"])
async def test_only_web_addresses_are_opened(robot: Robot, url: str) -> None:
    assert (await robot.failure("goto", url=url)).kind is ErrorKind.BAD_WORKFLOW


async def test_private_networks_can_be_forbidden(robot_on: Any, pages: Pages) -> None:
    robot = robot_on(pages.url, allow_private_networks=False)
    assert "private network" in (await robot.failure("goto", url="/")).message
    assert "private network" in (await robot.failure("http.request", url="/")).message


async def test_wrong_parameters_name_the_parameter(robot: Robot) -> None:
    failure = await robot.failure("click", target="a", count=9)
    assert failure.kind is ErrorKind.BAD_WORKFLOW
    assert "count: it must be less than or equal to 3, not 9." in failure.message


@pytest.mark.feature("D14")
async def test_an_unknown_action_is_a_clear_failure(robot: Robot) -> None:
    failure = await robot.failure("clack")
    assert failure.kind is ErrorKind.BAD_WORKFLOW
    assert failure.message == "There is no action 'clack'."


async def test_a_selector_that_cannot_be_read_is_the_workflows_mistake(robot: Robot, pages: Pages) -> None:
    pages.page("/", "x")
    await robot.do("goto", url="/")
    assert (await robot.failure("click", target="a[")).kind is ErrorKind.BAD_WORKFLOW


@pytest.mark.feature("D50", "D05", "O08")
async def test_a_browser_killed_in_the_middle_is_replaced_with_its_login_and_page(
    robot: Robot, pages: Pages, pool: SessionPool
) -> None:
    pages.page("/login", "<button onclick=\"document.cookie = 'user=ada; path=/'\">Log in</button>")
    pages.page("/home", "<p id=who></p><script>document.querySelector('#who').append(document.cookie)</script>")
    pages.slow.add("/slow")
    pages.page("/slow", "")
    lost = pool.statistics().lost
    await robot.do("goto", url="/login")
    await robot.do("click", target="button")
    await robot.do("goto", url="/home")
    async with asyncio.TaskGroup() as group:
        going = group.create_task(robot.failure("goto", url="/slow"))
        await started(robot, pages, "/slow")
        (pid,) = pool.browser_pids()
        kill(pid)
    assert going.result().kind is ErrorKind.BROWSER_LOST
    assert await robot.do("extract", target="#who") == "user=ada"
    assert pool.statistics().lost == lost + 1


@pytest.mark.feature("D05")
async def test_a_driver_killed_in_the_middle_is_replaced(
    robot: Robot, pages: Pages, expected_warnings: ExpectWarning
) -> None:
    # the event loop watches the same process, and who collects its end second says so
    expected_warnings("Unknown child process pid", optional=True)
    pages.page("/", "<p>x</p>")
    pages.page("/slow", "")
    pages.slow.add("/slow")
    await robot.do("goto", url="/")
    session = robot.actions._sessions.find(None)
    async with asyncio.TaskGroup() as group:
        going = group.create_task(robot.failure("goto", url="/slow"))
        await started(robot, pages, "/slow")
        kill(session.slot.driver.pid)
    assert going.result().kind is ErrorKind.DRIVER_LOST
    assert await robot.do("extract", target="p") == "x"


async def test_a_crashed_page_is_replaced_in_the_same_session(robot: Robot, pages: Pages) -> None:
    pages.page("/", "<p>x</p>")
    pages.page("/slow", "")
    pages.slow.add("/slow")
    await robot.do("goto", url="/")
    session = robot.actions._sessions.find(None)
    async with asyncio.TaskGroup() as group:
        going = group.create_task(robot.failure("wait_for", target="#never", timeout_s=10))
        cdp = await session.context.new_cdp_session(session.page)
        crash = group.create_task(_crash(cdp))
    assert crash.done()
    assert going.result().kind is ErrorKind.PAGE_CRASHED
    assert await robot.do("extract", target="p") == "x"


async def _crash(cdp: Any) -> None:
    try:
        async with asyncio.timeout(2):
            await cdp.send("Page.crash")
    except Exception:  # noqa: BLE001  the answer never comes: who would send it has crashed
        pass


async def test_a_page_that_hangs_fails_in_time_and_is_replaced(robot: Robot, pages: Pages) -> None:
    pages.page("/", "<button onclick='while (true);'>B</button>")
    await robot.do("goto", url="/")
    failure = await robot.failure("click", target="button", timeout_s=1, step_timeout_s=3)
    assert failure.kind in {ErrorKind.TIMEOUT, ErrorKind.NOT_ACTIONABLE}
    assert await robot.do("extract", target="button") == "B"


@pytest.mark.feature("D57")
async def test_cancelling_closes_the_page_at_once(robot: Robot, pages: Pages) -> None:
    pages.page("/", "<p>x</p>")
    await robot.do("goto", url="/")
    page = robot.actions._sessions.find(None).page
    call = asyncio.get_running_loop().create_task(robot.do("wait_for", target="#never"))
    await asyncio.sleep(0.2)  # any moment of the wait will do
    began_s = time.monotonic()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert time.monotonic() - began_s < 5
    assert page.is_closed()


async def test_cancelling_a_hung_page_closes_it_too(robot: Robot, pages: Pages) -> None:
    pages.page("/", "<button onclick='fetch(`/hangs`); while (true);'>B</button>")
    await robot.do("goto", url="/")
    page = robot.actions._sessions.find(None).page
    call = asyncio.get_running_loop().create_task(robot.do("click", target="button"))
    await asyncio.sleep(1)
    began_s = time.monotonic()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert time.monotonic() - began_s < 5
    assert page.is_closed()


async def test_a_failure_is_described_by_a_picture_and_what_the_page_holds(robot: Robot, pages: Pages) -> None:
    pages.page("/", "<h1>Hello</h1>")
    await robot.do("goto", url="/")
    found = {each.kind: each for each in await robot.actions.describe_failure(robot.call("click", target="x"))}
    assert found["screenshot"].media_type == "image/jpeg"
    assert 'heading "Hello"' in (robot.folder / found["snapshot"].name).read_text()
    assert "<h1>Hello</h1>" in (robot.folder / found["page"].name).read_text()
    assert all(each.is_kept and each.step_try == 1 for each in found.values())
    assert await robot.actions.describe_failure(robot.call("sort")) == ()


@pytest.mark.feature("D65", "O44", "O45")
async def test_all_sessions_come_back_when_the_run_fails(pool: SessionPool, pages: Pages, tmp_path: Path) -> None:
    async def run() -> None:
        async with JobActions(pool, tmp_path / "job") as actions:
            await actions.prepare(3)
            assert pool.statistics().leased == 3
            kill(pool.browser_pids()[0])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await run()
    assert pool.statistics().leased == 0


@pytest.mark.feature("D33", "D34", "D35", "D06", "O46")
async def test_a_pool_grows_as_far_as_it_can_and_shrinks(robot: Robot, pool: SessionPool) -> None:
    made = await robot.do("create_session_pool", pool_size=3)
    assert made == {"sessions": ["pool-1", "pool-2", "pool-3"], "requested": 3, "created": 3}
    more = await robot.do("acquire_sessions", count=3)
    assert (more["requested"], more["created"]) == (3, 1)
    assert "could be opened" in robot.lines[-1]
    failure = await robot.failure("acquire_sessions", count=1)
    assert failure.kind is ErrorKind.PROVIDER_CAPACITY
    assert await robot.do("release_sessions", count=1) == {"released": ["pool-4"], "remaining": 3}
    assert (await robot.do("release_sessions"))["remaining"] == 0
    assert pool.statistics().leased == 0


async def test_http_requests_are_repeated_when_that_may_help(robot: Robot, pages: Pages) -> None:
    pages.texts["/api"] = '{"ok": true}'
    pages.types["/api"] = "application/json"
    pages.statuses["/api"] = [503, 200]
    answer = await robot.do("http.request", url="/api", method="POST", json={"a": 1}, retries=1)
    assert (answer["status"], answer["json"]) == (200, {"ok": True})
    assert pages.asked == ["POST /api", "POST /api"]
    failure = await robot.failure("http.request", url="/none")
    assert "status 404" in failure.message
    assert (await robot.do("http.request", url="/none", expect_status=[404, 410]))["status"] == 404
