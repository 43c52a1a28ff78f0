"""The slots of a robot at the edges of its life."""

import asyncio
from pathlib import Path
from typing import cast

from orchestrator.contract.protocol.jobs import JobAssignment, JobRefused, RefusalReason
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.workflow import WorkflowDefinition
from robot.clock import SystemClock
from robot.job_folders import JobFolders
from robot.journal import Journal, JournalState
from robot.ports import WorkflowHost
from robot.progress import ProgressBoards
from robot.runner import Abilities, Runner
from robot.spool import Spool

REF = AttemptRef(job_id="job-1", attempt=1)


async def test_what_is_still_being_journalled_when_the_robot_ends_does_not_begin(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal")
    async with asyncio.TaskGroup() as group:
        runner = Runner(
            group=group,
            host=cast("WorkflowHost", None),
            abilities=Abilities(slots=1),
            journal=journal,
            spool=Spool(tmp_path, tmp_path),
            folders=JobFolders(tmp_path / "jobs"),
            boards=ProgressBoards(),
            clock=SystemClock(),
            changed=lambda: None,
        )
        answering = group.create_task(runner.offer(an_offer()))
        await asyncio.sleep(0)
        assert runner.slots_busy == 1
        runner.end_all("it is over")
        answer = await answering
        assert isinstance(answer, JobRefused)
        assert answer.reason is RefusalReason.DRAINING
        assert runner.running == ()
    assert journal.state(REF) is JournalState.ENDED
    journal.close()


def an_offer() -> JobAssignment:
    steps = [{"id": "look", "action": "goto", "parameters": {"url": "http://127.0.0.1/"}}]
    return JobAssignment(
        job_id=REF.job_id,
        attempt=REF.attempt,
        workflow=WorkflowDefinition.model_validate({"name": "Look", "retry_safe": True, "steps": steps}),
        workflow_hash="",
        timeout_s=10.0,
        lease_s=15.0,
        start=True,
    )
