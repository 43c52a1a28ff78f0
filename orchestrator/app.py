"""The composition root: builds the parts of an orchestrator, starts them in order and stops them in reverse."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Self

from orchestrator.client.endpoint import Endpoint
from orchestrator.config import ConfigurationError, Settings
from orchestrator.domain.breaker import BreakerTerms
from orchestrator.domain.placement import LoadBalancingStrategy
from orchestrator.engine.clock import SystemClock
from orchestrator.engine.engine import OrchestratorEngine
from orchestrator.engine.installed_middleware import installed_middleware
from orchestrator.engine.settings import EngineSettings
from orchestrator.fleet.machine import Machine
from orchestrator.log_lines import LogLevels
from orchestrator.server.access import Access
from orchestrator.server.application import make_application
from orchestrator.server.artifact_folder import ArtifactFolder
from orchestrator.server.engine_log import begin_log
from orchestrator.server.event_source import EngineSource
from orchestrator.server.event_stream import EventStream
from orchestrator.server.gateway import OrchestratorServer
from orchestrator.server.health_checks import register_checks
from orchestrator.server.heartbeat_calls import HttpHeartbeats
from orchestrator.server.listener import Listener
from orchestrator.server.parts import ANY_ADDRESS, Parts
from orchestrator.store.errors import DatabaseError
from orchestrator.store.services import OrchestratorService
from orchestrator.store.sqlite import SqliteFile
from orchestrator.store.vault_proof import proven_vault

if TYPE_CHECKING:
    from orchestrator.store.postgres import PostgresDatabase

log = logging.getLogger(__name__)

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Orchestrator:
    """A running orchestrator: its addresses, its secrets and its parts. `running` makes one."""

    def __init__(self, parts: Parts, listener: Listener) -> None:
        self.parts = parts
        self._listener = listener

    @property
    def url(self) -> str:
        """Where clients reach it from this machine."""
        return self.parts.base_url

    @property
    def robots_url(self) -> str:
        """Where robots reach it from this machine."""
        return self.url.replace("http", "ws", 1)

    @property
    def key(self) -> str:
        """What clients show."""
        return self.parts.access.key

    @property
    def robot_token(self) -> str:
        """What robots show."""
        return self.parts.access.robot_token

    @classmethod
    @asynccontextmanager
    async def running(cls, settings: Settings, *, engine_settings: EngineSettings | None = None) -> AsyncIterator[Self]:
        """An orchestrator for as long as the context lasts.

        Raises ConfigurationError, DatabaseError or AddressError, each with one sentence, before anything has begun.
        """
        _check_address(settings)
        file = await _opened(settings)
        try:
            listener = Listener(settings.host, settings.port)
            try:
                async with _serving(settings, file, listener, engine_settings or engine_settings_of(settings)) as parts:
                    yield cls(parts, listener)
            finally:
                await listener.stop()
        finally:
            await file.close()


@asynccontextmanager
async def _serving(
    settings: Settings, file: "SqliteFile | PostgresDatabase", listener: Listener, engine_settings: EngineSettings
) -> AsyncIterator[Parts]:
    """Engine, robots' gateway, server, address note: started in this order, stopped in reverse."""
    clock = SystemClock()
    access = Access.of(settings.data_dir, key=settings.key, robot_token=settings.robot_token)
    gateway = OrchestratorServer(access, clock.now)
    store = OrchestratorService(file.database)
    vault = await proven_vault(
        settings.data_dir, store.vault_proofs, clock.now(), accept_new_key=settings.accept_new_key
    )
    engine = OrchestratorEngine(
        store,
        gateway,
        settings=engine_settings,
        clock=clock,
        probe=Machine(settings.data_dir),
        middleware=installed_middleware(),
        vault=vault,
    )
    begun_at = clock.now()
    log_ring = begin_log(begun_at, (access.key, access.robot_token))
    levels = LogLevels()
    engine.live.listen(lambda values: levels.set(values.log_level, values.debug))
    parts = Parts(
        settings=settings,
        access=access,
        engine=engine,
        store=store,
        gateway=gateway,
        stream=EventStream(EngineSource(engine)),
        artifacts=ArtifactFolder(settings.data_dir / "artifacts"),
        log=log_ring,
        database=file.words,
        store_trouble=lambda: store.trouble,
        started_at=begun_at,
        base_url=_base_url(settings.host, listener.address[1]),
    )
    endpoint = Endpoint(url=parts.base_url, key=access.key, pid=os.getpid())
    engine.retention.remove_files = parts.artifacts.remove
    engine.watch.heartbeats.caller = HttpHeartbeats()
    engine.artifacts.remove_files = parts.artifacts.remove_held
    try:
        await engine.start()
        gateway.attach(engine.inbox)
        register_checks(engine, gateway)
        await listener.start(make_application(parts))
        await asyncio.to_thread(endpoint.write, settings.data_dir)
        yield parts
    finally:
        await asyncio.to_thread(endpoint.remove, settings.data_dir)
        gateway.turn_away()
        parts.stream.stop()
        await engine.stop()
        gateway.stop()
        await listener.stop()
        levels.restore()
        log_ring.end()


async def _opened(settings: Settings) -> "SqliteFile | PostgresDatabase":
    """The database, open and migrated; a start that is called off meanwhile leaves no lock behind."""
    opening = asyncio.get_running_loop().run_in_executor(None, _open, settings)
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        with suppress(DatabaseError):
            await (await opening).close()
        raise


def _open(settings: Settings) -> "SqliteFile | PostgresDatabase":
    if address := settings.postgres_address:
        from orchestrator.store.postgres import PostgresDatabase  # noqa: PLC0415  most databases are files

        return PostgresDatabase(address)
    return SqliteFile(settings.database_path)


def engine_settings_of(settings: Settings) -> EngineSettings:
    """The engine's part of the settings."""
    return EngineSettings(
        load_balancing=LoadBalancingStrategy(settings.load_balancing),
        dispatch_interval_s=settings.dispatch_interval_s,
        timeout_check_interval_s=settings.timeout_check_interval_s,
        default_job_timeout_s=settings.default_job_timeout_s,
        submits_per_minute=settings.submits_per_minute,
        ageing_s=settings.ageing_minutes * 60,
        breaker=BreakerTerms(
            failures=settings.breaker_failures,
            rest_s=settings.breaker_rest_s,
            longest_rest_s=max(BreakerTerms().longest_rest_s, settings.breaker_rest_s),
        ),
        default_max_retries=settings.default_max_retries,
        max_queued=settings.max_queued,
        max_concurrent_workflows=settings.max_concurrent_workflows,
        catch_up_stagger_s=settings.catch_up_stagger_s,
        max_chain_depth=settings.max_chain_depth,
        keep_jobs_days=settings.keep_jobs_days,
        artifacts_mib=settings.artifacts_mib,
        keep_artifacts_days=settings.keep_artifacts_days,
        keep_failed_artifacts_days=settings.keep_failed_artifacts_days,
        keep_logs_days=settings.keep_logs_days,
        schedules=settings.schedules,
        triggers=settings.triggers,
        webhooks=settings.webhooks,
        log_level=settings.log_level,
        debug=settings.debug,
    )


def _check_address(settings: Settings) -> None:
    if settings.host not in _LOOPBACK and not settings.insecure:
        raise ConfigurationError(
            f"host: {settings.host} can be reached from other machines and the connection is not encrypted. "
            "Use 127.0.0.1 behind a tunnel, or say --insecure on a network that you trust."
        )


def _base_url(host: str, port: int) -> str:
    name = "127.0.0.1" if host in ANY_ADDRESS else host
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
