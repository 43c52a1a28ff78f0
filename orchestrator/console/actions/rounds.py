"""What people do with several robots or closed matters at once: restart in turn, deploy by choice, look at answers."""

from PySide6.QtWidgets import QWidget

from orchestrator.console.commands import Command, CommandContext
from orchestrator.console.dialogs.deploy import DeployDialog
from orchestrator.console.dialogs.question_history import QuestionHistorySheet
from orchestrator.console.dialogs.rollout import RestartDialog, RolloutSheet
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench


class RoundActions:
    """Registers these commands, and holds what they do."""

    def __init__(self, bench: Workbench, window: QWidget) -> None:
        self._bench, self._window = bench, window
        bench.commands.register(*self._commands())

    def restart_robots(self) -> None:
        """The restart that is under way, or the choice for a new one."""
        self._bench.tasks.start(self._restart_robots(), key="rollout.find", on_error=self._not_known)

    def deploy(self, workflow_id: str) -> None:
        """Bring its newest version to robots."""
        view = self._bench.store.workflows.get(workflow_id)
        if view is not None:
            DeployDialog(self._bench, view, view.number, self._window).open()

    def show_answers(self) -> None:
        """What runs asked, and who answered."""
        QuestionHistorySheet(self._bench, self._window).open()

    async def _restart_robots(self) -> None:
        found = await self._bench.link.client.operations.rollouts()
        under_way = next((each for each in found if each.ended_at is None), None)
        if under_way is None:
            RestartDialog(self._bench, self._window).open()
        else:
            RolloutSheet(self._bench, under_way, self._window).open()

    def _not_known(self, error: Exception) -> None:
        self._bench.operations.tell("robot.restart", tr("Restarts are not known: {reason}", reason=error))

    def _commands(self) -> tuple[Command, ...]:
        return (
            Command(
                id="robots.restart",
                title=tr("Restart robots one by one…"),
                run=lambda _: self.restart_robots(),
                icon="refresh-cw",
                section=tr("Robots"),
                keywords="rolling rollout all",
                enabled=lambda context: context.connected and bool(self._bench.store.robots),
            ),
            Command(
                id="workflow.deploy",
                title=tr("Bring to robots…"),
                run=lambda context: self.deploy(context.ids[0]),
                icon="send",
                section=tr("Workflow"),
                keywords="deploy distribute version",
                enabled=lambda context: _is_one_workflow(context) and bool(self._bench.store.robots),
            ),
            Command(
                id="question.history",
                title=tr("Answered questions…"),
                run=lambda _: self.show_answers(),
                icon="history",
                section=tr("Questions"),
                keywords="who answered what when closed expired",
                enabled=lambda context: context.connected,
            ),
        )


def _is_one_workflow(context: CommandContext) -> bool:
    return context.kind == "workflow" and len(context.ids) == 1 and context.connected
