"""Triggers, settings and schedules' history over the real API: addresses that others call, files, chains, traces."""

import os
from pathlib import Path

import httpx
import pytest
from log_guard import ExpectWarning
from running_orchestrator import LOOK, eventually, job_with, robot_of

from orchestrator.app import Orchestrator
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import RefusedError
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.api.schedules import ScheduleRequest, ScheduleRule
from orchestrator.contract.api.triggers import TestTriggerRequest, TriggerRequest
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobStatus

ORDER: dict[str, JsonValue] = {
    **LOOK,
    "name": "Order",
    "variables": {"number": {"type": "integer", "required": True}, "source": ""},
}


async def hook(client: OrchestratorClient, **fields: object) -> str:
    """The address of a new webhook."""
    await client.save_workflow(ORDER)
    request = TriggerRequest.model_validate(
        {"name": "orders", "on": "webhook", "workflow": "Order", "variables": {"number": "${{ body.id }}"}, **fields}
    )
    return (await client.triggers.add(request)).path


@pytest.fixture
async def stranger(orchestrator: Orchestrator) -> httpx.AsyncClient:
    """Another program, without any key."""
    return httpx.AsyncClient(base_url=orchestrator.url, trust_env=False)


@pytest.mark.feature("X30", "W09")
async def test_a_call_of_the_address_becomes_a_job_with_values_of_its_body(
    client: OrchestratorClient, stranger: httpx.AsyncClient
) -> None:
    path = await hook(client)
    async with stranger:
        answer = await stranger.post(path, json={"id": 7})
        assert answer.status_code == 202
        detail = await client.job(answer.json()["job_id"])
        assert detail.variables == {"number": 7, "source": ""}
        assert detail.links is not None
        assert detail.links.origin is not None
        assert detail.links.origin.trigger_name == "orders"
        assert detail.submitted_by == "trigger orders"


async def test_a_delivery_that_is_repeated_is_answered_with_the_first_job(
    client: OrchestratorClient, stranger: httpx.AsyncClient
) -> None:
    path = await hook(client)
    async with stranger:
        first, again, other = [
            (await stranger.post(path, json={"id": 7}, headers={"X-GitHub-Delivery": number})).json()["job_id"]
            for number in ("one", "one", "two")
        ]
    assert first == again != other


async def test_a_wrong_secret_an_unknown_name_and_a_paused_trigger_look_alike(
    client: OrchestratorClient, stranger: httpx.AsyncClient
) -> None:
    path = await hook(client)
    trigger, secret = path.split("/")[2:]
    async with stranger:
        wrong = await stranger.post(f"/hooks/{trigger}/wrong", json={})
        unknown = await stranger.post(f"/hooks/nobody/{secret}", json={})
        await client.triggers.pause(trigger)
        paused = await stranger.post(path, json={"id": 1})
        assert [each.status_code for each in (wrong, unknown, paused)] == [404, 404, 404]
        await client.triggers.resume(trigger)
        assert (await stranger.post(path, json={"id": 1})).status_code == 202
        await client.settings.change({"webhooks": False})
        assert (await stranger.post(path, json={"id": 1})).status_code == 404


async def test_calls_are_bounded_in_number_and_size_and_mistakes_are_explained(
    client: OrchestratorClient, stranger: httpx.AsyncClient, expected_warnings: ExpectWarning
) -> None:
    expected_warnings("could not start Order: In `body.id`")
    path = await hook(client, per_minute=4)
    async with stranger:
        large = await stranger.post(path, content=b"x" * 300_000)
        broken = await stranger.post(path, content=b"{", headers={"Content-Type": "application/json"})
        missing = await stranger.post(path, json={"number": 1})
        assert [each.status_code for each in (large, broken, missing)] == [413, 422, 422]
        assert "id" in missing.json()["message"]
        await stranger.post(path, json={"id": 1})
        too_many = await stranger.post(path, json={"id": 1})
        assert too_many.status_code == 429
        assert int(too_many.headers["Retry-After"]) >= 1


async def test_the_secret_is_shown_once_and_kept_nowhere(client: OrchestratorClient, tmp_path: Path) -> None:
    secret = (await hook(client)).rpartition("/")[2]
    shown = (await client.triggers.get("orders")).model_dump_json()
    assert secret not in shown
    for file in list(tmp_path.rglob("botswain.db*")):  # noqa: ASYNC240  a test's own small folder
        assert secret.encode() not in file.read_bytes()


async def test_a_rehearsal_over_the_api_starts_nothing(client: OrchestratorClient) -> None:
    await hook(client)
    right = await client.triggers.test("orders", TestTriggerRequest(body={"id": 3}))
    assert (right.would_fire, right.variables["number"]) == (True, 3)
    wrong = await client.triggers.test("orders", TestTriggerRequest(body={"id": "three"}))
    assert (wrong.would_fire, "number" in wrong.problem) == (False, True)
    assert (await client.jobs()).total == 0


@pytest.mark.feature("X30")
async def test_a_file_that_appears_starts_one_job_and_what_lay_there_none(
    client: OrchestratorClient, tmp_path: Path
) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "old.csv").write_text("1")
    await client.save_workflow(ORDER)
    request = TriggerRequest.model_validate(
        {
            "name": "inbox", "on": "file", "workflow": "Order", "folder": str(folder), "pattern": "*.csv",
            "settle_s": 0, "variables": {"number": "${{ file.size }}", "source": "${{ file.name }}"},
        }
    )  # fmt: skip
    await client.triggers.add(request)
    (folder / "notes.txt").write_text("x")
    (folder / "new.part").write_text("12345")
    (folder / "new.part").rename(folder / "new.csv")
    page = await eventually(client.jobs, lambda page: page.total > 0)
    assert page.total == 1
    assert (await client.job(page.items[0].job_id)).variables == {"number": 5, "source": "new.csv"}
    (firing,) = await client.triggers.firings("inbox")
    assert firing.job_id == page.items[0].job_id


@pytest.mark.feature("W07", "O54", "X35")
async def test_a_chain_links_its_jobs_and_carries_one_trace_to_both_robots(
    orchestrator: Orchestrator, client: OrchestratorClient, http: httpx.AsyncClient
) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    await client.save_workflow(ORDER)
    follow: JsonValue = [{"workflow": "Order", "variables": {"number": "${{ job.result.count }}"}}]
    await client.save_workflow({**LOOK, "on_success": follow})
    async with robot_of(orchestrator) as robot:
        headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
        first = (await http.post("/jobs", json={"workflow": "Look"}, headers=headers)).json()["job_id"]
        offer = await robot.take_job()
        assert offer.traceparent[3:35] == trace
        await robot.finish(offer, outputs={"count": 4})
        second = await robot.take_job()
        assert (second.variables["number"], second.traceparent[3:35]) == (4, trace)
    done = await client.job(first)
    assert done.links is not None
    assert (done.links.trace_id, [each.job_id for each in done.links.followers]) == (trace, [second.job_id])
    following = await client.job(second.job_id)
    assert following.links is not None
    assert following.links.origin is not None
    assert (following.links.origin.source_job_id, following.links.trace_id) == (first, trace)


@pytest.mark.feature("O34", "O33")
async def test_settings_are_listed_changed_and_reset_over_the_api(client: OrchestratorClient) -> None:
    before = await client.settings.get("max_chain_depth")
    assert (before.value, before.is_changed, bool(before.meaning)) == (20, False, True)
    await client.settings.change({"max_chain_depth": 5, "schedules": False})
    changed = {view.name: view.value for view in await client.settings.every() if view.is_changed}
    assert changed == {"max_chain_depth": 5, "schedules": False}
    await client.settings.reset("max_chain_depth")
    assert (await client.settings.get("max_chain_depth")).value == 20
    with pytest.raises(RefusedError, match="max_chain_depth"):
        await client.settings.change({"max_chain_depth": "deep"})


async def test_every_answer_carries_the_id_that_its_log_lines_have(http: httpx.AsyncClient) -> None:
    given = await http.get("/info", headers={"X-Request-ID": "abc-1"})
    made = await http.get("/info")
    assert given.headers["X-Request-ID"] == "abc-1"
    assert made.headers["X-Request-ID"] not in {"", "abc-1"}


@pytest.mark.feature("C57", "C21")
async def test_a_schedule_tells_what_happened_to_each_instant(client: OrchestratorClient) -> None:
    await client.save_workflow(LOOK)
    request = ScheduleRequest(
        name="often", workflow="Look", rule=ScheduleRule(cron_expression="* * * * * *"), overlap_policy="skip"
    )
    await client.add_schedule(request)
    history = await eventually(lambda: client.schedule_history("often"), lambda views: len(views) >= 2)
    assert [view.outcome for view in reversed(history)][:2] == ["fired", "overlap"]
    first = history[-1]
    assert (first.job_id is not None, first.job_status) == (True, JobStatus.QUEUED)
    assert "has not ended" in history[-2].note
    assert await client.schedule_history("often", before=first.fire_at) == []
    view = await client.schedule("often")
    assert view.last_job_id == first.job_id


@pytest.mark.feature("W29", "D58")
async def test_a_jobs_detail_names_its_steps_by_what_became_of_them(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    await client.save_workflow({**LOOK, "metadata": {"owner": "ada"}})
    async with robot_of(orchestrator) as robot:
        view = await client.submit(SubmitRequest(workflow="Look"))
        offer = await robot.take_job()
        await robot.finish(offer)
        await job_with(client, view.job_id, JobStatus.COMPLETED)
    detail = await client.job(view.job_id)
    assert detail.state is not None
    assert detail.state.metadata == {"owner": "ada"}
    assert detail.job.progress == 1.0


@pytest.mark.parametrize("folder", ["~no-such-user/in", "/tmp/" + "x" * 300])
async def test_a_folder_that_cannot_be_asked_for_is_a_mistake_of_that_field(
    client: OrchestratorClient, folder: str
) -> None:
    await client.save_workflow(ORDER)
    request = TriggerRequest.model_validate({"name": "in", "on": "file", "workflow": "Order", "folder": folder})
    with pytest.raises(RefusedError, match="cannot be watched") as caught:
        await client.triggers.add(request)
    assert (caught.value.status, caught.value.body.field) == (422, "folder")


async def test_odd_names_and_links_in_a_folder_do_not_keep_other_files_waiting(
    client: OrchestratorClient, tmp_path: Path, expected_warnings: ExpectWarning
) -> None:
    expected_warnings("cannot be written as UTF-8")
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "loop.csv").symlink_to("loop.csv")
    (folder / os.fsdecode(b"a\xff.csv")).touch()
    await client.save_workflow(ORDER)
    request = TriggerRequest.model_validate(
        {
            "name": "inbox", "on": "file", "workflow": "Order", "folder": str(folder), "include_present": True,
            "settle_s": 0, "variables": {"number": 1, "source": "${{ file.name }}"},
        }
    )  # fmt: skip
    await client.triggers.add(request)
    (folder / "whole.csv").write_text("1")
    page = await eventually(client.jobs, lambda page: page.total > 0)
    assert (await client.job(page.items[0].job_id)).variables["source"] == "whole.csv"
    outcomes = {firing.outcome for firing in await client.triggers.firings("inbox")}
    assert outcomes == {"fired", "refused"}
    quiet = request.model_copy(update={"name": "quiet", "include_present": False})
    await client.triggers.add(quiet)  # what is there is noted, whatever its name
