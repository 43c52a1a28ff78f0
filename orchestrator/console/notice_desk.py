"""The banner of the window: shows the one notice that matters most, and does what its button says."""

from PySide6.QtCore import QObject

from orchestrator.console.actions.watch import WatchActions
from orchestrator.console.banners import Notice, farewell_notice, notice_of
from orchestrator.console.commands import CommandRegistry
from orchestrator.console.farewell import Farewell
from orchestrator.console.store import ConsoleStore, Kind
from orchestrator.console.widgets.banner import Banner

_TELLING = frozenset({Kind.NOTICES, Kind.AWAY, Kind.ROBOTS, Kind.DASHBOARD})


class NoticeDesk(QObject):
    """Keeps the banner true; what was taken down by hand stays down until there was nothing to tell."""

    def __init__(
        self,
        banner: Banner,
        store: ConsoleStore,
        *,
        farewell: Farewell,
        watch: WatchActions,
        commands: CommandRegistry,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._banner, self._store, self._farewell, self._watch, self._commands = (
            banner,
            store,
            farewell,
            watch,
            commands,
        )
        self._engine_words = ""
        self._dismissed = ""
        self._notice: Notice | None = None
        farewell.changed.connect(self.refresh)
        banner.action_clicked.connect(self._clicked)
        banner.dismissed.connect(self._taken_down)
        store.connection_changed.connect(self.refresh)
        store.changed.connect(self._changed)

    def set_engine_words(self, words: str) -> None:
        """What the supervisor says of the engine, such as `The engine stopped; starting it again.`"""
        self._engine_words = words
        self.refresh()

    def refresh(self) -> None:
        """Look again what matters most."""
        notice = farewell_notice(self._farewell.words) or notice_of(self._store, self._engine_words)
        if notice is None or (notice.closable and self._dismissed == _mark(notice)):
            self._banner.hide()
            if notice is None:
                self._dismissed = ""
            return
        self._notice = notice
        self._banner.show_message(notice.text, notice.tone, notice.icon, notice.action, closable=notice.closable)

    def _changed(self, kind: Kind, _ids: frozenset[str]) -> None:
        if kind in _TELLING:
            self.refresh()

    def _clicked(self) -> None:
        if self._notice is None:
            return
        if self._farewell.is_finishing:
            self._farewell.call_off()
        elif self._notice.undoes:
            self._watch.undo(self._notice.undoes)
        elif self._notice.command:
            self._commands.run(self._notice.command)

    def _taken_down(self) -> None:
        notice = self._notice
        self._dismissed = _mark(notice) if notice else ""
        if notice is not None and notice.undoes:
            self._watch.take_down(notice.undoes)


def _mark(notice: Notice) -> str:
    return notice.undoes or notice.icon
