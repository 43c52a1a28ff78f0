"""Restarts of robots, one after the other: who is to restart, then which are done, which wait, and a way to stop."""

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from orchestrator.client.client import OrchestratorClient
from orchestrator.console.operations import Operation, reason_of
from orchestrator.console.store import Kind
from orchestrator.console.tables.columns import CellKind, ColumnSpec
from orchestrator.console.tables.memory_rows import MemoryRows
from orchestrator.console.tables.view import TableView
from orchestrator.console.theme.status import StatusSpec
from orchestrator.console.theme.tokens import Tone
from orchestrator.console.widgets.empty_state import EmptyText
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.sheet import Sheet, titled
from orchestrator.console.widgets.table_card import table_card
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.operations import RobotRestartView, RolloutView

_NONE = EmptyText("rotate-cw", tr("No restart"), tr("Robots that are restarted show here."))
_LOOKS: Mapping[str, StatusSpec] = MappingProxyType(
    {
        "waiting": StatusSpec("circle-dashed", Tone.MUTED, tr("Waits for its turn")),
        "draining": StatusSpec("hourglass", Tone.WARNING, tr("Finishes its work")),
        "away": StatusSpec("loader", Tone.ACCENT, tr("Restarts")),
        "back": StatusSpec("circle-check", Tone.SUCCESS, tr("Is back")),
        "failed": StatusSpec("circle-x", Tone.DANGER, tr("Did not come back")),
        "skipped": StatusSpec("circle-slash", Tone.MUTED, tr("Left alone")),
    }
)
_LOOK_EVERY_MS = 2_000
_TALLEST, _WITHOUT_ROBOTS, _ROBOT = 560, 260, 34
"""Pixels of the choice: at most, without robots, and for each of them."""


class RestartDialog(Sheet):
    """Connected robots are chosen at first; they restart in the order of their names."""

    def __init__(self, bench: Workbench, parent: QWidget) -> None:
        super().__init__(
            tr("Restart robots"),
            tr("One after the other: each finishes its jobs, restarts, and has to be back before the next one begins."),
            parent,
        )
        self._bench, self._window = bench, parent
        self.boxes: dict[str, QCheckBox] = {}
        column = QVBoxLayout()
        for robot in sorted(bench.store.robots.values(), key=lambda each: each.name.lower()):
            if robot.status.is_connected:
                box = self.boxes[robot.robot_id] = QCheckBox(robot.name)
                box.setChecked(True)
                box.toggled.connect(self._count)
                column.addWidget(box)
        if not self.boxes:
            column.addWidget(label(tr("No robot is connected."), "muted"))
        self.body.addLayout(column)
        self.reason = QLineEdit()
        self.body.addLayout(titled(tr("Reason"), self.reason, tr("Optional; it stands in their logs.")))
        self.resize(520, min(_TALLEST, _WITHOUT_ROBOTS + _ROBOT * len(self.boxes)))
        self.body.addStretch(1)
        self.add_cancel()
        self.sure_button = self.add_button("", variant="primary", is_default=True)
        self.sure_button.clicked.connect(self._do)
        self._count()

    def _count(self) -> None:
        number = sum(box.isChecked() for box in self.boxes.values())
        self.sure_button.setText(counted("Restart %n robot", "Restart %n robots", number))
        self.sure_button.setEnabled(bool(number))

    def _do(self) -> None:
        wanted = tuple(robot_id for robot_id, box in self.boxes.items() if box.isChecked())
        reason = self.reason.text().strip() or tr("restarted in the console")
        self.sure_button.setEnabled(False)
        self._bench.operations.run(
            Operation(
                key="robot.restart",
                failure=tr("The robots could not be restarted"),
                do=lambda client: client.operations.restart_robots(wanted, reason=reason),
                success=lambda _: "",
                then=self._begun,
                on_failure=self._refused,
            )
        )

    def _begun(self, view: RolloutView) -> None:
        self.accept()
        RolloutSheet(self._bench, view, self._window).open()

    def _refused(self, error: Exception) -> None:
        self.sure_button.setEnabled(True)
        self.complain(reason_of(error))


class RolloutSheet(Sheet):
    """Follows it until it is over; closing the dialog does not stop it."""

    def __init__(self, bench: Workbench, view: RolloutView, parent: QWidget) -> None:
        super().__init__(tr("Robots restart"), tr("It goes on when this is closed."), parent)
        self._bench, self._view = bench, view
        self.resize(600, 460)
        self.rows: MemoryRows[RobotRestartView] = MemoryRows(
            _columns(), lambda each: each.robot_id, bench.clock, parent=self
        )
        self.table: TableView[RobotRestartView] = TableView(
            bench.theme,
            self.rows.model,
            bench.settings,
            bench.clock,
            name="rollout",
            title=tr("Robots that restart"),
            empty=_NONE,
        )
        self.words = label("", "heading")
        self.words.setWordWrap(True)
        self.body.addWidget(self.words)
        self.body.addWidget(table_card(self.table), 1)
        self.stop_button = self.add_button(tr("Leave the others alone"))
        self.stop_button.clicked.connect(self._stop)
        self.add_button(tr("Close"), variant="primary", is_default=True).clicked.connect(self.reject)
        self._timer = QTimer(self, interval=_LOOK_EVERY_MS)  # the safety net: robots that come and go are the news
        self._timer.timeout.connect(self._ask)
        self._timer.start()
        bench.store.changed.connect(self._changed)
        self.finished.connect(self._leave)
        self._show(view)

    def _leave(self) -> None:
        self._timer.stop()
        self._bench.store.changed.disconnect(self._changed)
        self._bench.tasks.cancel("rollout.look")

    def _changed(self, kind: Kind, _ids: frozenset[str]) -> None:
        if kind is Kind.ROBOTS:
            self._ask()

    def _ask(self) -> None:
        if self._view.ended_at is None and self._bench.store.is_connected:
            self._bench.tasks.start(
                self._look(), key="rollout.look", on_error=lambda error: self.complain(reason_of(error))
            )

    async def _look(self) -> None:
        self._show(await self._bench.link.client.operations.rollout(self._view.rollout_id))

    def _show(self, view: RolloutView) -> None:
        self._view = view
        self.complain("")
        self.rows.set_rows(view.robots)
        back = sum(each.state == "back" for each in view.robots)
        waiting = sum(each.state == "waiting" for each in view.robots)
        done = counted("{back} of %n robot is back", "{back} of %n robots are back", len(view.robots), back=back)
        rest = counted("%n waits", "%n wait", waiting) if waiting else ""
        over = tr("it is over") if view.ended_at is not None else ""
        self.words.setText(", ".join(part for part in (done, rest, over) if part) + ".")
        self.stop_button.setEnabled(bool(waiting) and view.ended_at is None)

    def _stop(self) -> None:
        rollout_id = self._view.rollout_id

        async def do(client: OrchestratorClient) -> RolloutView:
            return await client.operations.stop_rollout(rollout_id)

        self._bench.operations.run(
            Operation(
                key="robot.restart",
                failure=tr("The restart could not be stopped"),
                do=do,
                success=lambda _: tr("Robots that waited are left alone."),
                then=self._show,
            )
        )


def _columns() -> tuple[ColumnSpec[RobotRestartView], ...]:
    return (
        ColumnSpec(key="state", title=tr("State"), value=lambda each: _LOOKS[each.state], kind=CellKind.STATUS,
                   width=180),
        ColumnSpec(key="name", title=tr("Robot"), value=lambda each: each.name, width=150),
        ColumnSpec(key="detail", title=tr("Detail"), value=lambda each: each.detail, width=180, stretches=True,
                   muted=True, tooltip=lambda each: each.detail),
    )  # fmt: skip
