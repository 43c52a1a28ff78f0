"""Every template on the demo site: as it is, slow, failing one request in ten, late; always what its data say."""

import csv
import random
import shutil
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from orchestrator.cli.source import checked_source
from orchestrator.contract.actions.catalogue import CATALOGUE
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.memory import MemoryKind, RunMemoryAnswer
from orchestrator.contract.protocol.jobs import StepProgress
from orchestrator.contract.results import LogLevel
from orchestrator.contract.states import JobStatus
from orchestrator.contract.variables import check_variables
from resources.demo_site.data import client_history, seed_jobs, seed_reports
from resources.demo_site.expected import expected_discovery
from resources.demo_site.settings import SiteSettings
from robot.actions.job_actions import JobActions
from robot.actions.work import ActionSettings
from robot.browser.session_pool import SessionPool
from robot.clock import SystemClock
from robot.workflow import executor

SITES: Mapping[str, SiteSettings] = {
    "as it is": SiteSettings(),
    "slow": SiteSettings(latency_s=0.15, latency_jitter_s=0.3),
    "10 % errors": SiteSettings(error_rate=0.1),
    "late": SiteSettings(late_content_s=1.2),
}
FAULTY = [name for name in SITES if name != "as it is"]
USER: dict[str, JsonValue] = {"username": "demo@ardan.test", "password": "demo-pass-1"}
CONTENT = "I have built this before, twice, and can start on Monday. " * 3
KEYWORDS = ["Agentforce", "Einstein"]

Run = Callable[..., Awaitable[executor.RunOutcome]]


class Listener:
    """Keeps what is logged."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def step_changed(self, step: StepProgress, *, progress: float, running: tuple[str, ...]) -> None:
        pass

    def log(self, level: LogLevel, message: str, *, step_id: str | None = None, **fields: JsonValue) -> None:
        self.lines.append(f"{level}: {message}")


class Remembered:
    """What the orchestrator would keep."""

    def __init__(self) -> None:
        self.kept: dict[tuple[MemoryKind, str], JsonValue] = {}

    async def remember(self, kind: MemoryKind, name: str, value: JsonValue) -> None:
        self.kept[kind, name] = value

    async def recall(self, kind: MemoryKind, name: str) -> RunMemoryAnswer:
        return RunMemoryAnswer(is_known=(kind, name) in self.kept, value=self.kept.get((kind, name)))


@pytest.fixture
def memory() -> Remembered:
    return Remembered()


@pytest.fixture
def run(pool: SessionPool, tmp_path: Path, memory: Remembered) -> Run:
    """Runs a template in this process; what it made stays in the job's folder."""

    async def run(template: str, **variables: JsonValue) -> executor.RunOutcome:
        definition = checked_source(template).definition
        given = check_variables(definition, variables)
        shutil.rmtree(tmp_path / "job", ignore_errors=True)
        site = given.get("site")
        settings = ActionSettings(
            base_url=site if isinstance(site, str) else None, input_folders=(tmp_path,), wait_s=15
        )
        listener = Listener()
        async with JobActions(pool, tmp_path / "job", settings, listener.log) as actions:
            actions.memory = memory
            outcome = await executor.run(
                definition,
                given,
                actions=actions,
                listener=listener,
                clock=SystemClock(),
                rng=random.Random(1),
                catalogue=CATALOGUE,
                timeout_s=120,
            )
        assert outcome.status is JobStatus.COMPLETED, (outcome.error, listener.lines)
        return outcome

    return run


@pytest.fixture
def site_that_is(start_site: Callable[[SiteSettings], str]) -> Callable[[str], str]:
    return lambda name: start_site(SITES[name])


def outputs_of(outcome: executor.RunOutcome) -> dict[str, Any]:
    return dict(outcome.outputs)


@pytest.mark.feature("D28", "D33", "D36", "D37", "D38")
@pytest.mark.parametrize("how", FAULTY)
async def test_a_discovery_finds_all_jobs_and_reads_their_pages(run: Run, site_that_is: Any, how: str) -> None:
    site = site_that_is(how)
    one, other = KEYWORDS
    found = outputs_of(
        await run(
            "job-discovery", site=site, product_keywords=[one], field_keywords=[other], related_keywords=[], max_pages=1
        )
    )["jobs"]
    expected = expected_discovery(KEYWORDS, max_pages=1)
    assert [(job["id"], job["score"]) for job in found] == [(job["id"], job["score"]) for job in expected]
    assert [job["error"] for job in found if "error" in job] == []
    assert all(job["description"] and job["client_history"] for job in found)
    history = client_history(found[0]["client"])
    assert len(found[0]["client_history"]) == len(history)


@pytest.mark.feature("D29", "D39", "D40", "D41")
@pytest.mark.parametrize("how", FAULTY)
async def test_proposals_arrive_once_each(run: Run, site_that_is: Any, how: str) -> None:
    site = site_that_is(how)
    proposals: list[JsonValue] = [
        {"job_url": f"{site}{job.url}", "content": CONTENT, "bid_amount": 40} for job in seed_jobs()[:5]
    ]
    wrong: JsonValue = {"job_url": f"{site}{seed_jobs()[9].url}", "content": "short", "bid_amount": 40}
    outputs = outputs_of(await run("proposal-submission", site=site, **USER, proposals=[*proposals, wrong]))
    assert (outputs["submitted"], outputs["failed"], outputs["verified"]) == (5, 0, 5)
    assert len({each["confirmation"] for each in outputs["results"]}) == 5
    assert [each["reasons"] for each in outputs["invalid"]] == [["content has 5 characters; 100 to 5000 are right"]]


@pytest.mark.feature("D30", "D42", "D43", "D44", "D45")
@pytest.mark.parametrize("how", FAULTY)
async def test_a_profile_is_brought_up_to_date(run: Run, site_that_is: Any, how: str) -> None:
    outputs = outputs_of(
        await run(
            "profile-management", site=site_that_is(how), **USER, availability="unavailable", hours_per_week=7,
            skills=["Apex", "Flow"], portfolio=[{"title": "A bridge", "description": "Of steel"}],
        )
    )  # fmt: skip
    after = outputs["after"]
    assert (after["availability"], after["hours_per_week"]) == ("unavailable", 7)
    assert {"Apex", "Flow"} <= set(after["skills"])
    titles = [item["title"] for item in after["portfolio"]]
    assert titles.count("A bridge") == 1
    assert len(titles) == len(outputs["before"]["portfolio"]) + 1


@pytest.mark.parametrize("how", SITES)
async def test_a_watched_page_is_new_then_the_same_then_changed(
    run: Run, site_that_is: Any, how: str, memory: Remembered
) -> None:
    job = seed_jobs()[0]
    watch: dict[str, JsonValue] = {
        "url": f"{site_that_is(how)}{job.url}",
        "target": "testid=client-history-table",
        "ready": "testid=client-history-table",
        "memory": "history",
    }
    first = outputs_of(await run("watch-page", **watch))
    assert (first["is_new"], first["changed"], first["added"]) == (True, False, [])
    seen = str(memory.kept[MemoryKind.VALUE, "history"])
    assert first["now"] == seen
    memory.kept[MemoryKind.VALUE, "history"] = seen.replace("\n", "\nlong gone\n", 1)
    second = outputs_of(await run("watch-page", **watch))
    assert (second["is_new"], second["changed"], second["removed"], second["added"]) == (False, True, ["long gone"], [])
    assert memory.kept[MemoryKind.VALUE, "history"] == seen
    if how == "as it is":
        third = outputs_of(await run("watch-page", **watch))
        assert (third["is_new"], third["changed"], third["before"]) == (False, False, seen)


@pytest.mark.parametrize("how", SITES)
async def test_a_table_of_several_pages_becomes_a_file(run: Run, site_that_is: Any, how: str, tmp_path: Path) -> None:
    asked: dict[str, JsonValue] = {
        "url": f"{site_that_is(how)}/reports",
        "next_page": "testid=next-page",
        "file": "market",
    }
    reports = seed_reports()
    outputs = outputs_of(await run("table-to-file", **asked, max_pages=100, columns=["Month", "Category", "Hires"]))
    assert (outputs["rows"], outputs["file"]["name"]) == (len(reports), "market.xlsx")
    sheet = load_workbook(tmp_path / "job" / "market.xlsx").worksheets[0]
    rows = [[str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert rows[0] == ["Month", "Category", "Hires"]
    expected = [(report.category, report.hires) for report in reports]
    assert sorted((row[1], int(row[2].replace(",", ""))) for row in rows[1:]) == sorted(expected)
    if how == "as it is":
        outputs = outputs_of(await run("table-to-file", **asked, max_pages=2, format="csv"))
        with (tmp_path / "job" / "market.csv").open(newline="") as file:
            assert len(list(csv.reader(file))) == outputs["rows"] + 1 == 41


@pytest.mark.parametrize("how", SITES)
async def test_a_form_is_filled_from_a_spreadsheet_and_a_bad_row_fails_alone(
    run: Run, site_that_is: Any, how: str, tmp_path: Path
) -> None:
    site = site_that_is(how)
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["job", "content", "bid"])
    jobs = seed_jobs()[:5]
    for number, job in enumerate(jobs):
        sheet.append([job.url, CONTENT, 5_000 if number == 2 else 40 + number])
    book.save(tmp_path / "proposals.xlsx")
    outputs = outputs_of(
        await run(
            "fill-form",
            file="proposals.xlsx",
            url=f"{site}{{job}}/apply",
            fields={"content": "#content", "bid": "#bid"},
            submit="testid=proposal-submit",
            success="testid=confirmation-number",
            refusal=["testid=error-bid", "testid=proposal-rejected", "testid=duplicate-proposal"],
            read={"number": "[data-testid=confirmation-number]"},
            recheck={"url": f"{site}/proposals", "target": 'a[href="{job}"]'},
            login={
                "url": f"{site}/login",
                "values": {"email": "demo@ardan.test", "password": "demo-pass-1"},
                "submit": "testid=login-submit",
                "success": "testid=user-name",
                "refusal": "testid=login-error",
            },
        )
    )
    assert [(each["row"], each["status"]) for each in outputs["results"]] == [
        (1, "submitted"), (2, "submitted"), (3, "refused"), (4, "submitted"), (5, "submitted"),
    ]  # fmt: skip
    assert outputs["submitted"] == 4
    assert "200" in outputs["results"][2]["error"]
    assert load_workbook(tmp_path / "job" / "results.xlsx").sheetnames == ["Results"]
