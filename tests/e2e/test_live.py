"""People see what a robot's browser shows and act in it: real engine, real robot process, real Chromium."""

import asyncio
import http.server
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, suppress

import httpx
import psutil
import pytest
from live_fleet import LIMIT_S, Robots, Watch
from picture import colour_at, is_like
from playwright.async_api import async_playwright
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError

from orchestrator.app import Orchestrator
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import RefusedError
from orchestrator.client.live import LiveFrame
from orchestrator.contract.api.jobs import JobDetail, SubmitRequest
from orchestrator.contract.api.live import LIVE_MESSAGE, LookView, RefusalView, WelcomeView
from orchestrator.contract.ids import JsonValue, SessionId
from orchestrator.contract.live import KeyEvent, PointerEvent, TextEvent, Then, ViewWish
from orchestrator.contract.protocol.live import LiveFramePart
from orchestrator.contract.states import JobStatus, StepStatus
from orchestrator.domain.robot import Robot
from robot.browser.find import find_browser
from robot.browser.launch import flags

GREEN = (10, 125, 60)
FORM = (
    b"<!doctype html><title>Code</title><body style='margin:0;background:rgb(10,125,60)'>"
    b"<form onsubmit=\"done.textContent = 'Hello ' + code.value; return false\">"
    b"<input id=code style='position:absolute;left:0;top:0;width:640px;height:400px;font-size:40px'></form>"
    b"<p id=done style='position:absolute;left:0;top:600px'></p>"
    b"<script>let spin = 0; const go = () => { document.title = `${++spin}`; requestAnimationFrame(go) }; go()</script>"
)
FIELD = {"x": 0.25, "y": 0.25}


@pytest.fixture
def form() -> Iterator[str]:
    """A page with one large field; Enter greets whoever stands in it."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.send_header("content-length", str(len(FORM)))
            self.end_headers()
            self.wfile.write(FORM)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def workflow(form: str, *between: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Open the form, do these steps, read what it says."""
    steps: list[JsonValue] = [{"id": "open", "action": "goto", "parameters": {"url": form}}]
    before = "open"
    for step in between:
        steps.append({**step, "dependencies": [before]})
        before = str(step["id"])
    read: dict[str, JsonValue] = {
        "id": "read", "action": "extract", "parameters": {"fields": {"said": "#done"}}, "dependencies": [before],
    }  # fmt: skip
    return {"name": "Code", "steps": [*steps, read]}


SOLVE: dict[str, JsonValue] = {
    "id": "solve", "action": "human.solve", "parameters": {"question": "Type the code", "deadline": 120},
}  # fmt: skip


async def started(client: OrchestratorClient, watch: Watch, definition: dict[str, JsonValue], status: JobStatus) -> str:
    job = await client.submit(SubmitRequest(definition=definition))
    await watch.until(lambda now: job.job_id in now.jobs and now.jobs[job.job_id].status is status)
    return job.job_id


async def ended(client: OrchestratorClient, watch: Watch, job_id: str) -> JobDetail:
    await watch.until_ended(job_id)
    return await client.job(job_id)


def said(detail: JobDetail) -> JsonValue:
    found = detail.result.outputs.get("read") if detail.result is not None else None
    return found.get("said") if isinstance(found, dict) else None


@pytest.mark.feature("X03", "X04")
async def test_a_person_sees_the_page_types_into_it_and_the_workflow_goes_on_with_that(
    orchestrator: Orchestrator, client: OrchestratorClient, robots: Robots, watch: Watch, form: str
) -> None:
    parts = count_parts(orchestrator)
    robots.start("anna")
    job_id = await started(client, watch, workflow(form, SOLVE), JobStatus.WAITING_FOR_HUMAN)
    assert parts == [], "nothing is sent while nobody looks"

    jpeg = await client.live.frame(job_id, width=640)
    assert is_like(colour_at(jpeg, 0.9, 0.9), GREEN)
    assert is_like(colour_at(jpeg, 0.3, 0.1), (255, 255, 255))

    lease = await client.live.take_over(job_id, reason="the code is on the telephone")
    assert lease.is_held
    await client.live.act(lease, [PointerEvent(what="down", **FIELD), PointerEvent(what="up", **FIELD)])
    await client.live.act(lease, [TextEvent(text="4711"), KeyEvent(key="Enter")])
    await client.live.hand_back(job_id, token=lease.token)

    detail = await ended(client, watch, job_id)
    assert (detail.job.status, said(detail)) == (JobStatus.COMPLETED, "Hello 4711")
    story = {each.kind: each for each in await client.activity(limit=50)}
    assert "with 4 inputs" in story["takeover.ended"].message
    assert "telephone" in story["takeover.begun"].message
    assert "4711" not in story["takeover.ended"].message


@pytest.mark.feature("X04")
async def test_a_run_is_taken_over_at_any_moment_and_goes_on_from_where_it_stood(
    client: OrchestratorClient, robots: Robots, watch: Watch, form: str
) -> None:
    robots.start("anna")
    wait: dict[str, JsonValue] = {
        "id": "wait", "action": "wait_for", "parameters": {"target": "text=Hello Ada"}, "timeout": 60,
    }  # fmt: skip
    job_id = await started(client, watch, workflow(form, wait), JobStatus.RUNNING)
    await watch.until_running(job_id, step="wait")
    lease = await client.live.take_over(job_id)
    assert (await client.job(job_id)).job.status is JobStatus.WAITING_FOR_HUMAN
    await client.live.act(lease, [PointerEvent(what="down", **FIELD), PointerEvent(what="up", **FIELD)])
    await client.live.act(lease, [TextEvent(text="Ada"), KeyEvent(key="Enter")])
    async with aclosing(client.live.watch(job_id)) as news:
        async with asyncio.timeout(LIMIT_S):
            async for each in news:
                if isinstance(each, LookView) and each.parked == ("read",):
                    break  # what waited for the greeting has seen it; the next step stands
    await client.live.hand_back(job_id, then=Then.SKIP, token=lease.token)
    detail = await ended(client, watch, job_id)
    assert detail.job.status is JobStatus.COMPLETED
    assert [each.status for each in detail.steps] == [StepStatus.COMPLETED, StepStatus.COMPLETED, StepStatus.SKIPPED]


@pytest.mark.feature("X03")
async def test_capturing_stops_with_the_last_who_looks_and_a_killed_robot_leaves_nothing(
    orchestrator: Orchestrator, client: OrchestratorClient, robots: Robots, watch: Watch, form: str
) -> None:
    parts = count_parts(orchestrator)
    process = robots.start("anna")
    job_id = await started(client, watch, workflow(form, SOLVE), JobStatus.WAITING_FOR_HUMAN)
    url = f"{orchestrator.url.replace('http', 'ws', 1)}/api/v1/jobs/{job_id}/live?rate=10&width=320"
    async with connect(url, additional_headers={"Authorization": f"Bearer {orchestrator.key}"}, proxy=None) as socket:
        async with asyncio.timeout(LIMIT_S):
            while isinstance(await socket.recv(), str):
                pass
        assert [each.watchers for each in await client.live.watched()] == [1]
        socket.transport.abort()  # a watcher that dies without a word
    async with asyncio.timeout(LIMIT_S):
        while await client.live.watched():  # noqa: ASYNC110  the orchestrator tells nobody that somebody left
            await asyncio.sleep(0.05)
    jpeg = await client.live.frame(job_id, width=320)
    assert jpeg.startswith(b"\xff\xd8")

    async with aclosing(client.live.watch(job_id, ViewWish(rate=10))) as news:
        async with asyncio.timeout(LIMIT_S):
            async for each in news:
                if isinstance(each, LiveFrame):
                    break
        children = psutil.Process(process.pid).children(recursive=True)
        assert children
        robots.kill("anna")
        async with asyncio.timeout(LIMIT_S):
            async for each in news:
                if isinstance(each, LookView) and each.problem:
                    break
    _, alive = await asyncio.to_thread(psutil.wait_procs, children, 20)
    assert alive == []
    assert parts
    assert orchestrator.parts.engine.live_rooms.view.streams == {}


@pytest.mark.feature("X03", "X04")
async def test_a_browser_shows_the_page_with_a_pass_that_opens_nothing_else(
    orchestrator: Orchestrator, client: OrchestratorClient, robots: Robots, watch: Watch, form: str
) -> None:
    robots.start("anna")
    job_id = await started(client, watch, workflow(form, SOLVE), JobStatus.WAITING_FOR_HUMAN)
    looking = await client.live.page(job_id)
    address, _, token = looking.url.partition("#")
    async with httpx.AsyncClient(trust_env=False) as browser:
        page = await browser.get(address)
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert (await browser.get(f"{address}/fonts/Inter-Regular.otf")).status_code == 200
        assert (await browser.get(f"{address}/fonts/client.key")).status_code == 404
        for path in (f"/api/v1/jobs/{job_id}/frame", "/api/v1/jobs"):
            refused = await browser.get(f"{orchestrator.url}{path}", headers={"Authorization": f"Bearer {token}"})
            assert refused.status_code == 401
    async for message in page_socket(orchestrator, token, '{"kind": "take_over"}'):
        if isinstance(message, WelcomeView):
            assert (message.job_id, message.may_act) == (job_id, False)
        if isinstance(message, RefusalView):
            assert "looking only" in message.message
            break
    async for message in page_socket(orchestrator, "a guess"):
        assert isinstance(message, RefusalView)
    with pytest.raises(RefusedError, match="There is no running job"):
        await client.live.hand_back("01a1ff27-0000-7000-8000-000000000000")
    await client.cancel(job_id)
    await watch.until_ended(job_id)


@pytest.mark.feature("X04")
async def test_the_page_of_a_take_over_has_the_run_from_the_beginning(
    orchestrator: Orchestrator, client: OrchestratorClient, robots: Robots, watch: Watch, form: str
) -> None:
    robots.start("anna")
    job_id = await started(client, watch, workflow(form, SOLVE), JobStatus.WAITING_FOR_HUMAN)
    lease = await client.live.take_over(job_id)
    offer = await client.live.page(job_id, may_act=True, takes=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_browser().executable, args=list(flags()))
        page = await browser.new_page()
        await page.goto(offer.url)
        await page.get_by_text("You have this run").wait_for()
        watched = await client.live.watched()
        assert [each.holder for each in watched] == [lease.holder]
        await page.locator("#picture").wait_for()
        await page.locator("#keys").click(position={"x": 100, "y": 60})
        await page.keyboard.type("4711")
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Hand back").click()
        await page.locator("#status").get_by_text("completed").wait_for()
        await browser.close()
    assert said(await ended(client, watch, job_id)) == "Hello 4711"


async def page_socket(orchestrator: Orchestrator, token: str, *said: str) -> AsyncIterator[object]:
    """What the live page hears; it comes from the orchestrator's own address."""
    host = orchestrator.url.partition("://")[2]
    async with connect(f"ws://{host}/live/socket", origin=f"http://{host}", proxy=None) as socket:  # type: ignore[arg-type]
        await socket.send(f'{{"kind": "pass", "token": "{token}"}}')
        for each in said:
            await socket.send(each)
        async with asyncio.timeout(LIMIT_S):
            with suppress(ConnectionClosedError):
                async for message in socket:
                    if isinstance(message, str):
                        yield LIVE_MESSAGE.validate_json(message)


def count_parts(orchestrator: Orchestrator) -> list[LiveFramePart]:
    """Every part of a frame that arrives from now on."""
    found: list[LiveFramePart] = []
    engine = orchestrator.parts.engine

    async def noted(robot: Robot, session_id: SessionId, part: LiveFramePart) -> None:
        found.append(part)
        await engine.live_rooms.view.on_part(robot, session_id, part)

    engine.inbox.answer(LiveFramePart, noted)
    return found
