"""The log guard, tried on small test files of its own."""

from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"


@pytest.fixture(autouse=True)
def only_our_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(PLUGINS))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def outcome(pytester: pytest.Pytester, source: str) -> pytest.RunResult:
    """Run one test file in a pytest of its own that has only the guard."""
    pytester.makeini("[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n")
    pytester.makepyfile(source)
    return pytester.runpytest_subprocess("-p", "log_guard", "-p", "pytest_asyncio.plugin", timeout=60)


def test_a_warning_that_nobody_announced_fails_the_test(pytester: pytest.Pytester) -> None:
    result = outcome(pytester, "import logging\ndef test_it(): logging.getLogger('fleet').warning('robot %s lost', 3)")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*unexpected: WARNING fleet: robot 3 lost*"])


def test_an_announced_warning_passes(pytester: pytest.Pytester) -> None:
    result = outcome(
        pytester,
        "import logging\n"
        "def test_it(expected_warnings):\n"
        "    expected_warnings('robot .* lost')\n"
        "    logging.getLogger('fleet').error('robot 3 lost')\n",
    )
    result.assert_outcomes(passed=1)


def test_an_announced_warning_that_never_comes_fails_the_test(pytester: pytest.Pytester) -> None:
    result = outcome(pytester, "def test_it(expected_warnings): expected_warnings('robot .* lost')")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*never logged: robot .* lost*"])


def test_an_optional_warning_may_stay_away(pytester: pytest.Pytester) -> None:
    result = outcome(pytester, "def test_it(expected_warnings): expected_warnings('lost', optional=True)")
    result.assert_outcomes(passed=1)


def test_the_exception_of_a_task_that_nobody_awaited_fails_the_test(pytester: pytest.Pytester) -> None:
    result = outcome(
        pytester,
        "import asyncio\n"
        "async def fail(): raise ValueError('forgotten')\n"
        "async def test_it():\n"
        "    asyncio.get_running_loop().create_task(fail())\n"
        "    for _ in range(3): await asyncio.sleep(0)\n",
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["*unexpected: ERROR asyncio: Task exception was never retrieved*", "*ValueError*forgotten*"]
    )
