"""The whole window in front of a running engine, with a clock beside its loop: prints what it measured as JSON.

`python -m tests.benchmarks.console.watching SETTINGS PORT KEY TOKEN JUMPS SECONDS GROWTH_S`
"""

import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_API", "pyside6")

import psutil
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from orchestrator.console.chosen_engine import Engine
from orchestrator.console.collector import MainThreadCollector
from orchestrator.console.desk import Desk
from orchestrator.console.settings import ConsoleSettings
from orchestrator.console.tables.paged_model import PagedModel
from orchestrator.console.theme.theme import Theme
from orchestrator.console.window import ConsoleWindow
from orchestrator.contract.api.jobs import JobView

BEAT_MS = 5
LIMIT_S = 120.0
MIB = 1_048_576
CHANGES_OF_A_JOB = 4


@dataclass(slots=True)
class Beat:
    """A timer every 5 ms; what it comes late is what a key press would have waited."""

    late_s: list[float] = field(default_factory=list)
    _last_s: float = 0.0
    _timer: QTimer = field(default_factory=QTimer)

    def __post_init__(self) -> None:
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Measure anew."""
        self.late_s.clear()
        self._last_s = time.perf_counter()
        self._timer.start()

    def stop(self) -> list[float]:
        """How late each beat came, sorted."""
        self._timer.stop()
        return sorted(self.late_s)

    def _beat(self) -> None:
        now_s = time.perf_counter()
        self.late_s.append(max(0.0, now_s - self._last_s - BEAT_MS / 1_000))
        self._last_s = now_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What to measure, and against which engine."""

    port: str
    key: str
    token: str
    jumps: int
    seconds: float
    growth_s: float


class Watch:
    """Goes through the figures one by one."""

    def __init__(self, app: QApplication, desk: Desk, options: Options) -> None:
        self._app, self._desk, self._options = app, desk, options
        self._window = desk.window
        self._process = psutil.Process()
        self._beat = Beat()
        self.found: dict[str, float] = {}

    async def run(self) -> None:
        """Everything, then leave."""
        await self._until(lambda: self._desk.store.is_connected and self._desk.store.info is not None)
        await self._open_jobs()
        await self._jump()
        await self._repaint()
        for name, changes, burst in (
            ("idle", 0, False),
            ("1000", 1_000, False),
            ("5000", 5_000, False),
            ("burst", 1_000, True),
        ):
            await self._press(name, changes, self._options.seconds, burst=burst)
        await self._theme()
        await self._grow()
        print(json.dumps(self.found), flush=True)
        self._window.leave()

    async def _open_jobs(self) -> None:
        jobs = self._window.jobs
        self._window.show_panel("jobs")
        await self._until(lambda: jobs.model.total > 0)
        arrived = asyncio.Event()
        jobs.model.page_arrived.connect(lambda *_: arrived.set())
        took_s = []
        for _ in range(5):
            await asyncio.sleep(0.2)
            arrived.clear()
            began_s = time.perf_counter()
            jobs.model.reload()
            await arrived.wait()
            jobs.table.viewport().repaint()
            took_s.append(time.perf_counter() - began_s)
        self.found["total"] = jobs.model.total
        self.found["open_ms"] = 1_000 * statistics.median(took_s)

    async def _jump(self) -> None:
        jobs, dice = self._window.jobs, random.Random(3)
        took_s = []
        for _ in range(self._options.jumps):
            await asyncio.sleep(0.02)
            row = dice.randrange(jobs.model.total)
            began_s = time.perf_counter()
            jobs.table.scrollTo(jobs.model.index(row, 0), jobs.table.ScrollHint.PositionAtTop)
            jobs.table.viewport().repaint()
            await self._until(partial(_is_there, jobs.model, row))
            jobs.table.viewport().repaint()
            took_s.append(time.perf_counter() - began_s)
        self.found |= {"jump_p50_ms": 1_000 * _part(took_s, 0.5), "jump_p99_ms": 1_000 * _part(took_s, 0.99)}
        jobs.table.scrollToTop()

    async def _repaint(self) -> None:
        viewport, took_s = self._window.jobs.table.viewport(), []
        await asyncio.sleep(0.3)
        for _ in range(100):
            began_s = time.perf_counter()
            viewport.repaint()
            took_s.append(time.perf_counter() - began_s)
        self.found |= {"repaint_ms": 1_000 * _part(took_s, 0.5), "repaint_p99_ms": 1_000 * _part(took_s, 0.99)}

    async def _press(self, name: str, changes: int, seconds: float, *, burst: bool = False) -> None:
        """Lag and processor time of this process while so many changes of jobs come in each second."""
        load = self._load(changes // CHANGES_OF_A_JOB, seconds, burst=burst) if changes else None
        if load is not None:
            assert load.stdout is not None
            assert await asyncio.get_running_loop().run_in_executor(None, load.stdout.readline)
        await asyncio.sleep(0.5)
        cpu_s, began_s = self._cpu_s(), time.perf_counter()
        self._beat.start()
        await asyncio.sleep(seconds - 1.0)
        late_s = self._beat.stop()
        self.found[f"lag_{name}_p99_ms"] = 1_000 * _part(late_s, 0.99)
        self.found[f"lag_{name}_max_ms"] = 1_000 * late_s[-1]
        self.found[f"cpu_{name}"] = (self._cpu_s() - cpu_s) / (time.perf_counter() - began_s)
        if load is not None:
            self.found[f"rate_{name}"] = CHANGES_OF_A_JOB * await self._end(load)

    def _load(self, jobs: int, seconds: float, *, burst: bool) -> "subprocess.Popen[bytes]":
        each = self._options
        command = [sys.executable, "-m", "tests.benchmarks.console.pressing", each.port, each.key, each.token]
        ending = ["burst"] if burst else []
        return subprocess.Popen([*command, str(jobs), str(seconds), *ending], stdout=subprocess.PIPE)

    async def _end(self, load: "subprocess.Popen[bytes]") -> float:
        assert load.stdout is not None
        line = await asyncio.get_running_loop().run_in_executor(None, load.stdout.readline)
        await asyncio.get_running_loop().run_in_executor(None, load.wait)
        load.stdout.close()
        return float(line or 0)

    async def _theme(self) -> None:
        took_s = []
        for _ in range(6):
            await asyncio.sleep(0.2)
            began_s = time.perf_counter()
            self._window.theme.toggle()
            self._window.repaint()
            self._app.processEvents()
            took_s.append(time.perf_counter() - began_s)
        self.found["theme_ms"] = 1_000 * statistics.median(took_s)

    async def _grow(self) -> None:
        """Memory after every panel was seen, and what it grows by while jobs come in and panels are changed."""
        for key in self._window.panels:
            self._window.show_panel(key)
            await asyncio.sleep(0.5)
        before = self._process.memory_info().rss
        load = self._load(1_000 // CHANGES_OF_A_JOB, self._options.growth_s, burst=False)
        began_s, keys = time.monotonic(), list(self._window.panels)
        while time.monotonic() - began_s < self._options.growth_s:
            self._window.show_panel(keys[int(time.monotonic() - began_s) // 5 % len(keys)])
            await asyncio.sleep(5.0 if self._options.growth_s > 30 else 1.0)
        assert load.stdout is not None
        await asyncio.get_running_loop().run_in_executor(None, load.stdout.readline)
        await self._end(load)
        after = self._process.memory_info().rss
        self.found |= {"memory_mib": after / MIB, "growth_mib": (after - before) / MIB}

    def _cpu_s(self) -> float:
        times = self._process.cpu_times()
        return float(times.user + times.system)

    async def _until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(LIMIT_S):
            while not condition():  # noqa: ASYNC110  what is waited for are states of widgets
                await asyncio.sleep(0.001)


async def _work(desk: Desk, watch: Watch) -> None:
    closed = asyncio.Event()
    desk.window.closing.connect(closed.set)
    desk.window.show()
    async with asyncio.TaskGroup() as group:
        group.create_task(desk.run(closed))
        await watch.run()


def _is_there(model: PagedModel[JobView], row: int) -> bool:
    return model.id_at(row) is not None


def _part(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def main() -> None:
    """Measure."""
    settings, port, key, token, jumps, seconds, growth_s = sys.argv[1:]
    options = Options(
        port=port, key=key, token=token, jumps=int(jumps), seconds=float(seconds), growth_s=float(growth_s)
    )
    app = QApplication(["botswain"])
    app.setQuitOnLastWindowClosed(False)
    collector = MainThreadCollector(app)
    with QEventLoop(app) as loop:
        theme = Theme()
        theme.apply(app)
        window = ConsoleWindow(theme, ConsoleSettings(Path(settings)))
        desk = Desk(app, Engine(url=f"http://127.0.0.1:{port}", key=key), window)
        loop.run_until_complete(_work(desk, Watch(app, desk, options)))
    collector.close()


if __name__ == "__main__":
    main()
