"""What is wrong with a workflow file: one card for each mistake, with its place."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from orchestrator.console.theme.tokens import SPACE_M, SPACE_XS
from orchestrator.console.widgets.labels import card, label
from orchestrator.console.widgets.sheet import Sheet
from orchestrator.console.words import counted, tr
from orchestrator.contract.errors import Problem


class ProblemsDialog(Sheet):
    """Nothing was stored; the file has to be put right first."""

    def __init__(self, name: str, problems: Sequence[Problem], parent: QWidget) -> None:
        title = counted("{name} has %n mistake", "{name} has %n mistakes", len(problems), name=name)
        super().__init__(title, tr("Nothing was stored. Put the file right and import it again."), parent)
        self.resize(600, 440)
        for problem in problems:
            self.body.addWidget(_card(problem))
        self.body.addStretch(1)
        self.add_button(tr("Close"), is_default=True).clicked.connect(self.accept)


def _card(problem: Problem) -> QWidget:
    frame = card()
    column = QVBoxLayout(frame)
    column.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
    column.setSpacing(SPACE_XS)
    words = label(problem.message, "strong")
    words.setWordWrap(True)
    column.addWidget(words)
    line, step = (
        tr("line {line}", line=problem.line) if problem.line else "",
        tr("step {step}", step=problem.step) if problem.step else "",
    )
    places = ", ".join(place for place in (line, step, problem.field) if place)
    if places:
        column.addWidget(label(places, "mono"))
    return frame
