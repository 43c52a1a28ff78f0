"""The first page of a window whose engine has nothing yet: three ways to begin, each one click away."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from orchestrator.console.theme.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XL
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.welcome_card import WayToBegin, WelcomeCard
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench

_WIDTH = 960
_DEMO = WayToBegin(
    icon="play",
    title=tr("Run the demo"),
    sentence=tr(
        "A small marketplace on this computer, two robots with real browsers, and two workflows: watch them work for "
        "a minute. One click ends it and takes everything away again."
    ),
    button=tr("Run the demo"),
)
_ROBOT = WayToBegin(
    icon="bot",
    title=tr("Start a robot here"),
    sentence=tr(
        "A robot is a program that runs browsers. Start one on this computer; robots of other machines join with one "
        "line in a terminal."
    ),
    button=tr("Start a robot…"),
)
_RECORDING = WayToBegin(
    icon="camera",
    title=tr("Import a recording"),
    sentence=tr(
        "Record what you do with Chrome DevTools, Selenium IDE or Playwright, and make a workflow of it that robots "
        "repeat."
    ),
    button=tr("Import a recording…"),
)


class Welcome(QWidget):
    """`dismissed` when the person wants the dashboard instead."""

    dismissed = Signal()

    def __init__(self, bench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self.setAccessibleName(tr("Welcome"))
        self.demo = WelcomeCard(bench.theme, _DEMO, is_primary=True)
        self.robot = WelcomeCard(bench.theme, _ROBOT)
        self.recording = WelcomeCard(bench.theme, _RECORDING)
        run = bench.commands.run
        self.demo.chosen.connect(lambda: run("demo.start"))
        self.robot.chosen.connect(lambda: run("local.new"))
        self.recording.chosen.connect(lambda: run("workflow.import_recording"))
        self._arrange()

    def _arrange(self) -> None:
        cards = QHBoxLayout()
        cards.setSpacing(SPACE_L)
        for each in (self.demo, self.robot, self.recording):
            cards.addWidget(each, 1)
        page = QWidget()
        page.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_M)
        column.addWidget(label(tr("Welcome to Botswain"), "kpi"))
        words = label(
            tr("Robots run browser workflows for you, on this computer and on others. Begin with one of these."),
            "muted",
        )
        column.addWidget(words)
        column.addSpacing(SPACE_M)
        column.addLayout(cards)
        column.addSpacing(SPACE_S)
        column.addLayout(self._more())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, SPACE_XL)
        outer.addStretch(2)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(page, 100)
        middle.addStretch(1)
        outer.addLayout(middle)
        outer.addStretch(3)

    def _more(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(label(tr("Or:"), "muted"))
        for words, command in (
            (tr("import a workflow…"), "workflow.import"),
            (tr("connect a robot of another machine…"), "robot.enrol"),
            (tr("see all keys"), "window.keys"),
        ):
            row.addWidget(self._link(words, command))
        row.addStretch(1)
        self.dismiss_button = QPushButton(tr("Show the dashboard instead"))
        self.dismiss_button.setProperty("variant", "link")
        self.dismiss_button.clicked.connect(self.dismissed)
        row.addWidget(self.dismiss_button)
        return row

    def _link(self, words: str, command: str) -> QPushButton:
        button = QPushButton(words)
        button.setProperty("variant", "link")
        button.clicked.connect(lambda: self._bench.commands.run(command))
        return button
