"""Scarce slots: who gets them is the priority's matter, which robot it is the strategy's."""

import pytest
from fake_fleet import SAFE, Fleet

from orchestrator.contract.states import JobPriority, JobStatus
from orchestrator.domain.placement import LoadBalancingStrategy
from orchestrator.engine.settings import EngineSettings


@pytest.mark.feature("O50")
@pytest.mark.parametrize("strategy", LoadBalancingStrategy)
async def test_under_every_strategy_the_urgent_jobs_get_the_slots_and_the_others_wait(
    strategy: LoadBalancingStrategy,
) -> None:
    fleet = await Fleet(EngineSettings(load_balancing=strategy)).start()
    try:
        order = (JobPriority.LOW, JobPriority.CRITICAL, JobPriority.NORMAL, JobPriority.HIGH)
        jobs = {each: await fleet.submit(definition={**SAFE, "name": each.name}, priority=each) for each in order}
        first = await fleet.robot("one")
        assert [job for job, each in jobs.items() if fleet.status(each) is JobStatus.RUNNING] == [JobPriority.CRITICAL]
        second = await fleet.robot("two", slots=2)
        waiting = [job for job, each in jobs.items() if fleet.status(each) is JobStatus.QUEUED]
        assert waiting == [JobPriority.LOW]
        assert (len(first.running), len(second.running)) == (1, 2)
        await first.finish()
        await fleet.settle()
        assert fleet.status(jobs[JobPriority.LOW]) is JobStatus.RUNNING
        assert len(first.running) == 1
    finally:
        await fleet.engine.stop()
