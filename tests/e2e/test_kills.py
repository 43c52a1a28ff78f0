"""Something dies in the middle of thirty steps on the demo site: the run goes on at the right step, still logged in,
no step that writes is repeated, and nothing is left behind."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from live_fleet import Robots, Watch
from starlette.types import ASGIApp, Receive, Scope, Send

from orchestrator.app import Orchestrator
from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.jobs import JobDetail, SubmitRequest
from orchestrator.contract.states import JobStatus, StepStatus
from orchestrator.server.listener import Listener
from resources.demo_site.app import create_app
from resources.demo_site.settings import SiteSettings
from tests.faults.relay import Relay

pytestmark = pytest.mark.timeout(300)

WORKFLOW = Path(__file__).with_name("thirty_steps.yaml").read_text()
STEPS = 30
HELD = "GET /proposals.csv"
"""Step 14 waits for it while something is killed."""
ONCE = {
    "POST /login": 1,
    "POST /jobs/j1001/apply": 1,
    "POST /jobs/j1002/apply": 1,
    "POST /jobs/j1003/apply": 1,
    "POST /profile/skills": 1,
}
"""All that the thirty steps write."""


@dataclass
class Door:
    """In front of the site: keeps a ledger of what is asked, and lets one request wait."""

    site: ASGIApp
    ledger: Counter[str] = field(default_factory=Counter)
    somebody_waits: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            asked = f"{scope['method']} {scope['path']}"
            self.ledger[asked] += 1
            if asked == HELD:
                self.somebody_waits.set()
                await self.opened.wait()
        await self.site(scope, receive, send)

    @property
    def writes(self) -> dict[str, int]:
        """How often each address was written to."""
        return {asked: count for asked, count in self.ledger.items() if not asked.startswith("GET")}


@dataclass
class Scene:
    """Everything that can be killed."""

    door: Door
    site: Relay
    line: Relay
    """Between robot and orchestrator."""
    robots: Robots
    scratch: Path
    """Where robots, drivers and browsers put temporary files."""

    @property
    def log(self) -> str:
        """What the robot has said."""
        return (self.robots.folder / "anna.log").read_text(errors="replace")

    def left_behind(self) -> list[str]:
        """Processes and temporary files of robots, which have ended."""
        folders = (self.scratch, self.robots.folder / "anna" / "browsers")
        files = [str(path) for folder in folders for path in folder.iterdir()]
        return files + [" ".join(words) for words in command_lines() if has(words, str(self.robots.folder / "anna"))]

    def processes(self) -> list[psutil.Process]:
        """What the robot has started."""
        return psutil.Process(self.robots.processes["anna"].pid).children(recursive=True)

    def kill(self, is_meant: Callable[[list[str]], bool]) -> None:
        """Kill those whose command line is meant; there must be one."""
        meant = [each for each in self.processes() if is_meant(each.cmdline())]
        assert meant
        for each in meant:
            each.kill()

    def start(self) -> None:
        """Start the robot, over the line that can be cut."""
        self.robots.start("anna", connect=f"ws://127.0.0.1:{self.line.port}")


@pytest.fixture
def scratch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where robots, drivers and browsers put temporary files; its path is short, as browsers want it."""
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder)


@pytest.fixture
async def scene(orchestrator: Orchestrator, robots: Robots, scratch: Path) -> AsyncIterator[Scene]:
    door = Door(create_app(SiteSettings()))
    listener = Listener("127.0.0.1", 0)
    await listener.start(door)
    try:
        async with AsyncExitStack() as stack:
            site = await stack.enter_async_context(Relay(listener.address[1]).listening())
            line = await stack.enter_async_context(Relay(int(orchestrator.url.rpartition(":")[2])).listening())
            yield Scene(door, site, line, robots, scratch)
            door.opened.set()
            await asyncio.to_thread(robots.stop)
    finally:
        await listener.stop()


async def kill_browser(scene: Scene, watch: Watch, job_id: str) -> None:
    scene.kill(lambda words: has(words[:1], "chrom") and not has(words, "--type="))


async def kill_renderer(scene: Scene, watch: Watch, job_id: str) -> None:
    scene.kill(lambda words: has(words, "--type=renderer"))


async def kill_driver(scene: Scene, watch: Watch, job_id: str) -> None:
    scene.kill(lambda words: "run-driver" in words)


async def kill_robot(scene: Scene, watch: Watch, job_id: str) -> None:
    scene.robots.kill("anna")
    scene.start()


async def kill_network(scene: Scene, watch: Watch, job_id: str) -> None:
    """No byte comes through any more, long enough for the orchestrator to give the job up as lost."""
    scene.line.stop()
    scene.site.cut()
    await watch.until(lambda now: now.jobs[job_id].status is JobStatus.LOST)
    scene.line.cut()
    scene.line.mend()


def has(words: list[str], part: str) -> bool:
    return any(part in each for each in words)


Kill = Callable[[Scene, Watch, str], Awaitable[None]]


@pytest.mark.feature("D54", "E29")
@pytest.mark.parametrize("kill", [kill_browser, kill_renderer, kill_driver, kill_robot, kill_network])
async def test_thirty_steps_go_on_where_they_were_and_write_nothing_twice(
    client: OrchestratorClient, watch: Watch, scene: Scene, kill: Kill
) -> None:
    scene.start()
    variables = {
        "site": f"http://127.0.0.1:{scene.site.port}",
        "username": "demo@ardan.test",
        "password": "demo-pass-1",
    }
    job = await client.submit(SubmitRequest(definition=WORKFLOW, variables=variables))
    await asyncio.wait_for(scene.door.somebody_waits.wait(), 150)
    await watch.until_running(job.job_id, step="so_far")

    await kill(scene, watch, job.job_id)
    scene.door.opened.set()
    await watch.until_ended(job.job_id)

    detail = await client.job(job.job_id)
    assert detail.job.status is JobStatus.COMPLETED, (detail.job.error, scene.log[-3_000:])
    assert scene.door.writes == ONCE
    check_outputs(detail)
    check_steps(detail, is_new_attempt=kill is kill_robot)
    await asyncio.to_thread(scene.robots.stop)
    assert scene.left_behind() == []


def check_outputs(detail: JobDetail) -> None:
    """What the site says in the end."""
    assert detail.result is not None
    outputs = detail.result.outputs
    numbers, sent = outputs["numbers"], outputs["sent"]
    assert isinstance(numbers, list)
    assert sent == [
        {"bid": bid, "number": number} for bid, number in zip(("$43", "$42", "$41"), reversed(numbers), strict=True)
    ]
    second = outputs["second"]
    assert isinstance(second, dict)
    assert (str(second["letter"])[-7:], second["file"]) == ("Second.", "work.txt")
    skills = outputs["skills"]
    assert isinstance(skills, list)
    assert "Rigging" in skills


def check_steps(detail: JobDetail, *, is_new_attempt: bool) -> None:
    """Only the step that was under way was tried again."""
    assert detail.result is not None
    steps = detail.result.step_results
    assert len(steps) == STEPS
    assert {each.status for each in steps} == {StepStatus.COMPLETED}
    assert {each.step_id for each in steps if each.attempts > 1} <= {"so_far"}
    assert len(detail.attempts) == 1 + is_new_attempt


def command_lines() -> Iterator[list[str]]:
    """Of all processes of this machine that tell."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            yield process.cmdline()
