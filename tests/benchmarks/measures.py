"""What is measured: each part notes figures under a name."""

import asyncio
import json
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.history import fill
from tests.benchmarks.peers.runs import PEERS, PeerRun, measure
from tests.benchmarks.system import FleetProcess, Submitter, System, running_system, submit_batches, submit_many

ROBOTS = 8
SLOTS = 64
REFERENCE_S = 1.0
KIB = 1_024
LIMIT_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured."""

    rounds: int
    jobs_one_by_one: int
    jobs: int
    latency_jobs: int
    robots: int
    finished: int
    queued: int
    peer_jobs: int
    pairs: int
    """Of a robot's run and a bare script's."""
    kills: int
    action_rounds: int
    leases: int


QUICK = Size(
    rounds=1, jobs_one_by_one=100, jobs=600, latency_jobs=40, robots=200, finished=5_000, queued=500, peer_jobs=200,
    pairs=3, kills=5, action_rounds=3, leases=40,
)  # fmt: skip
FULL = Size(
    rounds=3, jobs_one_by_one=500, jobs=5_000, latency_jobs=300, robots=5_000, finished=1_000_000, queued=100_000,
    peer_jobs=2_000, pairs=20, kills=40, action_rounds=15, leases=200,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value; of several rounds the median, with the spread beside it."""

    name: str
    value: float
    unit: str
    low: float
    high: float
    target: str = ""
    is_reached: bool | None = None


class Notes:
    """Measured values by name, in the order in which the names came."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[list[float], str, str, bool | None]] = {}

    def add(self, name: str, value: float, unit: str, *, least: float | None = None, most: float | None = None) -> None:
        """Note a value; `least` or `most` is the figure to reach."""
        target = f"≥ {least:,g}" if least is not None else f"≤ {most:,g}" if most is not None else ""
        values, *_ = self._values.setdefault(name, ([], unit, target, None))
        values.append(value)
        middle = statistics.median(values)
        reached = middle >= least if least is not None else middle <= most if most is not None else None
        self._values[name] = (values, unit, target, reached)

    def figures(self) -> list[Figure]:
        """The medians."""
        return [
            Figure(
                name=name, value=statistics.median(values), unit=unit, low=min(values), high=max(values),
                target=target, is_reached=reached,
            )
            for name, (values, unit, target, reached) in self._values.items()
        ]  # fmt: skip


def raw_limits(notes: Notes, folder: Path) -> None:
    """Plain sqlite3 in WAL mode, each commit synced (synchronous=FULL), on one thread, without Botswain."""
    for rows in (1, 100):
        rate = _rows_per_second(folder / "reference.db", rows)
        words = "one row" if rows == 1 else f"{rows} rows"
        notes.add(f"raw: plain sqlite3, {words} a commit", rate, "rows/s")


def _rows_per_second(database: Path, rows: int) -> float:
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY, text TEXT)")
    count, began_s = 0, time.monotonic()
    while time.monotonic() - began_s < REFERENCE_S:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO t (text) VALUES (?)", [("x" * 500,)] * rows)
        connection.execute("COMMIT")
        count += rows
    rate = count / (time.monotonic() - began_s)
    connection.close()
    return rate


def in_process(notes: Notes, size: Size, folder: Path) -> None:
    """Submitting coroutines inside the orchestrator's process."""
    for words, jobs, submitters, batch, least in (
        ("one by one, 1 submitter", size.jobs_one_by_one, 1, 0, None),
        ("one by one, 64 submitters", size.jobs, 64, 0, 5_000.0),
        ("in batches of 500", size.jobs, 2, 500, 10_000.0),
    ):
        with _scratch(folder / "inside") as data:
            arguments = [str(data), *map(str, (jobs, submitters, batch))]
            command = [sys.executable, "-m", "tests.benchmarks.in_process", *arguments]
            run = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=True)
        found = json.loads(run.stdout.strip().splitlines()[-1])
        notes.add(f"jobs, in-process, {words}", found["per_second"], "jobs/s", least=least)
        notes.add(f"CPU of the orchestrator, in-process, {words}", found["cpu_s"] * 1e6, "µs/job")


async def over_http(notes: Notes, size: Size, folder: Path) -> None:
    """Submitting connections of another process."""
    with _scratch(folder / "http") as data, running_system(data) as system:
        await _prepare(system)
        for words, jobs, submitters in (("1 submitter", size.jobs_one_by_one, 1), ("64 submitters", size.jobs, 64)):
            rate, cpu_s = await jobs_per_second(system, jobs, submitters)
            least = 5_000.0 if submitters > 1 else None
            notes.add(f"jobs, over HTTP, one by one, {words}", rate, "jobs/s", least=least)
            notes.add(f"CPU of the orchestrator, over HTTP, one by one, {words}", cpu_s * 1e6, "µs/job")
        rate, cpu_s = await jobs_per_second(system, size.jobs, 2, batch=500)
        notes.add("jobs, over HTTP, in batches of 500", rate, "jobs/s", least=10_000.0)
        notes.add("CPU of the orchestrator, over HTTP, in batches of 500", cpu_s * 1e6, "µs/job")


async def latency(notes: Notes, size: Size, folder: Path) -> None:
    """One job at a time on an idle system."""
    with _scratch(folder / "idle") as data, running_system(data) as system:
        await _prepare(system)
        found = await latencies_s(system, size.latency_jobs, robots=2)
    notes.add("idle: submit to start, p50", statistics.median(found) * 1e3, "ms", most=3)
    notes.add("idle: submit to start, p99", _p99(found) * 1e3, "ms", most=10)


async def growth(notes: Notes, size: Size, folder: Path) -> None:
    """The same jobs on an empty database, and beside a long history and a long queue that no robot may take."""
    with _scratch(folder / "growth") as data:
        with running_system(data) as system:
            await _prepare(system)
            empty, empty_cpu_s = await jobs_per_second(system, size.jobs, 64)
        fill(data / "botswain.db", finished=size.finished, queued=size.queued)
        with running_system(data) as system:
            full, full_cpu_s = await jobs_per_second(system, size.jobs, 64)
            found = await latencies_s(system, size.latency_jobs // 3, robots=2)
    past = f"{size.finished:,} finished, {size.queued:,} queued"
    notes.add(f"jobs beside {past}", full, "jobs/s")
    notes.add(f"cost of a job beside {past} / empty, wall", empty / full, "times", most=1.2)
    notes.add(f"cost of a job beside {past} / empty, CPU", full_cpu_s / empty_cpu_s, "times", most=1.2)
    notes.add(f"idle: submit to start beside {past}, p50", statistics.median(found) * 1e3, "ms")


async def robots(notes: Notes, size: Size, folder: Path) -> None:
    """Many connected robots: what each costs, and what a job costs among them."""
    with _scratch(folder / "robots") as data, running_system(data) as system:
        await _prepare(system)
        before = system.memory_bytes()
        async with FleetProcess.running(system, robots=size.robots, slots=1, prefix="idle") as fleet:
            await asyncio.sleep(2)
            each = (system.memory_bytes() - before) / size.robots
            found = await _latencies_s(system, fleet, size.latency_jobs // 3)
    notes.add(f"memory of each of {size.robots:,} connected robots", each / KIB, "KiB", most=20)
    notes.add(f"submit to start among {size.robots:,} robots, p50", statistics.median(found) * 1e3, "ms")
    notes.add(f"submit to start among {size.robots:,} robots, p99", _p99(found) * 1e3, "ms")


def peers(size: Size, folder: Path) -> list[PeerRun]:
    """Other job queues."""
    runs = []
    for peer in PEERS:
        with _scratch(folder / "peer") as data:
            runs.append(measure(peer, data, size.peer_jobs))
    return runs


async def jobs_per_second(system: System, jobs: int, submitters: int, *, batch: int = 0) -> tuple[float, float]:
    """From the first submit to the last acknowledged, durable result; and the orchestrator's CPU time for each job."""
    async with FleetProcess.running(system, robots=ROBOTS, slots=SLOTS) as fleet:
        cpu_before_s = system.cpu_s()
        await fleet.expect(jobs)
        submitting = submit_batches(system, jobs, submitters, batch) if batch else submit_many(system, jobs, submitters)
        began_s = await submitting
        ended_s = float((await fleet.done())["at_s"])
        return jobs / (ended_s - began_s), (system.cpu_s() - cpu_before_s) / jobs


async def latencies_s(system: System, jobs: int, *, robots: int) -> list[float]:
    """From before the submit to the start on the robot, one job at a time on an idle system; sorted."""
    async with FleetProcess.running(system, robots=robots, slots=2) as fleet:
        return await _latencies_s(system, fleet, jobs)


async def _latencies_s(system: System, fleet: FleetProcess, jobs: int) -> list[float]:
    found = []
    async with Submitter.connected(system) as submitter:
        for _ in range(jobs):
            await fleet.expect(1)
            job_id, asked_s = await submitter.submit()
            answer = await fleet.done()
            found.append(float(answer["started"][job_id]) - asked_s)
            await asyncio.sleep(0.01)
    return sorted(found)


async def _prepare(system: System) -> None:
    """Store the workflow, and let every code path run once."""
    async with Submitter.connected(system) as submitter:
        await submitter.save_workflow()
    await jobs_per_second(system, 200, 8)


def _p99(found: list[float]) -> float:
    return found[min(len(found) - 1, int(len(found) * 0.99))]


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
