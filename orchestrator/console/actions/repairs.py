"""What people decide about proposed repairs: look at one, approve or reject it, and take either back."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from orchestrator.console.commands import Command, CommandContext
from orchestrator.console.dialogs.repair import RepairDialog
from orchestrator.console.operations import Operation
from orchestrator.console.repair_operations import approve, reject
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.repairs import RepairView

REPAIR_MENU = ("repair.open", "", "repair.approve", "repair.reject", "", "repair.job")


class RepairActions:
    """Registers the commands about repairs, and holds what they do."""

    def __init__(self, bench: Workbench, window: QWidget) -> None:
        self._bench, self._window = bench, window
        bench.commands.register(*self._commands())

    def open(self, repair_id: str) -> None:
        """Show the locators before and after, and ask for the decision."""
        repair = self._repair(repair_id)
        if repair is not None:
            RepairDialog(self._bench, repair, self._window).open()

    def approve(self, repair_id: str) -> None:
        """Agree to what is proposed; jobs that wait stay with their version."""
        self._decide(repair_id, lambda repair: approve(self._bench, repair))

    def reject(self, repair_id: str) -> None:
        """Do not propose it again."""
        self._decide(repair_id, lambda repair: reject(self._bench, repair))

    def show_job(self, repair_id: str) -> None:
        """Open the newest run that saw it."""
        repair = self._repair(repair_id)
        if repair is not None:
            self._bench.navigator.open_job(repair.job_id)

    def _decide(self, repair_id: str, operation: Callable[[RepairView], Operation[object]]) -> None:
        repair = self._repair(repair_id)
        if repair is not None:
            self._bench.operations.run(operation(repair))

    def _repair(self, repair_id: str) -> RepairView | None:
        found = self._bench.concerns.repairs.value or ()
        return next((each for each in found if each.repair_id == repair_id), None)

    def _commands(self) -> tuple[Command, ...]:
        return (
            _command("repair.open", tr("Look at the repair…"), "eye", self.open),
            _command("repair.approve", tr("Approve the repair"), "check", self.approve),
            _command("repair.reject", tr("Reject the repair"), "x", self.reject),
            _command("repair.job", tr("Open the run that saw it"), "list-checks", self.show_job),
        )


def _command(command_id: str, title: str, icon: str, run: Callable[[str], None]) -> Command:
    def enabled(context: CommandContext) -> bool:
        return context.kind == "repair" and len(context.ids) == 1 and context.connected

    return Command(
        id=command_id,
        title=title,
        run=lambda context: run(context.ids[0]),
        icon=icon,
        section=tr("Repair"),
        keywords="locator selector target fallback",
        enabled=enabled,
    )
