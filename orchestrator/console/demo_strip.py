"""How far the demo is, step by step, above the dashboard; one button ends it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from orchestrator.console.demo import DemoState, DemoStep, StepState
from orchestrator.console.theme.tokens import SPACE_L, SPACE_M, SPACE_S, Tone
from orchestrator.console.widgets.command_button import command_button
from orchestrator.console.widgets.icon_label import IconLabel
from orchestrator.console.widgets.labels import card, label, set_property
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench

_LOOKS = {
    StepState.WAITING: ("circle-dashed", Tone.MUTED),
    StepState.RUNNING: ("loader", Tone.ACCENT),
    StepState.DONE: ("circle-check", Tone.SUCCESS),
    StepState.FAILED: ("circle-x", Tone.DANGER),
}
_PER_ROW = 3


class DemoStrip(QWidget):
    """Seen while the demo is there."""

    def __init__(self, bench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self.setAccessibleName(tr("The demo"))
        self.words = label("", "muted")
        self.words.setWordWrap(True)
        self.watch_button = command_button(bench.commands, bench.theme, "go.wall", words=tr("Watch them work"))
        self.again_button = command_button(bench.commands, bench.theme, "demo.start", words=tr("Try again"))
        self.end_button = command_button(bench.commands, bench.theme, "demo.end", words=tr("End the demo"))
        self.marks = {step.key: _StepMark(bench) for step in bench.demo.steps}
        self._arrange()
        bench.demo.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show how it stands now."""
        demo = self._bench.demo
        self.setVisible(demo.is_on)
        for step in demo.steps:
            self.marks[step.key].show_step(step)
        self.words.setText(demo.words or _WORDS[demo.state])
        role = {DemoState.FAILED: "tone-danger", DemoState.SHOWN: "tone-success"}.get(demo.state, "muted")
        set_property(self.words, "role", role)
        self.watch_button.setVisible(demo.state in (DemoState.RUNNING, DemoState.SHOWN))
        self.again_button.setVisible(demo.state is DemoState.FAILED)

    def _arrange(self) -> None:
        frame = card()
        column = QVBoxLayout(frame)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        column.setSpacing(SPACE_M)
        head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        head.addWidget(label(tr("The demo"), "heading"))
        head.addWidget(self.words, 1)
        for button in (self.watch_button, self.again_button, self.end_button):
            head.addWidget(button)
        column.addLayout(head)
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_L)
        grid.setVerticalSpacing(SPACE_S)
        for place, mark in enumerate(self.marks.values()):
            grid.addWidget(mark, place // _PER_ROW, place % _PER_ROW)
            grid.setColumnStretch(place % _PER_ROW, 1)
        column.addLayout(grid)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)


_WORDS = {
    DemoState.OFF: "",
    DemoState.RUNNING: tr("It takes about a minute. The figures below are real."),
    DemoState.SHOWN: "",
    DemoState.FAILED: "",
    DemoState.ENDING: tr("Taking everything away again…"),
}


class _StepMark(QFrame):
    """Icon, what is done, what came of it; a step that is a job can be opened."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__()
        self._bench = bench
        self._job_id = ""
        self.icon = IconLabel(bench.theme, "circle-dashed", Tone.MUTED)
        self.title, self.note = label(""), label("", "caption")
        self.note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.open_button = QPushButton(tr("Open"))
        self.open_button.setProperty("variant", "link")
        self.open_button.clicked.connect(lambda: bench.navigator.open_job(self._job_id))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        for part in (self.icon, self.title, self.note, self.open_button):
            row.addWidget(part)
        row.addStretch(1)

    def show_step(self, step: DemoStep) -> None:
        """Another state."""
        icon, tone = _LOOKS[step.state]
        self.icon.set_icon(icon, tone)
        self.title.setText(step.title)
        set_property(self.title, "role", "muted" if step.state is StepState.WAITING else "")
        self.note.setText(step.note)
        self.note.setVisible(bool(step.note))
        self._job_id = step.job_id
        self.open_button.setVisible(bool(step.job_id))
        self.open_button.setAccessibleName(tr("Open the job of: {step}", step=step.title))
        self.setAccessibleName(f"{step.title}: {step.state.value}")
