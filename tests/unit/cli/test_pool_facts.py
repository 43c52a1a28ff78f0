"""What `botswain robot NAME` says of a robot's browser sessions."""

import pytest

from orchestrator.cli.pools import pool_facts
from orchestrator.contract.protocol.pools import PoolFigures
from orchestrator.server.pool_views import pool_views


@pytest.mark.feature("D69", "O10", "X18")
def test_each_pool_tells_what_it_lends_what_it_gave_up_and_what_leaked() -> None:
    pool = PoolFigures(
        name="local",
        provider="local",
        size=3,
        least=1,
        most=8,
        lent=2,
        waiting=4,
        browsers=1,
        created=12,
        retired={"leases": 2, "idle": 1},
        lost=1,
        memory_bytes=200 * 1_048_576,
    )
    assert [f"{name}: {text}" for name, text in pool_facts([pool])] == [
        "pool local: local: 2 sessions lent, 1 ready, 4 waiting; 1 to 8, 1 browser",
        ": 12 made, retired: 1 by idle, 2 by leases; 1 lost, 0 leaked since its start, 200.0 MiB",
    ]


@pytest.mark.feature("O10", "O27")
def test_trouble_with_a_pool_is_told() -> None:
    pool = PoolFigures(name="cloud", provider="browserbase", failed=5, breaker="open", pressure="full")
    *_, (_, trouble) = pool_facts([pool])
    assert "left alone (open)" in trouble
    assert "no memory" in trouble
    assert "5 sessions could not be made" in trouble


def test_figures_of_another_version_are_left_out() -> None:
    told = PoolFigures(name="local", lent=2)
    assert pool_views([told.model_dump(mode="json")]) == (told,)
    assert pool_views([{"name": 7}]) == pool_views(None) == ()
