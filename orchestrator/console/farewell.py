"""The end of a window whose own engine is at work: keep running, finish first, or stop now."""

from collections.abc import Callable
from datetime import timedelta

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from orchestrator.client.client import OrchestratorClient
from orchestrator.console.operations import Operation
from orchestrator.console.store import Kind
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.sheet import Sheet
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.robots import RobotView
from orchestrator.contract.states import RobotStatus

_RENEW_MS = 60_000
_OUT_OF_WORK = timedelta(minutes=3)
"""Renewed each minute while jobs finish; after the next start robots take work again by themselves."""
_REASON = "The console finishes what runs, then closes."


class Farewell(QObject):
    """`may_close` when nothing runs any more; `changed` when it begins or is called off."""

    may_close = Signal()
    changed = Signal()

    def __init__(self, bench: Workbench, parent: QObject) -> None:
        super().__init__(parent)
        self._bench = bench
        self._drained: tuple[str, ...] = ()
        self.is_finishing = False
        self.owns_engine = False
        """True where the end of the window is the end of its engine."""
        self._renew = QTimer(self, interval=_RENEW_MS)
        self._renew.timeout.connect(self._hold_back)
        bench.store.changed.connect(self._changed)

    @property
    def running(self) -> int:
        """How many jobs would be cut off: all with an own engine, those of this computer's robots with another one."""
        if not self.owns_engine:
            return self._bench.local.running_jobs()
        board = self._bench.store.dashboard
        return board.running_jobs if board is not None and self._bench.store.is_connected else 0

    @property
    def words(self) -> str:
        """For the banner; empty while nobody wants to close."""
        return (
            counted("Finishing %n job, then Botswain closes.", "Finishing %n jobs, then Botswain closes.", self.running)
            if self.is_finishing
            else ""
        )

    def ask(self, window: QWidget, *, leave: Callable[[], None], keep: Callable[[], None], has_tray: bool) -> None:
        """Let the user choose what becomes of the jobs that run: keep the window, finish them first, or leave now."""
        sheet = FarewellSheet(self.running, window, has_tray=has_tray)
        sheet.stop_wanted.connect(leave)
        sheet.finish_wanted.connect(self.finish)
        sheet.keep_wanted.connect(keep)
        sheet.open()

    def finish(self) -> None:
        """Give robots nothing new, and close when the last job has ended."""
        self.is_finishing = True
        robots = [each for each in self._bench.store.robots.values() if self._ends(each)]
        self._drained = tuple(each.robot_id for each in robots if each.status in (RobotStatus.ONLINE, RobotStatus.BUSY))
        self._hold_back()
        self._renew.start()
        self.changed.emit()
        self._close_if_done()

    def _ends(self, robot: RobotView) -> bool:
        return self.owns_engine or self._bench.local.one(robot.name) is not None

    def call_off(self) -> None:
        """Stay: robots take work again."""
        drained, self._drained, self.is_finishing = self._drained, (), False
        self._renew.stop()
        self.changed.emit()

        async def do(client: OrchestratorClient) -> None:
            for robot_id in drained:
                await client.resume_robot(robot_id)

        self._bench.operations.run(
            Operation(
                key="farewell",
                failure=tr("Robots could not be given work again"),
                do=do,
                success=lambda _: tr("Robots take work again."),
            )
        )

    def _hold_back(self) -> None:
        until, drained = self._bench.clock() + _OUT_OF_WORK, self._drained

        async def do(client: OrchestratorClient) -> None:
            for robot_id in drained:
                await client.operations.maintain(robot_id, reason=_REASON, until=until)

        self._bench.operations.run(
            Operation(key="farewell", failure=tr("Robots could not be taken out of work"), do=do, success=lambda _: "")
        )

    def _changed(self, kind: Kind, _ids: frozenset[str]) -> None:
        if self.is_finishing and kind in (Kind.DASHBOARD, Kind.ROBOTS):
            self.changed.emit()
            self._close_if_done()

    def _close_if_done(self) -> None:
        if self.is_finishing and self._bench.store.is_connected and not self.running:
            self.is_finishing = False
            self._renew.stop()
            self.may_close.emit()


class FarewellSheet(Sheet):
    """`keep_wanted`, `finish_wanted`, `stop_wanted`; Escape stays in the window."""

    keep_wanted = Signal()
    finish_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self, running: int, parent: QWidget, *, has_tray: bool) -> None:
        super().__init__(counted("%n job is running", "%n jobs are running", running), "", parent)
        self.resize(580, 330)
        place = tr("in the tray") if has_tray else tr("with its window minimised")
        for name, words in (
            (tr("Keep running"), tr("Botswain works on {place}; jobs and schedules go on.", place=place)),
            (tr("Finish first"), tr("Robots get nothing new, and Botswain closes when the last job has ended.")),
            (
                tr("Stop now"),
                tr(
                    "Jobs are cut off. Those that may be repeated go on after the next start; the others wait for "
                    "your decision."
                ),
            ),
        ):
            self.body.addLayout(_choice(name, words))
        self.body.addStretch(1)
        self.stop_button = self.add_button(tr("Stop now"), variant="danger")
        self.stop_button.clicked.connect(self.stop_wanted)
        self.add_cancel()
        self.finish_button = self.add_button(tr("Finish first"))
        self.finish_button.clicked.connect(self.finish_wanted)
        self.keep_button = self.add_button(tr("Keep running"), variant="primary", is_default=True)
        self.keep_button.clicked.connect(self.keep_wanted)
        for button in (self.stop_button, self.finish_button, self.keep_button):
            button.clicked.connect(self.accept)


def _choice(name: str, words: str) -> QVBoxLayout:
    """What a button does, under its name."""
    column = QVBoxLayout()
    column.setSpacing(2)
    column.addWidget(label(name, "strong"))
    text = label(words, "muted")
    text.setWordWrap(True)
    column.addWidget(text)
    return column
