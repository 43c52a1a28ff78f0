"""What is measured: each function gives one or more figures."""

import asyncio
import shutil
import sqlite3
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.history import fill
from tests.benchmarks.system import FleetProcess, Submitter, System, running_system, submit_many

ROBOTS = 8
SLOTS = 32
REFERENCE_S = 1.0
KIB = 1_024

Note = Callable[[str, float], None]


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


QUICK = Size(rounds=1, jobs_one_by_one=80, jobs=300, latency_jobs=40, robots=100, finished=5_000, queued=500)
FULL = Size(rounds=3, jobs_one_by_one=200, jobs=1_500, latency_jobs=150, robots=500, finished=100_000, queued=10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value; of several rounds the median, with the spread beside it."""

    name: str
    value: float
    unit: str
    low: float
    high: float
    target: str = ""


def figure(name: str, values: list[float], unit: str, target: str = "") -> Figure:
    """The median of rounds."""
    return Figure(
        name=name, value=statistics.median(values), unit=unit, low=min(values), high=max(values), target=target
    )


def commits_per_second(folder: Path) -> float:
    """The reference: one row a commit with plain sqlite3 in WAL mode, each commit synced (synchronous=FULL)."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(folder / "reference.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY, text TEXT)")
    count, began_s = 0, time.monotonic()
    while time.monotonic() - began_s < REFERENCE_S:
        connection.execute("INSERT INTO t (text) VALUES (?)", ("x" * 500,))
        count += 1
    rate = count / (time.monotonic() - began_s)
    connection.close()
    return rate


async def jobs_per_second(system: System, jobs: int, submitters: int, prefix: str) -> tuple[float, float]:
    """From the first submit to the last acknowledged, durable result; and the orchestrator's CPU time for each job."""
    async with FleetProcess.running(system, robots=ROBOTS, slots=SLOTS, prefix=prefix) as fleet:
        cpu_before_s = system.cpu_s()
        await fleet.expect(jobs)
        began_s = await submit_many(system, jobs, submitters)
        ended_s = float((await fleet.done())["at_s"])
        return jobs / (ended_s - began_s), (system.cpu_s() - cpu_before_s) / jobs


async def latencies_s(system: System, jobs: int, prefix: str) -> list[float]:
    """From before the submit to the start on the robot, one job at a time on an idle system."""
    found = []
    async with (
        FleetProcess.running(system, robots=2, slots=2, prefix=prefix) as fleet,
        Submitter.connected(system) as submitter,
    ):
        for _ in range(jobs):
            await fleet.expect(1)
            job_id, asked_s = await submitter.submit()
            answer = await fleet.done()
            found.append(float(answer["started"][job_id]) - asked_s)
            await asyncio.sleep(0.01)
    return sorted(found)


async def memory_per_robot(system: System, robots: int) -> float:
    """Bytes that each idle, connected robot costs."""
    async with FleetProcess.running(system, robots=20, slots=1, prefix="warm"):
        before = system.memory_bytes()
        async with FleetProcess.running(system, robots=robots, slots=1, prefix="idle"):
            await asyncio.sleep(1)
            return (system.memory_bytes() - before) / robots


async def all_figures(size: Size, folder: Path) -> list[Figure]:
    """Everything, the rounds of each measure interleaved."""
    rates: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        rates.setdefault(name, []).append(value)

    for number in range(size.rounds):
        note("reference", commits_per_second(folder / "reference"))
        with running_system(folder / f"empty{number}") as system:
            await _prepare(system)
            await _round(system, size, note, "")
            note("memory", await memory_per_robot(system, size.robots) / KIB)
        shutil.copytree(folder / f"empty{number}", folder / f"full{number}")
        fill(folder / f"full{number}" / "botswain.db", finished=size.finished, queued=size.queued)
        with running_system(folder / f"full{number}") as system:
            await _round(system, size, note, "with history: ")
    pairs = zip(rates["jobs/s, 64 submitters"], rates["with history: jobs/s, 64 submitters"], strict=True)
    ratios = [empty / full for empty, full in pairs]
    past = f"{size.finished:,} finished and {size.queued:,} waiting jobs"
    return [
        figure("plain sqlite3, commits/s (WAL, FULL)", rates["reference"], "1/s"),
        figure("no-op jobs, 1 submitter", rates["jobs/s, 1 submitter"], "1/s"),
        figure("no-op jobs, 64 submitters", rates["jobs/s, 64 submitters"], "1/s", "5,000"),
        figure("orchestrator's CPU for each of them", rates["cpu"], "ms"),
        figure("idle: submit to start, p50", rates["p50"], "ms", "3"),
        figure("idle: submit to start, p99", rates["p99"], "ms", "10"),
        figure(f"jobs/s beside {past}", rates["with history: jobs/s, 64 submitters"], "1/s"),
        figure("empty / full, jobs/s", ratios, "times", "1.2"),
        figure("idle p50 beside them", rates["with history: p50"], "ms"),
        figure(f"memory of an idle robot ({size.robots} connected)", rates["memory"], "KiB", "20"),
    ]


async def _prepare(system: System) -> None:
    """Store the workflow, and let every code path run once."""
    async with Submitter.connected(system) as submitter:
        await submitter.save_workflow()
    await jobs_per_second(system, 50, 8, "prepare")


async def _round(system: System, size: Size, note: Note, prefix: str) -> None:
    rate, _ = await jobs_per_second(system, size.jobs_one_by_one, 1, "one")
    note(f"{prefix}jobs/s, 1 submitter", rate)
    rate, cpu_s = await jobs_per_second(system, size.jobs, 64, "many")
    note(f"{prefix}jobs/s, 64 submitters", rate)
    note(f"{prefix}cpu", cpu_s * 1_000)
    found = await latencies_s(system, size.latency_jobs, "idle")
    note(f"{prefix}p50", statistics.median(found) * 1_000)
    note(f"{prefix}p99", found[min(len(found) - 1, int(len(found) * 0.99))] * 1_000)
