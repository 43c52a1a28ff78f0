"""Settings that change while the engine runs: checked, kept, written down, and obeyed at once."""

import pytest
from fake_fleet import Fleet

from orchestrator.contract.states import JobStatus
from orchestrator.engine.errors import InvalidRequestError, StorageError


@pytest.mark.feature("D27", "D26", "O34")
async def test_no_more_jobs_run_at_once_than_the_setting_allows(fleet: Fleet) -> None:
    robot = await fleet.robot("r1", slots=8)
    await fleet.engine.live.change({"max_concurrent_workflows": 2}, actor="ada")
    jobs = [await fleet.submit() for _ in range(5)]
    assert len(robot.running) == 2
    waiting = next(job for job in jobs if fleet.status(job) is JobStatus.QUEUED)
    verdict, *_ = await fleet.engine.why_waiting(waiting.job_id)
    assert (verdict.code, verdict.blocks) == ("fleet_limit", True)
    await robot.finish()
    await fleet.settle()
    assert len(robot.running) == 2
    await fleet.engine.live.change({"max_concurrent_workflows": None}, actor="ada")
    await fleet.settle()
    assert len(robot.running) == 4


@pytest.mark.feature("O34", "O35")
async def test_a_wrong_value_changes_nothing_and_is_told_by_its_name(fleet: Fleet) -> None:
    with pytest.raises(InvalidRequestError, match="max_chain_depth") as wrong:
        await fleet.engine.live.change({"max_queued": 7, "max_chain_depth": 0}, actor="ada")
    assert wrong.value.field == "max_chain_depth"
    assert fleet.engine.live.values.max_queued == 1_000_000
    with pytest.raises(InvalidRequestError, match="Did you mean 'max_queued'"):
        await fleet.engine.live.change({"max_qeued": 7}, actor="ada")


@pytest.mark.feature("O30", "O34", "O36")
async def test_a_change_outlives_a_restart_and_reading_it_asks_no_store(fleet: Fleet) -> None:
    await fleet.engine.live.change({"debug": "director, scheduler", "load_balancing": "Round-Robin"}, actor="ada")
    await fleet.restart()
    fleet.store.is_full = True
    values = fleet.engine.live.values
    assert (values.debug, values.load_balancing) == (("director", "scheduler"), "round_robin")
    assert fleet.engine.dispatcher.load_balancing == "round_robin"
    fleet.store.is_full = False
    await fleet.engine.live.reset("debug", actor="ada")
    await fleet.restart()
    assert fleet.engine.live.values.debug == ()


@pytest.mark.feature("O57")
async def test_who_changed_what_stands_in_the_audit(fleet: Fleet) -> None:
    await fleet.engine.live.change({"webhooks": False}, actor="ada")
    entry = next(entry for entry in fleet.store.audit if entry.kind == "settings.changed")
    assert (entry.actor, dict(entry.details)) == ("ada", {"webhooks": False})


async def test_a_change_that_cannot_be_kept_does_not_hold(fleet: Fleet) -> None:
    fleet.store.is_full = True
    with pytest.raises(StorageError):
        await fleet.engine.live.change({"webhooks": False}, actor="ada")
    assert fleet.engine.live.values.webhooks


async def test_what_a_newer_version_left_behind_is_passed_over(fleet: Fleet) -> None:
    fleet.store.live.values.update({"unheard_of": 1, "max_queued": "many", "max_chain_depth": 3})
    await fleet.restart()
    assert (fleet.engine.live.values.max_chain_depth, fleet.engine.live.values.max_queued) == (3, 1_000_000)
