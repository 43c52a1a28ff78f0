"""Everything about one job, live: overview, steps, log, data, files."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QTabWidget, QVBoxLayout, QWidget

from orchestrator.client.errors import RefusedError
from orchestrator.console.commands import CommandContext
from orchestrator.console.details.artifacts import ArtifactTab
from orchestrator.console.details.checkpoints import CheckpointTab
from orchestrator.console.details.head import DetailHead
from orchestrator.console.details.job_overview import JobOverview
from orchestrator.console.details.job_remarks import remedies_of
from orchestrator.console.details.log_tab import LogTab
from orchestrator.console.details.step_columns import step_columns
from orchestrator.console.formatting import percent, relative_time, short_id
from orchestrator.console.job_columns import job_duration
from orchestrator.console.operations import reason_of
from orchestrator.console.store import Kind
from orchestrator.console.tables.memory_rows import MemoryRows
from orchestrator.console.tables.view import TableView
from orchestrator.console.theme.status import StatusSpec, job_status
from orchestrator.console.theme.tokens import SPACE_M, Tone
from orchestrator.console.widgets.detail_button import detail_button
from orchestrator.console.widgets.empty_state import EmptyText
from orchestrator.console.widgets.json_tree import JsonTree
from orchestrator.console.widgets.step_graph import GraphNode, StepGraph
from orchestrator.console.widgets.table_card import table_card
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.jobs import JobDetail, JobView, StepView, WaitReason
from orchestrator.contract.states import FINAL_STATES, JobStatus, StepStatus

_NO_STEPS = EmptyText("workflow", tr("No steps yet"), tr("Steps show here as soon as a robot has taken the job."))
_FINAL = frozenset(FINAL_STATES)
_SETTLE_MS = 250
_TIMES_EVERY_MS = 1_000
_WHY_EVERY_S = 5
MORE_MENU = (
    "job.pause",
    "job.resume",
    "job.checkpoint",
    "job.retry",
    "job.retry_from",
    "job.again",
    "job.priority.critical",
    "job.priority.high",
    "job.priority.normal",
    "job.priority.low",
    "job.incident",
    "job.copy_id",
    "job.copy_json",
)


class JobDetailView(QWidget):
    """Follows the store; asks the engine for the rest when the job's version changes.

    `remedy_wanted(RemedyView)` and `checkpoint_wanted(id)`: what its buttons ask for that is no command.
    """

    remedy_wanted = Signal(object)
    checkpoint_wanted = Signal(str)

    def __init__(self, bench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench, self._job_id = bench, ""
        self._job: JobView | None = None
        self._detail: JobDetail | None = None
        self._waiting: tuple[WaitReason, ...] = ()
        self._running: tuple[str, ...] = ()
        self._age_s = 0
        self.head = DetailHead(bench.theme)
        self.cancel_button = detail_button(bench.theme, tr("Cancel"), "circle-slash", tone=Tone.DANGER)
        self.retry_button = detail_button(bench.theme, tr("Retry"), "rotate-cw")
        self.again_button = detail_button(bench.theme, tr("Run again…"), "pencil")
        self.from_button = detail_button(bench.theme, tr("From failed step…"), "history")
        self.from_button.clicked.connect(lambda: self._act("job.retry_from"))
        self.more_button = detail_button(bench.theme, "", "ellipsis")
        self.more_button.setAccessibleName(tr("More"))
        self.more_button.setToolTip(tr("More: pause, resume, priority, copy"))
        self.more_button.clicked.connect(self._show_more)
        self.head.add_buttons(
            (self.cancel_button, self.retry_button, self.from_button, self.again_button, self.more_button)
        )
        self.overview = JobOverview(bench)
        self.overview.acted.connect(self._act)
        self.checkpoints = CheckpointTab(bench)
        self.checkpoints.resume_wanted.connect(self.checkpoint_wanted)
        self.checkpoints.take_wanted.connect(lambda: self._act("job.checkpoint"))
        self.steps: MemoryRows[StepView] = MemoryRows(step_columns(), lambda s: s.step_id, bench.clock, parent=self)
        self.log = LogTab(bench, "job")
        self.inputs, self.outputs = JsonTree(tr("Input")), JsonTree(tr("Output"))
        self.files = ArtifactTab(bench)
        self._reload = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._reload.timeout.connect(self._ask)
        self._ageing = QTimer(self, interval=_TIMES_EVERY_MS)
        self._ageing.timeout.connect(self._grow_older)
        self._arrange()
        bench.store.changed.connect(self._changed)
        for inquiry in (bench.concerns.letters, bench.concerns.questions):
            inquiry.changed.connect(self._concerns_changed)

    @property
    def title(self) -> str:
        """What the history calls it."""
        return self._job.workflow_name if self._job else short_id(self._job_id)

    def open(self, job_id: str, /) -> None:
        """Show another job."""
        self._job_id, self._detail, self._waiting = job_id, None, ()
        self._job = self._bench.store.jobs.get(job_id)
        self.log.show_log(lambda cursor: self._bench.link.client.job_logs(job_id, after=cursor))
        if self._job is not None:
            self._show()
        self._ask()

    def show_line(self, number: int) -> None:
        """The log, at the line of this number."""
        job_id = self._job_id
        self.log.show_log(lambda cursor: self._bench.link.client.job_logs(job_id, after=cursor), line=number)
        self.tabs.setCurrentWidget(self.log)

    def context(self) -> CommandContext:
        """The commands act on this job."""
        states = frozenset({self._job.status.value}) if self._job else frozenset[str]()
        return CommandContext(
            panel="detail",
            kind="job",
            ids=(self._job_id,) if self._job_id else (),
            states=states,
            connected=self._bench.store.is_connected,
        )

    def showEvent(self, event: QShowEvent) -> None:
        """Times grow older only while they are seen."""
        super().showEvent(event)
        self._ageing.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """And rest otherwise."""
        super().hideEvent(event)
        self._ageing.stop()

    def _grow_older(self) -> None:
        if self._job is not None:
            self._show_head(self._job)
            self.overview.show_detail(self._job, self._detail, self._waiting)
            self._age_s += 1
            if self._job.waiting and self._age_s % _WHY_EVERY_S == 0:
                self._ask()  # why it waits changes with others' jobs, of which it hears nothing

    def _concerns_changed(self) -> None:
        if self._job is not None and self.isVisible():
            self.overview.show_detail(self._job, self._detail, self._waiting)

    def _act(self, key: str) -> None:
        """What a button on a card is for: a command, a remedy, or a question to be answered."""
        topic, _, question_id = key.partition(":")
        if topic == "question":
            self._bench.navigator.detail_wanted.emit("question", question_id)
        elif key.startswith("remedy."):
            self.remedy_wanted.emit(remedies_of(self._waiting)[int(key.removeprefix("remedy."))])
        else:
            self._bench.commands.run(key, self.context())

    def _show_more(self) -> None:
        menu = self._bench.commands.menu_for(self.context(), MORE_MENU, self)
        menu.popup(self.more_button.mapToGlobal(self.more_button.rect().bottomLeft()))

    def _ask(self) -> None:
        if self._job_id:
            self._bench.tasks.start(self._load(self._job_id), key="detail.job", on_error=self._failed)

    async def _load(self, job_id: str) -> None:
        client = self._bench.link.client
        detail = await client.job(job_id)
        self._detail, self._job = detail, detail.job
        if detail.job.waiting:
            self._waiting = tuple(await client.why_waiting(job_id))
        if job_id == self._job_id:
            self._show()

    def _failed(self, error: Exception) -> None:
        absent = isinstance(error, RefusedError) and error.status == 404
        look = (
            StatusSpec("circle-help", Tone.MUTED, tr("Unknown"))
            if absent
            else StatusSpec("circle-x", Tone.DANGER, tr("Failed"))
        )
        if self._job is None:
            self.head.set_status(short_id(self._job_id), reason_of(error), look)

    def _changed(self, kind: Kind, ids: frozenset[str]) -> None:
        if self._job_id not in ids or not self.isVisible():
            return
        if kind is Kind.JOBS:
            before, self._job = self._job, self._bench.store.jobs.get(self._job_id, self._job)
            self._show()
            moved = before is None or self._job is None or before.status is not self._job.status
            if moved:
                self._reload.start()
        elif kind is Kind.STEPS:
            self._show_steps()

    def _show(self) -> None:
        job = self._job
        if job is None:
            return
        self._show_head(job)
        self.overview.show_detail(job, self._detail, self._waiting)
        self.checkpoints.show_job(job)
        self._show_steps()
        if self._detail is not None:
            self.inputs.set_value(self._detail.variables)
            self.outputs.set_value(self._detail.result.outputs if self._detail.result else {})
            self.files.show_files(job.job_id, self._detail.artifacts)

    def _show_head(self, job: JobView) -> None:
        progress = (
            ""
            if job.status.has_ended or not job.started_at
            else f"{percent(round(job.progress, 2))}, {job.current_step}"
        )
        created = tr("created {age}", age=relative_time(job.created_at, self._bench.clock()))
        length = (
            tr("ran {job_duration}", job_duration=job_duration(job, self._bench.clock()))
            if job.finished_at and job.duration_s is not None
            else ""
        )
        robot = tr("on {robot_name}", robot_name=job.robot_name) if job.robot_name else ""
        caption = "   ".join(part for part in (short_id(job.job_id), progress or length, robot, created) if part)
        self.head.set_status(job.workflow_name, caption, job_status(job.status))
        self.cancel_button.setVisible(not job.status.has_ended)
        self.cancel_button.setEnabled(job.status is not JobStatus.CANCELLING)
        can_retry = job.status in _FINAL and job.status is not JobStatus.COMPLETED
        is_dead = job.status is JobStatus.DEAD_LETTER  # its card offers what is wise
        self.retry_button.setVisible(can_retry and not is_dead)
        self.from_button.setVisible(can_retry and not is_dead)
        self.again_button.setVisible(not can_retry or is_dead)

    def _show_steps(self) -> None:
        known = {step.step_id: step for step in self._detail.steps} if self._detail else {}
        is_live = self._job is not None and not self._job.status.has_ended
        if is_live or not known:
            news = self._bench.store.steps.get(self._job_id, {})
            known |= {step_id: _in_its_place(step, known.get(step_id)) for step_id, step in news.items()}
        steps = list(known.values())
        self.steps.set_rows(steps)
        self.graph.set_nodes(
            [GraphNode(step.step_id, step.name or step.step_id, step.dependencies, step.status.value) for step in steps]
        )
        self._follow_running(steps)

    def _follow_running(self, steps: list[StepView]) -> None:
        """A step that begins comes into sight; nothing moves while the same ones run."""
        running = tuple(step.step_id for step in steps if step.status is StepStatus.RUNNING)
        if running and running != self._running:
            place = self.graph.place_of(running[-1]).center()
            self.picture.ensureVisible(round(place.x()), round(place.y()), 120, 60)
        self._running = running

    def _arrange(self) -> None:
        bench = self._bench
        table: TableView[StepView] = TableView(
            bench.theme, self.steps.model, bench.settings, bench.clock, name="steps", title=tr("Steps"), empty=_NO_STEPS
        )
        self.step_table = table
        self.graph = StepGraph(bench.theme)
        steps = QSplitter(Qt.Orientation.Vertical)
        steps.setChildrenCollapsible(False)
        steps.setProperty("gap", True)
        steps.setHandleWidth(12)
        self.picture = self.graph.in_scroll_area()
        steps.addWidget(table_card(self.picture))
        steps.addWidget(table_card(table))
        steps.setSizes([390, 250])
        data = QSplitter(Qt.Orientation.Vertical)
        data.setChildrenCollapsible(False)
        data.setProperty("gap", True)
        data.setHandleWidth(12)
        data.addWidget(table_card(self.outputs))
        data.addWidget(table_card(self.inputs))
        self.outputs.set_heading(tr("Output"))
        self.inputs.set_heading(tr("Input"))
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.setAccessibleName(tr("Parts of the job"))
        for words, page in (
            (tr("Overview"), self.overview),
            (tr("Steps"), _padded(steps)),
            (tr("Log"), self.log),
            (tr("Data"), _padded(data)),
            (tr("Files"), self.files),
            (tr("Checkpoints"), self.checkpoints),
        ):
            self.tabs.addTab(page, words)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_M)
        column.addWidget(self.head)
        column.addWidget(self.tabs, 1)


def _in_its_place(news: StepView, known: StepView | None) -> StepView:
    """News of a step say how it stands; what it waits for stands in the definition."""
    if known is None or news.dependencies:
        return news
    kept = {"dependencies": known.dependencies, "name": news.name or known.name, "action": news.action or known.action}
    return news.model_copy(update=kept)


def _padded(content: QWidget) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, SPACE_M, 0, 0)
    column.addWidget(content)
    return holder
