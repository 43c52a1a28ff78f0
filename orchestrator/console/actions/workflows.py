"""What people do with workflows: run, import from a file, check, remove."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from orchestrator.client.client import OrchestratorClient
from orchestrator.console.commands import Command, CommandContext
from orchestrator.console.dialogs.problems import ProblemsDialog
from orchestrator.console.dialogs.submit import JobDraft, SubmitDialog
from orchestrator.console.operations import Operation
from orchestrator.console.widgets.question import Question
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.workflows import ValidationReport, WorkflowView
from orchestrator.contract.errors import UserError

WORKFLOW_MENU = ("workflow.run", "", "workflow.remove")
_MOST_BYTES = 1_048_576


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
        dialog = QFileDialog(self._window, "Import a workflow", str(Path.home()))
        dialog.setNameFilters(["Workflows (*.yaml *.yml *.json)", "All files (*)"])
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.import_file(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def import_file(self, path: Path) -> None:
        """Check the file and store it; mistakes are listed with line, step and field."""

        async def do(client: OrchestratorClient) -> WorkflowView | ValidationReport:
            text = _text_of(path)
            report = await client.validate(text)
            return await client.save_workflow(text) if report.is_valid else report

        self._bench.operations.run(
            Operation(
                key="workflow.import",
                failure=f"{path.name} could not be imported",
                do=do,
                success=lambda done: f"{done.name} is imported." if isinstance(done, WorkflowView) else "",
                then=lambda done: self._show_problems(path.name, done),
            )
        )

    def remove(self, workflow_id: str) -> None:
        """Take it out of the lists, after a question."""
        view = self._bench.store.workflows.get(workflow_id)
        name = view.name if view else "The workflow"
        self._bench.operations.run(
            Operation(
                key="workflow.remove",
                failure=f"{name} could not be removed",
                do=lambda client: client.remove_workflow(workflow_id),
                success=lambda _: f"{name} is removed.",
                question=Question(
                    title=f"Remove {name}?",
                    text="It leaves the lists with all its versions. Jobs that ran it stay readable.",
                    button="Remove",
                ),
            )
        )

    def _show_problems(self, name: str, done: WorkflowView | ValidationReport) -> None:
        if isinstance(done, ValidationReport):
            ProblemsDialog(name, done.problems, self._window).open()

    def _commands(self) -> tuple[Command, ...]:
        return (
            Command(
                id="workflow.import",
                title="Import a workflow…",
                run=lambda _: self.choose_file(),
                shortcut="Ctrl+O",
                icon="download",
                section="Workflows",
                keywords="open file yaml validate check",
                enabled=lambda context: context.connected,
            ),
            _command("workflow.run", "Run…", "play", self.run),
            _command("workflow.remove", "Remove…", "trash-2", self.remove, dangerous=True),
        )


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UserError(f"{path.name} is larger than 1 MiB: that is no workflow.")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path.name} cannot be read as text: {error}") from None


def _command(command_id: str, title: str, icon: str, run: Callable[[str], None], *, dangerous: bool = False) -> Command:
    def enabled(context: CommandContext) -> bool:
        return context.kind == "workflow" and len(context.ids) == 1

    return Command(
        id=command_id,
        title=title,
        run=lambda context: run(context.ids[0]),
        icon=icon,
        section="Workflow",
        enabled=enabled,
        dangerous=dangerous,
    )
