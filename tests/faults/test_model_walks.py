"""The model's walks by the hundred thousand, beside the real processes."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

import pytest
from fault_table import Injections

from tests.model.walk import Outcome, walk

pytestmark = [pytest.mark.timeout(20_000), pytest.mark.faults, pytest.mark.beside]

STEPS_PER_WALK = 250
FIRST_SEED = 1_000_000
WALKS_AT_ONCE = 6
NICENESS = 10
"""Other fault tests mostly wait: the walks take what they leave of the processors."""


def walks(seeds: range) -> list[Outcome]:
    """Walks of these seeds, up to the first that breaks a promise."""
    done = []
    for seed in seeds:
        done.append(walk(seed, STEPS_PER_WALK))
        if done[-1].violations:
            break
    return done


@pytest.mark.parametrize("count", [12, pytest.param(8_000, marks=pytest.mark.long)])
@pytest.mark.fault("1-40", "everything at once, in the model: crashes, losses, repeats, delays, clocks", "A B C D E F")
@pytest.mark.feature("X07")
def test_walks_through_all_of_it_break_no_promise(injected: Injections, count: int) -> None:
    starts = range(FIRST_SEED, FIRST_SEED + count, WALKS_AT_ONCE)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(mp_context=context, initializer=os.nice, initargs=(NICENESS,)) as pool:
        outcomes = [
            each
            for part in pool.map(walks, [range(n, min(n + WALKS_AT_ONCE, FIRST_SEED + count)) for n in starts])
            for each in part
        ]
    injected.one(sum(each.steps for each in outcomes))
    assert not [each for each in outcomes if each.violations]
