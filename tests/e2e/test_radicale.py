"""A workflow runs against a web application that none of us wrote: Radicale, a calendar server."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from live_fleet import Robots, Watch
from pydantic import TypeAdapter

from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.states import JobStatus

pytestmark = pytest.mark.timeout(180)

WORKFLOW = Path(__file__).with_name("radicale.yaml").read_text()
EVENTS = "\r\n".join(
    [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Botswain//Test//EN", "X-WR-CALNAME:Holidays",
        *(
            line
            for day in (1, 6)
            for line in (
                "BEGIN:VEVENT", f"UID:day-{day}@example.org", "DTSTAMP:20260101T000000Z",
                f"DTSTART;VALUE=DATE:2026010{day}", f"SUMMARY:Holiday {day}", "END:VEVENT",
            )
        ),
        "END:VCALENDAR", "",
    ]
)  # fmt: skip


@pytest.fixture
async def radicale(tmp_path: Path) -> AsyncIterator[str]:
    (tmp_path / "users").write_text("anna:harbour\n")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "radicale", "--config", "", "--hosts", f"127.0.0.1:{port}", "--auth-type", "htpasswd",
        "--auth-htpasswd-filename", str(tmp_path / "users"), "--auth-htpasswd-encryption", "plain",
        "--auth-delay", "0", "--storage-filesystem-folder", str(tmp_path / "collections"),
    ]  # fmt: skip
    with (tmp_path / "radicale.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: ASYNC220  a fork, no waiting
    url = f"http://127.0.0.1:{port}"
    await _answers(url, process)
    yield url
    process.terminate()
    await asyncio.to_thread(process.wait, 10)


async def _answers(url: str, process: "subprocess.Popen[bytes]") -> None:
    """A foreign server tells nobody when it is ready: ask until it answers."""
    async with asyncio.timeout(20), httpx.AsyncClient(trust_env=False) as http:
        while process.poll() is None:
            try:
                await http.get(f"{url}/.web/")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return
    raise AssertionError(f"Radicale ended with {process.returncode}.")


@pytest.mark.feature("D01", "D11", "D15")
async def test_a_calendar_is_created_filled_and_read_back_from_the_web_page(
    client: OrchestratorClient, watch: Watch, robots: Robots, radicale: str
) -> None:
    robots.start("anna")
    variables = {"url": radicale, "username": "anna", "password": "harbour", "events": EVENTS}
    job = await client.submit(SubmitRequest(definition=WORKFLOW, variables=variables))
    await watch.until_ended(job.job_id)
    detail = await client.job(job.job_id)
    assert detail.job.status is JobStatus.COMPLETED, detail.job.error
    assert detail.result is not None
    rows = TypeAdapter(list[dict[str, str | None]]).validate_python(detail.result.outputs["calendars"])
    content = {row["title"]: row["content"] for row in rows}
    assert content.keys() == {"Team meetings", "Holidays"}
    assert (content["Holidays"] or "").startswith("2 ")
    async with httpx.AsyncClient(auth=("anna", "harbour"), trust_env=False) as http:
        listing = await http.request("PROPFIND", f"{radicale}/anna/", headers={"Depth": "1"})
    assert "Team meetings" in listing.text


async def test_a_wrong_password_ends_the_job_with_the_step_that_waited_in_vain(
    client: OrchestratorClient, watch: Watch, robots: Robots, radicale: str
) -> None:
    robots.start("anna")
    variables = {"url": radicale, "username": "anna", "password": "wrong", "events": EVENTS}
    quick = WORKFLOW.replace("state: visible}", "state: visible, timeout_s: 2}\n    max_retries: 0")
    job = await client.submit(SubmitRequest(definition=quick, variables=variables, max_retries=0))
    await watch.until_ended(job.job_id)
    detail = await client.job(job.job_id)
    assert detail.job.status is JobStatus.FAILED
    assert detail.job.error is not None
    assert detail.job.error.step_id == "signed_in"
    assert detail.variables["password"] == "********"
