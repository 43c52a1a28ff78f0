"""Searching over the API and by command: what is stored is found, and nothing that is typed breaks it."""

import asyncio
import json

import httpx
import pytest
from running_orchestrator import LOOK
from typer.testing import CliRunner

from orchestrator.app import Orchestrator
from orchestrator.cli.commands import app
from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.api.search import SearchAnswer, SearchKind
from orchestrator.contract.ids import RobotId
from orchestrator.contract.results import LogEntry, LogLevel
from orchestrator.engine.clock import SystemClock

pytestmark = pytest.mark.feature("X23")
ODD = (
    '"', '""', "'", "*", "a*b", "(", "a AND", "NEAR(a b, 2)", "a OR b", "NOT a", "^a", "-a", "a:b", "words:a", "{a}:b",
    "%", "_", "\\", "a & b | !c", "<->", "a <-> b:*", "\x00", "\x00a", "é", "ß", "日本語", "🙂", "\u202e", "a" * 500,
    "status:", "status:zz", "level:loud", "robot:nobody", 'workflow:"', "job:%", "schedule:x", ";DROP TABLE jobs", "\n",
)  # fmt: skip


async def filled(orchestrator: Orchestrator, client: OrchestratorClient) -> str:
    await client.save_workflow(LOOK)
    job = await client.submit(SubmitRequest(workflow="Look", variables={"city": "Oldenburg"}))
    line = LogEntry(at=SystemClock().now(), level=LogLevel.ERROR, message="The gate did not open.", job_id=job.job_id)
    await orchestrator.parts.store.add_logs(RobotId("r1"), [line], 0)
    await orchestrator.parts.engine.indexer.catch_up()
    return job.job_id


async def test_jobs_workflows_and_lines_are_found_in_one_answer(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    job_id = await filled(orchestrator, client)
    by_kind = {group.kind: group.hits for group in (await client.search.find("look")).groups}
    assert [hit.job_id for hit in by_kind[SearchKind.JOBS]] == [job_id]
    assert [hit.title for hit in by_kind[SearchKind.WORKFLOWS]] == ["Look"]
    (job,) = (await client.search.find("oldenb*")).groups[0].hits
    assert [job.excerpt[start : start + length] for start, length in job.marks] == ["Oldenburg"]
    (group,) = (await client.search.find('"did not open" workflow:look level:warning')).groups
    (line,) = group.hits
    assert (group.kind, line.job_id, line.level) == (SearchKind.LOGS, job_id, "error")
    assert line.line is not None
    page = await client.job_logs(job_id, after=line.line - 1)
    assert page.lines[0].message == "The gate did not open."
    assert (await client.search.find("look", kinds=[SearchKind.ERRORS])).groups == ()


async def test_nothing_that_is_typed_breaks_it(
    orchestrator: Orchestrator, client: OrchestratorClient, http: httpx.AsyncClient
) -> None:
    await filled(orchestrator, client)
    for text in ODD:
        answer = await http.get("/search", params={"q": text})
        assert answer.status_code == 200, (text, answer.text)
        SearchAnswer.model_validate(answer.json())
    assert "status:zz" in (await client.search.find("look status:zz")).advice
    assert (await http.get("/search", params={"q": "a", "kinds": "cats"})).status_code == 422


async def test_the_command_finds_it_too(orchestrator: Orchestrator, client: OrchestratorClient) -> None:
    job_id = await filled(orchestrator, client)
    place = ["--connect", orchestrator.url, "--key", orchestrator.key]
    found = await asyncio.to_thread(CliRunner().invoke, app, ["search", "gate", "did", "--json", *place])
    assert found.exit_code == 0, found.output
    assert json.loads(found.stdout)["groups"][0]["hits"][0]["job_id"] == job_id
    shown = await asyncio.to_thread(CliRunner().invoke, app, ["search", "gate", *place])
    assert "LOG LINES" in shown.output
    assert "The gate did not open." in shown.output
    nothing = await asyncio.to_thread(CliRunner().invoke, app, ["search", "zyzzyva", *place])
    assert (nothing.exit_code, nothing.output.strip()) == (1, "Nothing is found.")
