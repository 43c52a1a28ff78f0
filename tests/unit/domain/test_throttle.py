"""Token buckets let as many things begin as their rate says, whenever they are asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.throttle import Bucket, capacity


@pytest.mark.feature("O51", "X17")
@given(
    rate=st.floats(0.01, 20),
    steps=st.lists(st.floats(0, 5), min_size=1, max_size=20),
)
def test_no_window_sees_more_starts_than_rate_and_burst_allow(rate: float, steps: list[float]) -> None:
    bucket, now_s, taken = Bucket.full(rate, 0.0), 0.0, []
    for step in steps:
        now_s += step
        while bucket.has_token(now_s):
            bucket = bucket.after_taking(now_s)
            taken.append(now_s)
    for place, first in enumerate(taken):
        for count, last in enumerate(taken[place:], start=1):
            assert count <= rate * (last - first) + capacity(rate) + 1e-6


@given(rate=st.floats(0.01, 1_000), used=st.integers(1, 5))
def test_the_next_token_is_there_when_it_was_said_to_be(rate: float, used: int) -> None:
    bucket, now_s = Bucket.full(rate, 100.0), 100.0
    for _ in range(used):
        now_s = bucket.next_token_s(now_s)
        assert bucket.has_token(now_s)
        bucket = bucket.after_taking(now_s)


def test_a_slow_rate_keeps_its_distance_and_a_fast_one_may_catch_up() -> None:
    assert capacity(2.0) == 1.0
    assert capacity(1_000.0) == 100.0
    slow = Bucket.full(2.0, 0.0).after_taking(0.0)
    assert not slow.has_token(0.4)
    assert slow.next_token_s(0.1) == 0.5
    assert slow.whole_tokens(60.0) == 1
    assert slow.after_returning(0.0) == Bucket.full(2.0, 0.0)


def test_another_rate_keeps_what_is_in_the_bucket() -> None:
    empty = Bucket.full(1.0, 0.0).after_taking(0.0)
    assert empty.at_rate(10.0, 0.0).next_token_s(0.0) == 0.1
    assert Bucket.full(1.0, 0.0).at_most(0.25, 0.0).next_token_s(0.0) == 0.75
