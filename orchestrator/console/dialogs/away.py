"""While you were away: what became of the jobs that were at work, and which runs of schedules were missed."""

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from orchestrator.client.client import OrchestratorClient
from orchestrator.console.formatting import duration, exact_time, plural, short_id
from orchestrator.console.operations import Operation
from orchestrator.console.theme.status import StatusSpec
from orchestrator.console.theme.tokens import SPACE_M, SPACE_S, Tone
from orchestrator.console.widgets.empty_state import EmptyText
from orchestrator.console.widgets.feed import Feed, FeedItem
from orchestrator.console.widgets.icon_label import IconLabel
from orchestrator.console.widgets.labels import card, label
from orchestrator.console.widgets.sheet import Sheet
from orchestrator.console.widgets.table_card import table_card
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.away import AwayReportView, MissedRunsView

_FATES: Mapping[str, StatusSpec] = MappingProxyType(
    {
        "adopted": StatusSpec("play", Tone.SUCCESS, "goes on"),
        "finished": StatusSpec("circle-check", Tone.SUCCESS, "ended meanwhile; its result came later"),
        "requeued": StatusSpec("rotate-cw", Tone.INFO, "is queued again"),
        "dead_lettered": StatusSpec("skull", Tone.DANGER, "waits for your decision"),
        "ended": StatusSpec("ban", Tone.MUTED, "was ended"),
        "unknown": StatusSpec("unplug", Tone.WARNING, "its robot has not come back yet"),
    }
)
_POLICIES = {
    "skip": "skipped, as its policy says",
    "latest": "only the latest is made up for",
    "all": "all are made up for, one after the other",
}
_NO_JOBS = EmptyText("circle-check", "No job was at work", "Nothing was running when the engine ended.")
_LIST_HEIGHT = 230


class AwayDialog(Sheet):
    """`Got it` dismisses the reports; Enter on a job opens it."""

    def __init__(self, bench: Workbench, reports: tuple[AwayReportView, ...], parent: QWidget) -> None:
        super().__init__("While you were away", _span(reports), parent)
        self._bench, self.reports = bench, reports
        self.resize(620, 540)
        self.jobs = Feed(bench.theme, "Jobs that were at work", _NO_JOBS, bench.clock)
        self.jobs.set_items([_line(job.fate, job.workflow_name, job.job_id) for each in reports for job in each.jobs])
        self.jobs.opened.connect(self._open)
        frame = table_card(self.jobs)
        frame.setMinimumHeight(_LIST_HEIGHT)
        self.body.addWidget(label("Jobs that were at work", "strong"))
        self.body.addWidget(frame, 1)
        more = sum(each.more_jobs for each in reports)
        if more:
            self.body.addWidget(label(f"and {plural(more, 'other job')}", "caption"))
        missed = [schedule for each in reports for schedule in each.schedules]
        if missed:
            self.body.addWidget(label("Schedules that missed runs", "strong"))
            self.body.addWidget(self._schedules(missed))
        self.add_button("Close").clicked.connect(self.reject)
        self.done_button = self.add_button("Got it", variant="primary", is_default=True)
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
            words.setToolTip(f"Since {exact_time(each.since)}")
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
                failure="It could not be put away",
                do=do,
                success=lambda _: "",
                then=self._bench.store.drop_away,
            )
        )
        self.accept()


def _span(reports: tuple[AwayReportView, ...]) -> str:
    seen = [each.last_seen_at for each in reports if each.last_seen_at is not None]
    if not seen or not reports:
        return "What the engine found when it started."
    newest = max(each.started_at for each in reports)
    return f"The engine was gone from {exact_time(min(seen))} on, for {duration(newest - min(seen))}."


def _line(fate: str, workflow: str, job_id: str) -> FeedItem:
    look = _FATES.get(fate, _FATES["unknown"])
    words = f"{workflow} {look.label}"
    return FeedItem(icon=look.icon, tone=look.tone, text=words, detail=short_id(job_id), target=("job", job_id))


def _missed_words(view: MissedRunsView) -> str:
    parts = []
    if view.dropped:
        parts.append(f"{plural(view.dropped, 'run')} dropped")
    if view.made_up:
        parts.append(f"{plural(view.made_up, 'run')} made up for")
    counted = ", ".join(parts) or "runs were missed"
    return f"{counted} ({_POLICIES.get(view.policy, view.policy)})"
