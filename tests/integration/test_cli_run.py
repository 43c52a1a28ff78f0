"""`botswain run`: one workflow with its own engine and robots, and nothing of them left afterwards."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from commands import Commands

SUM = """
name: Sum
variables:
  numbers: {type: list, default: [1, 2]}
steps:
  - {id: total, action: set, parameters: {value: "${{ sum(numbers) }}"}}
  - {id: table, action: to_csv, dependencies: [total], parameters: {name: sum.csv, items: [{total: 1}]}}
outputs:
  total: ${{ steps.total.result }}
  rows: [{name: a, total: "${{ steps.total.result }}"}]
"""
FAILS = """
name: Fails
steps:
  - {id: stop, name: Stop here, action: fail, parameters: {message: The account is locked.}}
"""
WAITS = """
name: Waits
steps:
  - {id: pause, name: Pause, action: wait, parameters: {seconds: 300}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "workflow.yaml"
        path.write_text(text)
        return path

    return write


def test_the_result_is_json_on_standard_output_and_files_are_kept(
    botswain: Commands, file: Callable[[str], Path], tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    said = botswain("run", file(SUM), "--var", "numbers=[20, 22]", "--json", "--keep", kept)
    assert said.code == 0, said.err
    assert said.json["status"] == "completed"
    assert said.json["outputs"]["total"] == 42
    assert [each["status"] for each in said.json["steps"]] == ["completed", "completed"]
    assert [Path(each).read_text().split() for each in said.json["files"]] == [["total", "1"]]
    assert "total: completed" in said.err, "progress goes to standard error"


def test_without_json_a_person_reads_tables(botswain: Commands, file: Callable[[str], Path]) -> None:
    said = botswain("run", file(SUM), "--robots", "2")
    assert said.code == 0, said.err
    assert "NAME" in said.out
    assert "--keep DIR keeps" in said.err


def test_a_job_that_fails_is_exit_code_1_with_the_reason(botswain: Commands, file: Callable[[str], Path]) -> None:
    said = botswain("run", file(FAILS), "--json")
    assert said.code == 1
    assert said.json["status"] == "failed"
    assert "The account is locked." in said.json["error"]["message"]
    assert "Traceback" not in said.err


def test_a_job_that_takes_too_long_is_a_timeout(botswain: Commands, file: Callable[[str], Path]) -> None:
    said = botswain("run", file(WAITS), "--timeout", "1", "--json")
    assert (said.code, said.json["status"]) == (1, "timeout")


def test_wrong_input_starts_nothing(botswain: Commands, file: Callable[[str], Path]) -> None:
    assert botswain("run", file(SUM), "--var", "numbers=3").refused("numbers", "a list")
    assert botswain("run", file(SUM), "--var", "numers=[1]").refused("numers", "numbers")
    assert botswain("run", file("steps:\n  - {id: a, action: nope}\n")).refused("nope", "line 2")
    assert botswain("run", "job-discovery").refused("site")
    assert botswain("run", file(SUM), "--robots", "0").refused("--robots")
    assert botswain("run", file(SUM), "--files", "nowhere").refused("--files", "is no folder")
    assert botswain("run", file(SUM), "--base-url", "example").refused("--base-url", "https://host")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_the_middle_leaves_nothing(
    botswain: Commands, file: Callable[[str], Path], tmp_path: Path, number: signal.Signals
) -> None:
    mark = f"middle-{os.getpid()}-{tmp_path.name}"
    with botswain.started(
        "run", file(WAITS), "--robots", "2", env={"CLI_TEST": mark, "TMPDIR": str(tmp_path)}
    ) as process:
        assert process.stderr is not None
        assert any("Pause: running" in line for line in process.stderr)
        assert len(marked(mark)) >= 3
        process.send_signal(number)
        process.communicate(timeout=60)
    assert process.returncode == 130
    _, alive = psutil.wait_procs(marked(mark), timeout=10)
    assert alive == []
    assert not list(tmp_path.glob("botswain-run-*"))


def marked(mark: str) -> list[psutil.Process]:
    """Processes that were started with this mark in their environment."""
    return [process for process in psutil.process_iter() if has_mark(process, mark)]


def has_mark(process: psutil.Process, mark: str) -> bool:
    try:
        return process.environ().get("CLI_TEST") == mark
    except psutil.Error:
        return False
