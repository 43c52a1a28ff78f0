"""What people do with what the engine noticed: undo what it switched off, see alerts, read what happened meanwhile."""

from PySide6.QtWidgets import QWidget

from orchestrator.console.commands import Command
from orchestrator.console.dialogs.alerts import AlertsDialog
from orchestrator.console.dialogs.away import AwayDialog
from orchestrator.console.dialogs.engine_log import EngineLogSheet
from orchestrator.console.operations import Operation
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.notices import NoticeView


class WatchActions:
    """Registers the commands about alerts, notices and absences, and holds what they do."""

    def __init__(self, bench: Workbench, window: QWidget) -> None:
        self._bench, self._window = bench, window
        bench.commands.register(*self._commands())

    def undo(self, notice_id: str) -> None:
        """Switch on again what the engine switched off."""
        notice = self._bench.store.notices.get(notice_id)
        title = notice.title if notice else tr("It")
        self._bench.operations.run(
            Operation(
                key="notice",
                failure=tr("{title}: that could not be undone", title=title),
                do=lambda client: client.notices.undo(notice_id),
                success=lambda view: tr("Done: {undo}.", undo=view.undo),
                then=self._over,
            )
        )

    def take_down(self, notice_id: str) -> None:
        """Leave things as they are, and say no more of it."""
        self._bench.operations.run(
            Operation(
                key="notice",
                failure=tr("The notice could not be taken down"),
                do=lambda client: client.notices.dismiss(notice_id),
                success=lambda _: "",
                then=self._over,
            )
        )

    def undo_newest(self) -> None:
        """What the banner says."""
        notices = [each for each in self._bench.store.notices.values() if each.can_undo]
        if notices:
            self.undo(max(notices, key=lambda each: each.raised_at).notice_id)

    def show_alerts(self) -> None:
        """What is wrong now."""
        AlertsDialog(self._bench, self._window).open()

    def show_away(self) -> None:
        """What happened while nobody was there."""
        AwayDialog(self._bench, tuple(self._bench.store.away.values()), self._window).open()

    def show_log(self) -> None:
        """What the engine says of itself."""
        EngineLogSheet(self._bench, self._window).open()

    def _over(self, notice: NoticeView) -> None:
        self._bench.store.drop_notice(notice.notice_id)

    def _commands(self) -> tuple[Command, ...]:
        store = self._bench.store
        return (
            Command(
                id="watch.alerts",
                title=tr("Alerts…"),
                run=lambda _: self.show_alerts(),
                shortcut="Ctrl+Shift+E",
                icon="bell",
                section=tr("Watch"),
                keywords="wrong warning critical acknowledge",
            ),
            Command(
                id="watch.away",
                title=tr("While you were away…"),
                run=lambda _: self.show_away(),
                icon="history",
                section=tr("Watch"),
                keywords="start missed adopted requeued",
                enabled=lambda _: bool(store.away),
            ),
            Command(
                id="watch.log",
                title=tr("The engine's log…"),
                run=lambda _: self.show_log(),
                icon="file-text",
                section=tr("Watch"),
                keywords="lines errors warnings orchestrator debug",
                enabled=lambda context: context.connected,
            ),
            Command(
                id="watch.undo",
                title=tr("Switch on again what the engine switched off"),
                run=lambda _: self.undo_newest(),
                icon="undo-2",
                section=tr("Watch"),
                keywords="notice breaker schedule paused",
                enabled=lambda context: context.connected and any(each.can_undo for each in store.notices.values()),
            ),
        )
