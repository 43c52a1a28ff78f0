"""Takes a robot out of work: with a deadline and what happens then, or for maintenance; says when it will be free."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from PySide6.QtWidgets import QButtonGroup, QComboBox, QLineEdit, QPushButton, QRadioButton, QWidget

from orchestrator.client.client import OrchestratorClient
from orchestrator.client.operations import Then
from orchestrator.console.formatting import exact_time
from orchestrator.console.operations import Operation, reason_of
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.sheet import Sheet, titled
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.operations import DrainView
from orchestrator.contract.api.robots import RobotView

_Do = Callable[[OrchestratorClient], Awaitable[DrainView]]
_DEADLINES = (
    (tr("No deadline: it may take as long as it takes"), 0),
    (tr("In 5 minutes"), 5),
    (tr("In 15 minutes"), 15),
    (tr("In 1 hour"), 60),
    (tr("In 4 hours"), 240),
)
_ENDS: tuple[tuple[Then, str], ...] = (
    ("wait", tr("Wait on; the deadline only warns")),
    ("hand-over", tr("Hand over: pause at a checkpoint, another robot goes on")),
    ("kill", tr("Kill: what still runs is lost")),
)
_SPANS = (
    (tr("Until I resume it"), 0),
    (tr("30 minutes"), 30),
    (tr("1 hour"), 60),
    (tr("4 hours"), 240),
    (tr("1 day"), 1_440),
)


class _PlanSheet(Sheet):
    """What both have in common: one button that plans, and Undo that resumes."""

    sure_button: QPushButton

    def plan(
        self, bench: Workbench, robot: RobotView, do: Callable[[OrchestratorClient], Awaitable[DrainView]]
    ) -> None:
        """Send it; refused, it says why where the person is."""
        self.sure_button.setEnabled(False)
        bench.operations.run(
            Operation(
                key="robot.drain",
                failure=tr("{name} could not be taken out of work", name=robot.name),
                do=do,
                success=lambda view: view.words,
                then=lambda _: self.accept(),
                undo=lambda _: resume_operation(robot),
                on_failure=self._refused,
            )
        )

    def _refused(self, error: Exception) -> None:
        self.sure_button.setEnabled(True)
        self.complain(reason_of(error))


def resume_operation(robot: RobotView) -> Operation[RobotView]:
    """Let it take work again."""
    return Operation(
        key="robot.drain",
        failure=tr("{name} could not be resumed", name=robot.name),
        do=lambda client: client.resume_robot(robot.robot_id),
        success=lambda view: tr("{name} takes work again.", name=view.name),
    )


class DrainDialog(_PlanSheet):
    """Nothing new is given to the robot; the deadline says what becomes of what it still runs."""

    def __init__(self, bench: Workbench, robot: RobotView, parent: QWidget) -> None:
        super().__init__(
            tr("Drain {name}", name=robot.name), tr("It finishes what it runs and takes nothing new."), parent
        )
        self._bench, self._robot = bench, robot
        self.resize(520, 510)
        self.clock = label(tr("Looking when it will be free…"), "heading")
        self.clock.setWordWrap(True)
        self.latest = label("", "muted")
        self.body.addWidget(self.clock)
        self.body.addWidget(self.latest)
        self.deadline = QComboBox()
        for words, minutes in _DEADLINES:
            self.deadline.addItem(words, minutes)
        self.body.addLayout(titled(tr("Deadline"), self.deadline))
        self.body.addWidget(label(tr("At the deadline"), "strong"))
        self.ends = QButtonGroup(self)
        for number, (_, words) in enumerate(_ENDS):
            button = QRadioButton(words)
            button.setChecked(number == 0)
            self.ends.addButton(button, number)
            self.body.addWidget(button)
        self.reason = QLineEdit()
        self.body.addLayout(titled(tr("Reason"), self.reason, tr("Optional; others see it at the robot.")))
        self.body.addStretch(1)
        self.add_cancel()
        self.sure_button = self.add_button(tr("Drain"), variant="primary", is_default=True)
        self.sure_button.clicked.connect(self._do)
        self.deadline.currentIndexChanged.connect(self._show_ends)
        self._show_ends()
        bench.tasks.start(self._look(), key="drain.clock", on_error=self._not_known)
        self.finished.connect(lambda _: bench.tasks.cancel("drain.clock"))

    async def _look(self) -> None:
        view = await self._bench.link.client.operations.drain_clock(self._robot.robot_id)
        self.clock.setText(view.words)
        if not view.is_free:
            self.latest.setText(tr("At the latest by their time limits: {time}", time=exact_time(view.free_at_latest)))

    def _not_known(self, error: Exception) -> None:
        self.clock.setText(tr("When it will be free is not known."))
        self.latest.setText(reason_of(error))

    def _show_ends(self) -> None:
        for button in self.ends.buttons():
            button.setEnabled(bool(self.deadline.currentData()))

    def _do(self) -> None:
        minutes = int(self.deadline.currentData())
        then: Then = _ENDS[self.ends.checkedId()][0] if minutes else "wait"
        robot_id, reason = self._robot.robot_id, self.reason.text().strip()

        async def do(client: OrchestratorClient) -> DrainView:
            deadline_s = minutes * 60.0 if minutes else None
            return await client.operations.drain(robot_id, deadline_s=deadline_s, then=then, reason=reason)

        self.plan(self._bench, self._robot, do)


class MaintenanceDialog(_PlanSheet):
    """Out of work for a while, with a reason that everybody sees."""

    def __init__(self, bench: Workbench, robot: RobotView, parent: QWidget) -> None:
        super().__init__(
            tr("Maintenance of {name}", name=robot.name),
            tr("It takes nothing new until the time is over; what it runs goes on."),
            parent,
        )
        self._bench, self._robot = bench, robot
        self.resize(480, 300)
        self.reason = QLineEdit()
        self.span = QComboBox()
        for words, minutes in _SPANS:
            self.span.addItem(words, minutes)
        self.body.addLayout(titled(tr("Reason"), self.reason, tr("Such as: new browser version.")))
        self.body.addLayout(titled(tr("For how long"), self.span))
        self.body.addStretch(1)
        self.add_cancel()
        self.sure_button = self.add_button(tr("Begin"), variant="primary", is_default=True)
        self.sure_button.clicked.connect(self._do)

    def _do(self) -> None:
        reason, minutes = self.reason.text().strip(), int(self.span.currentData())
        if not reason:
            self.complain(tr("Reason: write a few words, others will read them."))
            return
        until = self._bench.clock() + timedelta(minutes=minutes) if minutes else None
        robot_id = self._robot.robot_id

        async def do(client: OrchestratorClient) -> DrainView:
            return await client.operations.maintain(robot_id, reason=reason, until=until)

        self.plan(self._bench, self._robot, do)
