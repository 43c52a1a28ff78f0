"""Brings a version of a workflow to robots that one chooses; beside each stands what it has now."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QWidget

from orchestrator.console.operations import Operation, reason_of
from orchestrator.console.theme.tokens import SPACE_S
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.sheet import Sheet
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.operations import DeploymentView
from orchestrator.contract.api.workflows import WorkflowView

_TALLEST, _WITHOUT_ROBOTS, _ROBOT = 560, 210, 34
"""Pixels: at most, without robots, and for each of them."""
_STATES: Mapping[str, str] = MappingProxyType(
    {
        "pending": tr("gets version {number} with its next heartbeat"),
        "deployed": tr("has version {number}"),
        "outdated": tr("has version {number}, which is not the newest"),
        "failed": tr("could not take version {number}: {detail}"),
        "removing": tr("is to forget version {number}"),
    }
)


class DeployDialog(Sheet):
    """Connected robots are chosen at first; nothing happens before the button."""

    def __init__(self, bench: Workbench, workflow: WorkflowView, number: int, parent: QWidget) -> None:
        super().__init__(
            tr("Bring {name} to robots", name=workflow.name),
            tr("Version {number} is there before the first job asks for it.", number=number),
            parent,
        )
        self._bench, self._workflow, self._number = bench, workflow, number
        self.boxes: dict[str, QCheckBox] = {}
        self.notes: dict[str, QLabel] = {}
        self._add_choice()
        for robot in sorted(bench.store.robots.values(), key=lambda each: each.name.lower()):
            box = QCheckBox(robot.name)
            box.setChecked(robot.status.is_connected)
            box.toggled.connect(self._count)
            self.boxes[robot.robot_id] = box
            self.notes[robot.robot_id] = label("" if robot.status.is_connected else tr("is not connected"), "muted")
            row = QHBoxLayout()
            row.addWidget(box)
            row.addWidget(self.notes[robot.robot_id], 1)
            self.body.addLayout(row)
        if not self.boxes:
            self.body.addWidget(label(tr("There is no robot yet."), "muted"))
        self.resize(560, min(_TALLEST, _WITHOUT_ROBOTS + _ROBOT * len(self.boxes)))
        self.body.addStretch(1)
        self.add_cancel()
        self.sure_button = self.add_button("", variant="primary", is_default=True)
        self.sure_button.clicked.connect(self._do)
        self._count()
        bench.tasks.start(self._load(), key="deploy.load", on_error=lambda error: self.complain(reason_of(error)))
        self.finished.connect(lambda _: bench.tasks.cancel("deploy.load"))

    @property
    def chosen(self) -> tuple[str, ...]:
        """Ids of the robots that are to get it."""
        return tuple(robot_id for robot_id, box in self.boxes.items() if box.isChecked())

    def _add_choice(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        for words, wanted in ((tr("Choose all"), True), (tr("Choose none"), False)):
            button = QPushButton(words)
            button.setProperty("variant", "link")
            button.clicked.connect(lambda _, wanted=wanted: self.choose(wanted=wanted))
            row.addWidget(button)
        row.addStretch(1)
        self.body.addLayout(row)

    def choose(self, *, wanted: bool) -> None:
        """All of them, or none."""
        for box in self.boxes.values():
            box.setChecked(wanted)

    def _count(self) -> None:
        number = len(self.chosen)
        self.sure_button.setText(counted("Bring it to %n robot", "Bring it to %n robots", number))
        self.sure_button.setEnabled(bool(number))

    async def _load(self) -> None:
        for view in await self._bench.link.client.operations.deployments(workflow=self._workflow.workflow_id):
            if view.robot_id in self.notes:
                self.notes[view.robot_id].setText(deployment_words(view))

    def _do(self) -> None:
        workflow_id, robots, number = self._workflow.workflow_id, self.chosen, self._number
        self.sure_button.setEnabled(False)
        self._bench.operations.run(
            Operation(
                key="workflow.deploy",
                failure=tr("{name} could not be deployed", name=self._workflow.name),
                do=lambda client: client.operations.deploy(workflow_id, robots, version=number),
                success=_deployed,
                then=lambda _: self.accept(),
                on_failure=self._refused,
            )
        )

    def _refused(self, error: Exception) -> None:
        self.sure_button.setEnabled(True)
        self.complain(reason_of(error))


def deployment_words(view: DeploymentView) -> str:
    """What a robot has of a workflow."""
    return _STATES[view.state].format(number=view.number if view.number is not None else "?", detail=view.detail)


def _deployed(views: Sequence[DeploymentView]) -> str:
    failed = [view.robot_name for view in views if view.state == "failed"]
    if failed:
        others = tr(" and others") if len(failed) > 3 else ""
        return tr("Not on {names}{others}; the rest have it or get it.", names=", ".join(failed[:3]), others=others)
    return counted(
        "%n robot has it, or gets it with its next heartbeat.",
        "%n robots have it, or get it with their next heartbeat.",
        len(views),
    )
