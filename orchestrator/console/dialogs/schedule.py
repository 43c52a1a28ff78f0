"""A schedule to add or to edit: the rule at the left, the truth about it at the right while one types."""

from datetime import UTC, datetime, time

from PySide6.QtCore import Qt, QTime, QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QDateTimeEdit,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QTimeEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import RefusedError
from orchestrator.console.dialogs.truth_card import TruthCard
from orchestrator.console.operations import Operation, reason_of
from orchestrator.console.theme.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XS
from orchestrator.console.widgets.labels import hairline, label, set_property
from orchestrator.console.widgets.sheet import Sheet, titled
from orchestrator.console.widgets.variable_form import VariableForm, variables_of
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.schedules import (
    PreviewRequest,
    ScheduleFrequencyName,
    ScheduleRequest,
    ScheduleRule,
    ScheduleView,
)
from orchestrator.contract.ids import JsonValue

F = ScheduleFrequencyName
_FREQUENCIES = (
    (F.CRON, tr("Cron expression")),
    (F.HOURLY, tr("Every hour")),
    (F.DAILY, tr("Every day")),
    (F.WEEKLY, tr("Every week")),
    (F.MONTHLY, tr("Every month")),
    (F.ONCE, tr("Once")),
)
_ZONES = (
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Paris",
    "Europe/Zurich",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
)
_DAYS = (tr("Mon"), tr("Tue"), tr("Wed"), tr("Thu"), tr("Fri"), tr("Sat"), tr("Sun"))
_OVERLAPS = (("queue", tr("Wait for it")), ("skip", tr("Skip this run")), ("allow", tr("Run both")))
_MISFIRES = (("latest", tr("Run once")), ("skip", tr("Skip them")), ("all", tr("Run each")))
_TYPING_MS = 250
_HEIGHT, _MARGIN = 780, 80


class ScheduleDialog(Sheet):
    """Only the fields that the chosen frequency needs are shown; the preview comes from the engine itself."""

    def __init__(self, bench: Workbench, view: ScheduleView | None, parent: QWidget) -> None:
        title = tr("Edit schedule") if view else tr("New schedule")
        super().__init__(title, tr("Runs a workflow by a rule, in the time zone of your choice."), parent)
        self._bench, self._view = bench, view
        self.resize(900, min(_HEIGHT, self.screen().availableGeometry().height() - _MARGIN))
        self._make_fields()
        self.form = VariableForm()
        self.form.follow(self.misfire)
        self.truth = TruthCard(bench.theme)
        self._arrange_fields()
        self.add_cancel()
        self.save_button = self.add_button(
            tr("Save") if view else tr("Add schedule"), variant="primary", is_default=True
        )
        self.save_button.clicked.connect(self._save)
        self._pause = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._pause.timeout.connect(self._preview)
        if view is not None:
            self._show(view)
        self._connect()
        self._show_rows()
        self._preview()
        self._load_form()

    def rule(self) -> ScheduleRule:
        """The rule as the fields stand."""
        frequency = F(self.frequency.currentData())
        zone = self.zone.currentText().strip() or "UTC"
        has_time = frequency in (F.HOURLY, F.DAILY, F.WEEKLY, F.MONTHLY)
        at = self.time.time()
        return ScheduleRule(
            frequency=frequency,
            timezone=zone,
            cron_expression=self.cron.text().strip() if frequency is F.CRON else None,
            time_of_day=time(at.hour(), at.minute()) if has_time else None,
            weekdays=tuple(n for n, day in enumerate(self.days, 1) if day.isChecked()) if frequency is F.WEEKLY else (),
            day_of_month=self.day.value() if frequency is F.MONTHLY else None,
            run_at=self._run_at() if frequency is F.ONCE else None,
        )

    def _run_at(self) -> datetime:
        return datetime.fromtimestamp(self.once.dateTime().toSecsSinceEpoch(), UTC)

    def _make_fields(self) -> None:
        self.name = QLineEdit(placeholderText=tr("Morning discovery"))
        self.workflow, self.frequency, self.zone = QComboBox(), QComboBox(), QComboBox()
        for each in sorted(self._bench.store.workflows.values(), key=lambda w: w.name):
            self.workflow.addItem(each.name, each.workflow_id)
        for frequency, words in _FREQUENCIES:
            self.frequency.addItem(words, frequency)
        self.zone.setEditable(True)
        self.zone.addItems(_ZONES)
        local = self._bench.settings.text("zone")
        self.zone.setCurrentText(local or "UTC")
        self.cron = QLineEdit("0 9 * * 1-5")
        self.cron.setProperty("mono", True)
        self.time = QTimeEdit(QTime(9, 0))
        self.time.setDisplayFormat("HH:mm")
        self.day = QSpinBox(minimum=1, maximum=31)
        for spin in (self.time, self.day):
            # A style sheet with own arrows takes the padding of the text away.
            spin.lineEdit().setTextMargins(SPACE_S, 0, 0, 0)
        self.once = QDateTimeEdit()
        self.once.setDisplayFormat("yyyy-MM-dd HH:mm")
        self.once.setCalendarPopup(True)
        self.once.setDateTime(self.once.dateTime().currentDateTime().addSecs(3_600))
        self.days = [_day_button(words, checked=number < 5) for number, words in enumerate(_DAYS)]
        self.overlap, self.misfire = QComboBox(), QComboBox()
        for box, options in ((self.overlap, _OVERLAPS), (self.misfire, _MISFIRES)):
            for key, words in options:
                box.addItem(words, key)

    def _arrange_fields(self) -> None:
        fields = QVBoxLayout()
        fields.setSpacing(SPACE_M)
        fields.addLayout(titled(tr("Name"), self.name))
        fields.addLayout(titled(tr("Workflow"), self.workflow))
        pair = QHBoxLayout()
        pair.setSpacing(SPACE_M)
        pair.addLayout(titled(tr("Runs"), self.frequency), 1)
        pair.addLayout(titled(tr("Time zone"), self.zone), 1)
        fields.addLayout(pair)
        self._rows = {
            "cron": _row(
                tr("Cron expression"),
                self.cron,
                tr("minute hour day month weekday; with six fields the first is seconds"),
            ),
            "time": _row(tr("At"), self.time, tr("Every hour takes the minute only.")),
            "days": _row(tr("On", "these weekdays"), self._day_bar()),
            "day": _row(tr("Day of the month"), self.day, tr("In shorter months the last day.")),
            "once": _row(tr("When"), self.once, tr("In this machine's time.")),
        }
        for row in self._rows.values():
            fields.addWidget(row)
        policies = QHBoxLayout()
        policies.setSpacing(SPACE_M)
        policies.addLayout(titled(tr("If the last run is not done"), self.overlap), 1)
        policies.addLayout(titled(tr("Runs missed while off"), self.misfire), 1)
        fields.addLayout(policies)
        fields.addWidget(hairline())
        fields.addWidget(label(tr("Variables"), "heading"))
        fields.addWidget(self.form)
        fields.addStretch(1)
        halves = QHBoxLayout()
        halves.setSpacing(SPACE_L)
        halves.addLayout(fields, 1)
        halves.addWidget(self.truth, 1, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(halves)

    def _day_bar(self) -> QWidget:
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_XS)
        for day in self.days:
            row.addWidget(day)
        row.addStretch(1)
        return bar

    def _connect(self) -> None:
        self.frequency.currentIndexChanged.connect(self._show_rows)
        for signal in (
            self.frequency.currentIndexChanged,
            self.zone.currentTextChanged,
            self.cron.textChanged,
            self.time.timeChanged,
            self.day.valueChanged,
            self.once.dateTimeChanged,
            *(day.toggled for day in self.days),
        ):
            signal.connect(self._pause.start)
        self.workflow.currentIndexChanged.connect(self._load_form)
        for task in ("schedule.preview", "schedule.form"):
            self.finished.connect(lambda _, task=task: self._bench.tasks.cancel(task))

    def _show_rows(self) -> None:
        frequency = F(self.frequency.currentData())
        shown = {
            "cron": frequency is F.CRON,
            "time": frequency in (F.HOURLY, F.DAILY, F.WEEKLY, F.MONTHLY),
            "days": frequency is F.WEEKLY,
            "day": frequency is F.MONTHLY,
            "once": frequency is F.ONCE,
        }
        for key, row in self._rows.items():
            row.setVisible(shown[key])

    def _show(self, view: ScheduleView) -> None:
        self.name.setText(view.name)
        self.workflow.setCurrentIndex(max(self.workflow.findData(view.workflow_id), 0))
        rule = view.rule
        self.frequency.setCurrentIndex(self.frequency.findData(rule.frequency))
        self.zone.setCurrentText(rule.timezone)
        self.cron.setText(rule.cron_expression or "")
        if rule.time_of_day is not None:
            self.time.setTime(QTime(rule.time_of_day.hour, rule.time_of_day.minute))
        if rule.run_at is not None:
            self.once.setDateTime(self.once.dateTime().fromSecsSinceEpoch(int(rule.run_at.timestamp())))
        self.day.setValue(rule.day_of_month or 1)
        for number, day in enumerate(self.days, 1):
            day.setChecked(number in rule.weekdays if rule.weekdays else number <= 5)
        self.overlap.setCurrentIndex(max(self.overlap.findData(view.overlap_policy), 0))
        self.misfire.setCurrentIndex(max(self.misfire.findData(view.misfire_policy), 0))

    def _load_form(self) -> None:
        workflow_id = self.workflow.currentData()
        if not workflow_id:
            self.complain(tr("There is no workflow yet: import one first (Workflows, Import)."))
        else:
            self._bench.tasks.start(
                self._show_form(str(workflow_id)),
                key="schedule.form",
                on_error=lambda error: self.complain(
                    tr("The workflow could not be read: {reason}", reason=reason_of(error))
                ),
            )

    async def _show_form(self, workflow_id: str) -> None:
        detail = await self._bench.link.client.workflow(workflow_id)
        kept = self._view.variables if self._view and self._view.workflow_id == workflow_id else {}
        self.form.set_variables(variables_of(detail.definition), kept)

    def _preview(self) -> None:
        self._bench.tasks.start(self._fetch(), key="schedule.preview", on_error=self._not_previewed)

    async def _fetch(self) -> None:
        view = await self._bench.link.client.preview(PreviewRequest(rule=self.rule(), count=10))
        self.truth.show_preview(view)
        self._mark("")
        self.save_button.setEnabled(True)

    def _not_previewed(self, error: Exception) -> None:
        self.truth.show_trouble(reason_of(error))
        self._mark(error.body.field if isinstance(error, RefusedError) else "")
        self.save_button.setEnabled(not isinstance(error, RefusedError))

    def _mark(self, field: str) -> None:
        set_property(self.cron, "invalid", "cron" in field)

    def _save(self) -> None:
        name = self.name.text().strip()
        if not name or not self.workflow.currentData():
            self.complain(tr("Give the schedule a name.") if not name else tr("There is no workflow to run yet."))
            self.name.setFocus()
            return
        variables = self.form.values()
        if variables is None:
            self.complain(tr("Some variables need another look."))
            return
        self.complain("")
        self._bench.operations.run(self._operation(self._request(name, variables)))

    def _request(self, name: str, variables: dict[str, JsonValue]) -> ScheduleRequest:
        kept = self._view
        return ScheduleRequest(
            name=name,
            workflow=str(self.workflow.currentData()),
            rule=self.rule(),
            variables=variables,
            priority=kept.priority if kept else None,
            robot=kept.robot_id if kept else None,
            misfire_policy=str(self.misfire.currentData()),
            overlap_policy=str(self.overlap.currentData()),
            jitter_s=kept.jitter_s if kept else 0.0,
            enabled=kept.enabled if kept else True,
        )

    def _operation(self, request: ScheduleRequest) -> Operation[ScheduleView]:
        view = self._view

        async def do(client: OrchestratorClient) -> ScheduleView:
            return await (client.update_schedule(view.schedule_id, request) if view else client.add_schedule(request))

        return Operation(
            key="schedule.save",
            failure=tr("The schedule was not saved"),
            do=do,
            success=lambda saved: (
                f"{saved.name}: {saved.words}." if saved.words else tr("{name} is saved.", name=saved.name)
            ),
            then=self._saved,
            on_failure=self._refused,
        )

    def _refused(self, error: Exception) -> None:
        self.complain(reason_of(error))
        name = error.body.field.rpartition("variables.")[2] if isinstance(error, RefusedError) else ""
        if name in self.form.fields:
            self.form.fields[name].complain(str(error))

    def _saved(self, view: ScheduleView) -> None:
        self._bench.settings.set_text("zone", view.rule.timezone)
        self.accept()
        if self._view is None:
            self._bench.navigator.show_part("schedules", view.schedule_id)


def _day_button(words: str, *, checked: bool) -> QToolButton:
    button = QToolButton()
    button.setText(words)
    button.setCheckable(True)
    button.setChecked(checked)
    button.setProperty("chip", True)
    button.setAccessibleName(words)
    return button


def _row(words: str, field: QWidget, caption: str = "") -> QWidget:
    row = QWidget()
    layout = titled(words, field, caption)
    layout.setContentsMargins(0, 0, 0, 0)
    row.setLayout(layout)
    return row
