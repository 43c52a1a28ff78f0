"""What the engine says of itself, followed while it is looked at."""

from PySide6.QtWidgets import QWidget

from orchestrator.console.details.log_tab import LogTab
from orchestrator.console.widgets.sheet import Sheet
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench


class EngineLogSheet(Sheet):
    """As the logs of robots and jobs: level, search, and saved as text from its menu."""

    def __init__(self, bench: Workbench, parent: QWidget) -> None:
        super().__init__(tr("The engine's log"), tr("The newest 5,000 lines, of the level in its settings"), parent)
        self.resize(920, 620)
        self.log = LogTab(bench, "engine")
        self.log.show_log(lambda cursor: bench.link.client.log.page(after=cursor))
        self.body.addWidget(self.log, 1)
        self.add_button(tr("Close")).clicked.connect(self.reject)
