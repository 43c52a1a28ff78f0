"""Starting one browser process and ending it together with everything that it started."""

import asyncio
import os
import time
from collections.abc import Collection, Mapping
from pathlib import Path

import psutil
from playwright.async_api import Browser, BrowserType
from playwright.async_api import Error as PlaywrightError

from orchestrator.contract.errors import ErrorKind
from robot.browser.driver import Driver
from robot.browser.find import BrowserChoice, Engine
from robot.browser.processes import ended, is_alive, kill_all, tree
from robot.errors import ActionError

QUIET_FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
"""What keeps a browser from calling home, which on a closed network costs time and log lines."""
LAUNCH_LIMIT_S = 30.0
VERSION_LIMIT_S = 5.0
MAX_FOLDER_LENGTH = 60
CLOSE_LIMIT_S = 5.0


class RunningBrowser:
    """A browser, its process, and how to get rid of it."""

    def __init__(self, browser: Browser, pid: int, *, started_at_s: float) -> None:
        self.browser = browser
        self._pid = pid
        self.started_at_s = started_at_s
        """By the monotonic clock."""
        self._seen: set[psutil.Process] = set(tree(pid))

    @property
    def pid(self) -> int:
        """The browser's first process."""
        return self._pid

    @property
    def version(self) -> str:
        """Such as `156.0.8078.79`."""
        return self.browser.version

    @property
    def is_alive(self) -> bool:
        """True while the process runs and is connected."""
        return self.browser.is_connected() and is_alive(self.pid)

    async def close(self, limit_s: float = CLOSE_LIMIT_S) -> int:
        """Closes the browser, kills what is left of its process tree, and gives the number that would not die."""
        processes = self._seen | set(tree(self.pid))
        try:
            async with asyncio.timeout(limit_s):
                await self.browser.close()
        except (TimeoutError, PlaywrightError):
            pass  # a browser that is gone or hangs is killed below
        left = await ended(processes, limit_s=1.0)
        return await kill_all(left) if left else 0

    async def kill(self) -> int:
        """Ends the browser at once, without asking it."""
        return await kill_all(self._seen | set(tree(self.pid)))


async def launch(driver: Driver, choice: BrowserChoice, *, headless: bool = True) -> RunningBrowser:
    """Starts a browser; ActionError of kind browser_lost or driver_lost when it does not come up."""
    try:
        before = set() if choice.engine is Engine.CHROMIUM else set(tree(driver.pid))
        browser = await _browser_type(driver, choice.engine).launch(
            executable_path=choice.executable,
            channel=choice.channel,
            headless=headless,
            args=flags() if choice.engine is Engine.CHROMIUM else [],
            timeout=LAUNCH_LIMIT_S * 1_000,
            env=_environment(driver.folder),
            # Ctrl+C in a terminal reaches the driver too; when browsers end is the robot's decision.
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
        )
        pid = await asyncio.wait_for(_pid(browser, choice.engine, driver, before), LAUNCH_LIMIT_S)
    except (PlaywrightError, TimeoutError) as error:
        kind = ErrorKind.BROWSER_LOST if driver.is_alive else ErrorKind.DRIVER_LOST
        first, _, rest = str(error).partition("\n")
        hint = f"Try `{choice.executable or choice.channel} --version` in a terminal."
        message = f"{choice} does not start: {first}"
        raise ActionError.of(kind, message, hint=hint, call_log=rest.splitlines()) from error
    return RunningBrowser(browser, pid, started_at_s=time.monotonic())


def _environment(folder: Path) -> dict[str, str | float | bool]:
    """Ours, with temporary files in the robot's folder as long as the path of a socket in it stays below 108 bytes."""
    return {**os.environ, "TMPDIR": str(folder)} if len(str(folder)) <= MAX_FOLDER_LENGTH else {**os.environ}


def _browser_type(driver: Driver, engine: Engine) -> BrowserType:
    match engine:
        case Engine.CHROMIUM:
            return driver.playwright.chromium
        case Engine.FIREFOX:
            return driver.playwright.firefox
        case Engine.WEBKIT:
            return driver.playwright.webkit


async def _pid(browser: Browser, engine: Engine, driver: Driver, before: Collection[psutil.Process]) -> int:
    """Chromium tells its process; of others it is the driver's newest child, since browsers start one by one."""
    if engine is Engine.CHROMIUM:
        return await _told_pid(browser)
    children = [each for each in await asyncio.to_thread(_children, driver.pid) if each not in before]
    if not children:
        raise PlaywrightError(f"{engine} ended while it started")
    return children[0].pid


def _children(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children()


async def _told_pid(browser: Browser) -> int:
    session = await browser.new_browser_cdp_session()
    answer = await session.send("SystemInfo.getProcessInfo")
    await session.detach()
    return next(int(each["id"]) for each in answer["processInfo"] if each["type"] == "browser")


async def version_of(choice: BrowserChoice) -> str:
    """What the browser says of itself, such as `Chromium 156.0.8078.79`; for people, and empty when it does not say."""
    if choice.executable is None:
        return choice.channel or ""
    try:
        async with asyncio.timeout(VERSION_LIMIT_S):
            process = await asyncio.create_subprocess_exec(
                choice.executable, "--version", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
            )
            try:
                output, _ = await process.communicate()
            finally:
                if process.returncode is None:
                    process.kill()
    except (OSError, TimeoutError):
        return ""
    return " ".join(output.decode(errors="replace").split())


def flags(environment: Mapping[str, str] | None = None) -> list[str]:
    """The browser's arguments on this machine."""
    return [*QUIET_FLAGS, *(["--no-sandbox"] if needs_no_sandbox(environment or os.environ) else [])]


def needs_no_sandbox(environment: Mapping[str, str], root: Path = Path("/")) -> bool:
    """True for the superuser, whom Chromium refuses otherwise, and inside containers, where its sandbox cannot work."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return True
    return "container" in environment or any((root / mark).exists() for mark in (".dockerenv", "run/.containerenv"))
