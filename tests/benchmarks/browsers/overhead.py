"""What a step costs beside a bare script: both do the same on the same site, by turns."""

import asyncio
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import async_playwright

from orchestrator.client.client import OrchestratorClient
from orchestrator.client.following import follow_jobs
from orchestrator.contract.api.jobs import JobView, StepView, SubmitRequest
from orchestrator.contract.states import JobStatus
from robot.browser.find import find_browser
from robot.browser.launch import flags
from tests.benchmarks.browsers.processes import demo_site, robot
from tests.benchmarks.browsers.script import bare_s, deeds, workflow
from tests.benchmarks.system import running_system

WARM_UP = 2
LIMIT_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Overhead:
    """Times of the same deeds, pair by pair."""

    steps: int
    bare_s: tuple[float, ...]
    robot_s: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """How many times as long a robot takes: the middle of the pairs."""
        return statistics.median(ours / bare for ours, bare in zip(self.robot_s, self.bare_s, strict=True))

    @property
    def each_ms(self) -> float:
        """What a step costs more."""
        return 1_000 * (statistics.median(self.robot_s) - statistics.median(self.bare_s)) / self.steps


class Nobody:
    """Does not watch a job on its way."""

    def job_changed(self, job: JobView) -> None:
        """Looks away."""

    def steps_changed(self, job_id: str, steps: tuple[StepView, ...]) -> None:
        """Looks away."""

    def note(self, text: str) -> None:
        """Looks away."""


async def measure(folder: Path, *, rounds: int, pairs: int) -> Overhead:
    """A warm robot behind an orchestrator, and a warm browser of the same kind behind a script, by turns."""
    todo = deeds(rounds)
    choice = find_browser()
    with demo_site() as site, running_system(folder / "data") as system, robot(system, folder):
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=choice.executable, channel=choice.channel, args=flags()
            )
            async with OrchestratorClient(f"http://127.0.0.1:{system.port}", system.key) as client:
                found = []
                for number in range(WARM_UP + pairs):
                    # who is first changes, since the second of a pair finds the site's pages warmer
                    first = await bare_s(browser, todo, site) if number % 2 else 0.0
                    ours = await _job_s(client, workflow(todo, site))
                    found.append((first or await bare_s(browser, todo, site), ours))
            await browser.close()
    kept = found[WARM_UP:]
    return Overhead(steps=len(todo), bare_s=tuple(bare for bare, _ in kept), robot_s=tuple(ours for _, ours in kept))


async def _job_s(client: OrchestratorClient, definition: dict[str, Any]) -> float:
    """From the run's first step to its last, as the robot measures it, the opening of the session included."""
    job = await client.submit(SubmitRequest(definition=definition))
    async with asyncio.timeout(LIMIT_S):
        await follow_jobs(client, [job.job_id], Nobody())
    detail = await client.job(job.job_id)
    assert detail.result is not None, detail.job
    assert detail.result.status is JobStatus.COMPLETED, detail.result.error
    return detail.result.execution_time_s
