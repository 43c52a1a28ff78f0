"""Playwright's own recorder (`codegen`) in a browser of this machine: what a person does is written as a script.

Playwright's command line knows only the browsers that Playwright has installed; its driver's variable
PWTEST_CLI_EXECUTABLE_PATH names any other.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from robot.browser.find import BrowserChoice, find_browser
from robot.errors import RobotSetupError

BROWSER_PATH = "PWTEST_CLI_EXECUTABLE_PATH"
TARGET = "python"


def record(url: str, output: Path, *, browser: str | None = None) -> int:
    """Open the browser and wait until the person closes it; the recorder's exit code. RobotSetupError without a display
    or a browser that can show a window."""
    check_display(os.environ)
    choice = find_browser(browser, headless=False)
    command, environment = recorder_command(choice, url, output)
    try:
        return subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL).returncode  # noqa: S603  Playwright's own command
    except OSError as error:
        raise RobotSetupError(f"Playwright's recorder cannot be started: {error}.", field="playwright") from error


def recorder_command(choice: BrowserChoice, url: str, output: Path) -> tuple[list[str], dict[str, str]]:
    """The recorder's command line, and its environment."""
    channel = ["--channel", choice.channel] if choice.channel else []
    path = {BROWSER_PATH: str(choice.executable)} if choice.executable is not None else {}
    command = [
        sys.executable,
        "-m",
        "playwright",
        "codegen",
        "--target",
        TARGET,
        "--output",
        str(output),
        *channel,
        url,
    ]
    return command, {**os.environ, **path}


def check_display(environment: Mapping[str, str], platform: str = sys.platform) -> None:
    """RobotSetupError when this machine has nothing to show a window on."""
    if platform.startswith("linux") and not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")):
        raise RobotSetupError(
            "There is no display to open a browser on: DISPLAY and WAYLAND_DISPLAY are not set.", field="display"
        )
