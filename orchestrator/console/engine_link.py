"""The line to the engine: the typed client for requests and the event stream that keeps the store up to date."""

from collections.abc import Callable
from datetime import datetime

from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import ClientError, UnauthorizedError, UnreachableError
from orchestrator.client.events import ConnectionLost, EventStream
from orchestrator.console.store import TROUBLED, ConsoleStore
from orchestrator.console.tasks import TaskOwner
from orchestrator.console.words import tr
from orchestrator.contract.api.events import EventBatch

_LISTEN = "link.listen"
_CATCH_UP = "link.catch_up"
_MOST_TROUBLED = 100


class NotConnectedError(UnreachableError):
    """There is no engine yet, or none any more."""

    def __init__(self) -> None:
        super().__init__(tr("The engine is not running yet."))


class EngineLink:
    """Speaks to one engine at a time; `connect` again after a restart, when its address has changed."""

    def __init__(self, store: ConsoleStore, tasks: TaskOwner, clock: Callable[[], datetime]) -> None:
        self._store, self._tasks, self._clock = store, tasks, clock
        self._client: OrchestratorClient | None = None

    @property
    def client(self) -> OrchestratorClient:
        """The client. Raises NotConnectedError while there is no engine."""
        if self._client is None:
            raise NotConnectedError
        return self._client

    @property
    def address(self) -> str:
        """Where the engine is; empty while there is none."""
        return self._client.base_url if self._client else ""

    def connect(self, url: str, key: str) -> None:
        """Operate the engine at this address from now on."""
        former, self._client = self._client, OrchestratorClient(url, key, actor="console")
        if former is not None:
            self._tasks.start(former.close())
        self._tasks.start(self._listen(EventStream(url, key)), key=_LISTEN, on_error=self._refused)

    def disconnect(self) -> None:
        """The engine is gone; a new one will be connected later."""
        self._tasks.cancel(_LISTEN)

    async def close(self) -> None:
        """Hang up."""
        self.disconnect()
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _listen(self, stream: EventStream) -> None:
        async for item in stream.listen():
            match item:
                case ConnectionLost():
                    self._store.lose(item.reason)
                case EventBatch():
                    self._store.apply(item, self._clock())
                    if item.is_snapshot:
                        self._tasks.start(self._catch_up(), key=_CATCH_UP)

    async def _catch_up(self) -> None:
        """What no batch carries: who the engine is, what happened before, and which jobs went wrong or wait."""
        self._store.set_info(await self.client.info())
        self._store.add_activity(reversed(await self.client.activity(limit=100)))
        troubled = await self.client.jobs(statuses=sorted(TROUBLED), sort="-changed_at", limit=_MOST_TROUBLED)
        self._store.put_jobs(troubled.items)

    def _refused(self, error: Exception) -> None:
        assert isinstance(error, ClientError)
        self._store.lose(str(error), refused=isinstance(error, UnauthorizedError))
