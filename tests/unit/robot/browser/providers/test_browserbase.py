"""Browserbase through its own SDK: back-pressure, errors, lost answers, and nothing that is left running there."""

import random
import sys

import pytest
from loopback_browserbase import KEY, LoopbackBrowserbase
from pydantic import SecretStr

from orchestrator.contract.errors import ErrorKind
from robot.browser.driver_keeper import DriverKeeper
from robot.browser.lease import Outcome
from robot.browser.providers.browserbase import BrowserbaseProvider, RobotMarks
from robot.browser.providers.browserbase_mapping import BrowserbaseSettings
from robot.browser.providers.port import CapacityError, SessionSpec
from robot.errors import ActionError, RobotSetupError

SPEC = SessionSpec(owner="job-1/1")
CREATE = "POST /v1/sessions"


@pytest.mark.feature("D67", "O03", "O25")
async def test_a_session_comes_with_its_live_view_its_recording_and_its_end(
    managed: BrowserbaseProvider, service: LoopbackBrowserbase
) -> None:
    lease = await managed.acquire(SPEC)
    assert lease.external_id == "session-1"
    assert lease.live_view_url == "https://live.example/session-1"
    assert lease.recording_url == "https://www.browserbase.com/sessions/session-1"
    assert lease.expires_at is not None
    wanted = service.sessions["session-1"].wanted
    assert wanted["browserSettings"]["recordSession"] is True
    assert wanted["timeout"] == 3_600
    assert wanted["userMetadata"]["botswainOwner"] == "job-1/1"
    await managed.release(lease, Outcome.GOOD)
    assert service.running() == []
    assert await managed.close() == 0


@pytest.mark.feature("O17")
async def test_too_many_requests_are_back_pressure_and_not_an_error(
    managed: BrowserbaseProvider, service: LoopbackBrowserbase
) -> None:
    service.trouble(CREATE, 429, retry_after="7")
    with pytest.raises(CapacityError) as caught:
        await managed.acquire(SPEC)
    assert caught.value.retry_after_s == 7
    assert caught.value.info.kind is ErrorKind.PROVIDER_CAPACITY
    assert await managed.close() == 0


@pytest.mark.feature("O17", "O26")
async def test_what_the_service_breaks_is_asked_again_and_then_told(
    managed: BrowserbaseProvider, service: LoopbackBrowserbase
) -> None:
    service.starts_browsers = False
    service.trouble(CREATE, 503, times=3)
    with pytest.raises(ActionError, match="HTTP 503") as caught:
        await managed.acquire(SPEC)
    assert caught.value.info.kind is ErrorKind.NETWORK
    assert service.asked.count(CREATE) == 3
    assert await managed.close() == 0


@pytest.mark.feature("O17", "O44")
async def test_a_session_that_cannot_be_connected_to_is_released(
    managed: BrowserbaseProvider, service: LoopbackBrowserbase
) -> None:
    service.starts_browsers = False
    with pytest.raises(ActionError) as caught:
        await managed.acquire(SPEC)
    assert caught.value.info.kind is ErrorKind.BROWSER_LOST
    assert "hush" not in repr(caught.value.info)
    assert await managed.close() == 0
    assert service.running() == []


@pytest.mark.feature("O26", "O44", "O45")
async def test_a_release_that_fails_is_tried_again_later(
    managed: BrowserbaseProvider, service: LoopbackBrowserbase
) -> None:
    lease = await managed.acquire(SPEC)
    service.trouble("POST /v1/sessions/session-1", 500, times=3)
    await managed.release(lease, Outcome.GOOD)
    assert managed.figures().leaked == 1
    await managed.tidy(idle_s=1, spare=0)
    assert service.running() == []
    assert managed.figures().leaked == 0
    assert await managed.close() == 0


@pytest.mark.feature("X18", "O44")
async def test_what_an_earlier_life_left_at_the_service_is_swept_at_the_start(
    managed: BrowserbaseProvider, service: LoopbackBrowserbase
) -> None:
    service.hold({"botswainRobot": "robot-1", "botswainInstance": "life-1", "botswainLease": "x"})
    others = service.hold({"botswainRobot": "robot-2", "botswainInstance": "life-1"})
    await managed.start()
    assert service.running() == [others]
    assert managed.figures().leaked == 1
    assert await managed.close() == 0


@pytest.mark.feature("O17", "O44")
async def test_a_session_whose_answer_was_lost_is_found_and_released(
    managed: BrowserbaseProvider, service: LoopbackBrowserbase
) -> None:
    await managed.start()
    service.lost_answers = 1
    lease = await managed.acquire(SPEC)
    assert lease.external_id == "session-2"
    assert service.running() == ["session-1", "session-2"]
    await managed.tidy(idle_s=1, spare=0)
    assert service.running() == ["session-2"]
    await managed.release(lease, Outcome.GOOD)
    assert await managed.close() == 0


@pytest.mark.feature("O17", "D05")
async def test_a_lost_connection_is_a_lost_browser(managed: BrowserbaseProvider, service: LoopbackBrowserbase) -> None:
    lease = await managed.acquire(SPEC)
    service.browser(lease.external_id).end()
    assert not await managed.probe(lease)
    await managed.release(lease, Outcome.BROKEN)
    assert managed.figures().lost == 1
    assert service.running() == []
    assert await managed.close() == 0


async def test_a_wrong_key_is_told_when_the_robot_starts(service: LoopbackBrowserbase, drivers: DriverKeeper) -> None:
    settings = BrowserbaseSettings(api_key=SecretStr(f"{KEY}-old"), base_url=service.url)
    provider = BrowserbaseProvider(settings, drivers, RobotMarks(robot="r", instance="i"), rng=random.Random(1))
    with pytest.raises(RobotSetupError, match="401"):
        await provider.start()
    assert await provider.close() == 0


@pytest.mark.feature("O24")
async def test_a_robot_without_the_sdk_says_how_to_install_it(
    managed: BrowserbaseProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "browserbase", None)
    with pytest.raises(RobotSetupError) as caught:
        await managed.start()
    assert "botswain[browserbase]" in (caught.value.hint or "")
