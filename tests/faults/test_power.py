"""A power cut takes orchestrator, robots, and everything that was not synced."""

import asyncio
from pathlib import Path

import pytest
from fault_table import Injections

from tests.faults.fleet import running_fleet
from tests.faults.power import Mains
from tests.faults.processes import PATIENT_TERMS, OrchestratorProcess

pytestmark = [pytest.mark.timeout(900), pytest.mark.faults]


@pytest.mark.fault("9", "power cut while jobs are taken, run and reported; what was not synced is gone", "A B C D E")
async def test_what_was_said_survives_a_power_cut(tmp_path: Path, injected: Injections) -> None:
    mains = Mains(tmp_path)
    orchestrator = OrchestratorProcess(folder=tmp_path / "data", terms=PATIENT_TERMS, environment=mains.environment)
    async with running_fleet(tmp_path, orchestrator) as fleet:
        robot = await fleet.robot("anna", slots=3, environment=mains.environment)
        for turn in range(3):
            for number in range(4):
                await fleet.submit(f"quick-{turn}-{number}", retry_safe=number % 2 == 0, held=False)
                await fleet.submit(f"held-{turn}-{number}", retry_safe=number % 2 == 0)
            ended = fleet.ledger.count("end")
            await fleet.ledger.until(lambda now, ended=ended: now.count("end") > ended or len(now.held()) == 3)  # type: ignore[misc]
            orchestrator.kill()
            robot.kill()
            for folder in (orchestrator.folder, robot.folder):
                await asyncio.to_thread(mains.cut, folder)
                injected.one()
            await orchestrator.start()
            robot.start()
            await fleet.until_connected("anna")
        rows = await fleet.settle()
        assert {row.status for row in rows.values()} <= {"completed", "dead_letter"}
        assert all(rows[job.job_id].status == "completed" for job in fleet.submitted if job.retry_safe)
