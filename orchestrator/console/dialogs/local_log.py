"""What the process of a robot of this computer said: the end of its log file, followed while it is open."""

from pathlib import Path

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.sheet import Sheet
from orchestrator.console.widgets.table_card import table_card
from orchestrator.console.words import tr
from orchestrator.fleet.errors import StartError
from orchestrator.fleet.kept_robot import last_lines

_EVERY_MS = 1_000


class LocalLogSheet(Sheet):
    """Follows the end unless one has scrolled up."""

    def __init__(self, name: str, path: Path, parent: QWidget) -> None:
        super().__init__(tr("Log of {name}", name=name), "", parent)
        self._path = path
        self.resize(860, 560)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setProperty("log", True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName(tr("Log of the process"))
        place = label(str(path), "caption")
        self.body.addWidget(table_card(self.text), 1)
        self.body.addWidget(place)
        folder = self.add_button(tr("Open the folder"))
        folder.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))))
        self.add_button(tr("Copy")).clicked.connect(
            lambda: QGuiApplication.clipboard().setText(self.text.toPlainText())
        )
        self.add_button(tr("Close"), variant="primary", is_default=True).clicked.connect(self.reject)
        self._shown = ""
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self._read)
        self._timer.start()
        self._read()

    def _read(self) -> None:
        try:
            text = last_lines(self._path)
        except StartError:
            text = ""
        self.complain("" if text else tr("It has said nothing yet."))
        if text == self._shown:
            return
        bar = self.text.verticalScrollBar()
        was_at_end = bar.value() >= bar.maximum()
        self._shown = text
        self.text.setPlainText(text.rstrip("\n"))
        if was_at_end:
            bar.setValue(bar.maximum())
