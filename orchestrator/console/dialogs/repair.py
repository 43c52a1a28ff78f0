"""A proposed repair: what finds nothing any more, what would be put in front, who saw it, and what that reaches."""

from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QPushButton, QRadioButton, QWidget

from orchestrator.console.formatting import exact_time, relative_time
from orchestrator.console.operations import reason_of
from orchestrator.console.repair_columns import repair_look
from orchestrator.console.repair_operations import approve, reject
from orchestrator.console.theme.tokens import SPACE_M, Tone
from orchestrator.console.widgets.icon_label import IconLabel
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.property_list import Property, PropertyList
from orchestrator.console.widgets.sheet import Sheet
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.repairs import RepairDetail, RepairView


class RepairDialog(Sheet):
    """Approve and Reject decide; closing it decides nothing."""

    def __init__(self, bench: Workbench, repair: RepairView, parent: QWidget) -> None:
        explanation = tr("One approval is for all robots. The locators that are there stay behind the new one.")
        super().__init__(tr("Repair step {step}?", step=repair.step_id), explanation, parent)
        self._bench, self.repair = bench, repair
        self.resize(600, 560)
        self.choices = QButtonGroup(self)
        self.waiting = QCheckBox()
        self.waiting.hide()
        self.pinned = label("", "caption")
        self.pinned.setWordWrap(True)
        self._facts = PropertyList(bench.theme)
        self._add_head()
        self._add_choices()
        self.body.addWidget(self.waiting)
        self.body.addWidget(self.pinned)
        self.body.addStretch(1)
        self._add_buttons()
        bench.tasks.start(self._load(), key="repair.load", on_error=lambda error: self.complain(reason_of(error)))
        self.finished.connect(lambda _: bench.tasks.cancel("repair.load"))

    def _add_head(self) -> None:
        repair, look, now = self.repair, repair_look(self.repair), self._bench.clock()
        row = QHBoxLayout()
        row.setSpacing(SPACE_M)
        row.addWidget(IconLabel(self._bench.theme, look.icon, look.tone))
        words = label(repair.confidence, "strong")
        words.setWordWrap(True)
        row.addWidget(words, 1)
        self.body.addLayout(row)
        seen = tr(
            "{runs}, first {first}, last {last}",
            runs=counted("%n run", "%n runs", repair.runs),
            first=relative_time(repair.first_seen_at, now),
            last=relative_time(repair.last_seen_at, now),
        )
        self._facts.set_properties(
            [
                Property(
                    tr("Workflow"),
                    tr("{name}, version {number}", name=repair.workflow_name, number=repair.number),
                ),
                Property(tr("Now"), "\n".join(repair.before)),
                Property(tr("Finds"), repair.found),
                Property(tr("Seen"), seen, tooltip=exact_time(repair.last_seen_at)),
                Property(tr("By"), ", ".join(repair.robots)),
            ]
        )
        self.body.addWidget(self._facts)

    def _add_choices(self) -> None:
        title = label(tr("Look for it first by"), "strong")
        self.body.addWidget(title)
        for number, choice in enumerate(self.repair.choices):
            button = QRadioButton(choice)
            button.setAccessibleName(tr("Look for it first by {locator}", locator=choice))
            button.setChecked(number == 0)
            self.choices.addButton(button, number)
            self.body.addWidget(button)

    def _add_buttons(self) -> None:
        self.open_button = QPushButton(tr(" Open the run"))
        self.open_button.clicked.connect(self._open_job)
        self._bench.theme.bind_icon(self.open_button, "eye", Tone.NEUTRAL)
        self.buttons.insertWidget(0, self.open_button)
        self.add_button(tr("Later")).clicked.connect(self.reject)
        self.reject_button = self.add_button(tr("Reject"), variant="danger")
        self.reject_button.clicked.connect(self._reject)
        self.approve_button = self.add_button(tr("Approve"), variant="primary", is_default=True)
        self.approve_button.clicked.connect(self._approve)

    async def _load(self) -> None:
        self._show_reach(await self._bench.link.client.repairs.get(self.repair.repair_id))

    def _show_reach(self, detail: RepairDetail) -> None:
        if detail.waiting:
            jobs = counted("%n job that waits", "%n jobs that wait", detail.waiting)
            self.waiting.setText(tr("Take along {jobs} for version {number}", jobs=jobs, number=self.repair.number))
            self.waiting.setChecked(True)
            self.waiting.show()
        if detail.pinned:
            self.pinned.setText(tr("Not changed, since a version is fixed: {pinned}.", pinned=", ".join(detail.pinned)))

    def _open_job(self) -> None:
        self._bench.navigator.open_job(self.repair.job_id)
        self.reject()

    def _approve(self) -> None:
        self._enable(is_on=False)
        self._bench.operations.run(
            approve(
                self._bench,
                self.repair,
                choice=max(0, self.choices.checkedId()),
                take_waiting=self.waiting.isChecked(),
                then=self.accept,
                on_failure=self._refused,
            )
        )

    def _reject(self) -> None:
        self._enable(is_on=False)
        self._bench.operations.run(reject(self._bench, self.repair, then=self.accept, on_failure=self._refused))

    def _refused(self, error: Exception) -> None:
        self._enable(is_on=True)
        self.complain(reason_of(error))
        self._bench.concerns.repairs.ask()

    def _enable(self, *, is_on: bool) -> None:
        self.approve_button.setEnabled(is_on)
        self.reject_button.setEnabled(is_on)
