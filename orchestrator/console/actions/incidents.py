"""What people do with an incident: keep everything about a job as one file, for somebody else to look at."""

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from orchestrator.client.client import OrchestratorClient
from orchestrator.console.commands import Command, CommandContext
from orchestrator.console.formatting import byte_size
from orchestrator.console.incident_export import write_pieces
from orchestrator.console.operations import Operation
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench

_TOLD_EVERY_BYTES = 1_048_576


class IncidentActions:
    """Registers the commands about incidents, and holds what they do."""

    def __init__(self, bench: Workbench, window: QWidget) -> None:
        self._bench, self._window = bench, window
        bench.commands.register(
            Command(
                id="job.incident",
                title=tr("Export the incident…"),
                run=lambda context: self.choose_file(context.ids[0]),
                icon="download",
                section=tr("Job"),
                keywords="zip bundle failure report evidence trace",
                enabled=_is_one_job,
            )
        )

    def choose_file(self, job_id: str) -> None:
        """Ask where to, then export."""
        dialog = QFileDialog(self._window, tr("Export the incident"), str(Path.home() / f"incident-{job_id[-8:]}.zip"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("zip")
        dialog.setNameFilters([tr("Zip files (*.zip)")])
        dialog.fileSelected.connect(lambda name: self.export(job_id, Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export(self, job_id: str, path: Path) -> None:
        """Fetch everything about a job into one file, and say how far it is."""

        async def do(client: OrchestratorClient) -> int:
            self._tell(0)
            return await write_pieces(client.incidents.download(job_id), path, self._tell)

        self._bench.operations.run(
            Operation(
                key="job.incident",
                failure=tr("The incident could not be exported"),
                do=do,
                success=lambda size: tr("{file} holds the incident ({size}).", file=path.name, size=byte_size(size)),
                details=lambda _: _show_folder(path),
                details_words=tr("Show the folder"),
            )
        )

    def _tell(self, size: int) -> None:
        if size % _TOLD_EVERY_BYTES < _TOLD_EVERY_BYTES // 4:
            so_far = byte_size(size) if size else ""
            self._bench.operations.tell("job.incident", tr("Collecting the incident…"), icon="download", detail=so_far)


def _show_folder(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))


def _is_one_job(context: CommandContext) -> bool:
    return context.kind == "job" and len(context.ids) == 1 and context.connected
