"""The text from a file and into one, with the dialogs that ask which."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from orchestrator.console.editor.saving import Saving
from orchestrator.console.editor.session import EditorSession
from orchestrator.console.words import tr

_MOST_BYTES = 2_000_000


class TextFiles(QObject):
    """Its window is the dialogs' parent."""

    refused = Signal(str)
    """Why a file could not be read, as a sentence."""

    def __init__(self, session: EditorSession, saving: Saving, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._saving, self._window = session, saving, window

    def choose_import(self) -> None:
        """Ask for the file whose text takes the place of this one."""
        dialog = self._dialog(tr("Replace by a file"), QFileDialog.AcceptMode.AcceptOpen)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.take(Path(name)))
        dialog.open()

    def choose_export(self) -> None:
        """Ask for the file that the text is written into."""
        dialog = self._dialog(tr("Export to a file"), QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("yaml")
        dialog.fileSelected.connect(lambda name: self._saving.export(Path(name)))
        dialog.open()

    def take(self, path: Path) -> None:
        """Put a file's text in place of this one; one step back takes it out again."""
        try:
            text = path.read_bytes()[:_MOST_BYTES].decode("utf-8-sig").replace("\r\n", "\n")
        except (OSError, UnicodeDecodeError) as error:
            self.refused.emit(tr("{file} cannot be read as text: {reason}", file=path.name, reason=error))
            return
        self._session.type_text(text)

    def _dialog(self, title: str, mode: QFileDialog.AcceptMode) -> QFileDialog:
        dialog = QFileDialog(self._window, title, str(Path.home()))
        dialog.setNameFilters([tr("Workflows (*.yaml *.yml *.json)"), tr("All files (*)")])
        dialog.setAcceptMode(mode)
        dialog.finished.connect(dialog.deleteLater)
        return dialog
