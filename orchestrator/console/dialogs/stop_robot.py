"""A robot of this computer is to stop while it works: finish first, with the clock, or now."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from orchestrator.console.formatting import exact_time
from orchestrator.console.operations import reason_of
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.sheet import Sheet
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.robots import RobotView


class StopRobotSheet(Sheet):
    """`finish_wanted`, `stop_wanted`; Escape leaves it at work."""

    finish_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self, bench: Workbench, robot: RobotView, parent: QWidget) -> None:
        running = counted("It runs %n job.", "It runs %n jobs.", robot.slots_busy)
        super().__init__(tr("Stop {name}?", name=robot.name), running, parent)
        self._bench, self._robot = bench, robot
        self.resize(560, 320)
        self.clock = label(tr("Looking when it will be free…"), "heading")
        self.clock.setWordWrap(True)
        self.latest = label("", "muted")
        words = label(
            tr(
                "Finish first: it gets nothing new, and its process ends when its work is done.\n\n"
                "Stop now: what it runs is cut off. Jobs that may be repeated go to another robot; the others wait "
                "for your decision."
            )
        )
        words.setWordWrap(True)
        for part in (self.clock, self.latest, words):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.stop_button = self.add_button(tr("Stop now"), variant="danger")
        self.stop_button.clicked.connect(self.stop_wanted)
        self.add_cancel()
        self.finish_button = self.add_button(tr("Finish first"), variant="primary", is_default=True)
        self.finish_button.clicked.connect(self.finish_wanted)
        for button in (self.stop_button, self.finish_button):
            button.clicked.connect(self.accept)
        bench.tasks.start(self._look(), key="stop.clock", on_error=self._not_known)
        self.finished.connect(lambda _: bench.tasks.cancel("stop.clock"))

    async def _look(self) -> None:
        view = await self._bench.link.client.operations.drain_clock(self._robot.robot_id)
        self.clock.setText(view.words)
        if not view.is_free:
            self.latest.setText(tr("At the latest by their time limits: {at}", at=exact_time(view.free_at_latest)))

    def _not_known(self, error: Exception) -> None:
        self.clock.setText(tr("When it will be free is not known."))
        self.latest.setText(reason_of(error))
