"""What every provider promises; the same tests run against all of them, with real browsers."""

import asyncio
from dataclasses import replace

import pytest

from orchestrator.contract.ids import JsonValue
from robot.browser.lease import Lease, Outcome
from robot.browser.providers.port import BrowserProvider, CapacityError, SessionSpec
from robot.browser.session_options import PLAIN

SPEC = SessionSpec(owner="job-1/1")
COOKIE: JsonValue = {
    "name": "user",
    "value": "ada",
    "domain": "localhost",
    "path": "/",
    "expires": -1,
    "httpOnly": False,
    "secure": False,
    "sameSite": "Lax",
}


async def cookies(lease: Lease) -> list[str]:
    return [str(cookie.get("value")) for cookie in await lease.context.cookies()]


@pytest.mark.feature("D67", "O24")
async def test_a_session_answers_and_what_it_leaves_behind_no_other_sees(provider: BrowserProvider) -> None:
    first = await provider.acquire(SPEC)
    assert await provider.probe(first)
    await first.context.add_cookies([{"name": "user", "value": "ada", "url": "http://localhost/"}])
    await provider.release(first, Outcome.GOOD)
    assert not await provider.probe(first)
    second = await provider.acquire(SPEC)
    assert await cookies(second) == []
    await provider.release(second, Outcome.GOOD)


@pytest.mark.feature("O25")
async def test_a_session_is_as_its_options_say(provider: BrowserProvider) -> None:
    options = replace(PLAIN, viewport=(640, 480), storage={"cookies": [COOKIE], "origins": []})
    lease = await provider.acquire(SessionSpec(owner="job-1/1", options=options))
    assert await lease.page.evaluate("[innerWidth, innerHeight]") == [640, 480]
    assert await cookies(lease) == ["ada"]
    await provider.release(lease, Outcome.GOOD)


@pytest.mark.feature("D65", "O44")
async def test_a_session_goes_back_once_however_often_it_is_given_back(provider: BrowserProvider) -> None:
    lease = await provider.acquire(SPEC)
    await asyncio.gather(*(provider.release(lease, Outcome.BROKEN) for _ in range(3)))
    await provider.release(lease, Outcome.GOOD)
    again = await provider.acquire(SPEC)
    assert await provider.probe(again)
    await provider.release(again, Outcome.GOOD)


@pytest.mark.feature("D65", "O44")
async def test_who_stops_waiting_for_a_session_leaves_nothing_behind(provider: BrowserProvider) -> None:
    for turns in (1, 3):
        asking = asyncio.get_running_loop().create_task(provider.acquire(SPEC))
        for _ in range(turns):
            await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    lease = await provider.acquire(SPEC)
    await provider.release(lease, Outcome.GOOD)


async def test_a_closed_provider_lends_nothing(provider: BrowserProvider) -> None:
    assert provider.capabilities.most_sessions >= 1
    assert await provider.close() == 0
    with pytest.raises(CapacityError):
        await provider.acquire(SPEC)
