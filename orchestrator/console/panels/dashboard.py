"""The fleet at a glance: six figures, two charts, what needs attention, what happened."""

from datetime import timedelta

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from orchestrator.console.activity_words import activity_look
from orchestrator.console.charts.chart_data import outcome_buckets, success_series
from orchestrator.console.charts.time_series import SHARE_STEPS, TimeChart
from orchestrator.console.demo_strip import DemoStrip
from orchestrator.console.figure_feed import RANGES, FigureFeed
from orchestrator.console.formatting import count, duration, percent
from orchestrator.console.needs import needs
from orchestrator.console.panels.base import Panel
from orchestrator.console.store import Kind
from orchestrator.console.theme.tokens import SPACE_L, SPACE_M, SPACE_S, Tone
from orchestrator.console.welcome import Welcome
from orchestrator.console.widgets.empty_state import EmptyText
from orchestrator.console.widgets.feed import Feed
from orchestrator.console.widgets.filter_bar import FilterChoice
from orchestrator.console.widgets.kpi_card import KpiCard
from orchestrator.console.widgets.labels import card, hairline, label
from orchestrator.console.widgets.segmented import SegmentedControl
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.figures import DashboardView, MetricsView
from orchestrator.contract.states import JobStatus

_CALM = EmptyText("circle-check", tr("Nothing needs you"), tr("Lost robots, failures and jobs that wait show here."))
_QUIET = EmptyText(
    "history", tr("Nothing happened yet"), tr("Jobs, robots and schedules leave a line here when they change.")
)
_UNKNOWN = EmptyText("loader", tr("Not known yet"), tr("This fills as soon as the engine answers."))
_LINES = 40


class DashboardPanel(Panel):
    """KPI cards lead to the jobs that they count; an engine that has nothing yet is explained instead."""

    key, title = "dashboard", tr("Dashboard")
    kinds = frozenset({Kind.DASHBOARD, Kind.ACTIVITY, Kind.ROBOTS, Kind.SCHEDULES, Kind.JOBS, Kind.ALERTS})

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._figures = FigureFeed(bench, self.key, self)
        self._figures.arrived.connect(self._draw)
        self._add_welcome()
        self._add_cards()
        self._add_charts()
        self._add_feeds()
        for inquiry in (bench.concerns.failures, bench.concerns.letters, bench.concerns.questions):
            inquiry.changed.connect(self.touch)

    def refresh(self) -> None:
        """Figures, lists."""
        self._choose_page()
        if self.store.dashboard is not None:
            self._show_figures(self.store.dashboard)
        is_known = self.store.heard_at is not None
        self.activity.set_empty_text(_QUIET if is_known else _UNKNOWN)
        self.attention.set_empty_text(_CALM if is_known else _UNKNOWN)
        self.activity.set_items([activity_look(item) for item in list(self.store.activity)[: -_LINES - 1 : -1]])
        self.attention.set_items(list(needs(self.store, self.bench.concerns, self.bench.clock()))[:_LINES])

    def show_part(self, part: str) -> None:
        """`welcome`: the ways to begin, also when there is something to look at."""
        self._is_welcome_wanted = part == "welcome"
        self._choose_page()

    def connected(self) -> None:
        """Draw the charts at once."""
        self._figures.ask()

    def showEvent(self, event: QShowEvent) -> None:
        """Charts move only while they are seen."""
        super().showEvent(event)
        self._figures.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """And rest otherwise."""
        super().hideEvent(event)
        self._figures.stop()

    def _add_welcome(self) -> None:
        self._is_welcome_wanted = False
        self.demo = DemoStrip(self.bench)
        self.welcome = Welcome(self.bench)
        self.welcome.dismissed.connect(self._dismiss_welcome)
        self.bench.demo.changed.connect(self._choose_page)
        self.page = QWidget()
        self._rows = QVBoxLayout(self.page)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(SPACE_L)
        self.column.addWidget(self.demo)
        self.column.addWidget(self.welcome, 1)
        self.column.addWidget(self.page, 1)
        self.welcome.hide()

    def _choose_page(self) -> None:
        """The welcome is for those who have nothing yet, and for those who ask for it; the demo has its own strip."""
        is_new = self.store.is_fresh and not self.bench.settings.text("welcome")
        is_welcome = (is_new or self._is_welcome_wanted) and not self.bench.demo.is_on
        self._is_welcome_wanted = self._is_welcome_wanted and is_welcome
        self.welcome.setVisible(is_welcome)
        self.page.setVisible(not is_welcome)
        self.range.setVisible(not is_welcome)

    def _dismiss_welcome(self) -> None:
        self._is_welcome_wanted = False
        self.bench.settings.set_text("welcome", "dismissed")
        self._choose_page()

    def _add_cards(self) -> None:
        theme = self.bench.theme
        self.robots_card = KpiCard(theme, tr("Robots online"), "bot")
        self.running_card = KpiCard(theme, tr("Running"), "loader")
        self.waiting_card = KpiCard(theme, tr("Waiting"), "circle-dashed")
        self.failed_card = KpiCard(theme, tr("Failed in 24 h"), "circle-x")
        self.success_card = KpiCard(theme, tr("Success rate"), "gauge")
        self.duration_card = KpiCard(theme, tr("Duration p95"), "clock")
        navigator = self.bench.navigator
        self.robots_card.clicked.connect(lambda: navigator.show_panel("robots"))
        self.duration_card.clicked.connect(lambda: navigator.show_panel("metrics"))
        self.failed_card.clicked.connect(lambda: navigator.show_part("failures", "groups"))
        for each, chips in (
            (self.running_card, {"running"}),
            (self.waiting_card, {"queued"}),
            (self.success_card, {"completed"}),
        ):
            each.clicked.connect(lambda chips=chips: navigator.show_jobs(FilterChoice(frozenset(chips))))
        row = QHBoxLayout()
        row.setSpacing(SPACE_M)
        for each in self._cards():
            row.addWidget(each, 1)
        self._rows.addLayout(row)

    def _cards(self) -> tuple[KpiCard, ...]:
        return (
            self.robots_card,
            self.running_card,
            self.waiting_card,
            self.failed_card,
            self.success_card,
            self.duration_card,
        )

    def _add_charts(self) -> None:
        theme = self.bench.theme
        remembered = self.bench.settings.text("dashboard.range", "3600")
        self.range = SegmentedControl(tr("Range"), RANGES, remembered if remembered in dict(RANGES) else "3600")
        self.range.selected.connect(self._range_chosen)
        self._figures.set_window(float(self.range.key))
        self.head.addWidget(self.range)
        self.success_chart = TimeChart(theme, tr("Success rate"), words=percent, y_range=(0.0, 1.0), steps=SHARE_STEPS)
        self.throughput_chart = TimeChart(theme, tr("Jobs that ended"))
        self.success_chart.hovered.connect(self.throughput_chart.set_crosshair)
        self.throughput_chart.hovered.connect(self.success_chart.set_crosshair)
        row = QHBoxLayout()
        row.setSpacing(SPACE_M)
        row.addWidget(self.success_chart, 1)
        row.addWidget(self.throughput_chart, 1)
        self._rows.addLayout(row, 5)

    def _add_feeds(self) -> None:
        theme, clock, navigator = self.bench.theme, self.bench.clock, self.bench.navigator
        self.attention = Feed(theme, tr("Needs attention"), _UNKNOWN, clock)
        self.activity = Feed(theme, tr("Recent activity"), _UNKNOWN, clock)
        row = QHBoxLayout()
        row.setSpacing(SPACE_M)
        for title, feed in ((tr("Needs attention"), self.attention), (tr("Recent activity"), self.activity)):
            feed.opened.connect(self._open)
            row.addWidget(_framed(title, feed), 1)
        self._rows.addLayout(row, 4)
        self._navigator = navigator

    def _open(self, kind: str, target: str) -> None:
        if kind in ("job", "robot", "failure", "question", "alert"):
            self._navigator.detail_wanted.emit(kind, target)
        elif kind == "repair":
            self._navigator.show_part("failures", "repairs")
        else:
            self._navigator.show_panel(kind)

    def _range_chosen(self, key: str) -> None:
        self.bench.settings.set_text("dashboard.range", key)
        self._figures.set_window(float(key))

    def _show_figures(self, board: DashboardView) -> None:
        gone = board.total_robots - board.online_robots
        self.robots_card.set_value(
            f"{board.online_robots} / {board.total_robots}",
            tr("{gone} not connected", gone=gone)
            if gone
            else tr("all connected")
            if board.total_robots
            else tr("none yet"),
            Tone.WARNING if gone or not board.total_robots else Tone.SUCCESS,
        )
        busy = sum(robot.slots_busy for robot in self.store.robots.values())
        slots = sum(robot.slots for robot in self.store.robots.values() if robot.status.is_connected)
        self.running_card.set_value(
            count(board.running_jobs), counted("{busy} of %n slot busy", "{busy} of %n slots busy", slots, busy=busy)
        )
        self.waiting_card.set_value(count(board.pending_jobs), _oldest(self))
        self.failed_card.set_value(
            count(board.failed_24h),
            tr("look at them") if board.failed_24h else tr("none"),
            Tone.DANGER if board.failed_24h else Tone.SUCCESS,
        )
        ended = board.completed_jobs_today + board.failed_jobs_today
        self.success_card.set_value(
            percent(board.success_rate if ended else None), tr("{ended} ended today", ended=count(ended))
        )
        self.duration_card.set_value(
            duration(timedelta(seconds=board.p95_execution_time)) if board.p95_execution_time else duration(None),
            tr("average {duration}", duration=duration(timedelta(seconds=board.average_execution_time)))
            if board.average_execution_time
            else "",
        )

    def _draw(self, view: MetricsView) -> None:
        self.success_chart.set_range(view.since.timestamp(), view.until.timestamp())
        self.throughput_chart.set_range(view.since.timestamp(), view.until.timestamp())
        self.success_chart.set_series([success_series(view)])
        self.throughput_chart.set_buckets(outcome_buckets(view))
        self.touch()  # ages grow, whether or not anything happened


def _oldest(panel: DashboardPanel) -> str:
    queued = [job.created_at for job in panel.store.jobs.values() if job.status is JobStatus.QUEUED]
    return (
        tr("oldest for {duration}", duration=duration(panel.bench.clock() - min(queued)))
        if queued
        else tr("queue is empty")
    )


def _framed(title: str, content: QWidget) -> QWidget:
    frame = card()
    column = QVBoxLayout(frame)
    column.setContentsMargins(1, SPACE_M, 1, SPACE_S)
    column.setSpacing(SPACE_S)
    head = label(title, "strong")
    head.setContentsMargins(SPACE_L, 0, SPACE_L, 0)
    column.addWidget(head)
    column.addWidget(hairline())
    column.addWidget(content, 1)
    return frame
