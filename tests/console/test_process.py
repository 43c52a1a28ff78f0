"""The console as its user starts it: a process that opens, connects, and ends in order, with nothing left behind."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from scripted_engine import KEY, ScriptedEngine

from orchestrator.client.endpoint import Endpoint

STARTS_WITHIN_S, ENDS_WITHIN_S = 40.0, 5.0
ROBOT_WITHIN_S = 120.0
"""An engine, and then a robot with its browser, on a machine with ten other things to do."""


def family(pid: int) -> list[psutil.Process]:
    """A process with everything below it that is alive."""
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


@contextmanager
def console(folder: Path, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """`botswain ...` with settings and data in the test's folder; what is still there afterwards is killed."""
    own = {
        "QT_QPA_PLATFORM": "offscreen",
        "BOTSWAIN_KEY": KEY,
        "BOTSWAIN_DATA_DIR": str(folder / "data"),
        "XDG_CONFIG_HOME": str(folder / "config"),
    }
    command = [sys.executable, "-m", "orchestrator.cli.main", *arguments]
    with (folder / "console.log").open("wb") as log:
        process = subprocess.Popen(command, env={**os.environ, **own, **environment}, stdout=log, stderr=log)
    started = family(process.pid)
    try:
        yield process
    finally:
        for each in {*started, *family(process.pid)}:
            if each.is_running():
                each.kill()
        process.wait(ENDS_WITHIN_S)


def wait_for(condition: Callable[[], object], limit_s: float) -> None:
    """Look again and again, up to a limit: other processes and their files have no events for us."""
    end = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.02)


def gone(processes: list[psutil.Process]) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=ENDS_WITHIN_S)
    return alive == []


@pytest.mark.feature("C60")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_connected_console_ends_in_order_when_told_to(
    tmp_path: Path, engine: ScriptedEngine, number: signal.Signals
) -> None:
    with console(tmp_path, "--connect", engine.url) as process:
        wait_for(lambda: engine.call(lambda: len(engine.desk.listeners)) or process.poll() is not None, STARTS_WITHIN_S)
        everyone = family(process.pid)
        process.send_signal(number)
        assert process.wait(ENDS_WITHIN_S) == 0, (tmp_path / "console.log").read_text()
        assert gone(everyone)
        assert "Traceback" not in (tmp_path / "console.log").read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_console_takes_its_own_engine_with_it_however_it_ends(tmp_path: Path, number: signal.Signals) -> None:
    with console(tmp_path) as process:
        wait_for(lambda: Endpoint.of(tmp_path / "data") or process.poll() is not None, STARTS_WITHIN_S)
        everyone = family(process.pid)
        assert len(everyone) > 1, (tmp_path / "console.log").read_text()
        process.send_signal(number)
        process.wait(ENDS_WITHIN_S)
        assert gone(everyone)


def test_a_second_start_opens_no_second_window(tmp_path: Path, engine: ScriptedEngine) -> None:
    with console(tmp_path, "--connect", engine.url) as process:
        wait_for(lambda: engine.call(lambda: len(engine.desk.listeners)) or process.poll() is not None, STARTS_WITHIN_S)
        (tmp_path / "second").mkdir()
        shared = {"XDG_CONFIG_HOME": str(tmp_path / "config")}
        with console(tmp_path / "second", "--connect", engine.url, **shared) as second:
            assert second.wait(STARTS_WITHIN_S) == 0
        said = (tmp_path / "second" / "console.log").read_text()
        assert said == "Botswain is open already; its window is in front now.\n"
        assert process.poll() is None


def connected_robots(folder: Path) -> list[str]:
    """Names of the robots that the engine of this folder sees; none while there is no engine."""
    endpoint = Endpoint.of(folder)
    if endpoint is None:
        return []
    try:
        headers = {"Authorization": f"Bearer {endpoint.key}"}
        answer = httpx.get(f"{endpoint.url}/api/v1/robots", headers=headers, trust_env=False)
    except httpx.TransportError:
        return []
    return [each["name"] for each in answer.json() if each["status"] in ("online", "busy")] if answer.is_success else []


@pytest.mark.feature("C60")
@pytest.mark.timeout(4 * ROBOT_WITHIN_S)
def test_a_robot_of_this_computer_comes_with_the_window_and_is_gone_when_the_window_is_killed(tmp_path: Path) -> None:
    """A real engine and a real robot, which was chosen in an earlier window."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "local-robots.json").write_text('[{"name": "here", "slots": 1, "tags": ["desk"], "with_window": true}]')
    with console(tmp_path) as process:
        wait_for(lambda: connected_robots(data) == ["here"] or process.poll() is not None, ROBOT_WITHIN_S)
        everyone = family(process.pid)
        assert any("robot.cli" in each.cmdline() for each in everyone), (tmp_path / "console.log").read_text()
        process.send_signal(signal.SIGKILL)
        process.wait(ENDS_WITHIN_S)
        _, alive = psutil.wait_procs(everyone, timeout=ROBOT_WITHIN_S)
        assert alive == []


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb")
def test_the_console_opens_and_ends_on_an_x_display(tmp_path: Path, engine: ScriptedEngine) -> None:
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1380x880x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=(writing,), stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as pipe:
            display = f":{pipe.readline().strip()}"
        with console(tmp_path, "--connect", engine.url, QT_QPA_PLATFORM="xcb", DISPLAY=display) as process:
            wait_for(
                lambda: engine.call(lambda: len(engine.desk.listeners)) or process.poll() is not None, STARTS_WITHIN_S
            )
            process.terminate()
            assert process.wait(ENDS_WITHIN_S) == 0, (tmp_path / "console.log").read_text()
    finally:
        server.terminate()
        server.wait(ENDS_WITHIN_S)
