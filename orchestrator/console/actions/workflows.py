"""What people do with workflows: run, import from a file, check, remove."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from orchestrator.client.client import OrchestratorClient
from orchestrator.console.commands import Command, CommandContext
from orchestrator.console.dialogs.problems import ProblemsDialog
from orchestrator.console.dialogs.recording import RecordingDialog
from orchestrator.console.dialogs.submit import JobDraft, SubmitDialog
from orchestrator.console.dialogs.versions import VersionsDialog
from orchestrator.console.formatting import byte_size
from orchestrator.console.namesakes import namesake_of, replace_question
from orchestrator.console.operations import Operation
from orchestrator.console.widgets.question import Question
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.recordings import ImportRecordingRequest, ImportReport
from orchestrator.contract.api.workflows import ValidationReport
from orchestrator.contract.errors import UserError

WORKFLOW_MENU = ("workflow.run", "workflow.edit", "workflow.versions", "workflow.deploy", "", "workflow.remove")
_MOST_BYTES = 1_048_576
_MOST_RECORDING_BYTES = 5_000_000


class WorkflowActions:
    """Registers the commands about workflows, and holds what they do."""

    def __init__(self, bench: Workbench, window: QWidget) -> None:
        self._bench, self._window = bench, window
        bench.commands.register(*self._commands())

    def run(self, workflow_id: str) -> None:
        """Ask for a job of this workflow."""
        SubmitDialog(self._bench, JobDraft(workflow=workflow_id), self._window).open()

    def choose_file(self) -> None:
        """Ask for a file, then import it."""
        dialog = QFileDialog(self._window, tr("Import a workflow"), str(Path.home()))
        dialog.setNameFilters([tr("Workflows (*.yaml *.yml *.json)"), tr("All files (*)")])
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.import_file(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def import_file(self, path: Path) -> None:
        """Check the file and store it; mistakes are listed with line, step and field."""
        self._import(path.name, lambda: _text_of(path))

    def choose_recording(self) -> None:
        """Ask for a recording of another tool, then show what comes of it."""
        dialog = QFileDialog(self._window, tr("Import a recording"), str(Path.home()))
        dialog.setNameFilters([tr("Recordings (*.json *.side *.py)"), tr("All files (*)")])
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.import_recording(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def import_recording(self, path: Path) -> None:
        """Turn a recording into a workflow; it is stored when the person has seen what it lacks."""

        async def do(client: OrchestratorClient) -> ImportReport:
            text = _text_of(path, most_bytes=_MOST_RECORDING_BYTES)
            return await client.import_recording(ImportRecordingRequest(recording=text))

        def show(report: ImportReport) -> None:
            self._show_recording(path.name, report)

        self._bench.operations.run(
            Operation(
                key="workflow.recording",
                failure=tr("{name} could not be read as a recording", name=path.name),
                do=do,
                success=lambda _: "",
                then=show,
            )
        )

    def show_versions(self, workflow_id: str) -> None:
        """What changed when, and the way back."""
        view = self._bench.store.workflows.get(workflow_id)
        if view is not None:
            VersionsDialog(self._bench, view, self._window).open()

    def remove(self, workflow_id: str) -> None:
        """Take it out of the lists, after a question."""
        view = self._bench.store.workflows.get(workflow_id)
        name = view.name if view else tr("The workflow")
        self._bench.operations.run(
            Operation(
                key="workflow.remove",
                failure=tr("{name} could not be removed", name=name),
                do=lambda client: client.remove_workflow(workflow_id),
                success=lambda _: tr("{name} is removed.", name=name),
                question=Question(
                    title=tr("Remove {name}?", name=name),
                    text=tr("It leaves the lists with all its versions. Jobs that ran it stay readable."),
                    button=tr("Remove"),
                ),
            )
        )

    def _show_recording(self, name: str, report: ImportReport) -> None:
        def save(text: str) -> None:
            again = report.model_copy(update={"yaml": text})
            self._import(name, lambda: text, kept=lambda: self._show_recording(name, again))

        RecordingDialog(name, report, save, self._window).open()

    def _import(self, name: str, read: Callable[[], str], kept: Callable[[], None] | None = None) -> None:
        """Have the text checked, then store it; `kept` when it is not to take the place of its namesake."""

        async def do(client: OrchestratorClient) -> tuple[str, ValidationReport]:
            text = read()
            return text, await client.validate(text)

        def then(checked: tuple[str, ValidationReport]) -> None:
            text, report = checked
            if report.is_valid:
                self._store(name, text, self._question(report, kept))
            else:
                ProblemsDialog(name, report.problems, self._window).open()

        self._bench.operations.run(
            Operation(key="workflow.import", failure=_not_imported(name), do=do, success=lambda _: "", then=then)
        )

    def _question(self, report: ValidationReport, kept: Callable[[], None] | None) -> Question | None:
        known = namesake_of(report.name, self._bench.store)
        if known is None or known.workflow_hash == report.workflow_hash:
            return None
        return replace_question(known, kept=kept)

    def _store(self, name: str, text: str, question: Question | None) -> None:
        self._bench.operations.run(
            Operation(
                key="workflow.import",
                failure=_not_imported(name),
                do=lambda client: client.save_workflow(text),
                success=lambda view: tr("{name} is imported.", name=view.name),
                question=question,
                then=lambda view: self._bench.navigator.show_part("workflows", view.workflow_id),
            )
        )

    def _commands(self) -> tuple[Command, ...]:
        return (
            Command(
                id="workflow.import",
                title=tr("Import a workflow…"),
                run=lambda _: self.choose_file(),
                shortcut="Ctrl+O",
                icon="download",
                section=tr("Workflows"),
                keywords="open file yaml validate check",
                enabled=lambda context: context.connected,
            ),
            _command("workflow.run", tr("Run…"), "play", self.run),
            Command(
                id="workflow.import_recording",
                title=tr("Import a recording…"),
                run=lambda _: self.choose_recording(),
                shortcut="Ctrl+Shift+O",
                icon="camera",
                section=tr("Workflows"),
                keywords="devtools recorder selenium playwright codegen",
                enabled=lambda context: context.connected,
            ),
            _command("workflow.versions", tr("Versions…"), "git-branch", self.show_versions),
            _command("workflow.remove", tr("Remove…"), "trash-2", self.remove, dangerous=True),
        )


def _not_imported(name: str) -> str:
    return tr("{name} could not be imported", name=name)


def _text_of(path: Path, *, most_bytes: int = _MOST_BYTES) -> str:
    try:
        if path.stat().st_size > most_bytes:
            raise UserError(f"{path.name} is larger than {byte_size(most_bytes)}: that is no workflow.")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path.name} cannot be read as text: {error}") from None


def _command(command_id: str, title: str, icon: str, run: Callable[[str], None], *, dangerous: bool = False) -> Command:
    def enabled(context: CommandContext) -> bool:
        return context.kind == "workflow" and len(context.ids) == 1 and context.connected

    return Command(
        id=command_id,
        title=title,
        run=lambda context: run(context.ids[0]),
        icon=icon,
        section=tr("Workflow"),
        enabled=enabled,
        dangerous=dangerous,
    )
