"""The part of the measurement that is about the window, and about searching behind it."""

import asyncio
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.errors import BotswainError
from tests.benchmarks.console.past import fill_past, searches
from tests.benchmarks.measures import Notes, Size
from tests.benchmarks.system import FleetProcess, Submitter, System, running_system

ROOT = Path(__file__).parents[3]
STARTS = 5
STAGES = 3
SEARCH_ROUNDS = 10
INDEX_LIMIT_S = 3_600.0
WITHIN_S = 60.0
MANY = 100_000
"""From so many jobs on, a run is a long one."""


async def console(notes: Notes, size: Size, folder: Path, minutes: float | None = None) -> None:
    """The window in front of an engine with a long past; `minutes` is how long its memory is watched."""
    jobs = lines = size.finished
    is_long = jobs >= MANY
    data, settings = folder / "console", folder / "settings"
    shutil.rmtree(data, ignore_errors=True)
    settings.mkdir(exist_ok=True)
    with running_system(data) as system:
        await _one_job(system)
    fill_past(data / "botswain.db", jobs=jobs, lines=lines)
    growth_s = 60.0 * (minutes if minutes is not None else 3.0 if is_long else 0.1)
    with running_system(data) as system:
        with _told("searching"):
            await _searching(notes, system, data, lines)
        with _told("opening"):
            _opening(notes, system, settings)
        with _told("watching"):
            jumps, seconds = (200, 20.0) if is_long else (30, 6.0)
            _watching(notes, system, settings, jumps=jumps, seconds=seconds, growth_s=growth_s)
    with _told("ending"):
        _ending(notes, folder)


@contextmanager
def _told(what: str) -> Iterator[None]:
    """What could not be measured is said, and the rest is measured."""
    try:
        yield
    except (OSError, ValueError, KeyError, BotswainError, subprocess.SubprocessError, psutil.Error) as error:
        print(f"{what}: {type(error).__name__}: {error}", file=sys.stderr)


def _note(notes: Notes, found: dict[str, float], growth_s: float) -> None:
    total = f"{found['total']:,.0f} jobs"
    notes.add(f"window: open the list of {total}", found["open_ms"], "ms", most=100)
    notes.add(f"window: jump in {total}, p50", found["jump_p50_ms"], "ms")
    notes.add(f"window: jump in {total}, p99", found["jump_p99_ms"], "ms", most=33)
    notes.add("window: repaint of the whole table", found["repaint_ms"], "ms", most=6)
    for name, words in (
        ("idle", "nothing happens"),
        ("1000", "1,000 job changes/s"),
        ("5000", "5,000 job changes/s"),
        ("burst", "1,000 job changes/s, all at the beginning of each second"),
    ):
        notes.add(f"window: lag while {words}, p99", found[f"lag_{name}_p99_ms"], "ms", most=16)
        notes.add(f"window: lag while {words}, longest", found[f"lag_{name}_max_ms"], "ms")
        if name != "idle":
            notes.add(f"window: job changes that really came, wanted {words}", found[f"rate_{name}"], "/s")
    notes.add("window: share of a core, nothing happens", 100 * found["cpu_idle"], "%")
    notes.add("window: share of a core at 1,000 job changes/s", 100 * found["cpu_1000"], "%", most=5)
    notes.add("window: switch of the theme", found["theme_ms"], "ms", most=150)
    notes.add(f"window: memory (resident) with {total}, every panel seen", found["memory_mib"], "MiB", most=250)
    notes.add(f"window: growth in {growth_s / 60:g} minutes at 1,000 job changes/s", found["growth_mib"], "MiB")


def _opening(notes: Notes, system: System, settings: Path) -> None:
    """From starting the process to the first paint; cold is with the program's files out of the disk's cache."""
    place = (f"http://127.0.0.1:{system.port}", system.key)
    _stages_s(settings, *place)
    _note_stages(notes, "warm", [_stages_s(settings, *place) for _ in range(STARTS)], most=400)
    if hasattr(os, "posix_fadvise"):
        _forget_files()
        _note_stages(notes, "cold", [_stages_s(settings, *place)], most=800)


def _note_stages(notes: Notes, words: str, took_s: list[list[float]], most: float) -> None:
    """The middle of the starts, stage by stage."""
    painted_ms, panel_ms, told_ms = (1_000 * statistics.median(each) for each in zip(*took_s, strict=True))
    notes.add(f"window: process started to first paint, {words}", painted_ms, "ms", most=most)
    notes.add(f"window: process started to the panel in its place, {words}", panel_ms, "ms")
    notes.add(f"window: process started to what the engine has told, {words}", told_ms, "ms")


def _stages_s(settings: Path, *place: str) -> list[float]:
    with _opened(settings, *place) as (process, began_s):
        assert process.stdout is not None
        return [float(process.stdout.readline()) - began_s for _ in range(STAGES)]


@contextmanager
def _opened(settings: Path, *place: str) -> Iterator[tuple["subprocess.Popen[bytes]", float]]:
    """A console process, and when it was started."""
    began_s = time.time()
    command = [sys.executable, "-m", "tests.benchmarks.console.opening", str(settings / "console.ini"), *place]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield process, began_s
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(WITHIN_S)
        process.stdout.close()


def _watching(notes: Notes, system: System, settings: Path, *, jumps: int, seconds: float, growth_s: float) -> None:
    """What the window measured, and how long it took to end."""
    options = [settings / "console.ini", system.port, system.key, system.token, jumps, seconds, growth_s]
    command = [sys.executable, "-m", "tests.benchmarks.console.watching", *map(str, options)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    line = process.stdout.readline()
    asked_s = time.monotonic()
    process.wait(WITHIN_S)
    process.stdout.close()
    _note(notes, json.loads(line), growth_s)
    notes.add("window: asked to close to process ended, connected", time.monotonic() - asked_s, "s", most=2)


def _ending(notes: Notes, folder: Path) -> None:
    """A window with an engine of its own: asked to close, and killed."""
    for words, number in (("asked to close", signal.SIGTERM), ("killed", signal.SIGKILL)):
        data = folder / f"own-{number}"
        with _opened(folder / "settings", str(data)) as (process, _):
            _wait_for_endpoint(data)
            family = psutil.Process(process.pid).children(recursive=True)
            asked_s = time.monotonic()
            process.send_signal(number)
            process.wait(WITHIN_S)
            _, left = psutil.wait_procs(family, timeout=10.0)
            took_s = time.monotonic() - asked_s
        notes.add(f"window: {words} to the end of its engine", took_s, "s", most=2)
        notes.add(f"window: processes left, {words}", len(left), "", most=0)


def _wait_for_endpoint(data: Path) -> None:
    end_s = time.monotonic() + WITHIN_S
    while not (data / "endpoint.json").exists():
        if time.monotonic() > end_s:
            raise TimeoutError
        time.sleep(0.05)


async def _searching(notes: Notes, system: System, data: Path, lines: int) -> None:
    """From the request to the answer, over the API, of searches through everything, one at a time."""
    client = OrchestratorClient(f"http://127.0.0.1:{system.port}", system.key)
    began_s = time.monotonic()
    while (await client.search.find("zyzzyva")).indexed < 1.0:
        if time.monotonic() - began_s > INDEX_LIMIT_S:
            raise TimeoutError
        await asyncio.sleep(0.5)
    notes.add(
        f"search: an older database of {lines:,} jobs and {lines:,} log lines taken in", time.monotonic() - began_s, "s"
    )
    notes.add("search: size of the index", _index_mib(data), "MiB")
    took_s: list[float] = []
    cut = 0
    for _ in range(SEARCH_ROUNDS):
        for text in searches():
            asked_s = time.perf_counter()
            answer = await client.search.find(text)
            took_s.append(time.perf_counter() - asked_s)
            cut += any(group.is_cut for group in answer.groups)
    await client.close()
    took_s.sort()
    words = f"{lines:,} log lines and as many jobs"
    notes.add(f"search through {words}, p50", 1_000 * took_s[len(took_s) // 2], "ms", most=100)
    notes.add(f"search through {words}, p95", 1_000 * took_s[int(len(took_s) * 0.95)], "ms", most=100)
    notes.add("search: answers that ran out of time", cut, "", most=0)


def _index_mib(data: Path) -> float:
    return sum(each.stat().st_size for each in data.glob("botswain.db.search*")) / 1_048_576


async def _one_job(system: System) -> None:
    """A finished job, from which the past is made."""
    async with FleetProcess.running(system, robots=1, slots=1) as fleet, Submitter.connected(system) as submitter:
        await submitter.save_workflow()
        await fleet.expect(1)
        await submitter.submit()
        await fleet.done()


def _forget_files() -> None:
    """Let the disk's cache go of Python, its packages and ours."""
    places = {Path(sysconfig.get_path(name)) for name in ("stdlib", "platlib", "purelib")} | {ROOT / "orchestrator"}
    for place in places:
        for each in place.rglob("*"):
            if each.is_file():
                with each.open("rb") as file:
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
