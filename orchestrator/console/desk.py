"""The running console: line to the engine, supervised child, and what the window shows of them."""

import asyncio
import logging
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from PySide6.QtWidgets import QApplication

from orchestrator.console.chosen_engine import Engine, default_folder
from orchestrator.console.clock import now
from orchestrator.console.engine_link import EngineLink
from orchestrator.console.furnishing import furnish
from orchestrator.console.rooms import load_rooms
from orchestrator.console.store import ConsoleStore
from orchestrator.console.supervisor import Supervisor
from orchestrator.console.tasks import TaskOwner
from orchestrator.console.theme.tokens import Tone
from orchestrator.console.window import ConsoleWindow
from orchestrator.console.words import tr

log = logging.getLogger(__name__)

_HANGING_UP_S = 0.5


class Desk:
    """Owns everything that lives as long as the window."""

    def __init__(self, app: QApplication, engine: Engine, window: ConsoleWindow) -> None:
        self._engine, self.window = engine, window
        self.tasks = TaskOwner(self._surprised)
        self.store = ConsoleStore()
        self.link = EngineLink(self.store, self.tasks, now)
        folder = _folder_of(engine)
        with window.theme.undressed(app):
            furnish(window, store=self.store, link=self.link, tasks=self.tasks, clock=now, folder=folder)
        window.farewell.owns_engine = engine.data_dir is not None and not engine.url
        self.supervisor = Supervisor(engine.data_dir) if engine.data_dir is not None and not engine.url else None

    async def run(self, closed: asyncio.Event) -> None:
        """Connect, and stay until the window is closed; then end everything within two seconds."""
        asyncio.get_running_loop().call_later(0, self._connect)
        restore = _watch_surprises(self._surprised)
        try:
            await closed.wait()
        finally:
            restore()
            await self._stop()

    def _connect(self) -> None:
        """After the room was painted: nothing of this may delay it."""
        self.tasks.start(asyncio.to_thread(load_rooms))
        if self.supervisor is None:
            self.link.connect(self._engine.url, self._engine.key)
            return
        self.supervisor.ready.connect(self.link.connect)
        self.supervisor.gone.connect(self.link.disconnect)
        self.supervisor.gone.connect(self._engine_gone)
        self.supervisor.words.connect(self.window.notices.set_engine_words)
        self.supervisor.start()

    def _engine_gone(self) -> None:
        self.store.lose(tr("The engine stopped."))

    async def _stop(self) -> None:
        self.window.hide()
        self.window.bench.local.let_go()
        await self.tasks.close(_HANGING_UP_S)
        with suppress(TimeoutError):
            async with asyncio.timeout(_HANGING_UP_S):
                await self.link.close()
        if self.supervisor is not None:
            self.supervisor.end()
        await self.window.bench.local.close()

    def _surprised(self, error: Exception) -> None:
        words = f"{type(error).__name__}: {error}"
        self.window.bench.operations.tell(
            "surprise", tr("Something unexpected happened."), icon="octagon-alert", tone=Tone.DANGER, detail=words
        )


def _folder_of(engine: Engine) -> Path:
    """Robots of this computer belong to one orchestrator: each has a folder of its own for them."""
    folder = engine.data_dir or default_folder()
    return folder if not engine.url else folder / "at" / re.sub(r"[^A-Za-z0-9.-]+", "-", engine.url)


def _watch_surprises(tell: Callable[[Exception], None]) -> Callable[[], None]:
    """Exceptions of slots go to the log and to a toast, instead of a terminal that nobody sees."""
    former = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.error("The console did something unexpected.", exc_info=(kind, error, trace))
        if isinstance(error, Exception):
            tell(error)

    def restore() -> None:
        sys.excepthook = former

    sys.excepthook = hook
    return restore
