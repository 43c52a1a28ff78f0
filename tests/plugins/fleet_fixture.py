"""A fleet of fakes around a real engine for each test that asks, stopped afterwards."""

from collections.abc import AsyncIterator

import pytest
from fake_fleet import Fleet


@pytest.fixture
async def fleet() -> AsyncIterator[Fleet]:
    fleet = await Fleet().start()
    yield fleet
    await fleet.engine.stop()
