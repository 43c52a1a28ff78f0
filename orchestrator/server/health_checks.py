"""Health checks of what lies around the engine."""

from orchestrator.engine.engine import OrchestratorEngine
from orchestrator.server.gateway import OrchestratorServer


def register_checks(engine: OrchestratorEngine, gateway: OrchestratorServer) -> None:
    """Let the health tell whether the engine runs and robots are let in."""

    async def engine_runs() -> str | None:
        return None if engine.is_running else "stopping"

    async def robots_are_let_in() -> str | None:
        return None if gateway.takes_robots else "Robots are turned away: the orchestrator starts or stops."

    engine.watch.health.register("engine", engine_runs, critical=True)
    engine.watch.health.register("gateway", robots_are_let_in, critical=True)
