"""The time machine: what ran where and what waited, over any stretch of time, and each moment of it."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QStackedWidget, QWidget

from orchestrator.console.dialogs.time_range import TimeRangeDialog
from orchestrator.console.panels.base import Panel
from orchestrator.console.theme.fonts import text_font
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import SPACE_S, TEXT_XS
from orchestrator.console.timeline.chart import TimelineChart
from orchestrator.console.timeline.feed import TimelineFeed
from orchestrator.console.timeline.moment_pane import MomentPane
from orchestrator.console.timeline.painter import PATTERNS, look_colour
from orchestrator.console.timeline.scene import LOOK_WORDS, Look, scene_of
from orchestrator.console.timeline.span import Span
from orchestrator.console.widgets.empty_state import EmptyState, EmptyText
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.segmented import SegmentedControl
from orchestrator.console.widgets.skeleton import Skeleton
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.timeline import MomentView, TimelineView

RANGES = (("3600", "1 h"), ("21600", "6 h"), ("86400", "24 h"), ("604800", "7 d"))
_PATIENCE_MS = 150
_SLACK_S, _SLACK = 5.0, 0.02
"""So much time passes between two answers: what ended now a moment ago still does."""
_NO_ROBOTS = EmptyText(
    "history",
    tr("No robot was there"),
    tr("Once a robot has connected, what it runs stands here over time, and any moment can be opened."),
    tr("Connect a robot"),
)
_NOTHING_YET = EmptyText(
    "history",
    tr("Nothing was recorded then"),
    tr("The timeline begins when the orchestrator first notes how robots stand."),
    tr("Back to now"),
)


class TimelinePanel(Panel):
    """A chart of lanes, the ranges above it, and the moment that was opened beside it."""

    key, title = "timeline", tr("Timeline")

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        remembered = bench.settings.text("timeline.range", "3600")
        self.range = SegmentedControl(tr("Range"), RANGES, remembered if remembered in dict(RANGES) else "3600")
        now = bench.clock().timestamp()
        span = Span(now - float(self.range.key), now)
        self.feed = TimelineFeed(bench, span, self)
        self.chart = TimelineChart(bench.theme, span)
        self.moment = MomentPane(bench.theme)
        self.moment.hide()
        self.summary = label("", "muted")
        self.any_button = QPushButton(tr("Any time…"))
        self.any_button.setProperty("variant", "ghost")
        self.now_button = QPushButton(tr("Now"))
        self.now_button.setEnabled(False)
        self.now_button.setToolTip(tr("Go to now, and follow it"))
        self.empty = EmptyState(bench.theme, _NO_ROBOTS)
        self.skeleton = Skeleton(bench.theme)
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(self._still_loading)
        self._has_answer = False
        self._failure = ""
        self._arrange()
        self._connect()

    def take_keyboard(self) -> None:
        """Into the chart."""
        self.chart.setFocus()

    def connected(self) -> None:
        """The line is there (again)."""
        self.feed.ask()

    def showEvent(self, event: QShowEvent) -> None:
        """The chart moves only while it is seen."""
        super().showEvent(event)
        if not self._has_answer:
            self._patience.start()
        self.feed.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """And rests otherwise."""
        super().hideEvent(event)
        self._patience.stop()
        self.feed.stop()

    def focus_search(self) -> None:
        """Nothing is searched here."""

    # --- inside ---------------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        for part in (self.summary, self.now_button, self.range, self.any_button):
            self.head.addWidget(part)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.chart)
        self._splitter.addWidget(self.moment)
        self._splitter.setStretchFactor(0, 1)
        self.stack = QStackedWidget()
        for place in (self._splitter, self.empty, self.skeleton):
            self.stack.addWidget(place)
        self.column.addWidget(self.stack, 1)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_S)
        foot.addWidget(Legend(self.bench.theme))
        words = tr("Wheel or + and -: zoom   Drag: move   ←/→: cursor   Click or Enter: open the moment")
        hint = label(words, "caption")
        hint.setAlignment(Qt.AlignmentFlag.AlignRight)
        hint.setWordWrap(True)
        foot.addWidget(hint, 1)
        self.column.addLayout(foot)

    def _connect(self) -> None:
        self.feed.arrived.connect(self._arrived)
        self.feed.failed.connect(self._failed)
        self.feed.opened.connect(self._opened)
        self.feed.not_opened.connect(self.moment.complain)
        self.chart.span_changed.connect(self._span_changed)
        self.chart.opened.connect(self.open_moment)
        self.chart.cleared.connect(self.close_moment)
        self.range.selected.connect(self._range_chosen)
        self.now_button.clicked.connect(self.follow)
        self.any_button.clicked.connect(self._ask_range)
        self.empty.action_clicked.connect(self._empty_action)
        self.moment.closed.connect(self.close_moment)
        self.moment.job_wanted.connect(self.bench.navigator.open_job)
        self.moment.robot_wanted.connect(self.bench.navigator.open_robot)

    def follow(self) -> None:
        """Up to now, and on with it."""
        self._show(self.chart.span.ending(self.bench.clock().timestamp()), follows=True)

    def show_span(self, span: Span) -> None:
        """Any stretch of time."""
        self._show(span, follows=span.end >= self.bench.clock().timestamp())

    def open_moment(self, at: float) -> None:
        """Ask for a moment, and show it beside the chart."""
        self.chart.set_cursor(at)
        self.moment.show_waiting(Span(at, at).since)
        self.moment.show()
        self.feed.open(at)

    def close_moment(self) -> None:
        """The chart alone."""
        self.moment.hide()
        self.chart.set_cursor(None)
        self.chart.setFocus()

    def _show(self, span: Span, *, follows: bool) -> None:
        self.chart.set_span(span)
        self.feed.watch(span, follows=follows)
        self.now_button.setEnabled(not follows)
        self.feed.ask()

    def _span_changed(self) -> None:
        """By hand: whoever zooms while it follows now goes on following."""
        span, now = self.chart.span, self.bench.clock().timestamp()
        follows = span.end >= now - max(_SLACK_S, _SLACK * span.length_s) and self.feed.follows
        self.feed.watch(span, follows=follows)
        self.now_button.setEnabled(not follows)

    def _range_chosen(self, key: str) -> None:
        self.bench.settings.set_text("timeline.range", key)
        now = self.bench.clock().timestamp()
        end = now if self.feed.follows else min(now, (self.chart.span.begin + self.chart.span.end + float(key)) / 2)
        self._show(Span(end - float(key), end), follows=self.feed.follows)

    def _ask_range(self) -> None:
        dialog = TimeRangeDialog(self.chart.span.since, self.chart.span.until, self.window())
        dialog.chosen.connect(lambda since, until: self.show_span(Span(since.timestamp(), until.timestamp())))
        dialog.open()

    def _arrived(self, view: TimelineView) -> None:
        self._patience.stop()
        self._has_answer, self._failure = True, ""
        scene = scene_of(view)
        self.chart.set_scene(scene)
        if self.feed.follows:
            self.chart.set_span(self.feed.span)
        runs, failed = sum(lane.runs for lane in scene.lanes), sum(lane.failed for lane in scene.lanes)
        told = ", ".join((counted("%n run", "%n runs", runs), tr("{number} failed", number=failed)))
        words = [told if runs else "", *scene.remarks]
        self.summary.setText("   ".join(word for word in words if word))
        self._show_place(view)

    def _show_place(self, view: TimelineView) -> None:
        if view.lanes:
            self.stack.setCurrentWidget(self._splitter)
            return
        is_before = any(gap.reason == "unrecorded" and gap.until >= min(view.until, view.now) for gap in view.gaps)
        self.empty.set_text(_NOTHING_YET if is_before else _NO_ROBOTS)
        self.stack.setCurrentWidget(self.empty)

    def _failed(self, reason: str) -> None:
        self._patience.stop()
        self._failure = reason
        if self._has_answer and not self.chart.scene.is_empty:
            self.summary.setText(tr("Not up to date: {reason}", reason=reason))
            return
        self.empty.set_text(EmptyText("unplug", tr("The timeline cannot be shown"), reason, tr("Try again")))
        self.stack.setCurrentWidget(self.empty)

    def _empty_action(self) -> None:
        if self._failure:
            self.feed.ask()
        elif self.feed.follows:
            self.bench.commands.run("robot.enrol")
        else:
            self.follow()

    def _still_loading(self) -> None:
        if not self._has_answer and not self._failure:
            self.stack.setCurrentWidget(self.skeleton)
            self.skeleton.show()

    def _opened(self, view: MomentView) -> None:
        self.moment.show_moment(view)
        self.moment.tree.setFocus()


class Legend(QWidget):
    """What the patterns mean."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName(tr("Legend: {words}", words=", ".join(LOOK_WORDS.values())))
        self.setFixedSize(420, 18)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """A swatch and a word for each."""
        painter = QPainter(self)
        painter.setFont(text_font(TEXT_XS))
        x = 0
        for look in Look:
            painter.fillRect(x, 4, 16, 10, look_colour(self._theme.tokens, look))
            if look in PATTERNS:
                pattern = QColor(self._theme.tokens.surface)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(pattern)
                brush = painter.brush()
                brush.setStyle(PATTERNS[look])
                painter.fillRect(x, 4, 16, 10, brush)
            painter.setPen(QColor(self._theme.tokens.muted))
            words = LOOK_WORDS[look]
            painter.drawText(x + 22, 13, words)
            x += 22 + painter.fontMetrics().horizontalAdvance(words) + 18
