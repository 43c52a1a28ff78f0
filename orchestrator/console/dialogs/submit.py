"""A new job: which workflow, with which variables, how urgent, on which robot."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import RefusedError
from orchestrator.console.contract_words import priority_words
from orchestrator.console.operations import Operation, reason_of
from orchestrator.console.theme.tokens import SPACE_L
from orchestrator.console.widgets.labels import hairline, label
from orchestrator.console.widgets.sheet import Sheet, titled
from orchestrator.console.widgets.variable_form import VariableForm, variables_of
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.jobs import JobView, SubmitRequest
from orchestrator.contract.api.workflows import WorkflowDetail
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobPriority

_ANY_ROBOT = tr("Any robot that can")
_AS_WORKFLOW = tr("As the workflow says")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDraft:
    """What the form begins with."""

    workflow: str = ""
    robot: str = ""
    variables: Mapping[str, JsonValue] = field(default_factory=dict)


class SubmitDialog(Sheet):
    """The form follows the chosen workflow; the job is sent only when every field is right."""

    def __init__(self, bench: Workbench, draft: JobDraft, parent: QWidget) -> None:
        super().__init__(tr("New job"), tr("Runs a workflow once, on the next robot that is free."), parent)
        self._bench, self._draft = bench, draft
        self.resize(560, 640)
        self.workflow, self.robot, self.priority = QComboBox(), QComboBox(), QComboBox()
        self.form = VariableForm()
        self._fill_choices()
        self._arrange_fields()
        self.add_cancel()
        self.submit_button = self.add_button(tr("Run job"), variant="primary", is_default=True)
        self.submit_button.clicked.connect(self._submit)
        self.workflow.currentIndexChanged.connect(self._load)
        self.form.follow(self.robot)
        self.finished.connect(lambda _: bench.tasks.cancel("submit.load"))
        self._load()

    def _fill_choices(self) -> None:
        store = self._bench.store
        for workflow in sorted(store.workflows.values(), key=lambda each: (each.folder, each.name)):
            words = f"{workflow.folder} / {workflow.name}" if workflow.folder else workflow.name
            self.workflow.addItem(words, workflow.workflow_id)
        self.workflow.setCurrentIndex(max(self.workflow.findData(self._draft.workflow), 0))
        self.robot.addItem(_ANY_ROBOT, "")
        for robot in sorted(store.robots.values(), key=lambda each: each.name):
            self.robot.addItem(robot.name, robot.robot_id)
        self.robot.setCurrentIndex(max(self.robot.findData(self._draft.robot), 0))
        self.priority.addItem(_AS_WORKFLOW, "")
        for priority in JobPriority:
            self.priority.addItem(priority_words(priority), priority.value)

    def _arrange_fields(self) -> None:
        self.body.addLayout(titled(tr("Workflow"), self.workflow))
        pair = QHBoxLayout()
        pair.setSpacing(SPACE_L)
        pair.addLayout(titled(tr("Priority"), self.priority), 1)
        pair.addLayout(titled(tr("Robot"), self.robot), 1)
        self.body.addLayout(pair)
        self.body.addWidget(hairline())
        self.body.addWidget(label(tr("Variables"), "heading"))
        self.body.addWidget(self.form)
        self.body.addStretch(1)

    def _load(self) -> None:
        workflow_id = self.workflow.currentData()
        if not workflow_id:
            self.complain(tr("There is no workflow yet: import one first (Workflows, Import)."))
            self.submit_button.setEnabled(False)
            return
        self.complain("")
        self._bench.tasks.start(self._show_form(str(workflow_id)), key="submit.load", on_error=self._not_loaded)

    async def _show_form(self, workflow_id: str) -> None:
        detail: WorkflowDetail = await self._bench.link.client.workflow(workflow_id)
        is_drafted = workflow_id == self._draft.workflow
        self.form.set_variables(variables_of(detail.definition), self._draft.variables if is_drafted else {})
        if is_drafted and self.form.fields and self.workflow.hasFocus():
            self.form.take_keyboard()  # what one types is meant for the job, not for another choice of workflow

    def _not_loaded(self, error: Exception) -> None:
        self.complain(tr("The workflow could not be read: {reason}", reason=reason_of(error)))

    def _submit(self) -> None:
        variables = self.form.values()
        if variables is None:
            self.complain(tr("Some fields need another look."))
            return
        priority = self.priority.currentData()
        request = SubmitRequest(
            workflow=str(self.workflow.currentData()),
            variables=variables,
            priority=JobPriority(priority) if priority else None,
            robot=str(self.robot.currentData()) or None,
            submitted_by="console",
        )
        self.submit_button.setEnabled(False)
        self._bench.operations.run(self._operation(request))

    def _operation(self, request: SubmitRequest) -> Operation[JobView]:
        async def do(client: OrchestratorClient) -> JobView:
            return await client.submit(request)

        return Operation(
            key="job.submit",
            failure=tr("The job was not accepted"),
            do=do,
            success=lambda job: tr("{workflow_name} is queued.", workflow_name=job.workflow_name),
            then=self._accepted,
            details=lambda job: self._bench.navigator.open_job(job.job_id),
            on_failure=self._refused,
        )

    def _accepted(self, job: JobView) -> None:
        self._bench.store.put_job(job)
        self.accept()

    def _refused(self, error: Exception) -> None:
        self.submit_button.setEnabled(True)
        self.complain(reason_of(error))
        name = error.body.field.rpartition("variables.")[2] if isinstance(error, RefusedError) else ""
        if name in self.form.fields:
            self.form.fields[name].complain(str(error))
