"""Asks for any stretch of time."""

from datetime import UTC, datetime

from PySide6.QtCore import QDateTime, QLocale, Signal
from PySide6.QtWidgets import QDateTimeEdit, QWidget

from orchestrator.console.widgets.sheet import Sheet, titled
from orchestrator.console.words import locale, tr


class TimeRangeDialog(Sheet):
    """`chosen(since, until)`, both aware."""

    chosen = Signal(object, object)

    def __init__(self, since: datetime, until: datetime, parent: QWidget) -> None:
        super().__init__(tr("Any stretch of time"), tr("In the time of this machine."), parent)
        self.resize(380, 300)
        self.since, self.until = _field(since), _field(until)
        self.body.addLayout(titled(tr("From"), self.since))
        self.body.addLayout(titled(tr("To"), self.until))
        self.body.addStretch(1)
        self.add_cancel()
        self.add_button(tr("Show"), variant="primary", is_default=True).clicked.connect(self._show)

    def _show(self) -> None:
        since, until = _moment(self.since), _moment(self.until)
        if not since < until:
            self.complain(tr("It must begin before it ends."))
            return
        self.chosen.emit(since, until)
        self.accept()


def _field(at: datetime) -> QDateTimeEdit:
    field = QDateTimeEdit(QDateTime.fromSecsSinceEpoch(round(at.timestamp())))
    field.setLocale(locale())
    field.setDisplayFormat(locale().dateTimeFormat(QLocale.FormatType.ShortFormat))
    field.setCalendarPopup(True)
    return field


def _moment(field: QDateTimeEdit) -> datetime:
    return datetime.fromtimestamp(field.dateTime().toSecsSinceEpoch(), UTC)
