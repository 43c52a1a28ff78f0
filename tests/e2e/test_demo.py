"""`botswain demo` as a person runs it: real engine, real robots, real browsers, the right results, nothing left."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from commands import Commands

from orchestrator.cli.source import checked_source
from orchestrator.fleet.demo_orders import DISCOVERY, keywords_of
from resources.demo_site.expected import expected_discovery

BROWSERS = ("/usr/lib/chromium/chromium-headless-shell", "chromium-headless-shell", "chromium", "google-chrome")
LIMIT_S = 280.0

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(autouse=True)
def browser() -> None:
    if not any(map(shutil.which, BROWSERS)) and "BOTSWAIN_BROWSER" not in os.environ:
        pytest.skip("no Chromium on this machine")


@pytest.mark.feature("D28", "D29")
def test_the_demo_is_right_and_leaves_only_its_files(botswain: Commands, tmp_path: Path) -> None:
    folder, mark = tmp_path / "demo", f"demo-{tmp_path.name}-{os.getpid()}"
    said = botswain("demo", "--headless", "--data-dir", folder, limit_s=LIMIT_S, env={"CLI_TEST": mark})
    assert said.code == 0, said.err
    assert "RIGHT" in said.out
    expected = expected_discovery(keywords_of(checked_source(DISCOVERY).definition))
    discovery = json.loads((folder / "results" / "job-discovery.json").read_text())["result"]["outputs"]
    assert [job["id"] for job in discovery["jobs"]] == [job["id"] for job in expected]
    submission = json.loads((folder / "results" / "proposal-submission.json").read_text())["result"]["outputs"]
    assert (submission["submitted"], submission["verified"], len(submission["invalid"])) == (6, 6, 1)
    assert {path.name for path in folder.glob("files/*/*.png")} == {"best-job.png", "proposals.png"}
    assert processes_with(mark) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_end_in_the_middle_leaves_no_process(botswain: Commands, tmp_path: Path, number: signal.Signals) -> None:
    mark = f"middle-{tmp_path.name}-{os.getpid()}"
    with botswain.started("demo", "--headless", "--data-dir", tmp_path / "demo", env={"CLI_TEST": mark}) as process:
        assert process.stderr is not None
        assert any("Search for the field: running" in line for line in process.stderr)
        assert len(processes_with(mark)) >= 5, "the command, the site, two robots, a browser"
        process.send_signal(number)
        process.communicate(timeout=60)
    assert process.returncode == (130 if number is signal.SIGINT else -number)
    _, alive = psutil.wait_procs(processes_with(mark), timeout=20)
    assert alive == []


def test_a_folder_that_is_in_use_is_refused(botswain: Commands, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    assert botswain("demo", "--headless", "--data-dir", tmp_path).refused("not empty")


@pytest.fixture
def site() -> Iterator[str]:
    command = [sys.executable, "-m", "resources.demo_site", "--die-with-parent"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield str(json.loads(process.stdout.readline())["url"])
        process.terminate()


@pytest.mark.feature("D30")
def test_profile_management_brings_the_profile_up_to_date(botswain: Commands, site: str, tmp_path: Path) -> None:
    account = tmp_path / "account.yaml"
    account.write_text("username: demo@ardan.test\npassword: demo-pass-1\n")
    said = botswain(
        "run", "profile-management", "--vars", account, "--var", f"site={site}", "--var", "hours_per_week=12",
        "--var", "skills=Agentforce, Knitting", "--var", 'portfolio=[{"title": "A quoting tool"}]', "--json",
        limit_s=LIMIT_S,
    )  # fmt: skip
    assert said.code == 0, said.err
    after = said.json["outputs"]["after"]
    assert after["hours_per_week"] == 12
    assert {"Agentforce", "Knitting"} <= set(after["skills"])
    assert "A quoting tool" in [each["title"] for each in after["portfolio"]]
    assert "demo-pass-1" not in said.out + said.err


def processes_with(mark: str) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if has_mark(process, mark)]


def has_mark(process: psutil.Process, mark: str) -> bool:
    try:
        return process.environ().get("CLI_TEST") == mark and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
