"""How large a pool should be, and how fast it may grow."""

import pytest

from robot.browser.breaker import BreakerState, BreakerTerms, ProviderBreaker
from robot.browser.pool_size import Admission, AdmissionTerms, CreationRate, PoolTerms, Pressure, ready_wanted


@pytest.mark.feature("D69", "O09")
@pytest.mark.parametrize(
    ("least", "spare", "lent", "waiting", "wanted"),
    [
        (0, 0, 0, 0, 0),
        (2, 0, 0, 0, 2),
        (2, 0, 1, 0, 1),
        (2, 0, 5, 0, 0),
        (0, 1, 0, 0, 0),
        (0, 1, 3, 0, 1),
        (0, 1, 0, 2, 1),
        (1, 2, 7, 0, 1),
        (1, 2, 8, 3, 0),
    ],
)
def test_as_many_sessions_are_ready_as_the_work_asks_for(
    least: int, spare: int, lent: int, waiting: int, wanted: int
) -> None:
    terms = PoolTerms(min_sessions=least, spare_sessions=spare)
    assert ready_wanted(terms, lent=lent, waiting=waiting, capacity=8) == wanted


@pytest.mark.feature("D69")
def test_memory_that_is_short_keeps_new_sessions_out_until_it_is_well_below() -> None:
    admission = Admission(terms=AdmissionTerms(memory_high=90, memory_low=80))
    for percent, is_full in [(85, False), (90, True), (85, True), (79, False), (85, False)]:
        admission = admission.judged(Pressure(memory_percent=percent, load=0))
        assert admission.is_full is is_full
    full = admission.judged(Pressure(memory_percent=99, load=0))
    assert full.wait_s(lent=1, since_last_s=100) is None
    assert full.wait_s(lent=0, since_last_s=0) == 0, "somebody has to work, or nothing ever ends"


@pytest.mark.feature("D69")
def test_overloaded_processors_slow_new_sessions_down() -> None:
    admission = Admission(terms=AdmissionTerms(load_high=4, load_low=2, slow_s=1.5))
    slow = admission.judged(Pressure(memory_percent=0, load=5))
    assert slow.wait_s(lent=2, since_last_s=0.5) == 1.0
    assert slow.wait_s(lent=2, since_last_s=9) == 0
    assert slow.judged(Pressure(memory_percent=0, load=3)).is_slow
    assert not slow.judged(Pressure(memory_percent=0, load=1)).is_slow


@pytest.mark.feature("O09")
def test_sessions_are_made_in_a_burst_and_then_at_the_rate() -> None:
    rate = CreationRate(per_s=2, burst=2)
    waits = []
    for now_s in (0.0, 0.0, 0.0, 0.5, 0.5, 100.0):
        waits.append(rate.wait_s(now_s))
        if waits[-1] == 0:
            rate.take(now_s)
    assert waits == [0, 0, 0.5, 0, 0.5, 0]
    assert CreationRate(per_s=None, burst=1).wait_s(0) == 0


def failed(breaker: ProviderBreaker, times: int, now_s: float) -> ProviderBreaker:
    for _ in range(times):
        breaker = breaker.failed("it broke", now_s)
    return breaker


@pytest.mark.feature("O27")
def test_a_provider_that_fails_again_and_again_rests_longer_each_time() -> None:
    breaker = failed(ProviderBreaker(terms=BreakerTerms(failures=3, rest_s=10, longest_rest_s=25)), 2, 0)
    assert breaker.state is BreakerState.CLOSED
    breaker = breaker.failed("it broke", 0)
    assert (breaker.state, breaker.wait_s(4)) == (BreakerState.OPEN, 6)
    for rest_s in (20, 25, 25):
        asking = breaker.asking()
        assert asking.wait_s(1_000) > 0, "one asks, the others wait"
        breaker = asking.failed("still", 1_000)
        assert breaker.wait_s(1_000) == rest_s
    assert breaker.asking().worked() == ProviderBreaker(terms=breaker.terms)


@pytest.mark.feature("O27")
def test_a_try_that_tells_nothing_lets_the_next_one_try() -> None:
    breaker = failed(ProviderBreaker(terms=BreakerTerms(failures=1, rest_s=10)), 1, 0).asking()
    assert breaker.unanswered(50).wait_s(50) == 0
    assert failed(ProviderBreaker(terms=BreakerTerms(failures=0)), 99, 0).wait_s(0) == 0
