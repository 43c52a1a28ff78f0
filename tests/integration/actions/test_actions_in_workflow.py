"""Workflows as the reference documents write them, run by the executor in real sessions on the demo site."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reference_workflows import DIRECTOR_STEPS

from orchestrator.contract.actions.catalogue import CATALOGUE
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.protocol.jobs import StepProgress
from orchestrator.contract.results import LogLevel
from orchestrator.contract.states import JobStatus
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.contract.workflow_check import checked
from resources.demo_site.data import seed_jobs
from resources.demo_site.expected import expected_discovery
from robot.actions.job_actions import JobActions
from robot.actions.work import ActionSettings
from robot.browser.session_pool import SessionPool
from robot.clock import SystemClock
from robot.workflow import executor


class Listener:
    """Nobody looks."""

    def step_changed(self, step: StepProgress, *, progress: float, running: tuple[str, ...]) -> None:
        pass

    def log(self, level: LogLevel, message: str, *, step_id: str | None = None, **fields: JsonValue) -> None:
        pass


@pytest.fixture
def run(pool: SessionPool, tmp_path: Path, site: str) -> Callable[..., Any]:
    async def run(steps: list[JsonValue], **variables: JsonValue) -> executor.RunOutcome:
        definition = checked(WorkflowDefinition.model_validate({"steps": steps}), catalogue=CATALOGUE)
        async with JobActions(pool, tmp_path / "job", ActionSettings(base_url=site), Listener().log) as actions:
            return await executor.run(
                definition,
                variables,
                actions=actions,
                listener=Listener(),
                clock=SystemClock(),
                rng=random.Random(1),
                timeout_s=60,
            )

    return run


@pytest.mark.feature("D15", "D36", "D37")
async def test_the_directors_discovery_runs_as_it_stands_in_the_document(run: Any) -> None:
    outcome = await run(DIRECTOR_STEPS)
    assert outcome.status is JobStatus.COMPLETED
    found = outcome.step_results[-1].value
    expected = expected_discovery(["Salesforce", "Agentforce"], sort="newest", max_pages=10)
    assert [job["id"] for job in found] == [job["id"] for job in expected]


@pytest.mark.feature("D39", "D40", "D41", "D15")
async def test_proposals_are_validated_sent_and_verified(run: Any, site: str) -> None:
    proposals: list[JsonValue] = [
        {"job_url": f"{site}{job.url}", "content": f"I know how to do {job.title}. " * 5, "bid_amount": 75}
        for job in seed_jobs()[:3]
    ]
    login = {"username": "demo@ardan.test", "password": "demo-pass-1"}
    outcome = await run(
        [
            {"id": "login", "action": "login", "parameters": login},
            {"id": "validate", "action": "validate_proposals", "parameters": {"proposals": proposals}},
            {
                "id": "submit",
                "action": "submit_proposals",
                "parameters": {"batch_size": 2},
                "dependencies": ["login", "validate"],
            },
            {
                "id": "verify",
                "action": "verify_submissions",
                "parameters": {"submissions": "${{ steps.submit.result }}"},
                "dependencies": ["submit"],
            },
        ]
    )
    assert outcome.status is JobStatus.COMPLETED
    assert outcome.step_results[-1].value["verified"] == 3
    assert outcome.outputs
