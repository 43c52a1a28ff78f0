"""This machine's browsers: given up when there is no work, kept where sessions are wanted ready, and measured."""

import pytest

from robot.browser.driver_keeper import DriverKeeper
from robot.browser.lease import Outcome
from robot.browser.providers.local import MEMORY_CHECK_S, LocalProvider, LocalSettings
from robot.browser.providers.port import SessionSpec
from robot.browser.providers.wear import WearTerms

SPEC = SessionSpec(owner="job-1/1")


@pytest.mark.feature("D69", "X18")
async def test_an_empty_browser_is_measured_and_given_up_after_a_while(drivers: DriverKeeper) -> None:
    now, settings = [1e9], LocalSettings(max_browsers=1, wear=WearTerms(age_s=1e12))
    provider = LocalProvider(settings, drivers, monotonic_s=lambda: now[0])
    lease = await provider.acquire(SPEC)
    now[0] += MEMORY_CHECK_S + 1
    await provider.tidy(idle_s=300, spare=0)
    assert provider.figures().memory_bytes > 1_000_000
    await provider.release(lease, Outcome.GOOD)
    for passed_s, spare, browsers in [(299, 0, 1), (2, 1, 1), (0, 0, 0)]:
        now[0] += passed_s
        await provider.tidy(idle_s=300, spare=spare)
        assert provider.figures().browsers == browsers
    assert provider.figures().retired == {"idle": 1}
    assert await provider.close() == 0
