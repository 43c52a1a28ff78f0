"""A question that is put to the engine again whenever its answer may have changed: the newest answer is kept."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from orchestrator.client.client import OrchestratorClient
from orchestrator.console.engine_link import EngineLink
from orchestrator.console.operations import reason_of
from orchestrator.console.store import ConsoleStore
from orchestrator.console.tasks import TaskOwner

T = TypeVar("T")
_SETTLE_MS = 400
_SAFETY_NET_MS = 30_000


class Inquiry(QObject, Generic[T]):
    """`changed` after each answer and each failure; `value` is the newest answer, `trouble` why there is no newer one.

    Wishes within 0.4 s are one question; every 30 s it is asked anyway.
    """

    changed = Signal()

    def __init__(
        self,
        name: str,
        ask: Callable[[OrchestratorClient], Awaitable[T]],
        *,
        link: EngineLink,
        store: ConsoleStore,
        tasks: TaskOwner,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.value: T | None = None
        self.trouble = ""
        self._key, self._question = f"inquiry.{name}", ask
        self._link, self._store, self._tasks = link, store, tasks
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self.ask)
        self._safety_net = QTimer(self, interval=_SAFETY_NET_MS)
        self._safety_net.timeout.connect(self.ask)
        self._safety_net.start()

    def ask_soon(self) -> None:
        """The answer may have changed."""
        if not self._settle.isActive():
            self._settle.start()

    def ask(self) -> None:
        """Ask now, if there is somebody to be asked."""
        self._settle.stop()
        if self._store.is_connected:
            self._tasks.start(self._ask(), key=self._key, on_error=self._failed)

    async def _ask(self) -> None:
        self.value = await self._question(self._link.client)
        self.trouble = ""
        self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self.trouble = reason_of(error)
        self.changed.emit()
