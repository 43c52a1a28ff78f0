"""The submission chain: its order, what a link may do, what its mistakes look like, and the links that ship."""

import asyncio
import logging
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from fake_clock import ClockTimer
from fake_fleet import SAFE, FakeGateway, Fleet
from fake_store import FakeStore
from log_guard import ExpectWarning

from orchestrator.contract.api.schedules import ScheduleRequest, ScheduleRule
from orchestrator.contract.errors import WorkflowError
from orchestrator.contract.pipeline import Handler, Middleware, Pipeline
from orchestrator.contract.states import JobStatus
from orchestrator.engine.engine import OrchestratorEngine
from orchestrator.engine.errors import ConflictError, MiddlewareError
from orchestrator.engine.installed_middleware import GROUP, _Guarded, installed_middleware
from orchestrator.engine.middleware import Accepted
from orchestrator.engine.submission import Submission
from orchestrator.log_lines import read_pairs

EXAMPLE = Path(__file__).parents[3] / "tests" / "plugins" / "example_middleware"
WORD: dict[str, object] = {**SAFE, "name": "Search", "variables": {"word": {"type": "string", "default": ""}}}


@pytest.mark.feature("W23")
async def test_links_run_from_the_first_to_the_core_and_back() -> None:
    said: list[str] = []

    def link(name: str) -> Middleware[str, str]:
        async def run(work: str, rest: Handler[str, str]) -> str:
            said.append(f"{name} before {work}")
            answer = await rest(f"{work}{name}")
            said.append(f"{name} after {answer}")
            return answer.upper() if name == "a" else answer

        return run

    async def core(work: str) -> str:
        return f"core of {work}"

    assert await Pipeline[str, str]().use(link("a")).use(link("b")).run("-", core) == "CORE OF -AB"
    assert said == ["a before -", "b before -a", "b after core of -ab", "a after core of -ab"]


def with_links(*links: object) -> Fleet:
    """A fleet whose engine has these links installed."""
    fleet = Fleet()
    fleet.engine = OrchestratorEngine(
        FakeStore(),
        FakeGateway(),
        clock=fleet.clock,
        timer=ClockTimer(fleet.clock),
        middleware=links,  # type: ignore[arg-type]
    )
    fleet.store = fleet.engine.store  # type: ignore[assignment]
    return fleet


async def running(*links: object) -> Fleet:
    return await with_links(*links).start()


@pytest.mark.feature("W23", "W36")
async def test_an_example_package_adds_a_link_through_its_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLE))
    point = EntryPoint(name="office-hours", value="office_hours:only_with_a_ticket", group=GROUP)
    fleet = await running(*installed_middleware([point]))
    with pytest.raises(ConflictError, match="ticket"):
        await fleet.submit(submitted_by="ada")
    job = await fleet.submit(submitted_by="ada OPS-12")
    assert job.priority == "high"
    await fleet.engine.stop()


async def test_a_link_that_cannot_be_loaded_stops_the_start_with_its_name() -> None:
    point = EntryPoint(name="gone", value="no_such_module:link", group=GROUP)
    with pytest.raises(MiddlewareError, match="'gone' cannot be loaded from no_such_module:link"):
        installed_middleware([point])
    with pytest.raises(MiddlewareError, match="no function"):
        installed_middleware([EntryPoint(name="odd", value="string:digits", group=GROUP)])


@pytest.mark.feature("W26")
async def test_a_link_that_breaks_is_named_and_counted_and_no_job_is_left(expected_warnings: ExpectWarning) -> None:
    expected_warnings("The middleware broken failed")

    async def broken(work: Submission, rest: Handler[Submission, Accepted]) -> Accepted:
        raise KeyError("oops")

    point = EntryPoint(name="broken", value="nothing:here", group=GROUP)

    fleet = await running(_Guarded(point.name, broken))
    with pytest.raises(MiddlewareError, match="The middleware 'broken' failed"):
        await fleet.submit()
    assert not fleet.store.jobs
    figures = fleet.engine.intake.counter.figures()
    assert (figures.started, figures.refused, figures.by_error) == (1, 1, {"MiddlewareError": 1})
    await fleet.engine.stop()


@pytest.mark.feature("W25")
async def test_what_a_link_made_of_the_variables_is_checked_again() -> None:

    async def spoils(work: Submission, rest: Handler[Submission, Accepted]) -> Accepted:
        return await rest(replace(work, job=replace(work.job, variables={"word": 7})))

    fleet = await running(spoils)
    await fleet.engine.workflows.save(WORD)  # type: ignore[arg-type]
    with pytest.raises(WorkflowError, match="must be a text"):
        await fleet.submit(workflow="Search")
    await fleet.engine.stop()


async def test_schedules_pass_the_chain_like_people_do(expected_warnings: ExpectWarning) -> None:
    expected_warnings("nightly cannot run: Not on Mondays")

    async def not_on_mondays(work: Submission, rest: Handler[Submission, Accepted]) -> Accepted:
        if work.job.schedule_id is not None:
            raise ConflictError("Not on Mondays.")
        return await rest(work)

    fleet = await running(not_on_mondays)
    version = await fleet.engine.workflows.save(SAFE)
    rule = ScheduleRule(cron_expression="* * * * *")
    request = ScheduleRequest(name="nightly", workflow=version.workflow_id, rule=rule)
    schedule = await fleet.engine.scheduler.add_schedule(await fleet.engine.schedule_desk.schedule_of(request))
    fleet.engine.scheduler._wakeup.ring()
    await fleet.clock.advance(70)
    assert not fleet.store.jobs
    (record,) = await fleet.engine.scheduler.history(schedule.schedule_id)
    assert "Not on Mondays" in record.note
    await fleet.engine.stop()


@pytest.mark.feature("W24", "W26", "O58", "O57")
async def test_each_submission_is_one_line_with_its_ids_and_one_figure(
    fleet: Fleet, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="orchestrator.engine.middleware"):
        job = await fleet.submit(definition={**SAFE, "name": "Look here"})
    facts = read_pairs(caplog.messages[-1])
    assert facts == {
        "Action": "submit", "Status": "queued", "Workflow": "Look here", "JobID": job.job_id, "Steps": "1",
        "Actor": "engine", "TraceID": job.job_id.replace("-", ""),
    }  # fmt: skip
    figures = fleet.engine.intake.counter.figures()
    assert (figures.accepted, figures.refused, figures.median_s is not None) == (1, 0, True)


async def test_the_same_work_within_the_time_is_one_job_for_those_who_ask(fleet: Fleet) -> None:
    await fleet.engine.workflows.save(WORD)  # type: ignore[arg-type]
    tea = {"workflow": "Search", "variables": {"word": "tea"}}
    first, again = await asyncio.gather(fleet.submit(**tea, deduplicate_s=60), fleet.submit(**tea, deduplicate_s=60))
    other = await fleet.submit(workflow="Search", variables={"word": "coffee"}, deduplicate_s=60)
    plain = await fleet.submit(**tea)
    assert first.job_id == again.job_id
    assert len({first.job_id, other.job_id, plain.job_id}) == 3
    await fleet.advance(61)
    later = await fleet.submit(**tea, deduplicate_s=60)
    assert later.job_id != first.job_id


async def test_a_repeat_is_known_after_a_restart_and_a_cancelled_job_is_no_first_one(fleet: Fleet) -> None:
    await fleet.engine.workflows.save(WORD)  # type: ignore[arg-type]
    tea = {"workflow": "Search", "variables": {"word": "tea"}, "deduplicate_s": 600}
    first = await fleet.submit(**tea)
    await fleet.restart(away_s=30)
    assert (await fleet.submit(**tea)).job_id == first.job_id
    await fleet.engine.cancel_job(first.job_id)
    assert fleet.status(first) is JobStatus.CANCELLED
    assert (await fleet.submit(**tea)).job_id != first.job_id
