"""Which language the window speaks: the system's, or one that stays."""

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from orchestrator.console.widgets.sheet import Sheet
from orchestrator.console.words import Language, tr
from orchestrator.console.workbench import Workbench

_NAMES: Mapping[Language, str] = MappingProxyType(
    {
        Language.SYSTEM: tr("The system's"),
        Language.ENGLISH: "English",
        Language.GERMAN: "Deutsch",
    }
)
"""Each language by its own name, so that one finds it whatever is spoken now."""


class LanguageDialog(Sheet):
    """Takes effect with the next start: every text is read when the window is made."""

    def __init__(self, bench: Workbench, parent: QWidget) -> None:
        super().__init__(tr("Language"), tr("Botswain speaks it from its next start."), parent)
        self._bench = bench
        self.setMinimumWidth(400)
        self.choices = QButtonGroup(self)
        for number, (language, words) in enumerate(_NAMES.items()):
            button = QRadioButton(words)
            button.setChecked(language is bench.settings.language)
            self.choices.addButton(button, number)
            self.body.addWidget(button)
        self.body.addStretch(1)
        self.add_cancel()
        self.save_button = self.add_button(tr("Save"), variant="primary", is_default=True)
        self.save_button.clicked.connect(self._save)

    def _save(self) -> None:
        chosen = tuple(_NAMES)[self.choices.checkedId()]
        if chosen is not self._bench.settings.language:
            self._bench.settings.language = chosen
            self._bench.settings.flush()
            words = tr("Botswain speaks it from its next start.")
            self._bench.operations.tell("language", words, icon="languages")
        self.accept()
