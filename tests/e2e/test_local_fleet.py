"""Robots of this machine have an owner: a killed one is started again, and its work goes on."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from live_fleet import Watch

from orchestrator.app import Orchestrator
from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.fleet.robots import FleetPlan, LocalFleet

pytestmark = pytest.mark.timeout(120)


async def test_a_killed_robot_is_started_again_and_its_job_is_run_to_its_end(
    orchestrator: Orchestrator,
    client: OrchestratorClient,
    watch: Watch,
    tmp_path: Path,
    expected_warnings: Callable[..., None],
) -> None:
    expected_warnings("anna was killed and is started again")
    told: list[str] = []

    async def killed_robot(name: str) -> None:
        told.append(name)
        await client.robot_died(name)

    plan = FleetPlan(
        robots_url=orchestrator.robots_url,
        robot_token=orchestrator.robot_token,
        folder=tmp_path,
        names=["anna"],
        killed=killed_robot,
    )
    steps = [{"id": "stay", "action": "wait", "parameters": {"seconds": 1.5}}]
    async with LocalFleet.running(plan) as fleet:
        job = await client.submit(SubmitRequest(definition={"name": "Stay", "steps": steps}))
        await watch.until_running(job.job_id)
        killed = fleet.pids[0]
        os.kill(killed, signal.SIGKILL)
        await watch.until_ended(job.job_id)
        assert fleet.pids[0] != killed
        assert told == ["anna"]
    detail = await client.job(job.job_id)
    assert [attempt.outcome for attempt in detail.attempts] == ["crashed", "completed"]
