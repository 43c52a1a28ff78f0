"""Every provider, made the way a robot makes it, with its own surroundings: a foreign browser, a loopback service."""

import random
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from foreign_browser import ForeignBrowser, foreign_browser
from loopback_browserbase import KEY, LoopbackBrowserbase, loopback_browserbase
from pydantic import SecretStr

from robot.browser.driver_keeper import DriverKeeper
from robot.browser.providers.browserbase import BrowserbaseProvider, RobotMarks
from robot.browser.providers.browserbase_mapping import BrowserbaseSettings
from robot.browser.providers.cdp import CdpProvider, CdpSettings
from robot.browser.providers.local import LocalProvider, LocalSettings
from robot.browser.providers.port import BrowserProvider

ROBOT = "robot-1"


@pytest.fixture
async def drivers(tmp_path: Path) -> AsyncIterator[DriverKeeper]:
    keeper = DriverKeeper(tmp_path / "drivers")
    yield keeper
    assert await keeper.stop() == 0


@pytest.fixture
def somebodys(tmp_path: Path) -> Iterator[ForeignBrowser]:
    with foreign_browser(tmp_path / "profile") as browser:
        yield browser


@pytest.fixture
def service(tmp_path: Path) -> Iterator[LoopbackBrowserbase]:
    with loopback_browserbase(tmp_path / "service") as service:
        yield service


def settings_for(service: LoopbackBrowserbase, **changes: object) -> BrowserbaseSettings:
    """Of a robot that uses the loopback service."""
    return BrowserbaseSettings.model_validate({"api_key": SecretStr(KEY), "base_url": service.url, **changes})


@pytest.fixture
def managed(service: LoopbackBrowserbase, drivers: DriverKeeper) -> BrowserbaseProvider:
    """Browserbase, with short waits between tries."""
    marks = RobotMarks(robot=ROBOT, instance="life-2")
    return BrowserbaseProvider(settings_for(service), drivers, marks, rng=random.Random(1), first_delay_s=0.001)


@pytest.fixture(params=["local", "cdp", "browserbase"])
async def provider(request: pytest.FixtureRequest, drivers: DriverKeeper) -> AsyncIterator[BrowserProvider]:
    """Each of them in turn."""
    makers: dict[str, Callable[[], BrowserProvider]] = {
        "local": lambda: LocalProvider(LocalSettings(max_browsers=1), drivers),
        "cdp": lambda: CdpProvider(CdpSettings(endpoint=request.getfixturevalue("somebodys").http_url), drivers),
        "browserbase": lambda: request.getfixturevalue("managed"),
    }
    made = makers[request.param]()
    await made.start()
    yield made
    assert await made.close() == 0
    assert made.figures().leaked == 0
