"""One moment of the fleet beside the chart: what ran, waited and had just failed, and which robots were there."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from orchestrator.console.formatting import duration_so_far, exact_time
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import SPACE_L, SPACE_M, SPACE_S, Tone
from orchestrator.console.widgets.labels import label
from orchestrator.console.words import counted, tr
from orchestrator.contract.api.timeline import (
    MomentFailureView,
    MomentRobotView,
    MomentRunView,
    MomentView,
    MomentWaitView,
)

_PLACE = Qt.ItemDataRole.UserRole
_WIDTH = 380
_ENDS = {
    "completed": tr("completed"),
    "failed": tr("failed"),
    "timeout": tr("timed out"),
    "crashed": tr("crashed"),
    "cancelled": tr("cancelled"),
    "paused": tr("paused"),
}
_STATES = {
    "online": ("circle-check", Tone.SUCCESS, tr("online")),
    "draining": ("hourglass", Tone.WARNING, tr("drains")),
    "maintenance": ("circle-pause", Tone.WARNING, tr("maintenance")),
    "lost": ("wifi-off", Tone.DANGER, tr("lost")),
    "offline": ("circle-slash", Tone.MUTED, tr("away")),
}


class MomentPane(QFrame):
    """`job_wanted`, `robot_wanted` on Enter or a double click; `closed` on Esc or its button."""

    job_wanted = Signal(str)
    robot_wanted = Signal(str)
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("card", True)
        self.setAccessibleName(tr("The moment"))
        self.setMinimumWidth(_WIDTH)
        self.view: MomentView | None = None
        self.title = label("", "heading")
        self.remark = label("", "muted")
        self.remark.setWordWrap(True)
        self.tree = _Tree()
        self.tree.itemActivated.connect(self._activated)
        self.tree.escaped.connect(self.closed)
        self._arrange()
        theme.changed.connect(self._redraw)

    def show_moment(self, view: MomentView) -> None:
        """Tell of a moment."""
        self.view = view
        self._redraw()

    def show_waiting(self, at: datetime) -> None:
        """It is asked for."""
        self.title.setText(f"{at.astimezone():%H:%M:%S}")
        self.remark.setText(tr("Looking…"))

    def complain(self, reason: str) -> None:
        """It could not be had."""
        self.view = None
        self.tree.clear()
        self.remark.setText(tr("This moment could not be opened: {reason}", reason=reason))

    def _arrange(self) -> None:
        close = QToolButton()
        self._theme.bind_icon(close, "x", Tone.MUTED)
        close.setAccessibleName(tr("Close the moment"))
        close.setToolTip(tr("Close (Esc)"))
        close.setProperty("variant", "ghost")
        close.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_M, SPACE_M)
        column.setSpacing(SPACE_S)
        column.addLayout(head)
        column.addWidget(self.remark)
        column.addWidget(self.tree, 1)

    def _redraw(self) -> None:
        view = self.view
        if view is None:
            return
        self.title.setText(f"{view.at.astimezone():%H:%M:%S}")
        self.title.setToolTip(exact_time(view.at))
        self.remark.setText(_remark(view))
        self.setAccessibleDescription(f"{exact_time(view.at)}: {_remark(view)}")
        self.tree.clear()
        self._group(tr("Running"), len(view.running), [self._run(each, view.at) for each in view.running])
        self._group(tr("Waiting"), view.waiting_count, [self._wait(each, view.at) for each in view.waiting])
        self._group(tr("Just failed"), len(view.failed), [self._failure(each, view.at) for each in view.failed])
        self._group(tr("Robots"), len(view.robots), [self._robot(each) for each in view.robots])
        self.tree.expandAll()
        head = self.tree.topLevelItem(0)
        first = head.child(0) if head is not None else None
        if first is not None:
            self.tree.setCurrentItem(first)

    def _group(self, words: str, number: int, rows: Sequence[QTreeWidgetItem]) -> None:
        head = QTreeWidgetItem([f"{words} ({number})", ""])
        font = head.font(0)
        font.setBold(True)
        head.setFont(0, font)
        for row in rows:
            head.addChild(row)
        if number > len(rows):
            head.addChild(QTreeWidgetItem([tr("and {number} more", number=number - len(rows)), ""]))
        if not rows and not number:
            none = QTreeWidgetItem([tr("None"), ""])
            none.setForeground(0, self._theme.colour(Tone.MUTED))
            head.addChild(none)
        self.tree.addTopLevelItem(head)

    def _run(self, run: MomentRunView, at: datetime) -> QTreeWidgetItem:
        done = tr("{done} of {total} steps done", done=run.steps_done, total=run.steps_total) if run.steps_total else ""
        steps = ", ".join(run.steps)
        row = self._row("loader", Tone.ACCENT, run.workflow_name, steps or done or run.robot_name, ("job", run.job_id))
        outcome = _ENDS.get(run.outcome or "", run.outcome or "")
        ended = tr("later: {outcome}", outcome=outcome) if run.ended_at else tr("still runs")
        length = duration_so_far(at - run.started_at)
        facts = [tr("on {robot} for {length}", robot=run.robot_name, length=length), steps, done, ended]
        return _told(row, facts)

    def _wait(self, wait: MomentWaitView, at: datetime) -> QTreeWidgetItem:
        waited = tr("for {length}", length=duration_so_far(max(at - wait.since, timedelta())))
        row = self._row("circle-dashed", Tone.MUTED, wait.workflow_name, waited, ("job", wait.job_id))
        went = ""
        if wait.until is not None:
            after = duration_so_far(wait.until - at)
            taken = tr("{robot} took it {length} later", robot=wait.robot_name, length=after)
            went = taken if wait.robot_name else tr("given up {length} later", length=after)
        return _told(row, [waited, wait.reason, went])

    def _failure(self, failure: MomentFailureView, at: datetime) -> QTreeWidgetItem:
        ago = tr("{length} before", length=duration_so_far(at - failure.ended_at)) if failure.ended_at else ""
        row = self._row("circle-x", Tone.DANGER, failure.workflow_name, ago, ("job", failure.job_id))
        return _told(row, [tr("on {robot}, {ago}", robot=failure.robot_name, ago=ago), failure.error])

    def _robot(self, robot: MomentRobotView) -> QTreeWidgetItem:
        icon, tone, words = _STATES.get(robot.state, ("circle-help", Tone.MUTED, robot.state))
        busy = tr("{used} of {slots} slots", used=robot.running, slots=robot.slots) if robot.running else tr("idle")
        told = f"{words}, {busy}" if robot.state == "online" else words
        row = self._row(icon, tone, robot.name, told, ("robot", robot.robot_id))
        return _told(row, [tr("{state} since {moment}", state=words, moment=exact_time(robot.since)), robot.note])

    def _row(self, icon: str, tone: Tone, name: str, words: str, place: tuple[str, str]) -> QTreeWidgetItem:
        row = QTreeWidgetItem([name, words])
        ratio = self.devicePixelRatioF()
        row.setIcon(
            0, QIcon(self._theme.pixmap(icon, tone, ratio=ratio))
        )  # an open row would take the accent's picture
        row.setForeground(1, self._theme.colour(Tone.MUTED))
        row.setData(0, _PLACE, place)
        return row

    def _activated(self, row: QTreeWidgetItem, _column: int) -> None:
        place = row.data(0, _PLACE)
        if place is None:
            return
        kind, item_id = place
        (self.job_wanted if kind == "job" else self.robot_wanted).emit(item_id)


class _Tree(QTreeWidget):
    """Enter opens a row, Esc goes back to the chart."""

    escaped = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setHeaderHidden(True)
        self.setColumnCount(2)
        self.setIndentation(14)
        self.setUniformRowHeights(True)
        self.setAccessibleName(tr("What is known of the moment"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.header().setStretchLastSection(True)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.setColumnWidth(0, 190)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt opens rows on Enter on some systems only."""
        row = self.currentItem()
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and row is not None:
            self.itemActivated.emit(row, 0)
        elif event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)


def _told(row: QTreeWidgetItem, facts: Sequence[str]) -> QTreeWidgetItem:
    words = "\n".join(fact for fact in facts if fact)
    for column in (0, 1):
        row.setToolTip(column, words)
    row.setData(0, Qt.ItemDataRole.AccessibleDescriptionRole, words)
    return row


def _remark(view: MomentView) -> str:
    if view.gap is not None:
        if view.gap.reason == "stopped":
            return tr("The orchestrator did not run then: of robots this is what was known last.")
        return tr("Nothing had been recorded yet: what jobs tell of themselves is shown.")
    there = sum(robot.state not in {"lost", "offline", "removed"} for robot in view.robots)
    robots = counted("%n robot there", "%n robots there", there)
    told = tr("{running} running, {waiting} waiting", running=len(view.running), waiting=view.waiting_count)
    return f"{robots}, {told}"
