"""Orchestrator and robots as real processes that a test may kill, stop, wake and start again."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import IO

import psutil
from steady_ports import steady_port

from orchestrator.domain.lease import LeaseTerms
from tests.faults.evidence import JobRow, rows_of

ROOT = Path(__file__).parents[2]
START_LIMIT_S = 120.0
END_LIMIT_S = 30.0

QUICK_TERMS = LeaseTerms(
    offer_s=5.0, run_s=6.0, lost_s=4.0, retry_safe_lost_s=1.0, cancel_grace_s=5.0, cancel_margin_s=2.0,
    reconnect_grace_s=1.5, timeout_grace_s=3.0, restart_grace_s=8.0,
)  # fmt: skip
PATIENT_TERMS = replace(QUICK_TERMS, run_s=60.0, lost_s=120.0, retry_safe_lost_s=120.0, restart_grace_s=90.0)
FORGIVING_TERMS = replace(QUICK_TERMS, lost_s=120.0, retry_safe_lost_s=120.0, restart_grace_s=90.0)
"""Leases run out quickly, and whoever comes back later is taken up again."""
QUICK_ENGINE: Mapping[str, float] = {"heartbeat_s": 1.0, "missed_heartbeats": 4, "timeout_check_interval_s": 2.0}
PATIENT_ENGINE: Mapping[str, float] = {**QUICK_ENGINE, "missed_heartbeats": 30}


class Victim:
    """One process, in its own log, that can be treated badly."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str] | None = None,
        *,
        under: Sequence[str] = (),
    ) -> None:
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [*under, sys.executable, *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=output,
                env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
            )
        self.began_s = time.monotonic()
        assert self.process.stdout is not None
        self.output: IO[bytes] = self.process.stdout

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    @property
    def is_running(self) -> bool:
        """True until it has ended."""
        return self.process.poll() is None

    def tree(self) -> list[psutil.Process]:
        """The process and everything below it."""
        with suppress(psutil.NoSuchProcess):
            root = psutil.Process(self.pid)
            return [root, *root.children(recursive=True)]
        return []

    def kill(self) -> None:
        """End it the hard way."""
        self.process.kill()
        self.process.wait(END_LIMIT_S)
        self.output.close()

    def freeze(self) -> None:
        """Stop it in mid-air; everything it holds stays open."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen process go on."""
        self.process.send_signal(signal.SIGCONT)

    async def put_away(self) -> None:
        """Whatever state it is in, it is gone afterwards."""
        if self.is_running:
            self.thaw()
            await self.end()
        self.output.close()

    async def end(self, limit_s: float = END_LIMIT_S) -> int:
        """Ask it to end, and wait; the exit code."""
        self.process.terminate()
        return await self.ended(limit_s)

    async def ended(self, limit_s: float = END_LIMIT_S) -> int:
        """Wait for its end; the exit code."""
        code = await asyncio.to_thread(self.process.wait, limit_s)
        self.output.close()
        return code


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an orchestrator says when it listens."""

    url: str
    robots_url: str
    key: str
    token: str

    @property
    def port(self) -> int:
        """Its one port."""
        return int(self.url.rsplit(":", 1)[1])

    @property
    def host(self) -> str:
        """Where it is."""
        return self.url.rsplit(":", 1)[0].removeprefix("http://")


@dataclass(slots=True, kw_only=True)
class OrchestratorProcess:
    """An orchestrator on one data folder; every start takes the port of the first."""

    folder: Path
    terms: LeaseTerms = QUICK_TERMS
    engine: Mapping[str, float] = field(default_factory=lambda: dict(QUICK_ENGINE))
    environment: Mapping[str, str] = field(default_factory=dict)
    """Settings beside the data folder, such as `BOTSWAIN_DATABASE`."""
    under: Sequence[str] = ()
    """A command that becomes the process, such as `prlimit --nofile=64`."""
    facts: Facts | None = None
    victim: Victim | None = None

    async def start(self) -> Facts:
        """Start it; returns once it answers."""
        script = str(Path(__file__).with_name("serve_quick.py"))
        port = self.facts.port if self.facts else steady_port()
        command = [script, str(self.folder), str(port), json.dumps(asdict(self.terms)), json.dumps(dict(self.engine))]
        self.folder.mkdir(exist_ok=True)
        self.victim = Victim(command, self.log, self.environment, under=self.under)
        async with asyncio.timeout(START_LIMIT_S):
            line = await asyncio.to_thread(self.victim.output.readline)
        assert line, f"The orchestrator did not start: {self.log.read_text(errors='replace')[-2_000:]}"
        self.facts = Facts(**json.loads(line))
        return self.facts

    def kill(self) -> None:
        """kill -9."""
        assert self.victim is not None
        self.victim.kill()

    async def stop(self) -> None:
        """Whatever state it is in, it is gone afterwards."""
        if self.victim is not None:
            await self.victim.put_away()

    async def until_dead(self) -> None:
        """Wait until it has ended by itself, as a failpoint does it."""
        assert self.victim is not None
        await self.victim.ended()

    @property
    def log(self) -> Path:
        """What it has said."""
        return self.folder.with_suffix(".log")

    @property
    def database(self) -> Path:
        """Its database."""
        return self.folder / "botswain.db"

    def rows(self) -> dict[str, JobRow]:
        """Every job, read past the product."""
        return rows_of(self.database)


@dataclass(slots=True, kw_only=True)
class RobotProcess:
    """A robot on one state folder."""

    name: str
    folder: Path
    port: int
    token: str
    base_url: str
    slots: int
    host: str = "127.0.0.1"
    environment: Mapping[str, str] = field(default_factory=dict)
    under: Sequence[str] = ()
    """A command that becomes the process, such as `ip netns exec`."""
    victim: Victim | None = None

    def start(self) -> Victim:
        """Start it; it connects by itself."""
        command = [
            str(Path(__file__).with_name("robot_quick.py")),
            "run", "--connect", f"ws://{self.host}:{self.port}", "--name", self.name,
            "--slots", str(self.slots), "--state", str(self.folder), "--base-url", self.base_url,
            "--drain-grace", "2",
        ]  # fmt: skip
        environment = {"BOTSWAIN_ROBOT_TOKEN": self.token, **self.environment}
        self.victim = Victim(command, self.log, environment, under=self.under)
        return self.victim

    @property
    def log(self) -> Path:
        """What it has said."""
        return self.folder.with_suffix(".log")

    async def until_dead(self) -> None:
        """Wait until it has ended by itself, as a failpoint does it."""
        assert self.victim is not None
        await self.victim.ended()

    def kill(self) -> None:
        """kill -9."""
        assert self.victim is not None
        self.victim.kill()

    async def until_spooled(self, count: int, *, limit_s: float = 40.0) -> None:
        """Wait until so many results lie on the robot's disk."""
        async with asyncio.timeout(limit_s):
            while len(list((self.folder / "spool").glob("*.result"))) != count:  # noqa: ASYNC110  no event
                await asyncio.sleep(0.05)

    async def until_swept(self, *, limit_s: float = 90.0) -> None:
        """Wait until no half-written file is left on the robot's disk."""
        async with asyncio.timeout(limit_s):
            while list(self.folder.rglob("*.partial")):  # noqa: ASYNC110  no event
                await asyncio.sleep(0.1)

    async def stop(self) -> None:
        """Whatever state it is in, it is gone afterwards."""
        if self.victim is not None:
            await self.victim.put_away()


async def all_gone(processes: Sequence[psutil.Process], limit_s: float = 30.0) -> list[str]:
    """Descriptions of those that are still there after the limit."""
    _, alive = await asyncio.to_thread(psutil.wait_procs, processes, limit_s)
    return [f"{each.pid} {each.status()}" for each in alive if each.is_running() and each.status() != "zombie"]
