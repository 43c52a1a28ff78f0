"""Results on their way: each goes there once at a time, and again when nobody answers."""

import asyncio
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestrator.contract.protocol.message import Payload
from orchestrator.contract.protocol.robots import RobotRegistered
from orchestrator.contract.protocol.terms import BATCHES
from orchestrator.contract.results import JobResult
from orchestrator.contract.states import JobStatus
from robot import delivery as delivery_module
from robot.artifact_upload import ArtifactUpload
from robot.config import OrchestratorAddress
from robot.connection import Session
from robot.delivery import Delivery
from robot.job_folders import JobFolders
from robot.spool import Spool

MOMENT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class NarrowSession(Session):
    """A line that takes nothing until it is let."""

    def __init__(self) -> None:
        self.registered = RobotRegistered(robot_id="r", session_id="s", features=(BATCHES,))
        self.begun: asyncio.Queue[Payload] = asyncio.Queue()
        self.flows = asyncio.Event()

    async def send(self, payload: Payload, *, message_id: str | None = None) -> None:
        self.begun.put_nowait(payload)
        await self.flows.wait()


async def test_a_result_that_is_still_being_sent_is_not_sent_beside_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_module, "RESEND_S", 0.0)
    spool = Spool(tmp_path, tmp_path)
    upload = ArtifactUpload(OrchestratorAddress(host="127.0.0.1", port=1), "token", random.Random(1))
    session = NarrowSession()
    await spool.put(a_result())
    async with asyncio.TaskGroup() as group:
        delivering = group.create_task(Delivery(spool, JobFolders(tmp_path / "jobs"), upload).run(session))
        await session.begun.get()
        for _ in range(3):
            spool.changed.set()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await session.begun.get()
        session.flows.set()
        await asyncio.sleep(0)
        spool.changed.set()
        await session.begun.get()
        delivering.cancel()
    await upload.close()


def a_result() -> JobResult:
    return JobResult(
        job_id="job-1",
        attempt=1,
        status=JobStatus.COMPLETED,
        started_at=MOMENT,
        finished_at=MOMENT,
        execution_time_s=1.0,
    )
