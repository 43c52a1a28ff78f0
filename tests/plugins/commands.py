"""The commands as a person runs them: real processes, with nothing of the developer's own settings.

`inside` runs one in the process of the test, which saves the half second that reading a command's code takes: for
what a command answers, not for how its process begins and ends.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from orchestrator.cli.commands import main

Env = Mapping[str, str]
LIMIT_S = 90.0
OWN_SETTINGS = (
    "BOTSWAIN_URL",
    "BOTSWAIN_KEY",
    "BOTSWAIN_DATA_DIR",
    "BOTSWAIN_PORT",
    "BOTSWAIN_HOST",
    "BOTSWAIN_CONFIG",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def refused(self, *words: str) -> bool:
        """True for a mistake of the user's, told in words and without a traceback."""
        assert "Traceback" not in self.err, self.err
        missing = [word for word in words if word not in self.err]
        assert not missing, f"{missing} not in {self.err!r}"
        return self.code == 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """Runs `botswain` with a home of its own."""

    home: Path

    def __call__(
        self, *arguments: str | Path, stdin: str | None = None, limit_s: float = LIMIT_S, env: Env | None = None
    ) -> Said:
        feed: dict[str, Any] = {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}
        line, environment = self.line(*arguments), self.environment(env)
        done = subprocess.run(
            line, capture_output=True, text=True, timeout=limit_s, env=environment, check=False, **feed
        )
        return Said(code=done.returncode, out=done.stdout, err=done.stderr)

    def inside(self, *arguments: str | Path, stdin: str | None = None, env: Env | None = None) -> Said:
        """The same in this process; an error that is none of the user's is raised."""
        around = {**dict.fromkeys(OWN_SETTINGS), **self.environment(env)}
        line, code, before = ["botswain", *map(str, arguments)], 0, sys.argv
        with CliRunner().isolation(input=stdin, env=around) as (out, err, _):
            sys.argv = line
            time.tzset()
            try:
                copy_context().run(main)
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(bool(end.code))
            finally:
                sys.argv = before
            said = Said(code=code, out=out.getvalue().decode(), err=err.getvalue().decode())
        time.tzset()
        return said

    def line(self, *arguments: str | Path) -> list[str]:
        return [sys.executable, "-m", "orchestrator.cli.main", *map(str, arguments)]

    def environment(self, more: Env | None = None) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if name not in OWN_SETTINGS}
        home = {
            "HOME": str(self.home),
            "XDG_DATA_HOME": str(self.home / "data"),
            "XDG_CONFIG_HOME": str(self.home / "c"),
        }
        return {**own, **home, "TZ": "UTC", "NO_COLOR": "1", **(more or {})}

    @contextmanager
    def started(self, *arguments: str | Path, env: Env | None = None) -> Iterator[subprocess.Popen[str]]:
        """A command that goes on; it is ended with SIGTERM, and killed when it does not obey."""
        process = subprocess.Popen(
            self.line(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            stdin=subprocess.DEVNULL, env=self.environment(env),
        )  # fmt: skip
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            try:
                process.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()


@pytest.fixture(scope="module")
def botswain(tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """`botswain("jobs", "--json").json`"""
    return Commands(home=tmp_path_factory.mktemp("home"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running `botswain serve`, and the commands that speak to it."""

    commands: Commands
    folder: Path
    url: str
    process: subprocess.Popen[str]
    is_inside: bool = False

    def __call__(self, *arguments: str | Path, stdin: str | None = None) -> Said:
        run = self.commands.inside if self.is_inside else self.commands
        return run(*arguments, "--data-dir", self.folder, stdin=stdin)

    def inside(self) -> "Served":
        """The same orchestrator for commands in this process."""
        return replace(self, is_inside=True)


@contextmanager
def serving(commands: Commands, folder: Path, *arguments: str) -> Iterator[Served]:
    """`botswain serve` on a free port, from when it listens on."""
    line: tuple[str | Path, ...] = (
        "serve",
        "--port",
        "0",
        "--data-dir",
        folder,
        "--log-level",
        "warning",
        "--json",
        *arguments,
    )
    with commands.started(*line) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first, process.stderr.read() if process.stderr else ""
        yield Served(commands=commands, folder=folder, url=json.loads(first)["url"], process=process)
