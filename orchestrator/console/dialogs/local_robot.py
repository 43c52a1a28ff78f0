"""A robot on this computer: its name, how much it does at once, and what it is for."""

import os

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QSpinBox, QWidget

from orchestrator.client.client import OrchestratorClient
from orchestrator.console.local_robots import MOST_SLOTS, LocalSpec
from orchestrator.console.operations import Operation, reason_of
from orchestrator.console.theme.tokens import SPACE_L
from orchestrator.console.widgets.sheet import Sheet, titled
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench

_USUAL_MOST = 4


class LocalRobotDialog(Sheet):
    """Good defaults: most people only press the button."""

    def __init__(self, bench: Workbench, parent: QWidget) -> None:
        super().__init__(
            tr("Start a robot here"),
            tr("Its process belongs to this window: it ends when the window is closed, and its browsers with it."),
            parent,
        )
        self._bench = bench
        self.resize(520, 360)
        self.name = QLineEdit(bench.local.free_name())
        self.name.setMaxLength(200)
        self.slots = QSpinBox(minimum=1, maximum=MOST_SLOTS, value=_usual_slots())
        self.tags = QLineEdit()
        self.with_window = QCheckBox(tr("Start it each time this window starts"))
        self.with_window.setChecked(True)
        pair = QHBoxLayout()
        pair.setSpacing(SPACE_L)
        pair.addLayout(titled(tr("Name"), self.name), 3)
        pair.addLayout(titled(tr("Jobs at once"), self.slots), 1)
        self.body.addLayout(pair)
        self.body.addLayout(
            titled(tr("Tags"), self.tags, tr("Optional, with commas between. Jobs may ask for robots with a tag."))
        )
        self.body.addWidget(self.with_window)
        self.body.addStretch(1)
        self.add_cancel()
        self.sure_button = self.add_button(tr("Start the robot"), variant="primary", is_default=True)
        self.sure_button.clicked.connect(self._start)
        self.name.setFocus()
        self.name.selectAll()

    def _start(self) -> None:
        name = self.name.text().strip()
        if not name or not name.isprintable():
            self.complain(tr("Name: write 1 to 200 printable characters."))
            return
        if self._bench.local.one(name) is not None:
            self.complain(tr("Name: {name} is a robot of this computer already; start it in the list.", name=name))
            return
        tags = tuple(dict.fromkeys(word.strip() for word in self.tags.text().split(",") if word.strip()))
        spec = LocalSpec(name=name, slots=self.slots.value(), tags=tags, with_window=self.with_window.isChecked())
        self.sure_button.setEnabled(False)
        self._bench.operations.run(self._operation(spec))

    def _operation(self, spec: LocalSpec) -> Operation[LocalSpec]:
        async def do(client: OrchestratorClient) -> LocalSpec:
            return await self._bench.local.start(client, spec)

        return Operation(
            key="local.start",
            failure=tr("{name} could not be started", name=spec.name),
            do=do,
            success=lambda _: tr("{name} is starting; it shows in the list in a moment.", name=spec.name),
            then=lambda _: self._begun(),
            on_failure=self._refused,
        )

    def _begun(self) -> None:
        self._bench.navigator.show_panel("robots")
        self.accept()

    def _refused(self, error: Exception) -> None:
        self.sure_button.setEnabled(True)
        self.complain(reason_of(error))


def _usual_slots() -> int:
    """A browser that works keeps a processor busy; a few at once do no harm."""
    return max(1, min(_USUAL_MOST, (os.cpu_count() or 1) // 2))
