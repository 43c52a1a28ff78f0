"""Workflows run against a web application that none of us wrote: Roundup, an issue tracker."""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from live_fleet import Robots, Watch

from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.jobs import JobDetail, SubmitRequest
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.states import JobStatus

pytestmark = pytest.mark.timeout(180)

WORKFLOW = Path(__file__).with_name("roundup.yaml").read_text()
TRACKER = Path(__file__).with_name("roundup_tracker.py")
ATTACHMENT = "noon: 0 l/s\none: 12 l/s ✓\n"
ISSUES = 24


@pytest.fixture(scope="module")
def roundup(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("roundup")
    command = [sys.executable, str(TRACKER), str(folder / "tracker")]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log) as process:
        assert process.stdout is not None
        address = process.stdout.readline().decode().strip()
        yield address or (folder / "log").read_text()
        process.kill()


async def run(client: OrchestratorClient, watch: Watch, **variables: str) -> JobDetail:
    job = await client.submit(SubmitRequest(definition=WORKFLOW, variables={**variables}))
    await watch.until_ended(job.job_id)
    return await client.job(job.job_id)


@pytest.mark.feature("D01", "D11", "D15")
async def test_an_issue_is_filed_with_a_file_that_comes_back_as_it_was(
    client: OrchestratorClient, watch: Watch, robots: Robots, roundup: str
) -> None:
    robots.start("anna")
    detail = await run(client, watch, url=roundup, username="anna", password="harbour", attachment=ATTACHMENT)
    assert detail.job.status is JobStatus.COMPLETED, detail.job.error
    assert detail.result is not None
    outputs = detail.result.outputs
    rows = outputs["issues"]
    assert isinstance(rows, list)
    titles = {row["title"] for row in rows if isinstance(row, dict)}
    assert titles >= {f"Issue number {number}" for number in range(1, ISSUES + 1)}
    assert len(rows) == len(titles)
    assert outputs["number"] == len(rows) + 1
    assert outputs["message"] == "It starts again by itself at one."
    content = ATTACHMENT.encode()
    assert outputs["file"] == {
        "name": "pump.txt",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


async def test_a_wrong_password_a_locked_user_and_a_rejected_form_are_the_businesss_failures_and_not_tried_again(
    client: OrchestratorClient, watch: Watch, robots: Robots, roundup: str
) -> None:
    robots.start("anna")
    for variables, step, words in (
        ({"username": "anna", "password": "wrong"}, "signed_in", "Invalid login"),
        ({"username": "carl", "password": "harbour"}, "signed_in", "do not have permission to login"),
        ({"username": "anna", "password": "harbour", "title": ""}, "created", "Required issue property title"),
    ):
        detail = await run(client, watch, url=roundup, **variables)
        assert detail.job.status is JobStatus.FAILED
        assert detail.job.error is not None
        assert (detail.job.error.kind, detail.job.error.step_id) == (ErrorKind.BUSINESS, step)
        assert words in detail.job.error.message
        assert [each.attempt for each in detail.attempts] == [1]
        assert detail.result is not None
        assert {each.attempts for each in detail.result.step_results} <= {0, 1}
