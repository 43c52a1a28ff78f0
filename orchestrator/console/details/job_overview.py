"""A job at a glance: what went wrong and what to do first, then why it waits, its facts and its attempts."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from orchestrator.console.contract_words import priority_words
from orchestrator.console.details.job_remarks import (
    error_remarks,
    letter_remarks,
    question_remarks,
    stop_remarks,
    waiting_remarks,
)
from orchestrator.console.details.remark import Remark, remark_card
from orchestrator.console.formatting import NOTHING, duration, exact_time, relative_time, short_id
from orchestrator.console.job_columns import job_duration
from orchestrator.console.theme.status import job_status
from orchestrator.console.theme.tokens import SPACE_L, SPACE_M
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.property_list import Property, PropertyList
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.jobs import AttemptView, JobDetail, JobView, WaitReason
from orchestrator.contract.states import JobStatus


class JobOverview(QScrollArea):
    """One column of cards, rebuilt only when what they say changes; `acted(key)` for a button on one of them."""

    acted = Signal(str)

    def __init__(self, bench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self.setProperty("reader", True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click means what it hits
        self.setAccessibleName(tr("Overview"))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        content = QWidget()
        content.setProperty("panel", True)
        self._remarks = QVBoxLayout()
        self._remarks.setSpacing(SPACE_M)
        self.facts = PropertyList(bench.theme)
        self.attempts = PropertyList(bench.theme)
        self._attempts_title = label(tr("Attempts"), "strong")
        column = QVBoxLayout(content)
        column.setContentsMargins(0, SPACE_M, SPACE_M, SPACE_M)
        column.setSpacing(SPACE_L)
        column.addLayout(self._remarks)
        column.addWidget(self.facts)
        column.addWidget(self._attempts_title)
        column.addWidget(self.attempts)
        column.addStretch(1)
        self.setWidget(content)
        self._shown: tuple[Remark, ...] = ()
        self.facts.copied.connect(lambda _: bench.operations.tell("copied", tr("Copied."), icon="copy"))

    def show_detail(self, job: JobView, detail: JobDetail | None, waiting: Sequence[WaitReason]) -> None:
        """Show the newest view; the detail may still be on its way."""
        self._show_remarks(self._remarks_of(job, detail, waiting))
        self.facts.set_properties(_facts(job, detail, self._bench.clock()))
        attempts = detail.attempts if detail else ()
        self._attempts_title.setVisible(bool(attempts))
        self.attempts.set_properties([_attempt(each) for each in reversed(attempts)])

    def _remarks_of(self, job: JobView, detail: JobDetail | None, waiting: Sequence[WaitReason]) -> list[Remark]:
        concerns, result = self._bench.concerns, detail.result if detail else None
        letters = concerns.letters.value.items if concerns.letters.value else ()
        letter = next((each for each in letters if each.job.job_id == job.job_id), None)
        asked = [each for each in concerns.open_questions if each.job_id == job.job_id]
        is_over = job.status.has_ended and result is not None
        return [
            *question_remarks(asked),
            *letter_remarks(letter),
            *error_remarks(job.error if job.status is not JobStatus.CANCELLED else None),
            *waiting_remarks(job, waiting),
            *(stop_remarks(job, result.stop, result.stopped_by) if is_over and result else ()),
        ]

    def _show_remarks(self, remarks: Sequence[Remark]) -> None:
        if tuple(remarks) == self._shown:
            return
        self._shown = tuple(remarks)
        while (item := self._remarks.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for remark in remarks:
            self._remarks.addWidget(remark_card(self._bench.theme, remark, self.acted.emit))


def _facts(job: JobView, detail: JobDetail | None, now: datetime) -> list[Property]:
    def moment(name: str, at: datetime | None) -> Property:
        return Property(name, relative_time(at, now), tooltip=exact_time(at))

    facts = [
        Property(tr("Job"), job.job_id, is_id=True),
        Property(tr("Workflow"), f"{job.workflow_name}  {short_id(job.workflow_hash)}", tooltip=job.workflow_hash),
        Property(tr("Robot"), job.robot_name or NOTHING),
        Property(tr("Priority"), priority_words(job.priority)),
        moment(tr("Created"), job.created_at),
        moment(tr("Started"), job.started_at),
        moment(tr("Finished"), job.finished_at),
        Property(tr("Duration"), job_duration(job, now)),
    ]
    if job.not_before is not None:
        facts.append(moment(tr("Not before"), job.not_before))
    if detail is not None:
        facts += [
            Property(tr("Limit"), duration(timedelta(seconds=detail.timeout_s))),
            Property(
                tr("Tries again"),
                tr("up to {max_retries} times", max_retries=detail.retry.max_retries)
                if detail.retry.max_retries
                else tr("never"),
            ),
            Property(tr("Asked by"), detail.submitted_by or (tr("a schedule") if job.schedule_id else NOTHING)),
            Property(tr("Needs"), ", ".join((*detail.tags, *detail.capabilities)) or tr("nothing special")),
        ]
    return facts


def _attempt(view: AttemptView) -> Property:
    began, ended = view.started_at, view.ended_at
    length = f", {duration(ended - began)}" if began and ended else "" if began else tr(", not started")
    outcome = job_status(view.outcome).label if view.outcome else tr("Running")
    # Of a robot that was removed the engine knows the id alone.
    robot = view.robot_name if view.robot_name != view.robot_id else tr("a robot that was removed")
    words = tr("{outcome} on {robot_name}{length}", outcome=outcome, robot_name=robot or NOTHING, length=length)
    return Property(f"{view.attempt}", words, tooltip=view.error or exact_time(view.claimed_at))
