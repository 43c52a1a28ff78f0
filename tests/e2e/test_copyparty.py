"""Workflows run against a web application that none of us wrote: copyparty, a file server made of JavaScript."""

import hashlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from live_fleet import Robots, Watch
from steady_ports import steady_port

from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.jobs import JobDetail, SubmitRequest
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.states import JobStatus

pytestmark = pytest.mark.timeout(180)

WORKFLOW = Path(__file__).with_name("copyparty.yaml").read_text()
CONTENT = "October: 31 days ✓\n" * 20


@pytest.fixture(scope="module")
def copyparty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Its address and the folder that it shares with those who know the password."""
    folder = tmp_path_factory.mktemp("copyparty")
    shared = folder / "shared"
    shared.mkdir()
    port = steady_port()
    command = [
        sys.executable, "-m", "copyparty", "-i", "127.0.0.1", "-p", str(port), "--http-only",
        "--hist", str(folder / "history"), "-a", "anna:harbour", "-v", f"{shared}::rwd,anna:c,e2d:c,nodupe",
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={"HOME": str(folder)})
    address = f"http://127.0.0.1:{port}"
    _wait_for(address, process)
    yield address, shared
    process.kill()
    process.wait(10)


def _wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    """A foreign server tells nobody when it is ready: ask until it answers."""
    deadline_s = time.monotonic() + 60
    with httpx.Client(trust_env=False) as http:
        while process.poll() is None and time.monotonic() < deadline_s:
            try:
                http.get(address)
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return
    raise AssertionError(f"copyparty does not answer; it has ended with {process.poll()}.")


async def run(client: OrchestratorClient, watch: Watch, **variables: str) -> JobDetail:
    job = await client.submit(SubmitRequest(definition=WORKFLOW, variables={**variables}))
    await watch.until_ended(job.job_id)
    return await client.job(job.job_id)


@pytest.mark.feature("D01", "D11", "D15")
async def test_a_file_goes_up_through_pages_made_by_javascript_and_comes_back_as_it_was(
    client: OrchestratorClient, watch: Watch, robots: Robots, copyparty: tuple[str, Path]
) -> None:
    address, shared = copyparty
    robots.start("anna")
    given = {"url": address, "password": "harbour", "content": CONTENT}
    detail = await run(client, watch, **given)
    assert detail.job.status is JobStatus.COMPLETED, detail.job.error
    assert detail.result is not None
    content = CONTENT.encode()
    assert (shared / "reports" / "october.txt").read_bytes() == content
    assert detail.result.outputs["file"] == {
        "name": "came-back.txt",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    assert detail.result.outputs["files"] == [{"name": "october.txt", "size": str(len(content))}]

    again = await run(client, watch, **given, folder="archive")
    assert_refused(again, "uploaded", "file already exists")


async def test_a_wrong_password_is_a_business_failure_and_not_tried_again(
    client: OrchestratorClient, watch: Watch, robots: Robots, copyparty: tuple[str, Path]
) -> None:
    robots.start("anna")
    detail = await run(client, watch, url=copyparty[0], password="wrong", content=CONTENT)
    assert_refused(detail, "signed_in", "naw dude")


def assert_refused(detail: JobDetail, step: str, words: str) -> None:
    """The site said no, which no second try changes."""
    assert detail.job.status is JobStatus.FAILED
    assert detail.job.error is not None
    assert (detail.job.error.kind, detail.job.error.step_id) == (ErrorKind.BUSINESS, step)
    assert words in detail.job.error.message
    assert [each.attempt for each in detail.attempts] == [1]
