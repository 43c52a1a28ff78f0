"""While you were away: what became of the jobs that were at work, and which runs of schedules were missed."""

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from orchestrator.client.client import OrchestratorClient
from orchestrator.console.formatting import duration, exact_time, short_id
from orchestrator.console.operations import Operation
from orchestrator.console.theme.status import StatusSpec
from orchestrator.console.theme.tokens import SPACE_M, SPACE_S, Tone
from orchestrator.console.widgets.empty_state import EmptyText
from orchestrator.console.widgets.feed import Feed, FeedItem
from orchestrator.console.widgets.icon_label import IconLabel
from orchestrator.console.widgets.labels import card, label
from orchestrator.console.widgets.sheet import Sheet
from orchestrator.console.widgets.table_card import table_card
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.away import AwayReportView, MissedRunsView

_FATES: Mapping[str, StatusSpec] = MappingProxyType(
    {
        "adopted": StatusSpec("play", Tone.SUCCESS, tr("goes on")),
        "finished": StatusSpec("circle-check", Tone.SUCCESS, tr("ended meanwhile; its result came later")),
        "requeued": StatusSpec("rotate-cw", Tone.INFO, tr("is queued again")),
        "dead_lettered": StatusSpec("skull", Tone.DANGER, tr("waits for your decision")),
        "ended": StatusSpec("ban", Tone.MUTED, tr("was ended")),
        "unknown": StatusSpec("unplug", Tone.WARNING, tr("its robot has not come back yet")),
    }
)
_POLICIES = {
    "skip": tr("skipped, as its policy says"),
    "latest": tr("only the latest is made up for"),
    "all": tr("all are made up for, one after the other"),
}
_NO_JOBS = EmptyText("circle-check", tr("No job was at work"), tr("Nothing was running when the engine ended."))
_LIST_HEIGHT = 230


class AwayDialog(Sheet):
    """`Got it` dismisses the reports; Enter on a job opens it."""

    def __init__(self, bench: Workbench, reports: tuple[AwayReportView, ...], parent: QWidget) -> None:
        super().__init__(tr("While you were away"), _span(reports), parent)
        self._bench, self.reports = bench, reports
        self.resize(620, 540)
        self.jobs = Feed(bench.theme, tr("Jobs that were at work"), _NO_JOBS, bench.clock)
        self.jobs.set_items([_line(job.fate, job.workflow_name, job.job_id) for each in reports for job in each.jobs])
        self.jobs.opened.connect(self._open)
        frame = table_card(self.jobs)
        frame.setMinimumHeight(_LIST_HEIGHT)
        self.body.addWidget(label(tr("Jobs that were at work"), "strong"))
        self.body.addWidget(frame, 1)
        more = sum(each.more_jobs for each in reports)
        if more:
            self.body.addWidget(label(counted("and %n other job", "and %n other jobs", more), "caption"))
        missed = [schedule for each in reports for schedule in each.schedules]
        if missed:
            self.body.addWidget(label(tr("Schedules that missed runs"), "strong"))
            self.body.addWidget(self._schedules(missed))
        self.add_button(tr("Close")).clicked.connect(self.reject)
        self.done_button = self.add_button(tr("Got it"), variant="primary", is_default=True)
        self.done_button.clicked.connect(self._dismiss)

    def _schedules(self, missed: list[MissedRunsView]) -> QWidget:
        frame = card()
        column = QVBoxLayout(frame)
        column.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_S)
        for each in missed:
            row = QHBoxLayout()
            row.setSpacing(SPACE_S)
            row.addWidget(IconLabel(self._bench.theme, "calendar-clock", Tone.INFO), 0, Qt.AlignmentFlag.AlignTop)
            words = label(f"{each.name}: {_missed_words(each)}")
            words.setWordWrap(True)
            words.setToolTip(tr("Since {time}", time=exact_time(each.since)))
            row.addWidget(words, 1)
            column.addLayout(row)
        return frame

    def _open(self, _kind: str, job_id: str) -> None:
        self._bench.navigator.open_job(job_id)
        self.reject()

    def _dismiss(self) -> None:
        ids = [each.report_id for each in self.reports]

        async def do(client: OrchestratorClient) -> list[AwayReportView]:
            return [await client.away.dismiss(report_id) for report_id in ids]

        self._bench.operations.run(
            Operation(
                key="away",
                failure=tr("It could not be put away"),
                do=do,
                success=lambda _: "",
                then=self._bench.store.drop_away,
            )
        )
        self.accept()


def _span(reports: tuple[AwayReportView, ...]) -> str:
    seen = [each.last_seen_at for each in reports if each.last_seen_at is not None]
    if not seen or not reports:
        return tr("What the engine found when it started.")
    newest = max(each.started_at for each in reports)
    return tr(
        "The engine was gone from {time} on, for {duration}.",
        time=exact_time(min(seen)),
        duration=duration(newest - min(seen)),
    )


def _line(fate: str, workflow: str, job_id: str) -> FeedItem:
    look = _FATES.get(fate, _FATES["unknown"])
    words = f"{workflow} {look.label}"
    return FeedItem(icon=look.icon, tone=look.tone, text=words, detail=short_id(job_id), target=("job", job_id))


def _missed_words(view: MissedRunsView) -> str:
    parts = []
    if view.dropped:
        parts.append(counted("%n run dropped", "%n runs dropped", view.dropped))
    if view.made_up:
        parts.append(counted("%n run made up for", "%n runs made up for", view.made_up))
    words = ", ".join(parts) or tr("runs were missed")
    return f"{words} ({_POLICIES.get(view.policy, view.policy)})"
