"""Ctrl+C while a command is still reading its own code in ends it like any other Ctrl+C."""

import subprocess
import sys

import pytest

INTERRUPTED_AT = """
import os, runpy, signal, sys
from importlib.metadata import entry_points

class Interrupter:
    def find_spec(self, name, path=None, target=None):
        if name == {at!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupter())
sys.argv = ["command", "--help"]
{start}
"""
SCRIPT = "[each] = entry_points(group='console_scripts', name={name!r})\neach.load()()"
MODULE = "runpy.run_module({name!r}, run_name='__main__')"


@pytest.mark.parametrize("at", ["typer", "typer.main"])
@pytest.mark.parametrize(
    "start",
    [
        SCRIPT.format(name="botswain"),
        SCRIPT.format(name="botswain-robot"),
        MODULE.format(name="orchestrator.cli.main"),
        MODULE.format(name="robot.cli"),
    ],
    ids=["botswain", "botswain-robot", "-m orchestrator.cli.main", "-m robot.cli"],
)
def test_an_interrupt_before_the_command_is_there_is_no_traceback(start: str, at: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_AT.format(at=at, start=start)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "Stopped.\n")


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (MODULE.format(name="orchestrator.cli.main"), ["jobs", "--help"]),
        (MODULE.format(name="robot.cli"), ["status", "--help"]),
    ],
    ids=["botswain", "botswain-robot"],
)
def test_an_interrupt_while_the_command_itself_is_read_is_no_traceback(start: str, words: list[str]) -> None:
    script = INTERRUPTED_AT.format(at="orchestrator.contract.ids", start=start).replace(
        '["command", "--help"]', repr(["command", *words])
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr in {"", "Stopped.\n"}
