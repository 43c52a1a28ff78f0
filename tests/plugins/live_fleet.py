"""Robot processes with real browsers for a test, and an eye on what the orchestrator tells of them."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.app import Orchestrator
from orchestrator.client.events import ConnectionLost, EventStream
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.api.robots import RobotView
from orchestrator.contract.states import JobStatus
from orchestrator.domain.lease import LeaseTerms

LIMIT_S = 90.0

QUICK_TERMS = LeaseTerms(
    run_s=6.0, retry_safe_lost_s=1.0, reconnect_grace_s=1.0, cancel_grace_s=10.0, restart_grace_s=5.0
)


@dataclass
class Robots:
    """Robot processes of one test."""

    orchestrator: Orchestrator
    folder: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(
        self, name: str, *, slots: int = 1, arguments: Sequence[str] = (), connect: str = ""
    ) -> subprocess.Popen[bytes]:
        """Start a robot; it connects by itself, to the orchestrator or to what stands before it."""
        token = self.folder / "token"
        token.write_text(self.orchestrator.robot_token)
        command = [
            sys.executable, "-m", "robot.cli", "run", "--connect", connect or self.orchestrator.robots_url,
            "--name", name,
            "--slots", str(slots), "--token-file", str(token), "--state", str(self.folder / name), *arguments,
        ]  # fmt: skip
        log = (self.folder / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        return self.processes[name]

    def kill(self, name: str) -> None:
        """End a robot the hard way."""
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait(10)

    def stop(self) -> None:
        """End all robots the soft way."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


class Watch:
    """What the event stream has told so far, and a way to wait for what it will tell."""

    def __init__(self) -> None:
        self.jobs: dict[str, JobView] = {}
        self.robots: dict[str, RobotView] = {}
        self._news = asyncio.Condition()

    async def follow(self, url: str, key: str) -> None:
        """Listen until cancelled."""
        async for batch in EventStream(url, key).listen():
            if isinstance(batch, ConnectionLost):
                continue
            async with self._news:
                self.jobs |= {job.job_id: job for job in batch.jobs}
                self.robots |= {robot.name: robot for robot in batch.robots}
                self._news.notify_all()

    async def until(self, is_so: Callable[["Watch"], bool], *, limit_s: float = LIMIT_S) -> None:
        """Wait until the condition holds."""
        try:
            async with asyncio.timeout(limit_s), self._news:
                await self._news.wait_for(lambda: is_so(self))
        except TimeoutError:
            jobs = {job.job_id[-6:]: f"{job.status} {job.current_step} {job.waiting}" for job in self.jobs.values()}
            raise AssertionError(f"not so within {limit_s} s; jobs: {jobs}") from None

    async def until_running(self, job_id: str, *, step: str = "") -> None:
        """Wait until the job runs, and until that step of it does."""
        await self.until(
            lambda now: (
                (job := now.jobs.get(job_id)) is not None
                and job.status is JobStatus.RUNNING
                and step in {"", job.current_step}
            )
        )

    async def until_ended(self, *job_ids: str, limit_s: float = LIMIT_S) -> None:
        """Wait until these jobs have ended."""
        await self.until(
            lambda now: all(each in now.jobs and now.jobs[each].status.has_ended for each in job_ids), limit_s=limit_s
        )
