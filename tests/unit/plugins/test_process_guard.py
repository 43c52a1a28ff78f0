"""The process guard, tried on small test files of its own that start real processes."""

from pathlib import Path

import psutil
import pytest

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
START = "import subprocess, sys\nSLEEP = [sys.executable, '-c', 'import time; time.sleep(60)']\n"
ORPHAN = (
    "import subprocess, sys\n"
    "SLEEP = [sys.executable, '-c', 'import time; time.sleep(60)']\n"
    "def test_it():\n"
    "    subprocess.run([sys.executable, '-c', f'import subprocess; subprocess.Popen({SLEEP!r})'])\n"
)


@pytest.fixture(autouse=True)
def only_our_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(PLUGINS))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def outcome(pytester: pytest.Pytester, source: str, *arguments: str) -> pytest.RunResult:
    """Run one test file in a pytest of its own that has only the guard, with no patience."""
    pytester.makepyfile(source)
    pytester.makeconftest("import process_guard\nprocess_guard.GRACE_S = 0.2\n")
    return pytester.runpytest_subprocess("-p", "process_guard", "-p", "xdist.plugin", *arguments, timeout=60)


def left_behind(result: pytest.RunResult) -> list[int]:
    """Process ids in the guard's section of the summary."""
    return [int(line.split()[0]) for line in result.outlines if "time.sleep(60)" in line and line[0].isdigit()]


def test_a_process_that_is_ended_is_no_trouble(pytester: pytest.Pytester) -> None:
    result = outcome(pytester, START + "def test_it():\n    with subprocess.Popen(SLEEP) as process: process.kill()\n")
    assert result.ret == 0


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_a_child_left_behind_fails_the_run_and_is_ended(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    result = outcome(pytester, START + "kept = []\ndef test_it(): kept.append(subprocess.Popen(SLEEP))\n", *workers)
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    (pid,) = left_behind(result)
    assert not psutil.pid_exists(pid)


def test_an_orphan_is_found_although_it_is_nobodys_child(pytester: pytest.Pytester) -> None:
    result = outcome(pytester, ORPHAN)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert len(left_behind(result)) == 1
