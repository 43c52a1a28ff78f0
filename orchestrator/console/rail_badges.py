"""The counts on the rail: what runs, what is lost, what asks, what failed."""

from PySide6.QtCore import QObject

from orchestrator.console.concerns import Concerns
from orchestrator.console.store import ConsoleStore, Kind
from orchestrator.console.theme.tokens import Tone
from orchestrator.console.widgets.nav_rail import NavRail


class RailBadges(QObject):
    """Follows the store and the concerns."""

    def __init__(self, rail: NavRail, store: ConsoleStore, concerns: Concerns, parent: QObject) -> None:
        super().__init__(parent)
        self._rail, self._store, self._concerns = rail, store, concerns
        store.changed.connect(self._changed)
        for inquiry in (concerns.failures, concerns.letters, concerns.questions, concerns.repairs):
            inquiry.changed.connect(self._refresh)

    def _changed(self, kind: Kind, _ids: frozenset[str]) -> None:
        if kind in (Kind.ROBOTS, Kind.DASHBOARD):
            self._refresh()

    def _refresh(self) -> None:
        board = self._store.dashboard
        if board is not None:
            self._rail.set_badge("jobs", board.running_jobs, Tone.ACCENT)
        lost = sum(robot.status == "lost" for robot in self._store.robots.values())
        self._rail.set_badge("robots", lost, Tone.DANGER)
        concerns = self._concerns
        self._rail.set_badge("questions", len(concerns.open_questions), Tone.WARNING)
        troubles = concerns.open_failures + concerns.open_letters + len(concerns.open_repairs)
        self._rail.set_badge("failures", troubles, Tone.DANGER)
