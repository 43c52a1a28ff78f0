"""The single looks of `botswain doctor`: each gives one finding and never fails itself."""

import asyncio
import json
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib import resources
from importlib.util import find_spec
from pathlib import Path

from orchestrator.cli.console_window import has_display
from orchestrator.cli.doctor_database import database
from orchestrator.cli.doctor_findings import Finding, Health
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.endpoint import Endpoint
from orchestrator.client.errors import ClientError
from orchestrator.config import Settings

_ENGINE_PACKAGES = ("alembic", "apscheduler", "cronsim", "fastapi", "filelock", "psycopg", "sqlalchemy", "uvicorn")
_CONSOLE_PACKAGES = ("PySide6", "numpy", "pyqtgraph", "qasync")
_ROBOT_PACKAGES = ("playwright", "psutil")
_QT_LIBRARIES = (
    "apt-get install libegl1 libgl1 libdbus-1-3 libfontconfig1 libglib2.0-0 libxkbcommon0 libxcb-cursor0 "
    "libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxkbcommon-x11-0"
)
_QT_PROBE = "from PySide6.QtWidgets import QApplication; import PySide6; QApplication([]); print(PySide6.__version__)"
_PROBE_LIMIT_S = 60.0
_LEAST_FREE = 1_073_741_824


async def examine(settings: Settings) -> list[Finding]:
    """All findings, in the order in which they should be put right."""
    robot, qt = await asyncio.gather(_robot(), _qt())
    return [
        _python(),
        _packages("engine packages", _ENGINE_PACKAGES, "engine", Health.FAIL),
        _packages("robot packages", _ROBOT_PACKAGES, "robot", Health.WARN),
        *robot,
        _packages("console packages", _CONSOLE_PACKAGES, "console", Health.WARN),
        *qt,
        _display(),
        _fonts(),
        _folder(settings.data_dir),
        *await database(settings),
        await _port(settings),
    ]


def _python() -> Finding:
    text = f"{sys.version.split()[0]} at {sys.executable}"
    return Finding(subject="Python", health=Health.OK, text=text)


def _packages(subject: str, names: Sequence[str], extra: str, worst: Health) -> Finding:
    missing = [name for name in names if find_spec(name) is None]
    if not missing:
        return Finding(subject=subject, health=Health.OK, text="complete")
    return Finding(
        subject=subject,
        health=worst,
        text=f"{', '.join(missing)} missing",
        advice=f"pip install 'botswain[{extra}]'",
    )


async def _robot() -> list[Finding]:
    """What the robot's own doctor says about this machine: the browser, above all."""
    if find_spec("playwright") is None:
        return [Finding(subject="browser", health=Health.WARN, text="not looked at: the robot's packages are missing")]
    with tempfile.TemporaryDirectory(prefix="botswain-doctor-") as state:
        code, out, err = await _output(["-m", "robot.cli", "doctor", "--state", state, "--json"])
    try:
        told = json.loads(out)
        return [_of_robot(each) for each in told if each["subject"] in {"environment", "browser"}]
    except (ValueError, KeyError, TypeError):
        text = _last_line(err) or f"the robot's own doctor ended with exit code {code}"
        return [Finding(subject="robot", health=Health.FAIL, text=text, advice="Run `botswain-robot doctor`.")]


def _of_robot(told: Mapping[str, str | bool]) -> Finding:
    health = Health.OK if told["is_good"] else Health.FAIL
    subject = "robot" if told["subject"] == "environment" else str(told["subject"])
    return Finding(subject=subject, health=health, text=str(told["text"]), advice=str(told.get("advice", "")))


async def _qt() -> list[Finding]:
    if find_spec("PySide6") is None:
        return []
    environment = {} if has_display() else {"QT_QPA_PLATFORM": "offscreen"}
    code, out, err = await _output(["-c", _QT_PROBE], environment)
    if code == 0:
        return [Finding(subject="Qt", health=Health.OK, text=f"{out.strip()} starts")]
    advice = _QT_LIBRARIES if sys.platform.startswith("linux") else "Install the package PySide6_Essentials again."
    return [Finding(subject="Qt", health=Health.WARN, text=_last_line(err) or f"ended with {code}", advice=advice)]


def _display() -> Finding:
    if has_display():
        name = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or sys.platform
        return Finding(subject="display", health=Health.OK, text=name)
    return Finding(
        subject="display",
        health=Health.WARN,
        text="none: DISPLAY and WAYLAND_DISPLAY are not set",
        advice="`botswain serve` works here; open the console on a desktop with `botswain --connect URL`.",
    )


def _fonts() -> Finding:
    folder = resources.files("resources") / "fonts"
    names = [each.name for each in folder.iterdir() if each.name.endswith((".ttf", ".otf"))] if folder.is_dir() else []
    if names:
        return Finding(subject="fonts", health=Health.OK, text=f"{len(names)} come with Botswain")
    return Finding(
        subject="fonts",
        health=Health.WARN,
        text="the fonts that come with Botswain are missing",
        advice="Install Botswain again; until then the console uses the system's fonts.",
    )


def _folder(folder: Path) -> Finding:
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        advice = f"Make {existing} writable, or choose another folder with --data-dir or BOTSWAIN_DATA_DIR."
        return Finding(subject="data folder", health=Health.FAIL, text=f"{folder} cannot be written", advice=advice)
    free = shutil.disk_usage(existing).free
    text = f"{folder}, {free / 1_073_741_824:.1f} GiB free"
    if free < _LEAST_FREE:
        advice = "Make room, or choose another folder with --data-dir or BOTSWAIN_DATA_DIR."
        return Finding(subject="data folder", health=Health.WARN, text=text, advice=advice)
    return Finding(subject="data folder", health=Health.OK, text=text)


async def _port(settings: Settings) -> Finding:
    where = f"{settings.host}:{settings.port}"
    try:
        with socket.create_server((settings.host, settings.port)):
            return Finding(subject="port", health=Health.OK, text=f"{where} is free")
    except (OSError, OverflowError) as error:
        if await _is_ours(settings):
            return Finding(subject="port", health=Health.OK, text=f"an orchestrator of yours answers on {where}")
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        advice = "Choose another port with --port or BOTSWAIN_PORT, or end the program that uses it."
        return Finding(subject="port", health=Health.FAIL, text=f"{where}: {reason}", advice=advice)


async def _is_ours(settings: Settings) -> bool:
    try:
        note = Endpoint.of(settings.data_dir)
        if note is None or not note.url.endswith(f":{settings.port}"):
            return False
        async with OrchestratorClient(note.url, note.key, timeout_s=5) as client:
            await client.info()
    except ClientError:
        return False
    return True


async def _output(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> tuple[int, str, str]:
    """Exit code, standard output and error of a Python process, within a limit."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **(environment or {})},
    )
    try:
        async with asyncio.timeout(_PROBE_LIMIT_S):
            out, err = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return -1, "", f"no answer within {_PROBE_LIMIT_S:.0f} s"
    return process.returncode or 0, out.decode(errors="replace"), err.decode(errors="replace")


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
