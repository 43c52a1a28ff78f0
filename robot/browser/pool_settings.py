"""What a robot's settings say about its pools of browser sessions, and the pools that they make."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from robot.browser.breaker import BreakerTerms
from robot.browser.driver_keeper import DriverKeeper
from robot.browser.pool_facts import SessionPoolSettings
from robot.browser.pool_size import AdmissionTerms, PoolTerms
from robot.browser.pools import SessionPools
from robot.browser.providers.browserbase import BrowserbaseProvider, RobotMarks
from robot.browser.providers.browserbase_mapping import BrowserbaseSettings
from robot.browser.providers.cdp import CdpProvider, CdpSettings
from robot.browser.session_pool import SessionPool

MAX_SESSIONS = 1_000
DEFAULT_CDP_SESSIONS = 4


class PoolLimits(BaseModel):
    """How a pool grows and shrinks; the same for every provider."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_sessions: int = Field(default=0, ge=0, le=MAX_SESSIONS)
    """Kept ready, lent ones included: made when the robot starts."""
    max_sessions: int | None = Field(default=None, ge=1, le=MAX_SESSIONS)
    """Lent at once; without it as many as the provider has."""
    spare_sessions: int = Field(default=0, ge=0, le=MAX_SESSIONS)
    """Kept ready beyond the lent ones while there are any."""
    idle_s: float = Field(default=300.0, gt=0, le=86_400)
    """After so long without work, what is more than the minimum is given up."""
    lease_wait_s: float = Field(default=60.0, ge=0, le=3_600)
    """How long a step waits for a session."""
    creation_per_s: float | None = Field(default=None, gt=0, le=1_000)
    """Sessions made per second, on average."""
    creation_burst: int = Field(default=5, ge=1, le=1_000)
    memory_high: float = Field(default=92.0, gt=0, le=100)
    """Percent of the machine's memory from which on no session is made while others are lent, until it is below
    `memory_low`."""
    memory_low: float = Field(default=85.0, gt=0, le=100)
    load_high: float = Field(default=8.0, gt=0)
    """Processes that want to run, for each processor, from which on sessions are made slowly, until it is below
    `load_low`."""
    load_low: float = Field(default=5.0, gt=0)
    breaker_failures: int = Field(default=5, ge=0, le=1_000)
    """So many failures in a row and the provider is left alone for a while; 0: never."""
    breaker_rest_s: float = Field(default=10.0, gt=0, le=3_600)

    @property
    def terms(self) -> PoolTerms:
        """The pool's own words for it."""
        return PoolTerms(
            min_sessions=self.min_sessions,
            max_sessions=self.max_sessions,
            spare_sessions=self.spare_sessions,
            idle_s=self.idle_s,
            creation_per_s=self.creation_per_s,
            burst=self.creation_burst,
            admission=AdmissionTerms(
                memory_high=self.memory_high,
                memory_low=min(self.memory_low, self.memory_high),
                load_high=self.load_high,
                load_low=min(self.load_low, self.load_high),
            ),
            breaker=BreakerTerms(failures=self.breaker_failures, rest_s=self.breaker_rest_s),
        )


class LocalPool(PoolLimits):
    """Browsers of this machine."""

    provider: Literal["local"] = "local"
    browser: str | None = None
    """A path, `chrome`, `msedge`, `chromium`, `firefox`, `webkit`; without it the robot's own choice."""
    headless: bool = True
    max_browsers: int | None = Field(default=None, ge=1, le=256)
    """Without it one for each processor."""
    contexts_per_browser: int | None = Field(default=None, ge=1, le=64)
    retire_after_leases: int = Field(default=100, ge=1)
    retire_after_s: float = Field(default=1_800.0, gt=0)
    retire_after_crashes: int = Field(default=2, ge=1)
    retire_after_mib: int = Field(default=1_536, ge=64)


class CdpPool(PoolLimits):
    """A browser that somebody else runs."""

    provider: Literal["cdp"]
    endpoint: SecretStr
    """`http(s)://` or `ws(s)://`; it may carry a key."""
    headers: dict[str, SecretStr] = Field(default_factory=dict, max_length=50)
    context: Literal["fresh", "default"] = "fresh"
    """`default`: the browser's own first context, with the logins that it has; one session at a time."""
    connect_limit_s: float = Field(default=15.0, gt=0, le=300)

    @field_validator("endpoint")
    @classmethod
    def _is_address(cls, value: SecretStr) -> SecretStr:
        scheme, separator, rest = value.get_secret_value().partition("://")
        if scheme not in {"http", "https", "ws", "wss"} or not separator or not rest:
            raise ValueError("write it like http://127.0.0.1:9222 or wss://host/path")
        return value


class BrowserbasePool(PoolLimits):
    """Sessions of Browserbase."""

    provider: Literal["browserbase"]
    service: BrowserbaseSettings
    """The service's own settings."""


AnyPool = Annotated[LocalPool | CdpPool | BrowserbasePool, Field(discriminator="provider")]


def make_pools(
    pools: Mapping[str, LocalPool | CdpPool | BrowserbasePool],
    *,
    first: str,
    folder: Path,
    browser: str | None,
    robot: str,
    instance: str,
    monotonic_s: Callable[[], float] = time.monotonic,
) -> SessionPools:
    """The pools, not started yet. `folder`: the robot's state; `browser`: what local pools use that name none."""
    drivers = DriverKeeper(folder / "browsers")
    marks = RobotMarks(robot=robot, instance=instance)

    def made(name: str, pool: LocalPool | CdpPool | BrowserbasePool) -> SessionPool:
        settings = SessionPoolSettings(state_folder=folder, lease_wait_s=pool.lease_wait_s, terms=pool.terms)
        provider: CdpProvider | BrowserbaseProvider | None = None
        match pool:
            case LocalPool():
                settings = _local(settings, pool, browser)
            case CdpPool():
                provider = CdpProvider(_cdp(pool), drivers)
            case BrowserbasePool():
                provider = BrowserbaseProvider(pool.service, drivers, marks)
        return SessionPool(settings, provider, name=name, drivers=drivers, monotonic_s=monotonic_s)

    return SessionPools({name: made(name, pool) for name, pool in pools.items()}, first=first, drivers=drivers)


def _local(settings: SessionPoolSettings, pool: LocalPool, browser: str | None) -> SessionPoolSettings:
    return replace(
        settings,
        browser=pool.browser or browser,
        headless=pool.headless,
        contexts_per_browser=pool.contexts_per_browser,
        retire_after_leases=pool.retire_after_leases,
        retire_after_s=pool.retire_after_s,
        retire_after_crashes=pool.retire_after_crashes,
        retire_after_bytes=pool.retire_after_mib * 1_024 * 1_024,
        max_browsers=pool.max_browsers or settings.max_browsers,
    )


def _cdp(pool: CdpPool) -> CdpSettings:
    return CdpSettings(
        endpoint=pool.endpoint.get_secret_value(),
        headers={name: value.get_secret_value() for name, value in pool.headers.items()},
        context=pool.context,
        max_sessions=pool.max_sessions or DEFAULT_CDP_SESSIONS,
        connect_limit_s=pool.connect_limit_s,
    )
