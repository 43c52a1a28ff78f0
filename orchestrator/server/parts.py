"""What the routes work with, handed to the application once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from orchestrator.config import Settings
from orchestrator.contract.api.common import ACTOR_HEADER, MOST_ACTOR
from orchestrator.engine.engine import OrchestratorEngine
from orchestrator.engine.ports.store import Store
from orchestrator.server.access import Access
from orchestrator.server.artifact_folder import ArtifactFolder
from orchestrator.server.engine_log import LogRing
from orchestrator.server.event_stream import EventStream
from orchestrator.server.gateway import OrchestratorServer
from orchestrator.server.live_passes import LivePasses

MOST_NUMBER = 2**63 - 1
"""The largest number that the database can compare with."""
ANY_ADDRESS = frozenset({"0.0.0.0", "::"})  # noqa: S104  compared with, never bound by default


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of a running orchestrator."""

    settings: Settings
    access: Access
    engine: OrchestratorEngine
    store: Store
    gateway: OrchestratorServer
    stream: EventStream
    artifacts: ArtifactFolder
    log: LogRing
    """The newest lines of the orchestrator's own log."""
    database: str
    """Which database there is, in words that may be shown: nothing secret."""
    store_trouble: Callable[[], str | None]
    """Why the store takes nothing now; None while it does."""
    started_at: datetime
    base_url: str
    """`http://host:port`, as this machine reaches it."""
    live_passes: LivePasses = field(default_factory=LivePasses)


def parts_of(connection: HTTPConnection) -> Parts:
    """The parts behind a request or a socket."""
    parts: Parts = connection.app.state.parts
    return parts


async def parts(request: Request) -> Parts:
    """The same, as a dependency of routes; FastAPI would run a plain function in a thread, for each request."""
    return parts_of(request)


async def actor(request: Request) -> str:
    """In whose name a request is made, as the client says it; `api` when it says nothing that can be shown."""
    said = request.headers.get(ACTOR_HEADER, "").strip()[:MOST_ACTOR]
    return said if said.isascii() and said.isprintable() and said else "api"


Actor = Annotated[str, Depends(actor)]
