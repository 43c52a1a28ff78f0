"""The files of a job: a list, and the chosen picture beside it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from orchestrator.client.client import OrchestratorClient
from orchestrator.console.formatting import byte_size
from orchestrator.console.operations import Operation, reason_of
from orchestrator.console.theme.tokens import SPACE_M, SPACE_S, Tone
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.table_card import table_card
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.jobs import ArtifactView

_LARGEST_PICTURE = 20 * 1_048_576


class Picture(QLabel):
    """A picture that is scaled into the room there is, never above its own size."""

    def __init__(self) -> None:
        super().__init__()
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMinimumSize(QSize(120, 120))
        self._source = QPixmap()

    def show_picture(self, source: QPixmap) -> None:
        """Another picture; a null one shows nothing."""
        self._source = source
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._source.isNull():
            self.setPixmap(QPixmap())
            return
        room = self.size().boundedTo(self._source.size())
        smooth = Qt.TransformationMode.SmoothTransformation
        self.setPixmap(self._source.scaled(room, Qt.AspectRatioMode.KeepAspectRatio, smooth))


class ArtifactTab(QWidget):
    """Screenshots are shown at once; everything can be saved."""

    def __init__(self, bench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench, self._job_id = bench, ""
        self._views: tuple[ArtifactView, ...] = ()
        self.files = QListWidget()
        self.files.setAccessibleName(tr("Files"))
        self.files.setMaximumHeight(150)
        self.picture = Picture()
        self._words = label("", "muted")
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.save_button = QPushButton(tr("Save as…"))
        self.save_button.clicked.connect(self._save)
        self.files.currentRowChanged.connect(self._show_current)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE_M, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(table_card(self.files))
        column.addWidget(self._words)
        column.addWidget(self.picture, 1)
        column.addLayout(foot)

    def show_files(self, job_id: str, views: Sequence[ArtifactView]) -> None:
        """The files of this job."""
        if (job_id, tuple(views)) == (self._job_id, self._views):
            return
        self._job_id, self._views = job_id, tuple(views)
        self.files.clear()
        self.picture.show_picture(QPixmap())
        for view in views:
            size = byte_size(view.artifact.size) if view.artifact.is_kept else tr("not kept")
            item = QListWidgetItem(f"{view.artifact.name}   {size}")
            name = "camera" if view.artifact.media_type.startswith("image/") else "file-text"
            item.setIcon(self._bench.theme.icon(name, Tone.MUTED))
            self.files.addItem(item)
        self.save_button.setEnabled(bool(views))
        self._words.setText("" if views else tr("This job has left no files."))
        if views:
            kept = [(n, view.artifact) for n, view in enumerate(views) if view.artifact.is_kept]
            pictures = [n for n, file in kept if file.media_type.startswith("image/")]
            self.files.setCurrentRow(pictures[0] if pictures else 0)

    def _current(self) -> ArtifactView | None:
        row = self.files.currentRow()
        return self._views[row] if 0 <= row < len(self._views) else None

    def _show_current(self) -> None:
        view = self._current()
        self.picture.show_picture(QPixmap())
        if view is None:
            return
        self.save_button.setEnabled(view.artifact.is_kept)
        if not view.artifact.is_kept:
            self._words.setText(view.artifact.note)
            return
        if not view.artifact.media_type.startswith("image/") or view.artifact.size > _LARGEST_PICTURE:
            self._words.setText(tr("Save the file to look at it."))
            return
        self._words.setText("")
        self._bench.tasks.start(self._load(view), key="artifact", on_error=self._failed)

    async def _load(self, view: ArtifactView) -> None:
        content = await self._bench.link.client.artifact(self._job_id, view.attempt, view.artifact.name)
        picture = QPixmap()
        picture.loadFromData(content)
        self.picture.show_picture(picture)

    def _failed(self, error: Exception) -> None:
        self._words.setText(reason_of(error))

    def _save(self) -> None:
        view = self._current()
        if view is None:
            return
        dialog = QFileDialog(self, tr("Save the file"), str(Path.home() / view.artifact.name))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(lambda name: self._save_to(Path(name), view))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _save_to(self, path: Path, view: ArtifactView) -> None:
        job_id = self._job_id

        async def do(client: OrchestratorClient) -> Path:
            content = await client.artifact(job_id, view.attempt, view.artifact.name)
            await asyncio.to_thread(path.write_bytes, content)
            return path

        self._bench.operations.run(
            Operation(
                key="artifact.save",
                failure=tr("{name} could not be saved", name=view.artifact.name),
                do=do,
                success=lambda saved: tr("Saved as {saved}.", saved=saved),
            )
        )
