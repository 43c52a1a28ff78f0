"""What an actor may submit is bounded when an operator says so, each actor by itself."""

import pytest
from fake_fleet import SAFE, Fleet

from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.engine.errors import TooManyRequestsError


async def submit(fleet: Fleet, actor: str) -> None:
    await fleet.engine.submit_job(SubmitRequest(definition=SAFE), actor=actor)


@pytest.mark.feature("O51")
async def test_who_submits_too_fast_is_told_when_to_come_back_and_the_others_are_not(fleet: Fleet) -> None:
    await fleet.engine.live.change({"submits_per_minute": 3}, actor="anna")
    for _ in range(3):
        await submit(fleet, "bert")
    with pytest.raises(TooManyRequestsError, match=r"bert may submit 3 jobs a minute. Try again in 20 s") as refused:
        await submit(fleet, "bert")
    assert refused.value.retry_after_s == 20
    await submit(fleet, "carl")
    assert len(fleet.store.jobs) == 4
    await fleet.clock.advance(20)
    await submit(fleet, "bert")


async def test_without_a_bound_anybody_submits_as_they_like(fleet: Fleet) -> None:
    for _ in range(200):
        await submit(fleet, "bert")
    assert len(fleet.store.jobs) == 200
