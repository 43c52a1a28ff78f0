"""Asks what becomes of unsaved changes when the editor is closed."""

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QWidget

from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.sheet import Sheet
from orchestrator.console.words import tr


class LeaveSheet(Sheet):
    """Escape keeps editing; Enter saves."""

    save_wanted = Signal()
    discard_wanted = Signal()

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(tr("Save {name} before closing?", name=name), "", parent)
        self.setMinimumWidth(460)
        words = label(tr("There are changes that are not saved. Discarding them cannot be undone."))
        words.setWordWrap(True)
        self.body.addWidget(words)
        self.body.addStretch(1)
        self.keep_button = self.add_button(tr("Keep editing"))
        self.keep_button.clicked.connect(self.reject)
        self.discard_button = self.add_button(tr("Discard"), variant="danger")
        self.discard_button.clicked.connect(lambda: self._leave(self.discard_wanted))
        self.save_button = self.add_button(tr("Save and close"), variant="primary", is_default=True)
        self.save_button.clicked.connect(lambda: self._leave(self.save_wanted))

    def _leave(self, wish: SignalInstance) -> None:
        self.accept()
        wish.emit()
