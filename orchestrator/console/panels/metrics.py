"""Trends: how long jobs take, how they end, how full the queue and how busy the robots are."""

from datetime import timedelta

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout

from orchestrator.console.charts.chart_data import duration_series, outcome_buckets, queue_series
from orchestrator.console.charts.time_series import TIME_STEPS, TimeChart
from orchestrator.console.charts.usage_bars import Usage, UsageBars
from orchestrator.console.figure_feed import RANGES, FigureFeed
from orchestrator.console.formatting import count, duration, percent
from orchestrator.console.panels.base import Panel
from orchestrator.console.theme.tokens import SPACE_M
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.segmented import SegmentedControl
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.figures import MetricsView


class MetricsPanel(Panel):
    """Four charts over one stretch of time, with one crosshair."""

    key, title = "metrics", tr("Metrics")

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._figures = FigureFeed(bench, self.key, self)
        self._figures.arrived.connect(self._draw)
        self._figures.failed.connect(self._failed)
        remembered = bench.settings.text("metrics.range", "86400")
        self.range = SegmentedControl(tr("Range"), RANGES, remembered if remembered in dict(RANGES) else "86400")
        self.range.selected.connect(self._range_chosen)
        self._figures.set_window(float(self.range.key))
        self.summary = label("", "muted")
        self.head.addWidget(self.summary)
        self.head.addWidget(self.range)
        self._add_charts()

    def connected(self) -> None:
        """Draw at once."""
        self._figures.ask()

    def showEvent(self, event: QShowEvent) -> None:
        """Charts move only while they are seen."""
        super().showEvent(event)
        self._figures.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """And rest otherwise."""
        super().hideEvent(event)
        self._figures.stop()

    def _add_charts(self) -> None:
        theme = self.bench.theme
        self.durations = TimeChart(theme, tr("Execution time"), words=_seconds, steps=TIME_STEPS)
        self.outcomes = TimeChart(theme, tr("Success and failure"))
        self.queue = TimeChart(theme, tr("Queue depth"))
        self.robots = UsageBars(theme, tr("Robot utilisation"))
        charts = (self.durations, self.outcomes, self.queue)
        for chart in charts:
            for other in charts:
                if other is not chart:
                    chart.hovered.connect(other.set_crosshair)
        grid = QGridLayout()
        grid.setSpacing(SPACE_M)
        for number, part in enumerate((*charts, self.robots)):
            grid.addWidget(part, number // 2, number % 2)
        for each in (0, 1):
            grid.setRowStretch(each, 1)
            grid.setColumnStretch(each, 1)
        self.column.addLayout(grid, 1)

    def _range_chosen(self, key: str) -> None:
        self.bench.settings.set_text("metrics.range", key)
        self._figures.set_window(float(key))

    def _draw(self, view: MetricsView) -> None:
        for chart in (self.durations, self.outcomes, self.queue):
            chart.set_range(view.since.timestamp(), view.until.timestamp())
        self.durations.set_series(duration_series(view))
        self.outcomes.set_buckets(outcome_buckets(view))
        self.queue.set_series(queue_series(view))
        self.robots.set_usages(
            [Usage(use.name, use.utilisation, duration(timedelta(seconds=use.busy_s)) + " busy") for use in view.robots]
        )
        self.summary.setText(_summary(view))

    def _failed(self, reason: str) -> None:
        self.summary.setText(tr("Not up to date: {reason}", reason=reason))


def _summary(view: MetricsView) -> str:
    completed = sum(bucket.completed for bucket in view.buckets)
    failed = sum(bucket.failed for bucket in view.buckets)
    ended = completed + failed
    return (
        tr("{ended} jobs ended, {number} succeeded", ended=count(ended), number=percent(completed / ended))
        if ended
        else tr("No job ended in this range")
    )


def _seconds(value: float) -> str:
    return duration(timedelta(seconds=value))
