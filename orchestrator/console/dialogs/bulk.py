"""Before many jobs are changed: how many, which, and which not; only then the button works."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from orchestrator.console.bulk_operation import bulk_operation
from orchestrator.console.formatting import count, relative_time, short_id
from orchestrator.console.operations import reason_of
from orchestrator.console.theme.status import job_status
from orchestrator.console.theme.tokens import SPACE_XS
from orchestrator.console.widgets.icon_label import IconLabel
from orchestrator.console.widgets.labels import card, hairline, label
from orchestrator.console.widgets.property_list import Property, PropertyList
from orchestrator.console.widgets.sheet import Sheet
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.api.operations import BulkPreview, BulkRequest

_NAMES = 6
_WHEN_WIDTH = 84


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkWords:
    """The question, what happens, and the verb of the button: `Retry` becomes `Retry 12 jobs`."""

    title: str
    explanation: str
    verb: str
    is_grave: bool = False


class BulkDialog(Sheet):
    """Asks the engine what would be touched; what it names is exactly what is done."""

    def __init__(self, bench: Workbench, request: BulkRequest, words: BulkWords, parent: QWidget) -> None:
        super().__init__(words.title, words.explanation, parent)
        self._bench, self._words, self._request = bench, words, request
        self.preview: BulkPreview | None = None
        self.resize(540, 400)
        self.figure = label(tr("Looking which jobs these are…"), "heading")
        self.figure.setWordWrap(True)
        self._list = QVBoxLayout()
        self._list.setSpacing(SPACE_XS)
        self.body.addWidget(self.figure)
        self.body.addLayout(self._list)
        self.body.addStretch(1)
        self.add_cancel()
        self.sure_button = self.add_button(
            words.verb, variant="danger" if words.is_grave else "primary", is_default=not words.is_grave
        )
        self.sure_button.setEnabled(False)
        self.sure_button.clicked.connect(self._do)
        bench.tasks.start(self._look(), key="bulk.preview", on_error=self._failed)
        self.finished.connect(lambda _: bench.tasks.cancel("bulk.preview"))

    async def _look(self) -> None:
        self.preview = await self._bench.link.client.operations.preview_bulk(self._request)
        self._show(self.preview)

    def _failed(self, error: Exception) -> None:
        self.figure.setText(tr("Nothing can be done."))
        self.complain(reason_of(error))

    def _show(self, preview: BulkPreview) -> None:
        self.figure.setText(
            counted("%n job", "%n jobs", preview.count) if preview.count else tr("No job can be changed.")
        )
        if preview.count:
            self._list.addWidget(self._jobs(preview))
        if preview.left_out:
            self._list.addWidget(_caption(tr("Left out")))
            reasons = PropertyList(self._bench.theme)
            reasons.set_properties([Property(count(number), why) for why, number in preview.left_out.items()])
            self._list.addWidget(reasons)
        self.sure_button.setText(counted("{verb} %n job", "{verb} %n jobs", preview.count, verb=self._words.verb))
        self.sure_button.setEnabled(preview.count > 0)

    def _jobs(self, preview: BulkPreview) -> QWidget:
        frame = card()
        column = QVBoxLayout(frame)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(6)
        for row in self._rows(preview.sample[:_NAMES]):
            column.addWidget(row)
        more = preview.count - min(len(preview.sample), _NAMES)
        if more > 0:
            column.addWidget(hairline())
            column.addWidget(label(tr("and {more} more", more=count(more)), "caption"))
        return frame

    def _rows(self, jobs: Sequence[JobView]) -> Iterator[QWidget]:
        for job in jobs:
            look = job_status(job.status)
            holder = QWidget()
            row = QHBoxLayout(holder)
            row.setContentsMargins(0, 0, 0, 0)
            row.addWidget(IconLabel(self._bench.theme, look.icon, look.tone))
            row.addWidget(label(job.workflow_name), 1)
            row.addWidget(label(short_id(job.job_id), "mono"))
            when = label(relative_time(job.changed_at, self._bench.clock()), "caption")
            when.setFixedWidth(_WHEN_WIDTH)
            when.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            row.addWidget(when)
            yield holder

    def _do(self) -> None:
        if self.preview is not None:
            self._bench.operations.run(bulk_operation(self._bench, self.preview.token))
            self.accept()


def _caption(words: str) -> QWidget:
    made = label(words, "overline")
    made.setContentsMargins(0, 8, 0, 0)
    return made
