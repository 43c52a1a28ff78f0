"""How soon a robot dials again."""

import random

from robot.connection import RETRY_MAX_S, RETRY_MIN_S, retry_delay_s


def test_the_first_retry_is_quick_and_later_ones_spread_out_to_a_minute() -> None:
    rng = random.Random(1)
    assert all(retry_delay_s(1, rng) <= RETRY_MIN_S for _ in range(200))
    late = [retry_delay_s(50, rng) for _ in range(2_000)]
    assert min(late) >= RETRY_MIN_S
    assert max(late) <= RETRY_MAX_S
    assert 25 < sum(late) / len(late) < 36


def test_the_bound_doubles() -> None:
    rng = random.Random(1)
    assert max(retry_delay_s(3, rng) for _ in range(500)) <= 8
    assert max(retry_delay_s(4, rng) for _ in range(500)) > 8
