"""What came of a recording: what it could not carry over, what one should know, and the workflow itself."""

from collections.abc import Callable

from PySide6.QtWidgets import QLabel, QPlainTextEdit, QWidget

from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.sheet import Sheet
from orchestrator.console.widgets.table_card import table_card
from orchestrator.console.words import counted, tr
from orchestrator.contract.api.recordings import ImportReport

_MOST_LINES = 12


class RecordingDialog(Sheet):
    """Nothing is stored before the button; the text may be changed first."""

    def __init__(self, name: str, report: ImportReport, save: Callable[[str], None], parent: QWidget) -> None:
        gaps = counted("%n thing was not carried over", "%n things were not carried over", len(report.gaps))
        words = tr(
            "From {kind}: {outcome}.",
            kind=report.kind.value,
            outcome=gaps if report.gaps else tr("everything was carried over"),
        )
        super().__init__(tr("Import {name}", name=name), words, parent)
        self.resize(720, 620)
        self.source = QPlainTextEdit(report.yaml)
        self.source.setProperty("log", True)
        self.source.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.source.setTabChangesFocus(True)
        self.source.setAccessibleName(tr("The workflow as YAML"))
        for title, entries in ((tr("Not carried over"), report.gaps), (tr("Good to know"), report.remarks)):
            if entries:
                self.body.addWidget(label(title, "strong"))
                self.body.addWidget(_lines([str(each) for each in entries]))
        self.body.addWidget(label(tr("The workflow"), "strong"))
        self.source.setMinimumHeight(220)
        self.body.addWidget(table_card(self.source), 1)
        self.add_cancel()
        self.save_button = self.add_button(tr("Save the workflow"), variant="primary", is_default=True)
        self.save_button.clicked.connect(self.accept)
        self.accepted.connect(lambda: save(self.source.toPlainText()))


def _lines(sentences: list[str]) -> QLabel:
    more = [counted("and %n more", "and %n more", len(sentences) - _MOST_LINES)] if len(sentences) > _MOST_LINES else []
    words = label("\n".join(sentences[:_MOST_LINES] + more))
    words.setWordWrap(True)
    return words
