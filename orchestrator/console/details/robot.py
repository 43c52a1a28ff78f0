"""Everything about one robot, live: properties, what it ran, its log."""

from datetime import datetime

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from orchestrator.console.commands import CommandContext
from orchestrator.console.details.head import DetailHead
from orchestrator.console.details.log_tab import LogTab
from orchestrator.console.formatting import NOTHING, browser_name, byte_size, exact_time, relative_time
from orchestrator.console.job_columns import job_columns
from orchestrator.console.operations import reason_of
from orchestrator.console.store import Kind
from orchestrator.console.tables.paged_model import PagedModel, PageRequest
from orchestrator.console.tables.view import TableView
from orchestrator.console.theme.status import robot_status
from orchestrator.console.theme.tokens import SPACE_M
from orchestrator.console.widgets.detail_button import detail_button
from orchestrator.console.widgets.empty_state import EmptyText
from orchestrator.console.widgets.property_list import Property, PropertyList
from orchestrator.console.widgets.table_card import table_card
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.api.robots import RobotView
from orchestrator.contract.states import RobotStatus

MORE_MENU = ("robot.drain_until", "robot.maintain", "robot.restart", "robot.copy_id", "robot.remove")
_CLOCK_EVERY_MS = 5_000
_ACTION = "action:"
_NO_JOBS = EmptyText("list-checks", tr("No jobs yet"), tr("What this robot runs and ran shows here."))


class RobotDetailView(QWidget):
    """Follows the store."""

    def __init__(self, bench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench, self._robot_id = bench, ""
        self.head = DetailHead(bench.theme)
        self.send_button = detail_button(bench.theme, tr("Send a job…"), "send")
        self.drain_button = detail_button(bench.theme, tr("Drain"), "hourglass")
        self.resume_button = detail_button(bench.theme, tr("Resume"), "play")
        self.more_button = detail_button(bench.theme, "", "ellipsis")
        self.more_button.setAccessibleName(tr("More"))
        self.more_button.setToolTip(tr("More: drain with a deadline, maintenance, restart"))
        self.more_button.clicked.connect(self._show_more)
        self.head.add_buttons((self.send_button, self.drain_button, self.resume_button, self.more_button))
        self._free = ""
        self._clock = QTimer(self, interval=_CLOCK_EVERY_MS)
        self._clock.timeout.connect(self._ask_clock)
        self.facts = PropertyList(bench.theme)
        self.facts.copied.connect(lambda _: bench.operations.tell("copied", tr("Copied."), icon="copy"))
        self.jobs: PagedModel[JobView] = PagedModel(
            job_columns(bench.clock),
            lambda job: job.job_id,
            self._fetch,
            bench.clock,
            sort_key="created_at",
            descending=True,
        )
        self.jobs.setParent(self)
        self.log = LogTab(bench, "robot")
        self._arrange()
        bench.store.changed.connect(self._changed)

    @property
    def title(self) -> str:
        """What the history calls it."""
        return self._bench.store.robot_name(self._robot_id)

    def open(self, robot_id: str, /) -> None:
        """Show another robot."""
        self._robot_id, self._free = robot_id, ""
        self.log.show_log(lambda cursor: self._bench.link.client.robot_logs(robot_id, after=cursor))
        self.jobs.reload()
        self._show()
        self._ask_clock()

    def show_line(self, number: int) -> None:
        """The log, at the line of this number."""
        robot_id = self._robot_id
        self.log.show_log(lambda cursor: self._bench.link.client.robot_logs(robot_id, after=cursor), line=number)
        self.tabs.setCurrentWidget(self.log)

    def showEvent(self, event: QShowEvent) -> None:
        """When it will be free is asked only while somebody looks."""
        super().showEvent(event)
        self._clock.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """And not otherwise."""
        super().hideEvent(event)
        self._clock.stop()

    def _show_more(self) -> None:
        menu = self._bench.commands.menu_for(self.context(), MORE_MENU, self)
        menu.popup(self.more_button.mapToGlobal(self.more_button.rect().bottomLeft()))

    def _ask_clock(self) -> None:
        robot = self._bench.store.robots.get(self._robot_id)
        if robot is not None and robot.draining and self._bench.store.is_connected:
            self._bench.tasks.start(self._look_at_clock(robot.robot_id), key="detail.drain", on_error=self._no_clock)

    async def _look_at_clock(self, robot_id: str) -> None:
        view = await self._bench.link.client.operations.drain_clock(robot_id)
        if robot_id == self._robot_id:
            self._free = view.words
            self._show()

    def _no_clock(self, _: Exception) -> None:
        self._free = ""

    def context(self) -> CommandContext:
        """The commands act on this robot."""
        robot = self._bench.store.robots.get(self._robot_id)
        return CommandContext(
            panel="detail",
            kind="robot",
            ids=(self._robot_id,) if self._robot_id else (),
            states=frozenset({robot.status.value}) if robot else frozenset(),
            connected=self._bench.store.is_connected,
        )

    def _fetch(self, request: PageRequest) -> None:
        if self._robot_id:
            self._bench.tasks.start(
                self._ask(request, self._robot_id),
                key="detail.robot_jobs",
                on_error=lambda error: self.jobs.fail(request, reason_of(error)),
            )

    async def _ask(self, request: PageRequest, robot_id: str) -> None:
        page = await self._bench.link.client.jobs(robot=robot_id, offset=request.offset, limit=request.limit)
        self.jobs.deliver(request, page.items, page.total)

    def _changed(self, kind: Kind, ids: frozenset[str]) -> None:
        if not self.isVisible():
            return
        if kind is Kind.ROBOTS and self._robot_id in ids:
            self._show()
            self.jobs.refresh()
        elif kind is Kind.JOBS:
            store = self._bench.store
            self.jobs.update_rows(store.jobs[job_id] for job_id in ids if job_id in store.jobs)

    def _show(self) -> None:
        robot = self._bench.store.robots.get(self._robot_id)
        if robot is None:
            return
        caption = tr(
            "{slots_busy} of {slots} slots busy   {browser}   {host}",
            slots_busy=robot.slots_busy,
            slots=robot.slots,
            browser=browser_name(robot.browser),
            host=robot.host,
        )
        self.head.set_status(robot.name, caption, robot_status(robot.status))
        self.send_button.setVisible(robot.status.is_connected)
        self.drain_button.setVisible(robot.status in (RobotStatus.ONLINE, RobotStatus.BUSY))
        self.resume_button.setVisible(robot.status is RobotStatus.DRAINING)
        if not robot.draining:
            self._free = ""
        elif not self._free:
            self._ask_clock()
        out_of_work = [Property(tr("Out of work"), words) for words in (robot.note, self._free) if words]
        self.facts.set_properties([*out_of_work, *_facts(robot, self._bench.clock())])

    def _arrange(self) -> None:
        bench = self._bench
        table: TableView[JobView] = TableView(
            bench.theme,
            self.jobs,
            bench.settings,
            bench.clock,
            name="robot_jobs",
            title=tr("Jobs of the robot"),
            empty=_NO_JOBS,
        )
        table.opened.connect(bench.navigator.open_job)
        table.retry_load.connect(self.jobs.reload)
        facts = QWidget()
        column = QVBoxLayout(facts)
        column.setContentsMargins(0, SPACE_M, 0, 0)
        column.addWidget(self.facts)
        column.addStretch(1)
        work = QWidget()
        rows = QVBoxLayout(work)
        rows.setContentsMargins(0, SPACE_M, 0, 0)
        rows.addWidget(table_card(table))
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(tr("Parts of the robot"))
        for words, page in ((tr("Overview"), facts), (tr("Jobs"), work), (tr("Log"), self.log)):
            self.tabs.addTab(page, words)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(SPACE_M)
        outer.addWidget(self.head)
        outer.addWidget(self.tabs, 1)


def _abilities(robot: RobotView) -> Property:
    """What it offers; of its actions, which are many and nearly always the same, the number."""
    actions = sorted(each.removeprefix(_ACTION) for each in robot.capabilities if each.startswith(_ACTION))
    others = [each for each in robot.capabilities if not each.startswith(_ACTION)]
    told = [counted("%n action", "%n actions", len(actions))] if actions else []
    return Property(tr("Can"), ", ".join((*told, *others)) or NOTHING, tooltip=", ".join(actions))


def _facts(robot: RobotView, now: datetime) -> list[Property]:
    def share(value: float | None) -> str:
        return NOTHING if value is None else f"{value:.0f} %"

    return [
        Property(tr("Robot"), robot.robot_id, is_id=True),
        Property(tr("Slots"), tr("{slots_busy} of {slots} busy", slots_busy=robot.slots_busy, slots=robot.slots)),
        Property("CPU", share(robot.cpu_percent)),
        Property(
            tr("Memory"),
            tr(
                "{share} of the machine, {size} its own",
                share=share(robot.memory_percent),
                size=byte_size(robot.process_memory_bytes),
            ),
        ),
        Property(tr("Heartbeat"), relative_time(robot.last_seen_at, now), tooltip=exact_time(robot.last_seen_at)),
        Property(tr("Browser"), robot.browser or NOTHING),
        _abilities(robot),
        Property(tr("Tags"), ", ".join(robot.tags) or NOTHING),
        Property(tr("Machine"), " ".join(part for part in (robot.host, robot.platform) if part) or NOTHING),
        Property(tr("Version"), robot.software_version or NOTHING),
        Property(tr("Leaked"), tr("{leaked} since its start", leaked=robot.leaked)),
        Property(tr("Known since"), relative_time(robot.registered_at, now), tooltip=exact_time(robot.registered_at)),
    ]
