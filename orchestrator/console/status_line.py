"""The bar at the bottom: connection, age of the data, what the engine is."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QStatusBar, QWidget

from orchestrator.console.formatting import count, exact_time, relative_time
from orchestrator.console.store import ConnectionState, ConsoleStore, Kind
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import ICON_S, SPACE_M, Tone
from orchestrator.console.widgets.icon_label import IconLabel
from orchestrator.console.widgets.labels import label
from orchestrator.console.words import counted, tr

_LOOKS = {
    ConnectionState.STARTING: ("loader", Tone.MUTED, tr("Starting the engine")),
    ConnectionState.CONNECTED: ("circle-check", Tone.SUCCESS, tr("Connected")),
    ConnectionState.LOST: ("wifi-off", Tone.DANGER, tr("Not connected")),
    ConnectionState.REFUSED: ("key-round", Tone.DANGER, tr("Key refused")),
}


class StatusLine(QStatusBar):
    """Follows the store; the age of the data is counted only while the connection is gone or silent."""

    def __init__(self, theme: Theme, store: ConsoleStore, clock: Callable[[], datetime], parent: QWidget) -> None:
        super().__init__(parent)
        self._store, self._clock = store, clock
        self.setSizeGripEnabled(False)
        self.setAccessibleName(tr("Status"))
        self.setContentsMargins(SPACE_M, 0, SPACE_M, 0)
        self._icon = IconLabel(theme, "loader", Tone.MUTED, ICON_S)
        self._words, self._age = label("", "caption"), label("", "caption")
        self._counts, self._engine = label("", "caption"), label("", "caption")
        for part in (self._icon, self._words, self._age):
            self.addWidget(part)
        self._engine.setContentsMargins(SPACE_M, 0, 0, 0)
        for part in (self._counts, self._engine):
            self.addPermanentWidget(part)
        store.connection_changed.connect(self.refresh)
        store.changed.connect(self._changed)
        self._ageing = QTimer(self, interval=5_000)
        self._ageing.timeout.connect(self._tell_age)
        self._ageing.start()
        self.refresh()

    def refresh(self) -> None:
        """Say how things stand."""
        icon, tone, words = _LOOKS[self._store.state]
        self._icon.set_icon(icon, tone)
        self._words.setText(words)
        self._words.setToolTip(self._store.trouble)
        info = self._store.info
        self._engine.setText(
            f"{info.database.partition(',')[0]} · {info.load_balancing.replace('_', ' ')}" if info else ""
        )
        self._engine.setToolTip(
            tr("Botswain {version}, {database}", version=info.version, database=info.database) if info else ""
        )
        self._tell_age()
        self._tell_counts()

    def _changed(self, kind: Kind, _ids: frozenset[str]) -> None:
        if kind in (Kind.DASHBOARD, Kind.ROBOTS):
            self._tell_counts()
            if self._age.text():
                self._tell_age()

    def _tell_age(self) -> None:
        heard = self._store.heard_at
        is_fresh = self._store.is_connected
        self._age.setText(
            "" if is_fresh or heard is None else tr("data of {age}", age=relative_time(heard, self._clock()))
        )
        self._age.setToolTip(exact_time(heard))

    def _tell_counts(self) -> None:
        board = self._store.dashboard
        if board is None:
            return
        robots = counted(
            "{online_robots} of %n robot online",
            "{online_robots} of %n robots online",
            board.total_robots,
            online_robots=board.online_robots,
        )
        self._counts.setText(
            tr(
                "{robots}   {running_jobs} running   {pending_jobs} waiting",
                robots=robots,
                running_jobs=count(board.running_jobs),
                pending_jobs=count(board.pending_jobs),
            )
        )
