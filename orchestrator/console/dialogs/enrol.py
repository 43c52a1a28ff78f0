"""How another machine joins: the line to paste there."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from orchestrator.console.operations import reason_of
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.sheet import Sheet
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench


class EnrolDialog(Sheet):
    """Shows the command from the engine, with a button that copies it."""

    def __init__(self, bench: Workbench, parent: QWidget) -> None:
        super().__init__(
            tr("Connect a robot"),
            tr("A robot is a program that runs browsers, on this machine or another one."),
            parent,
        )
        self._bench = bench
        self.resize(640, 380)
        self.command = QPlainTextEdit()
        self.command.setReadOnly(True)
        self.command.setAccessibleName(tr("Command for the robot's machine"))
        self.command.setProperty("log", True)
        self.command.setFixedHeight(84)
        self._place = label("", "muted")
        self._place.setWordWrap(True)
        for words in (tr("1. Install Botswain there, with its robot:"), tr("2. Paste this line into a terminal:")):
            self.body.addWidget(label(words, "strong"))
            self.body.addWidget(self._install() if words.startswith("1") else self.command)
        self.body.addWidget(self._place)
        self.body.addStretch(1)
        self.add_button(tr("Close")).clicked.connect(self.reject)
        self.copy_button = self.add_button(tr("Copy the line"), variant="primary", is_default=True)
        self.copy_button.clicked.connect(self._copy)
        self.copy_button.setEnabled(False)
        bench.tasks.start(self._load(), key="enrol.load", on_error=lambda error: self.complain(reason_of(error)))
        self.finished.connect(lambda _: bench.tasks.cancel("enrol.load"))

    def _install(self) -> QWidget:
        line = label("uv tool install 'botswain[robot]'", "mono")
        line.setContentsMargins(4, 0, 0, 8)
        return line

    async def _load(self) -> None:
        enrolment = await self._bench.link.client.enrolment()
        self.command.setPlainText(enrolment.command)
        self._place.setText(
            tr(
                "The robot connects to {connect}. The line holds a secret: treat it like a password.",
                connect=enrolment.connect,
            )
        )
        self.copy_button.setEnabled(True)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.command.toPlainText())
        self._bench.operations.tell("copied", tr("Copied. Paste it on the robot's machine."), icon="copy")
