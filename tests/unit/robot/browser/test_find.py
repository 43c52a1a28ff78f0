"""The browser is looked for in the measured order, and a failure lists what was tried."""

from pathlib import Path

import pytest

from robot.browser.find import BrowserKind, Engine, Machine, _revisions, find_browser
from robot.errors import RobotSetupError


def install(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(environment={"PATH": ""}, platform="linux", root=tmp_path, playwright_folder=tmp_path / "pw")


def with_environment(machine: Machine, **variables: str) -> Machine:
    return Machine(
        environment={**machine.environment, **variables},
        platform=machine.platform,
        root=machine.root,
        playwright_folder=machine.playwright_folder,
    )


def test_the_distributions_shell_comes_before_chrome_and_chromium(machine: Machine) -> None:
    chromium = install(machine.root / "usr/lib/chromium/chromium")
    assert find_browser(machine=machine).executable == chromium
    install(machine.root / "opt/google/chrome/chrome")
    assert find_browser(machine=machine).channel == "chrome"
    shell = install(machine.root / "usr/lib/chromium/chromium-headless-shell")
    found = find_browser(machine=machine)
    assert (found.executable, found.kind) == (shell, BrowserKind.HEADLESS_SHELL)


def test_what_is_configured_comes_first(machine: Machine) -> None:
    install(machine.root / "usr/lib/chromium/chromium-headless-shell")
    own = install(machine.root / "own/browser")
    assert find_browser(str(own), machine=machine).executable == own
    assert find_browser(machine=with_environment(machine, BOTSWAIN_BROWSER=str(own))).executable == own


def test_a_window_needs_the_full_browser(machine: Machine) -> None:
    install(machine.root / "usr/lib/chromium/chromium-headless-shell")
    full = install(machine.root / "usr/lib/chromium/chromium")
    assert find_browser(headless=False, machine=machine).executable == full


def test_without_a_browser_the_error_says_what_was_tried_and_what_to_do(machine: Machine) -> None:
    with pytest.raises(RobotSetupError) as caught:
        find_browser(machine=machine)
    assert "chromium-headless-shell" in caught.value.message
    assert "msedge" in caught.value.message
    assert "apt install chromium-headless-shell" in caught.value.hint


def test_a_configured_browser_that_is_not_there_is_not_silently_replaced(machine: Machine) -> None:
    install(machine.root / "usr/lib/chromium/chromium-headless-shell")
    with pytest.raises(RobotSetupError, match="/no/browser"):
        find_browser("/no/browser", machine=machine)


@pytest.mark.parametrize(("engine", "file"), [(Engine.FIREFOX, "firefox/firefox"), (Engine.WEBKIT, "pw_run.sh")])
def test_firefox_and_webkit_are_playwrights_own_builds_for_this_very_playwright(
    machine: Machine, engine: Engine, file: str
) -> None:
    assert machine.playwright_folder is not None
    install(machine.playwright_folder / f"{engine}-1" / file)
    with pytest.raises(RobotSetupError, match="made for another Playwright") as caught:
        find_browser(engine.value, machine=machine)
    assert f"playwright install {engine}" in (caught.value.hint or "")
    build = install(machine.playwright_folder / f"{engine}-{_revisions()[engine]}" / file)
    found = find_browser(engine.value, machine=machine)
    assert (found.executable, found.engine) == (build, engine)
