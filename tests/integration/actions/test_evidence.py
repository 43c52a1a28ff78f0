"""What a failed run leaves behind: everything that one needs to see why, and no secret in any byte of it."""

import base64
import hashlib
import html
import json
import random
import zipfile
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
import pytest_asyncio

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.protocol.captures import CaptureKind
from orchestrator.contract.protocol.jobs import JobAssignment
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.results import Artifact, JobResult, LogLevel
from orchestrator.contract.states import JobStatus
from orchestrator.contract.workflow import WorkflowDefinition
from robot.browser.pool_facts import SessionPoolSettings
from robot.clock import SystemClock
from robot.workflow_host import BrowserHost

Pages = Any
SECRET = 'tr<ee & "söng" /4711'

ECHO = """
<label>User <input id=user></label><label>Password <input id=pass type=password></label>
<label>Again <input id=again></label><div id=shown></div><a id=link>link</a>
<script>
  document.getElementById('again').addEventListener('change', async event => {
    const said = event.target.value;
    console.log('typed', said, JSON.stringify({said}));
    console.error(btoa(unescape(encodeURIComponent('anna:' + said))));
    document.getElementById('shown').textContent = said;
    document.getElementById('link').href = '/next?token=' + encodeURIComponent(said);
    document.getElementById('link').title = said;
    await fetch('/missing?token=' + encodeURIComponent(said), {
      method: 'POST',
      headers: {'authorization': 'Basic ' + btoa(unescape(encodeURIComponent('anna:' + said))), 'x-trace': 'a'},
      body: new URLSearchParams({said}),
    });
    await fetch('/missing', {method: 'POST', body: JSON.stringify({said})});
  });
</script>
"""


class Listener:
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def step_changed(self, step: object, **_: object) -> None:
        self.lines.append(str(step))

    def log(self, level: LogLevel, message: str, *, step_id: str | None = None, **fields: JsonValue) -> None:
        self.lines.append(f"{level} {step_id} {message} {fields}")

    def wrapping_up(self, what: str) -> None:
        self.lines.append(what)


@pytest_asyncio.fixture(loop_scope="module")
async def host(tmp_path: Path) -> AsyncIterator[BrowserHost]:
    settings = SessionPoolSettings(state_folder=tmp_path / "state", max_browsers=1)
    host = BrowserHost(settings, base_url=None, clock=SystemClock(), rng=random.Random(1))
    await host.start()
    yield host
    await host.close()


async def run(
    host: BrowserHost,
    folder: Path,
    document: object,
    *,
    attempt: int = 1,
    listener: Listener | None = None,
    **variables: str,
) -> JobResult:
    assignment = JobAssignment(
        job_id="job-1", attempt=attempt, workflow_hash="h",
        workflow=WorkflowDefinition.model_validate(document), variables=dict(variables), timeout_s=60,
    )  # fmt: skip
    return await host.run(assignment, listener=listener or Listener(), folder=folder)


def forms(secret: str) -> set[bytes]:
    """The ways in which the page, the browser and the recordings write it, and base64 at every alignment."""
    texts = {
        secret, quote(secret, safe=""), quote_plus(secret), html.escape(secret), html.escape(secret, quote=False),
        json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1],
    }  # fmt: skip
    found = {text.encode() for text in texts} | {secret.encode("utf-16-le")}
    for offset in range(3):
        whole = base64.b64encode(b"x" * offset + secret.encode()).decode()
        found.add(whole[4 if offset else 0 : len(whole) // 4 * 4 - 4].encode())
    return found


def contents(folder: Path) -> dict[str, bytes]:
    """Every file, those inside archives too."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            found[path.name] = path.read_bytes()
            if zipfile.is_zipfile(path):
                archive = zipfile.ZipFile(BytesIO(path.read_bytes()))
                found |= {f"{path.name}/{name}": archive.read(name) for name in archive.namelist()}
                found[f"{path.name}/ names"] = "\n".join(archive.namelist()).encode()
    return found


def by_kind(result: JobResult) -> dict[str, Artifact]:
    return {each.kind: each for each in (*result.artifacts, *(a for s in result.step_results for a in s.artifacts))}


@pytest.mark.feature("X15")
@pytest.mark.feature("X16")
async def test_a_failed_run_leaves_all_that_one_needs_and_no_secret_in_any_byte(
    host: BrowserHost, pages: Pages, tmp_path: Path
) -> None:
    steps: list[JsonValue] = [
        {"id": "open", "action": "goto", "parameters": {"url": pages.page("/login", ECHO)}},
        {"id": "name", "action": "fill", "parameters": {"target": "#user", "value": "anna"}},
        {"id": "pass", "action": "fill", "parameters": {"target": "#pass", "value": "${{ variables.password }}"}},
        {"id": "again", "action": "fill", "parameters": {"target": "#again", "value": "${{ variables.password }}"}},
        {"id": "tell", "action": "press", "parameters": {"target": "#again", "keys": "Tab"}},
        {"id": "shown", "action": "wait_for", "parameters": {"target": "#link[href]"}},
        {"id": "see", "action": "screenshot", "parameters": {"name": "seen"}},
        {"id": "fail", "action": "click", "parameters": {"target": "#no-such-button", "timeout": 0.6}},
    ]
    document: JsonValue = {
        "name": "Log in", "steps": steps, "strategy": "sequential", "evidence": {"trace": "always", "film": "always"},
        "variables": {"password": {"secret": True, "required": True}},
    }  # fmt: skip
    folder = tmp_path / "job"
    result = await run(host, folder, document, password=SECRET)
    assert result.status is JobStatus.FAILED, result
    found = by_kind(result)
    assert set(found) == {"screenshot", "snapshot", "page", "console", "network", "trace", "film"}
    files = contents(folder)
    assert any(b"anna" in content for name, content in files.items() if "page.html" in name or "trace" in name)
    assert b"typed" in files[found["console"].name]
    troubles = json.loads(files[found["network"].name])
    assert {(each["method"], each["outcome"]) for each in troubles} == {("POST", 404)}
    leaks = [(name, form) for name, content in files.items() for form in forms(SECRET) if form in content]
    assert leaks == []
    assert not any(form in result.model_dump_json().encode() for form in forms(SECRET))
    beside = {name: content for name, content in contents(tmp_path / "state").items() if "trace" in name}
    assert [(name, form) for name, content in beside.items() for form in forms(SECRET) if form in content] == []
    for artifact in (each for each in found.values() if each.is_kept):
        content = (folder / artifact.name).read_bytes()
        assert (artifact.size, artifact.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert found["trace"].is_kept
    parts = [content for name, content in files.items() if name.endswith((".zip/trace.trace", ".zip/trace.network"))]
    assert len(parts) == 2
    assert all(json.loads(line) for content in parts for line in content.splitlines())
    assert not found["film"].is_kept
    assert "secrets" in found["film"].note
    picture = await host.capture(
        AttemptRef(job_id="job-1", attempt=1), CaptureKind.SCREENSHOT, trace_s=0, folder=folder
    )
    assert picture.problem


@pytest.mark.feature("X16")
async def test_no_half_of_a_secret_is_told_where_words_are_cut(host: BrowserHost, tmp_path: Path) -> None:
    said: JsonValue = {"message": "x" * 494 + "${{ variables.password }}", "kind": "technical"}
    step: JsonValue = {
        "id": "fail", "action": "fail", "parameters": said, "retry": {"max_retries": 1, "initial_delay": 0.01},
    }  # fmt: skip
    document: JsonValue = {"steps": [step], "variables": {"password": {"secret": True, "required": True}}}
    listener = Listener()
    result = await run(host, tmp_path / "job", document, listener=listener, password="open-sesame-4711")
    assert result.status is JobStatus.FAILED
    assert any("trying again" in line for line in listener.lines)
    assert listener.lines[-1] == "gathering evidence"
    assert not any("open-s" in line for line in (*listener.lines, result.model_dump_json()))


@pytest.mark.feature("X15")
async def test_a_run_that_goes_well_keeps_nothing_and_a_retry_is_recorded(
    host: BrowserHost, pages: Pages, tmp_path: Path
) -> None:
    step: JsonValue = {"id": "open", "action": "goto", "parameters": {"url": pages.page("/", "<h1>Here</h1>")}}
    document: dict[str, JsonValue] = {"name": "Look", "steps": [step]}
    first = await run(host, tmp_path / "first", document)
    assert (first.status, first.artifacts) == (JobStatus.COMPLETED, ())
    assert contents(tmp_path / "first") == {}
    again = await run(host, tmp_path / "again", document, attempt=2)
    assert [(each.kind, each.is_kept) for each in again.artifacts] == [("trace", True)]
    names = zipfile.ZipFile(tmp_path / "again" / again.artifacts[0].name).namelist()
    assert any(name.endswith(".trace") for name in names)
    evidence: JsonValue = {"trace": "keep_if_failed", "film": "keep_if_failed"}
    well = await run(host, tmp_path / "well", {**document, "evidence": evidence})
    assert well.artifacts == ()
    assert contents(tmp_path / "well") == {}


@pytest.mark.feature("X15")
async def test_a_film_shows_the_page_in_a_file_that_players_read(
    host: BrowserHost, pages: Pages, tmp_path: Path
) -> None:
    moving = "<h1 id=n>0</h1><script>let n = 0; setInterval(() => document.all.n.textContent = ++n, 50)</script>"
    steps: list[JsonValue] = [
        {"id": "open", "action": "goto", "parameters": {"url": pages.page("/", moving)}},
        {"id": "wait", "action": "wait", "parameters": {"seconds": 2}},
    ]
    document: JsonValue = {"name": "Look", "steps": steps, "strategy": "sequential", "evidence": {"film": "always"}}
    result = await run(host, tmp_path / "job", document)
    assert result.status is JobStatus.COMPLETED
    film = by_kind(result)["film"]
    content = (tmp_path / "job" / film.name).read_bytes()
    assert content[:4] + content[8:16] == b"RIFFAVI LIST"
    assert int.from_bytes(content[4:8], "little") == len(content) - 8
    assert content.count(b"\xff\xd8\xff") >= 2


@pytest.mark.feature("X15")
async def test_a_run_whose_time_is_up_shows_what_its_page_was_like(
    host: BrowserHost, pages: Pages, tmp_path: Path
) -> None:
    steps: list[JsonValue] = [
        {"id": "open", "action": "goto", "parameters": {"url": pages.page("/", "<h1>Here</h1>")}},
        {"id": "wait", "action": "wait_for", "parameters": {"target": "#never", "timeout": 60}},
    ]
    document: JsonValue = {"name": "Wait", "steps": steps, "strategy": "sequential", "timeout": 8}
    result = await run(host, tmp_path / "job", document)
    assert result.status is JobStatus.TIMEOUT
    (picture,) = result.artifacts
    assert (picture.kind, picture.is_kept) == ("screenshot", True)
    assert (tmp_path / "job" / picture.name).read_bytes()[:2] == b"\xff\xd8"
