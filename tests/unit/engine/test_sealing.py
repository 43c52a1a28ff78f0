"""Secrets in the store: readable by the robot that runs the job, and by nobody who has only the database."""

import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path

import pytest
from fake_fleet import SAFE, Fleet
from log_guard import ExpectWarning

from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.api.schedules import ScheduleRequest, ScheduleRule
from orchestrator.contract.api.triggers import TriggerKind, TriggerRequest
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.engine.sealing import Sealing, is_sealed
from orchestrator.server.trigger_views import trigger_view
from orchestrator.store.vault import VAULT_FILE, FileVault

LOGIN: dict[str, JsonValue] = {
    **SAFE,
    "name": "Log in",
    "variables": {
        "password": {"type": "string", "secret": True},
        "pin": {"type": "integer", "secret": True, "default": 0},
        "user": {"type": "string", "default": "ada"},
    },
}
SECRETS: dict[str, JsonValue] = {"password": "hunter2", "pin": 4711}


@pytest.fixture
async def sealed(tmp_path: Path) -> AsyncIterator[Fleet]:
    fleet = await Fleet(vault=FileVault.of(tmp_path)).start()
    yield fleet
    await fleet.engine.stop()


@pytest.mark.feature("X16")
async def test_a_secret_is_sealed_in_the_store_and_open_on_the_robot(sealed: Fleet) -> None:
    robot = await sealed.robot("r")
    job = await sealed.submit(definition=LOGIN, variables=SECRETS)
    kept = sealed.job(job).variables
    assert "hunter2" not in json.dumps(dict(kept))
    assert (is_sealed(kept["password"]), is_sealed(kept["pin"]), kept["user"]) == (True, True, "ada")
    assert robot.assignments[0].variables == {**SECRETS, "user": "ada"}


async def test_a_batch_of_submissions_is_sealed_like_each_of_them(sealed: Fleet) -> None:
    wish = (SubmitRequest(definition=LOGIN, variables=SECRETS), None, "ada")
    for outcome in await sealed.engine.submit_jobs([wish, wish]):
        assert isinstance(outcome, Job)
        kept = sealed.store.jobs[outcome.job_id].variables
        assert (is_sealed(kept["password"]), is_sealed(kept["pin"]), kept["user"]) == (True, True, "ada")


async def test_the_same_submission_is_known_again_after_a_restart(sealed: Fleet) -> None:
    first = await sealed.submit(definition=LOGIN, variables=SECRETS, deduplicate_s=600)
    await sealed.restart()
    again = await sealed.submit(definition=LOGIN, variables=SECRETS, deduplicate_s=600)
    other = await sealed.submit(definition=LOGIN, variables={**SECRETS, "pin": 1}, deduplicate_s=600)
    assert again.job_id == first.job_id
    assert other.job_id != first.job_id


async def test_a_schedule_keeps_its_secrets_sealed_and_its_jobs_have_them(sealed: Fleet) -> None:
    robot = await sealed.robot("r")
    version = await sealed.engine.workflows.save(LOGIN)
    request = ScheduleRequest(
        name="nightly", workflow=version.workflow_id, rule=ScheduleRule(frequency="daily"), variables=SECRETS
    )
    schedule = await sealed.engine.schedule_desk.schedule_of(request)
    assert "hunter2" not in str(asdict(schedule))
    edited = await sealed.engine.schedule_desk.schedule_of(
        request.model_copy(update={"variables": {"password": "********", "pin": "********"}}), replaces=schedule
    )
    await sealed.engine.submit_job(SubmitRequest(workflow=version.workflow_id, variables=dict(edited.variables)))
    await sealed.settle()
    assert robot.assignments[0].variables == {**SECRETS, "user": "ada"}


async def test_a_trigger_keeps_and_shows_no_secret_in_clear(sealed: Fleet) -> None:
    await sealed.engine.workflows.save(LOGIN)
    request = TriggerRequest(
        name="hook", on=TriggerKind.WEBHOOK, workflow="Log in", variables={**SECRETS, "user": "${{ body.user }}"}
    )
    trigger = (await sealed.engine.trigger_desk.draft(request)).trigger
    assert "hunter2" not in str(asdict(trigger.action))
    shown = trigger_view(trigger).variables
    assert shown == {"password": "********", "pin": "********", "user": "${{ body.user }}"}


async def test_without_the_key_a_job_fails_and_says_so(
    sealed: Fleet, tmp_path: Path, expected_warnings: ExpectWarning
) -> None:
    expected_warnings("cannot be offered: No key in secrets.key")
    job = await sealed.submit(definition=LOGIN, variables=SECRETS)
    (tmp_path / VAULT_FILE).unlink()
    sealed.vault = FileVault.of(tmp_path)
    await sealed.restart()
    await sealed.robot("r")
    after = sealed.job(job)
    assert after.status is JobStatus.FAILED
    assert after.error is not None
    assert "secrets.key" in after.error.message


def test_checkpoints_are_sealed_and_older_ones_are_read_as_they_are(tmp_path: Path) -> None:
    sealing = Sealing(FileVault.of(tmp_path))
    kept = sealing.seal_state(b'{"cookies": "session=1"}')
    assert b"session" not in kept
    assert sealing.open_state(kept) == b'{"cookies": "session=1"}'
    assert sealing.open_state(b"{}") == b"{}"


async def test_a_secret_that_begins_like_a_sealed_one_is_left_alone(sealed: Fleet) -> None:
    robot = await sealed.robot("r")
    await sealed.submit(definition=LOGIN, variables={"password": "sealed:1:!"})
    assert robot.assignments[0].variables["password"] == "sealed:1:!"
