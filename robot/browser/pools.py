"""All session pools of a robot, by name: this machine's browsers, others' browsers, managed services."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.protocol.pools import PoolFigures
from robot.browser.driver_keeper import DriverKeeper
from robot.browser.pool_facts import PoolStatistics, SessionPoolSettings
from robot.browser.session import Session
from robot.browser.session_options import PLAIN, SessionOptions
from robot.browser.session_pool import SessionPool
from robot.errors import ActionError

LOCAL = "local"


class SessionPools:
    """Starts, asks and ends all pools as one."""

    def __init__(self, pools: Mapping[str, SessionPool], *, first: str, drivers: DriverKeeper) -> None:
        """`first`: what runs get that name no pool. The driver is shared by all pools and ended with them."""
        self._pools = dict(pools)
        self.first = first
        self._drivers = drivers

    @property
    def names(self) -> tuple[str, ...]:
        """The pools' names."""
        return tuple(self._pools)

    async def start(self) -> str:
        """Get all ready; what the first one is, for people. RobotSetupError when one of them cannot work."""
        await asyncio.gather(*(pool.start() for pool in self._pools.values()))
        return await self._pools[self.first].start()

    def of(self, name: str | None) -> SessionPool:
        """The pool of this name, or the first of this kind of provider; ActionError bad_workflow when there is none."""
        wanted = name or self.first
        of_kind = (each for each in self._pools.values() if each.provider.kind == wanted)
        pool = self._pools.get(wanted) or next(of_kind, None)
        if pool is None:
            message = f"This robot has no pool {name!r} of browser sessions; it has {', '.join(self._pools)}."
            raise ActionError.of(ErrorKind.BAD_WORKFLOW, message)
        return pool

    def for_run(self, name: str | None) -> "RunPools":
        """For a run whose sessions come from this pool unless they name another."""
        return RunPools(self, name or self.first)

    def statistics(self) -> dict[str, PoolStatistics]:
        """Every pool's figures."""
        return {name: pool.statistics() for name, pool in self._pools.items()}

    def figures(self) -> tuple[PoolFigures, ...]:
        """Every pool's figures, for heartbeats and the status file."""
        return tuple(_figures(name, now) for name, now in self.statistics().items())

    @property
    def names_and_kinds(self) -> tuple[str, ...]:
        """What workflows can ask for: a pool's name, or its kind of provider."""
        kinds = (pool.provider.kind for pool in self._pools.values())
        return tuple(dict.fromkeys((*self._pools, *kinds)))

    @property
    def engine(self) -> str:
        """What drives the first pool's browsers: `chromium`, `firefox`, `webkit`."""
        return self._pools[self.first].provider.engine

    @property
    def leaked(self) -> int:
        """Processes and sessions that were found without an owner or would not end, since the start."""
        return self._drivers.leaked + sum(each.leaked for each in self.statistics().values())

    def browser_pids(self) -> tuple[int, ...]:
        """Process ids of the browsers on this machine."""
        return tuple(pid for pool in self._pools.values() for pid in pool.browser_pids())

    def sessions_of(self, owner: str) -> tuple[Session, ...]:
        """The sessions that an owner has now."""
        return tuple(session for pool in self._pools.values() for session in pool.sessions_of(owner))

    async def kill_browsers_of(self, owner: str) -> None:
        """Kills the browsers that an owner's sessions live in; ends its connections to others."""
        await asyncio.gather(*(pool.kill_browsers_of(owner) for pool in self._pools.values()))

    async def close(self) -> int:
        """Ends every browser, connection and the driver; gives the number of processes that would not die."""
        left = sum(await asyncio.gather(*(pool.close() for pool in self._pools.values())))
        return left + await self._drivers.stop()


@dataclass(frozen=True, slots=True)
class RunPools:
    """Implements `SessionLender` for one run."""

    pools: SessionPools
    name: str
    """Where its sessions come from."""

    @property
    def capacity(self) -> int:
        """Most sessions that the run's own pool can lend at once."""
        return self.pools.of(self.name).capacity

    async def lease(self, owner: str, *, options: SessionOptions = PLAIN, wait_s: float | None = None) -> Session:
        """A session from the pool that the options name, or from the run's."""
        pool = self.pools.of(options.pool or self.name)
        return await pool.lease(owner, options=replace(options, pool=None), wait_s=wait_s)

    async def release(self, session: Session) -> None:
        """Back to where it came from."""
        await self.pools.of(session.pool).release(session)


def _figures(name: str, now: PoolStatistics) -> PoolFigures:
    return PoolFigures(
        name=name,
        provider=now.provider,
        size=now.leased + now.ready,
        least=now.least,
        most=now.sessions,
        lent=now.leased,
        waiting=now.waiting,
        browsers=now.browsers,
        created=now.created,
        failed=now.failed,
        retired=dict(now.retired_by),
        lost=now.lost,
        leaked=now.leaked,
        memory_bytes=now.memory_bytes,
        breaker=now.breaker,
        pressure=now.pressure,
    )


def single_pool(settings: SessionPoolSettings, monotonic_s: Callable[[], float] = time.monotonic) -> SessionPools:
    """Only this machine's browsers."""
    drivers = DriverKeeper(settings.state_folder / "browsers")
    pool = SessionPool(settings, name=LOCAL, drivers=drivers, monotonic_s=monotonic_s)
    return SessionPools({LOCAL: pool}, first=LOCAL, drivers=drivers)
