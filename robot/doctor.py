"""Looks at what a robot needs on this machine, and says what to do about what is missing."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from orchestrator.contract.errors import ErrorInfo
from orchestrator.contract.ids import new_id
from robot.browser.pool_facts import SessionPoolSettings
from robot.browser.pool_settings import make_pools
from robot.browser.pools import LOCAL
from robot.browser.session_pool import SessionPool
from robot.config import OrchestratorAddress
from robot.environment import refuse_robot_framework
from robot.errors import ActionError, RobotSetupError
from robot.settings import load_settings
from robot.state_folder import StateFolder, is_locked

LAUNCH_LIMIT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one look gave."""

    subject: str
    is_good: bool
    text: str
    advice: str = ""
    """What to do; empty when all is well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where the doctor looks."""

    state_folder: Path
    browser: str | None = None
    settings_file: Path | None = None
    address: OrchestratorAddress | None = None
    token: str | None = None


async def examine(around: Surroundings) -> tuple[Finding, ...]:
    """All findings, in the order in which they should be put right."""
    looks: tuple[tuple[str, Callable[[Surroundings], Awaitable[str]]], ...] = (
        ("environment", _environment),
        ("state folder", _state_folder),
        ("browser", _browser),
        ("pools", _pools),
        ("orchestrator", _orchestrator),
    )
    return tuple([await _look(subject, look, around) for subject, look in looks])


async def _look(subject: str, look: Callable[[Surroundings], Awaitable[str]], around: Surroundings) -> Finding:
    try:
        return Finding(subject=subject, is_good=True, text=await look(around))
    except RobotSetupError as error:
        return Finding(subject=subject, is_good=False, text=error.message, advice=error.hint)
    except ActionError as error:
        return Finding(subject=subject, is_good=False, text=error.info.message, advice=_advice(error.info))
    except TimeoutError:
        return Finding(
            subject=subject, is_good=False, text=f"No answer within {LAUNCH_LIMIT_S:g} s.", advice="Try again."
        )


async def _environment(around: Surroundings) -> str:
    del around
    refuse_robot_framework()
    return "Nothing is in the way."


async def _state_folder(around: Surroundings) -> str:
    if await asyncio.to_thread(is_locked, around.state_folder):
        return f"{around.state_folder} belongs to a robot that runs now."
    with StateFolder(around.state_folder) as folder:
        return f"{folder.path} can be written; this robot is {folder.robot_id}."


async def _browser(around: Surroundings) -> str:
    with tempfile.TemporaryDirectory() as scratch:
        pool = SessionPool(SessionPoolSettings(state_folder=Path(scratch), browser=around.browser, max_browsers=1))
        try:
            choice = await pool.start()
            async with asyncio.timeout(LAUNCH_LIMIT_S), pool.session("doctor") as session:
                await session.page.goto("about:blank")
        finally:
            await pool.close()
    return f"{choice} starts and opens a page."


async def _pools(around: Surroundings) -> str:
    """Every pool of the settings file that is not of this machine's browsers lends a session."""
    settings = load_settings(around.settings_file)
    others = {name: pool for name, pool in settings.pools.items() if pool.provider != LOCAL}
    if not others:
        return "All sessions come from this machine's browsers."
    with tempfile.TemporaryDirectory() as scratch:
        pools = make_pools(
            others, first=next(iter(others)), folder=Path(scratch), browser=None, robot="doctor", instance=new_id()
        )
        try:
            await pools.start()
            for name in others:
                async with asyncio.timeout(LAUNCH_LIMIT_S), pools.of(name).session("doctor") as session:
                    await session.page.goto("about:blank")
        finally:
            await pools.close()
    return f"Sessions of {', '.join(others)} can be had."


async def _orchestrator(around: Surroundings) -> str:
    if around.address is None:
        return "Not looked at; give --connect to do so."
    base = around.address.http_base
    try:
        async with httpx.AsyncClient(timeout=10.0, trust_env=not around.address.is_loopback) as client:
            answer = await client.get(f"{base}/health")
    except httpx.HTTPError as error:
        raise RobotSetupError(
            f"{base} cannot be reached: {str(error) or type(error).__name__}.",
            hint="Start `botswain serve` there, and check host, port and firewall.",
        ) from error
    if answer.status_code != httpx.codes.OK:
        raise RobotSetupError(
            f"{base}/health answers with HTTP {answer.status_code}.", hint="Check that this is an orchestrator's port."
        )
    return f"{base} answers."


def _advice(info: ErrorInfo) -> str:
    return info.hint or "Run the browser by hand to see what it says."
