"""Sessions in somebody else's browser: it keeps what is its own, and its loss is told as what it is."""

from pathlib import Path

import pytest
from foreign_browser import ForeignBrowser

from orchestrator.contract.errors import ErrorKind
from robot.browser.driver_keeper import DriverKeeper
from robot.browser.lease import Outcome
from robot.browser.pool_facts import SessionPoolSettings
from robot.browser.providers.cdp import CdpProvider, CdpSettings
from robot.browser.providers.port import SessionSpec
from robot.browser.session_options import SessionOptions
from robot.browser.session_pool import SessionPool
from robot.errors import ActionError

SPEC = SessionSpec(owner="job-1/1")


@pytest.mark.feature("D67", "O17")
async def test_the_browser_and_its_own_pages_outlive_our_sessions(
    somebodys: ForeignBrowser, drivers: DriverKeeper
) -> None:
    visitor = CdpProvider(CdpSettings(endpoint=somebodys.ws_url, context="default"), drivers)
    guest = CdpProvider(CdpSettings(endpoint=somebodys.ws_url), drivers)
    assert visitor.capabilities.most_sessions == 1
    mine = await visitor.acquire(SPEC)
    before = len(mine.context.pages)
    other = await guest.acquire(SPEC)
    assert other.context is not mine.context
    await guest.release(other, Outcome.GOOD)
    await visitor.release(mine, Outcome.GOOD)
    again = await visitor.acquire(SPEC)
    assert len(again.context.pages) == before
    await visitor.release(again, Outcome.GOOD)
    with pytest.raises(ActionError, match="cannot have another language") as caught:
        await visitor.acquire(SessionSpec(owner="job-1/1", options=SessionOptions(locale="de-DE")))
    assert caught.value.info.kind is ErrorKind.BAD_WORKFLOW
    assert await visitor.close() == await guest.close() == 0
    assert somebodys.is_running


async def test_a_run_in_the_browsers_own_context_touches_only_the_pages_that_it_opened(
    somebodys: ForeignBrowser, drivers: DriverKeeper, tmp_path: Path
) -> None:
    provider = CdpProvider(CdpSettings(endpoint=somebodys.ws_url, context="default"), drivers)
    pool = SessionPool(SessionPoolSettings(state_folder=tmp_path), provider, name="lab", drivers=drivers)
    async with pool.session("job-1") as session:
        theirs = [page for page in session.context.pages if page not in session.pages]
        assert theirs
        await session.open_page()
        async with session.page.expect_popup():
            await session.page.evaluate("void open('about:blank')")
        assert len(session.pages) == 3
        assert await session.close_pages()
        assert session.pages == []
        assert not any(page.is_closed() for page in theirs)
    assert await pool.close() == 0


async def test_downloads_arrive_while_another_client_is_attached(
    somebodys: ForeignBrowser, drivers: DriverKeeper, tmp_path: Path
) -> None:
    provider = CdpProvider(CdpSettings(endpoint=somebodys.ws_url), drivers)
    assert provider.capabilities.downloads
    first, second = await provider.acquire(SPEC), await provider.acquire(SPEC)
    await first.page.set_content('<a download="notes.txt" href="data:text/plain,hello">notes</a>')
    async with first.page.expect_download() as expected:
        await first.page.click("a")
    await (await expected.value).save_as(tmp_path / "notes.txt")
    assert (tmp_path / "notes.txt").read_text() == "hello"
    for lease in (first, second):
        await provider.release(lease, Outcome.GOOD)


@pytest.mark.feature("O17", "D05")
async def test_a_browser_that_goes_away_is_a_lost_browser(
    somebodys: ForeignBrowser, drivers: DriverKeeper, tmp_path: Path
) -> None:
    provider = CdpProvider(CdpSettings(endpoint=somebodys.http_url), drivers)
    pool = SessionPool(SessionPoolSettings(state_folder=tmp_path), provider, name="lab", drivers=drivers)
    session = await pool.lease("job-1")
    somebodys.end()
    assert not await provider.probe(session.lease)
    assert session.is_lost
    with pytest.raises(ActionError, match="cannot be reached") as caught:
        await pool.lease("job-1")
    assert caught.value.info.kind is ErrorKind.BROWSER_LOST
    await pool.release(session)
    assert pool.statistics().lost == 1
    assert pool.statistics().failed == 3
    assert await pool.close() == 0


async def test_the_key_in_an_address_is_never_told(drivers: DriverKeeper) -> None:
    provider = CdpProvider(CdpSettings(endpoint="ws://127.0.0.1:9/devtools?token=hush-hush"), drivers)
    with pytest.raises(ActionError) as caught:
        await provider.acquire(SPEC)
    assert "hush-hush" not in repr(caught.value.info)
    assert "ws://127.0.0.1:9" in caught.value.info.message
