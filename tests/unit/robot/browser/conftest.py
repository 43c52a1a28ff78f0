"""A session pool with real browsers, and a page that needs no network."""

from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from robot.browser.find import find_browser
from robot.browser.pool_facts import SessionPoolSettings
from robot.browser.session_pool import SessionPool
from robot.errors import RobotSetupError


@pytest.fixture(scope="session", autouse=True)
def _browser() -> None:
    try:
        find_browser()
    except RobotSetupError as error:
        pytest.skip(f"no browser on this machine: {error}")


@pytest.fixture
def settings(tmp_path: Path) -> SessionPoolSettings:
    return SessionPoolSettings(state_folder=tmp_path, max_browsers=1, lease_wait_s=0.3)


@pytest.fixture
async def pool(settings: SessionPoolSettings) -> AsyncIterator[SessionPool]:
    pool = SessionPool(settings)
    await pool.start()
    yield pool
    assert await pool.close() == 0
    assert not [each for each in psutil.Process().children(recursive=True) if "chrom" in each.name()]
