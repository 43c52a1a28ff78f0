"""What is wrong now, the worst first; somebody says that it was seen."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from orchestrator.console.formatting import age, exact_time
from orchestrator.console.operations import Operation
from orchestrator.console.store import Kind
from orchestrator.console.theme.tokens import SPACE_M, SPACE_XS, Tone
from orchestrator.console.widgets.empty_state import EmptyState, EmptyText
from orchestrator.console.widgets.icon_label import IconLabel
from orchestrator.console.widgets.labels import card, label
from orchestrator.console.widgets.sheet import Sheet
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.alerts import AlertView

_LEVELS = {"critical": tr("Critical"), "warning": tr("Warning")}
_CALM = EmptyText("circle-check", tr("Nothing is wrong"), tr("Alerts come and go by themselves; open ones show here."))


class AlertsDialog(Sheet):
    """Follows the store while it is open."""

    def __init__(self, bench: Workbench, parent: QWidget) -> None:
        super().__init__(tr("Alerts"), tr("An alert goes by itself when it is calm again."), parent)
        self._bench = bench
        self.resize(620, 480)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(SPACE_M)
        self.body.addLayout(self._cards)
        self.body.addStretch(1)
        self.add_button(tr("Close"), is_default=True).clicked.connect(self.accept)
        bench.store.changed.connect(self._changed)
        self._show()

    def _changed(self, kind: Kind, _ids: frozenset[str]) -> None:
        if kind is Kind.ALERTS:
            self._show()

    def _show(self) -> None:
        while (item := self._cards.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        alerts = sorted(
            self._bench.store.alerts.values(),
            key=lambda each: (each.acknowledged_at is not None, each.level != "critical", -each.changed_at.timestamp()),
        )
        for alert in alerts:
            self._cards.addWidget(self._card(alert))
        if not alerts:
            calm = EmptyState(self._bench.theme, _CALM)
            calm.setMinimumHeight(220)
            self._cards.addWidget(calm)

    def _card(self, alert: AlertView) -> QWidget:
        frame = card()
        frame.setAccessibleName(alert.message)
        row = QHBoxLayout(frame)
        row.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        row.setSpacing(SPACE_M)
        tone = Tone.DANGER if alert.level == "critical" else Tone.WARNING
        icon = IconLabel(self._bench.theme, "bell", Tone.MUTED if alert.acknowledged_at else tone)
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(SPACE_XS)
        message = label(alert.message, "strong")
        message.setWordWrap(True)
        words.addWidget(message)
        caption = label(self._caption(alert), "caption")
        caption.setToolTip(exact_time(alert.raised_at))
        words.addWidget(caption)
        row.addLayout(words, 1)
        if alert.acknowledged_at is None:
            row.addWidget(self._seen_button(alert), 0, Qt.AlignmentFlag.AlignTop)
        return frame

    def _caption(self, alert: AlertView) -> str:
        now = self._bench.clock()
        parts = [_LEVELS.get(alert.level, alert.level), tr("for {span}", span=age(alert.raised_at, now))]
        if alert.times > 1:
            parts.append(counted("%n time", "%n times", alert.times))
        if alert.acknowledged_at is not None:
            parts.append(tr("seen by {who}", who=alert.acknowledged_by or tr("somebody")))
        return ", ".join(parts)

    def _seen_button(self, alert: AlertView) -> QPushButton:
        button = QPushButton(tr("Seen"))
        button.setAccessibleName(tr("Seen: {message}", message=alert.message))
        button.clicked.connect(lambda: self._acknowledge(alert))
        return button

    def _acknowledge(self, alert: AlertView) -> None:
        def keep(view: AlertView) -> None:
            self._bench.store.put_alert(view)

        self._bench.operations.run(
            Operation(
                key="alert.seen",
                failure=tr("It could not be marked as seen"),
                do=lambda client: client.alerts.acknowledge(alert.alert_id),
                success=lambda _: "",
                then=keep,
            )
        )
