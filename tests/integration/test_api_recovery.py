"""Checkpoints, pauses, questions and recovery over HTTP, with a robot's own outbox on the other side."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from running_orchestrator import job_with, robot_of
from scripted_robot import ScriptedRobot, result_of

from orchestrator.app import Orchestrator
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import RefusedError
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.checkpoints import CheckpointFacts, CheckpointKind, CheckpointState
from orchestrator.contract.errors import ErrorOwner
from orchestrator.contract.ids import JsonValue, new_id
from orchestrator.contract.protocol.checkpoints import PauseJob, TakeCheckpoint
from orchestrator.contract.protocol.jobs import JobAssignment, JobResultReport
from orchestrator.contract.protocol.questions import AskPerson, PersonAnswered
from orchestrator.contract.questions import QuestionKind, QuestionText
from orchestrator.contract.results import StepResult
from orchestrator.contract.states import JobStatus, StepStatus
from robot.checkpoint_outbox import CheckpointOutbox
from robot.checkpoint_secrets import SecretMarks
from robot.config import parse_address
from robot.errors import ActionError

TWO: dict[str, JsonValue] = {
    "name": "Two",
    "variables": {"word": {"secret": True, "type": "string", "default": "hunter2"}},
    "steps": [
        {"id": "a", "action": "set", "parameters": {"value": 1}},
        {"id": "b", "action": "fail", "parameters": {"message": "no"}, "dependencies": ["a"]},
    ],
}
NO_SECRETS = SecretMarks({})


@asynccontextmanager
async def outbox_of(orchestrator: Orchestrator, robot: ScriptedRobot, folder: Path) -> AsyncIterator[CheckpointOutbox]:
    """The part of a robot that brings checkpoints, working."""
    outbox = CheckpointOutbox(
        parse_address(orchestrator.robots_url),
        orchestrator.robot_token,
        robot_id=robot.hello.robot_id,
        folder=folder,
        rng=random.Random(7),
    )
    async with asyncio.TaskGroup() as group:
        work = group.create_task(outbox.run())
        yield outbox
        work.cancel()
    await outbox.close()


def facts_of(assignment: JobAssignment, **more: object) -> CheckpointFacts:
    return CheckpointFacts.model_validate(
        {
            "checkpoint_id": new_id(),
            "job_id": assignment.job_id,
            "attempt": assignment.attempt,
            "kind": CheckpointKind.ERROR,
            "taken_at": "2026-03-02T09:00:00Z",
            "done": ("a",),
            "running": ("b",),
            "total": 2,
            **more,
        }
    )


def state_of(text: str = "plain") -> CheckpointState:
    return CheckpointState(results=(StepResult(step_id="a", status=StepStatus.COMPLETED, value=text),))


@pytest.mark.feature("E12", "E21", "E22", "E23", "E24", "E25", "O37")
async def test_a_robots_checkpoint_is_seen_gone_on_from_and_removed(
    orchestrator: Orchestrator, client: OrchestratorClient, tmp_path: Path
) -> None:
    folder = tmp_path / "outbox"
    async with robot_of(orchestrator) as robot, outbox_of(orchestrator, robot, folder) as outbox:
        job = await client.submit(SubmitRequest(definition=TWO))
        assignment = await robot.take_job()
        secrets = SecretMarks({"word": "hunter2"})
        kept = await outbox.put(facts_of(assignment), state_of("say hunter2"), secrets)
        assert await kept.wait()
        stale = await outbox.put(facts_of(assignment, attempt=9), state_of(), NO_SECRETS)
        assert not await stale.wait()

        content = CheckpointState.model_validate_json(await outbox.fetch(kept.facts.checkpoint_id))
        assert "hunter2" not in content.model_dump_json()
        assert SecretMarks({"word": "hunter2"}, content.secret_mark).shown(content.results[0].value) == "say hunter2"
        with pytest.raises(ActionError, match="is not there"):
            await outbox.fetch("none")

        await robot.finish(assignment, error="no")
        await job_with(client, job.job_id, JobStatus.FAILED)
        (view,) = await client.checkpoints.list(job.job_id)
        assert view.facts == kept.facts
        assert await client.checkpoints.list(kind=CheckpointKind.MANUAL) == ()
        assert (await client.checkpoints.statistics()).by_kind == {CheckpointKind.ERROR: 1}
        condition = (await client.job(job.job_id)).condition
        assert condition is not None
        assert (condition.checkpoint_count, condition.recovery_attempts, condition.state) == (1, 0, "failed")
        assert condition.error_owner in set(ErrorOwner)

        plan = await client.checkpoints.plan(job.job_id)
        assert (plan.reused, plan.again) == (("a",), ("b",))
        await client.checkpoints.retry(job.job_id)
        assert (await robot.take_job()).checkpoint_id == view.facts.checkpoint_id

        with pytest.raises(RefusedError, match="goes on from this checkpoint"):
            await client.checkpoints.delete(view.facts.checkpoint_id)
        assert await client.checkpoints.cleanup(max_age_days=0, max_count=0) == 0
    assert not list(folder.glob("*"))


async def test_only_robots_bring_and_read_what_is_in_a_checkpoint(
    orchestrator: Orchestrator, http: httpx.AsyncClient
) -> None:
    assert (await http.get("/checkpoints/some/state")).status_code == 401
    assert (await http.put("/checkpoints/some", content=b"{}")).status_code == 401
    robots = {"Authorization": f"Bearer {orchestrator.robot_token}"}
    assert (await http.get("/checkpoints", headers=robots)).status_code == 401
    broken = await http.put("/checkpoints/some", content=b'{"robot_id": 3}', headers=robots)
    assert broken.status_code == 422
    assert "robot_id" in broken.json()["message"]


@pytest.mark.feature("E09", "E15")
async def test_a_pause_and_a_checkpoint_by_hand_reach_the_robot(
    orchestrator: Orchestrator, client: OrchestratorClient, tmp_path: Path
) -> None:
    async with robot_of(orchestrator) as robot, outbox_of(orchestrator, robot, tmp_path / "outbox") as outbox:
        job = await client.submit(SubmitRequest(definition=TWO))
        assignment = await robot.take_job()
        async with asyncio.TaskGroup() as group:
            taking = group.create_task(client.checkpoints.take(job.job_id, note="by hand"))
            order = await robot.hear(TakeCheckpoint)
            facts = facts_of(assignment, checkpoint_id=order.checkpoint_id, kind=order.kind, note=order.note)
            await outbox.put(facts, state_of(), NO_SECRETS)
        assert taking.result().facts.note == "by hand"

        await client.checkpoints.pause(job.job_id, reason="lunch")
        assert (await robot.hear(PauseJob)).reason == "lunch"
        paused = result_of(assignment, error="", outputs={}).model_copy(update={"status": JobStatus.PAUSED})
        await robot.say(JobResultReport(result=paused))
        await job_with(client, job.job_id, JobStatus.PAUSED)
        await client.checkpoints.resume(job.job_id)
        assert (await robot.take_job()).checkpoint_id == order.checkpoint_id


@pytest.mark.feature("X04")
async def test_a_question_is_answered_over_http_and_told_to_the_robot(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    async with robot_of(orchestrator) as robot:
        job = await client.submit(SubmitRequest(definition=TWO))
        assignment = await robot.take_job()
        text = QuestionText(kind=QuestionKind.APPROVE, question="Go?", deadline_s=60)
        about = {"job_id": job.job_id, "attempt": assignment.attempt, "question_id": "q1"}
        await robot.say(AskPerson.model_validate({**about, "step_id": "b", "text": text}))
        await job_with(client, job.job_id, JobStatus.WAITING_FOR_HUMAN)
        with pytest.raises(RefusedError, match="choose yes, no"):
            await client.questions.answer("q1", "perhaps")
        closed = await client.questions.answer("q1", "yes", note="fine")
        assert (closed.answer, (await client.questions.get("q1")).note) == ("yes", "fine")
        assert (await robot.hear(PersonAnswered)).answer == "yes"
        assert await client.questions.list() == ()
        assert len(await client.questions.list(status=None, job_id=job.job_id)) == 1


@pytest.mark.feature("E36")
async def test_figures_on_recovery_are_there_before_anything_was_recovered(client: OrchestratorClient) -> None:
    assert (await client.recovery.statistics()).total.tried == 0
    assert await client.recovery.history() == ()


async def test_what_a_dead_process_left_is_sent_by_the_next_one(
    orchestrator: Orchestrator, client: OrchestratorClient, tmp_path: Path
) -> None:
    async with robot_of(orchestrator) as robot:
        job = await client.submit(SubmitRequest(definition=TWO))
        assignment = await robot.take_job()
        address, token = parse_address(orchestrator.robots_url), orchestrator.robot_token
        name, rng = robot.hello.robot_id, random.Random(7)
        dead = CheckpointOutbox(address, token, robot_id=name, folder=tmp_path / "left", rng=rng)
        await dead.put(facts_of(assignment), state_of(), NO_SECRETS)
        await dead.close()
        (tmp_path / "left" / "torn.checkpoint.json").write_bytes(b'{"robot')
        again = CheckpointOutbox(address, token, robot_id=name, folder=tmp_path / "left", rng=rng)
        await again.send_leftovers()
        await again.close()
        assert len(await client.checkpoints.list(job.job_id)) == 1
        assert not list((tmp_path / "left").glob("*"))


async def test_figures_since_a_moment_without_a_time_zone_are_a_mistake(http: httpx.AsyncClient) -> None:
    answer = await http.get("/recovery/statistics", params={"since": "2026-03-02T09:00:00"})
    assert (answer.status_code, answer.json()["field"]) == (422, "since")
