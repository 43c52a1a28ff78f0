"""Sessions come back as they were told: cookies, storage, pages; and they are repaired when something is gone."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from orchestrator.contract.checkpoints import BrowserState
from orchestrator.server.listener import Listener
from robot.browser.job_sessions import JobSessions
from robot.browser.login_watch import remember_storage
from robot.browser.session_options import SessionOptions
from robot.browser.session_pool import SessionPool


async def who(request: Request) -> HTMLResponse:
    answer = HTMLResponse(f"<h1>{request.cookies.get('user', 'nobody')}</h1>")
    if request.query_params.get("login"):
        answer.set_cookie("user", "Ada")
    return answer


@pytest.fixture
async def base() -> AsyncIterator[str]:
    listener = Listener("127.0.0.1", 0)
    await listener.start(Starlette(routes=[Route("/{page}", who)]))
    yield f"http://127.0.0.1:{listener.address[1]}"
    await listener.stop()


async def logged_in(sessions: JobSessions, base: str) -> None:
    place = await sessions.get(None)
    assert place.session is not None
    await place.session.page.goto(f"{base}/login?login=1")
    await place.session.page.evaluate("localStorage.setItem('basket', '3')")
    await place.session.open_page()
    await place.session.page.goto(f"{base}/second")
    place.url = place.session.page.url
    await remember_storage(place)


@pytest.mark.feature("D54", "E25")
async def test_another_browser_has_the_login_the_storage_and_the_pages_of_the_first(
    pool: SessionPool, base: str
) -> None:
    first = JobSessions(pool, "one")
    await logged_in(first, base)
    await first.open("small", SessionOptions(viewport=(320, 480)))
    state = BrowserState.model_validate_json((await first.capture()).model_dump_json())
    await first.close_all()

    second = JobSessions(pool, "two")
    await second.bring_back(state)
    place = await second.get(None)
    assert place.session is not None
    page = place.session.page
    assert page.url == f"{base}/second"
    assert {each.url for each in place.session.context.pages} == {f"{base}/second", f"{base}/login?login=1"}
    assert await page.inner_text("h1") == "Ada"
    assert await page.evaluate("localStorage.getItem('basket')") == "3"
    small = await second.get("small")
    assert small.options.viewport == (320, 480)
    await second.close_all()


@pytest.mark.feature("E29", "D50")
@pytest.mark.parametrize("with_browser", [False, True], ids=["session", "browser"])
async def test_a_restart_gives_a_fresh_session_that_is_logged_in_and_on_the_same_page(
    pool: SessionPool, base: str, *, with_browser: bool
) -> None:
    sessions = JobSessions(pool, "one")
    await logged_in(sessions, base)
    before = sessions.find(None)
    assert await sessions.renew(None, with_browser=with_browser)
    after = sessions.find(None)
    assert after is not None
    assert after is not before
    assert after.page.url == f"{base}/second"
    assert await after.page.inner_text("h1") == "Ada"
    assert not await sessions.renew("unknown", with_browser=False)
    await sessions.close_all()


@pytest.mark.feature("E30")
async def test_a_repair_brings_back_the_page_and_the_login_and_says_so(pool: SessionPool, base: str) -> None:
    sessions = JobSessions(pool, "one")
    await logged_in(sessions, base)
    assert await sessions.repair(None, None) == []

    session = sessions.find(None)
    assert session is not None
    await session.context.clear_cookies()
    await session.page.goto(f"{base}/elsewhere")
    assert await sessions.repair(None, None) == ["brought back 1 cookies", f"went back to {base}/second"]
    assert await session.page.inner_text("h1") == "Ada"

    await session.page.close()
    assert (await sessions.repair(None, None))[0] == "opened a new page"
    await sessions.close_all()
