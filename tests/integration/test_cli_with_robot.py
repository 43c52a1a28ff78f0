"""Commands that need a robot: waiting for the end, logs, files, draining."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from commands import Commands, Served, serving

FILES = """
name: {name}
steps:
  - {{id: tell, action: log, parameters: {{message: Hello from the robot.}}}}
  - {{id: table, action: to_csv, dependencies: [tell], parameters: {{name: rows.csv, items: [{{a: 1}}]}}}}
"""
FAILS = """
name: Refused
steps:
  - {id: stop, action: fail, parameters: {message: The account is locked.}}
"""


@pytest.fixture(scope="module")
def served(botswain: Commands, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("with-robot")
    with serving(botswain, folder) as running, robot(running):
        yield running


@contextmanager
def robot(running: Served) -> Iterator[None]:
    """A robot as a person starts it."""
    line = [
        sys.executable, "-m", "robot.cli", "run", "--connect", running.url, "--name", "berlin-1",
        "--token-file", str(running.folder / "robot.token"), "--state", str(running.folder / "berlin-1"),
        "--drain-grace", "0",
    ]  # fmt: skip
    log = running.folder / "robot.log"
    with log.open("wb") as output, subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=output, stderr=output) as it:
        # a job that any robot may take ends once this one has connected
        first = running.folder / "first.yaml"
        first.write_text("name: First\nsteps: [{id: a, action: set, parameters: {value: 1}}]\n")
        assert running("submit", first, "--wait").code == 0
        yield
        it.terminate()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "workflow.yaml"
    path.write_text(FILES.format(name=f"Files {tmp_path.name}"))
    return path


def test_waiting_for_a_job_shows_its_steps_and_its_end(served: Served, file: Path) -> None:
    said = served("submit", file, "--wait", "--robot", "berlin-1", "--json")
    assert said.code == 0, said.err
    assert said.json["job"]["status"] == "completed"
    assert "tell: completed" in said.err


def test_waiting_for_a_job_that_fails_is_exit_code_1(served: Served, tmp_path: Path) -> None:
    path = tmp_path / "fails.yaml"
    path.write_text(FAILS)
    said = served("submit", path, "--wait")
    assert said.code == 1
    assert "The account is locked." in said.out


def test_log_and_files_of_a_job_are_brought_here(served: Served, file: Path, tmp_path: Path) -> None:
    job_id = served("submit", file, "--wait", "--json").json["job"]["job_id"]
    said = served("job", job_id, "--logs", "--artifacts", tmp_path / "files")
    assert said.code == 0, said.err
    assert "Hello from the robot." in said.out
    assert (tmp_path / "files" / "rows.csv").read_text().split() == ["a", "1"]
    logs = served("job", job_id, "--logs", "--json").json["logs"]
    assert "Hello from the robot." in [line["message"] for line in logs]


def test_a_robot_is_shown_drained_and_back_at_work(served: Served, file: Path) -> None:
    assert served("submit", file, "--wait").code == 0
    assert [each["name"] for each in served("robots", "--json").json] == ["berlin-1"]
    assert "berlin-1" in served("robots").out
    assert served("robot", "berlin-1", "drain", "--json").json["draining"] is True
    assert served("robot", "berlin-1", "resume", "--json").json["draining"] is False
    assert served("robot", "berlin-1", "remove").refused("berlin-1")
    assert served("robot", "berlin-1", "logs").code == 0


LOOPS = """
name: Loops
iterations: 2
steps:
  - id: numbers
    for_each: {items: [1, 0, 4]}
    action: set
    parameters: {value: "${{ 8 / item }}"}
  - {id: even, if: "steps.numbers.result == [8.0, 2.0]", then: yes, else: no, needs: numbers}
  - {id: yes, action: set, parameters: {value: even}}
  - {id: no, action: set, parameters: {value: odd}}
"""


@pytest.mark.feature("E04", "W21", "W17", "E08")
def test_a_jobs_steps_show_success_time_retries_result_and_error_input_by_input(served: Served, tmp_path: Path) -> None:
    path = tmp_path / "loops.yaml"
    path.write_text(LOOPS)
    job = served("submit", path, "--wait", "--json").json["job"]["job_id"]
    said = served("job", job, "--steps")

    assert said.code == 0, said.err
    assert "Iteration 2, of which 2 succeeded:" in said.out
    rows = {line.split()[0]: line for line in said.out.partition("RETRIES")[2].splitlines() if line.split()}
    assert "8.0, 2.0" in rows["numbers"]
    assert "1 of 3 inputs failed." in rows["numbers"]
    assert "bad_workflow: In `8 / item`: / by zero." in rows["[1]"]
    assert "It chose `then`." in rows["even"]
    steps = {each["step_id"]: each for each in served("job", job, "--json").json["result"]["step_results"]}
    assert steps["numbers"]["items"][2] | {"duration_s": 0.0} == {
        "index": 2, "status": "completed", "value": 2.0, "error": None, "attempts": 1, "duration_s": 0.0, "note": None,
    }  # fmt: skip
    assert {"status", "duration_s", "attempts", "value", "error"} <= steps["yes"].keys()
