"""Everything about a failure in one file, over the API and the command line; pins, and what files of jobs take."""

import hashlib
import json
import zipfile
from collections.abc import AsyncIterator
from io import BytesIO

import httpx
import pytest
from running_orchestrator import LOOK, eventually, robot_of

from orchestrator.app import Orchestrator
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import RefusedError
from orchestrator.contract.api.common import API
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobStatus

MIB = 1_048_576
DEFINITION: dict[str, JsonValue] = {
    **LOOK,
    "variables": {"password": {"secret": True, "default": "hunter2-hunter2"}, "city": {"default": "Bremen"}},
}


@pytest.fixture
async def robots_files(orchestrator: Orchestrator) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {orchestrator.robot_token}"}
    async with httpx.AsyncClient(base_url=f"{orchestrator.url}{API}/artifacts", headers=headers, trust_env=False) as it:
        yield it


@pytest.fixture
async def failed_job(orchestrator: Orchestrator, client: OrchestratorClient, robots_files: httpx.AsyncClient) -> str:
    """A job that failed in its first attempt, and left three files, one of them only in words."""
    job = await client.submit(SubmitRequest(definition=DEFINITION))
    async with robot_of(orchestrator) as robot:
        offer = await robot.take_job()
        about = {"step_id": "look", "step_try": "2"}
        place = f"/{job.job_id}/1"
        await robots_files.put(f"{place}/a.jpg", content=b"\xff\xd8", params={"kind": "screenshot", **about})
        await robots_files.put(f"{place}/c.txt", content=b"[error] <b>oh</b>", params={"kind": "console", **about})
        await robots_files.put(f"{place}/p.html", content=b"<script>1</script>", params={"kind": "page", **about})
        told = {"kind": "trace", "is_kept": "false", "note": "Not kept: the disk of the robot was full."}
        answer = await robots_files.put(f"{place}/t.zip", params=told)
        assert answer.status_code == 201
        await robot.finish(offer, error="No element matches <#buy>.")
        await eventually(lambda: client.job(job.job_id), lambda detail: detail.job.status is JobStatus.FAILED)
    return job.job_id


async def fill(robots_files: httpx.AsyncClient, job_id: str) -> None:
    """A file of two mebibytes more."""
    answer = await robots_files.put(f"/{job_id}/1/big.bin", content=bytes(2 * MIB))
    assert answer.status_code == 201


async def members(pieces: AsyncIterator[bytes]) -> dict[str, bytes]:
    content = b"".join([piece async for piece in pieces])
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.feature("X15")
async def test_an_incident_is_one_file_with_everything_in_it(client: OrchestratorClient, failed_job: str) -> None:
    found = await members(client.incidents.download(failed_job))
    assert found["attempts/1/a.jpg"] == b"\xff\xd8"
    assert found["attempts/1/p.html.txt"] == b"<script>1</script>"
    page = found["index.html"].decode()
    for words in ("No element matches &lt;#buy&gt;.", "[error] &lt;b&gt;oh&lt;/b&gt;", "attempts/1/a.jpg", "Bremen"):
        assert words in page
    assert "<script" not in page
    missing = json.loads(found["missing.json"])
    assert missing == ["attempt 1, t.zip: Not kept: the disk of the robot was full."]
    assert not any(b"hunter2-hunter2" in content for content in found.values())
    sums = found.pop("SHA256SUMS").decode().splitlines()
    assert sorted(sums) == sorted(f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in found.items())


@pytest.mark.feature("X15")
async def test_an_incident_says_what_is_not_there_any_more(
    orchestrator: Orchestrator, client: OrchestratorClient, failed_job: str
) -> None:
    orchestrator.parts.artifacts.existing(failed_job, 1, "a.jpg").unlink()
    found = await members(client.incidents.download(failed_job))
    assert "attempts/1/a.jpg" not in found
    assert "attempt 1, a.jpg: its bytes are not there any more." in json.loads(found["missing.json"])
    assert b"its bytes are not there any more" in found["index.html"]


async def test_the_newest_failure_of_a_group_has_its_incident_too(client: OrchestratorClient, failed_job: str) -> None:
    (group,) = (await client.operations.failures()).items
    found = await members(client.incidents.download_group(group.fingerprint))
    assert json.loads(found["job.json"])["job"]["job_id"] == failed_job
    with pytest.raises(RefusedError, match="0000"):
        await members(client.incidents.download_group("0000000000000000"))


@pytest.mark.feature("X15")
async def test_pinned_incidents_outlive_the_budget(
    orchestrator: Orchestrator, client: OrchestratorClient, robots_files: httpx.AsyncClient, failed_job: str
) -> None:
    path = orchestrator.parts.artifacts.existing(failed_job, 1, "a.jpg")
    pin = await client.incidents.pin(failed_job, note="for the vendor")
    assert [each.note for each in await client.incidents.pinned()] == [pin.note]
    (group,) = (await client.incidents.usage()).groups
    assert (group.group, group.files, group.size) == ("pinned", 3, 37)
    live = orchestrator.parts.engine.live
    live.values = live.values.model_copy(update={"artifacts_mib": 1})
    await fill(robots_files, failed_job)
    assert (await client.incidents.cleanup()).files == 0
    await client.incidents.unpin(failed_job)
    with pytest.raises(RefusedError, match="pin of job"):
        await client.incidents.unpin(failed_job)
    gone = await client.incidents.cleanup()
    assert gone.files >= 1
    assert gone.size >= MIB
    assert not path.exists()
    notes = {each.artifact.name: each.artifact.note for each in (await client.job(failed_job)).artifacts}
    assert "files of jobs took more than 1.0 MiB" in notes["a.jpg"]
