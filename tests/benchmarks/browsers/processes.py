"""The demo site and a robot as processes of their own, for as long as a context lasts."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.system import System


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """A folder that is empty before and gone afterwards."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def demo_site() -> Iterator[str]:
    """Its address."""
    command = [sys.executable, "-m", "resources.demo_site", "--port", "0", "--die-with-parent"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield str(json.loads(process.stdout.readline())["url"])
        process.terminate()


@contextmanager
def robot(system: System, folder: Path, *, slots: int = 1) -> Iterator["subprocess.Popen[bytes]"]:
    """A robot that connects by itself."""
    command = [
        sys.executable, "-m", "robot.cli", "run", "--connect", system.robots_url, "--name", "bench",
        "--slots", str(slots), "--state", str(folder / "robot"),
    ]  # fmt: skip
    environment = {**os.environ, "BOTSWAIN_ROBOT_TOKEN": system.token}
    with (folder / "robot.log").open("ab") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)
