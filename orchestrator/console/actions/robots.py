"""What people do with robots: connect, give work, drain, resume, forget."""

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from orchestrator.console.commands import Command, CommandContext
from orchestrator.console.dialogs.drain import DrainDialog, MaintenanceDialog
from orchestrator.console.dialogs.enrol import EnrolDialog
from orchestrator.console.dialogs.submit import JobDraft, SubmitDialog
from orchestrator.console.operations import Operation
from orchestrator.console.widgets.question import Question
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.robots import RobotView
from orchestrator.contract.states import RobotStatus

ROBOT_MENU = (
    "robot.open",
    "robot.send",
    "",
    "robot.drain",
    "robot.drain_until",
    "robot.maintain",
    "robot.resume",
    "robot.restart",
    "",
    "robot.copy_id",
    "robot.remove",
)
_CONNECTED = frozenset(status.value for status in RobotStatus if status.is_connected)
_GONE = frozenset(status.value for status in RobotStatus) - _CONNECTED
_DRAINABLE = _CONNECTED - {RobotStatus.DRAINING.value}
_DRAINING = frozenset({RobotStatus.DRAINING.value})


class RobotActions:
    """Registers the commands about robots, and holds what they do."""

    def __init__(self, bench: Workbench, window: QWidget) -> None:
        self._bench, self._window = bench, window
        bench.commands.register(*self._commands())

    def enrol(self) -> None:
        """Show the line that connects another machine."""
        EnrolDialog(self._bench, self._window).open()

    def send_job(self, robot_id: str) -> None:
        """Ask for a job that only this robot runs."""
        SubmitDialog(self._bench, JobDraft(robot=robot_id), self._window).open()

    def drain(self, robot_id: str) -> None:
        """Let it finish and take nothing new; Undo resumes."""
        self._bench.operations.run(self._drain(robot_id))

    def drain_until(self, robot_id: str) -> None:
        """Let it finish until a deadline, and say what happens then."""
        robot = self._bench.store.robots.get(robot_id)
        if robot is not None:
            DrainDialog(self._bench, robot, self._window).open()

    def maintain(self, robot_id: str) -> None:
        """Take it out of work for a while, with a reason."""
        robot = self._bench.store.robots.get(robot_id)
        if robot is not None:
            MaintenanceDialog(self._bench, robot, self._window).open()

    def restart(self, robot_id: str) -> None:
        """Let it finish, then restart its program, after a question."""
        name = self._bench.store.robot_name(robot_id)
        self._bench.operations.run(
            Operation(
                key="robot.restart",
                failure=tr("{name} could not be restarted", name=name),
                do=lambda client: client.operations.restart_robots((robot_id,), reason="restarted in the console"),
                success=lambda _: tr("{name} finishes its work, then restarts.", name=name),
                question=Question(
                    title=tr("Restart {name}?", name=name),
                    text=tr("It takes nothing new, finishes what it runs, and starts anew. No job is lost."),
                    button=tr("Restart"),
                ),
            )
        )

    def resume(self, robot_id: str) -> None:
        """Let it take work again; Undo drains."""
        self._bench.operations.run(self._resume(robot_id))

    def remove(self, robot_id: str) -> None:
        """Forget a robot that is not connected, after a question."""
        name = self._bench.store.robot_name(robot_id)
        self._bench.operations.run(
            Operation(
                key="robot.remove",
                failure=tr("{name} could not be removed", name=name),
                do=lambda client: client.remove_robot(robot_id),
                success=lambda _: tr("{name} is removed.", name=name),
                question=Question(
                    title=tr("Remove {name}?", name=name),
                    text=tr("It leaves the list; its jobs and their logs stay. It can connect again at any time."),
                    button=tr("Remove"),
                ),
            )
        )

    def _drain(self, robot_id: str) -> Operation[RobotView]:
        return Operation(
            key="robot.drain",
            failure=tr("{name} could not be drained", name=self._bench.store.robot_name(robot_id)),
            do=lambda client: client.drain_robot(robot_id),
            success=lambda robot: tr("{name} finishes its work and takes nothing new.", name=robot.name),
            undo=lambda robot: self._resume(robot.robot_id),
        )

    def _resume(self, robot_id: str) -> Operation[RobotView]:
        return Operation(
            key="robot.drain",
            failure=tr("{name} could not be resumed", name=self._bench.store.robot_name(robot_id)),
            do=lambda client: client.resume_robot(robot_id),
            success=lambda robot: tr("{name} takes work again.", name=robot.name),
            undo=lambda robot: self._drain(robot.robot_id),
        )

    def _copy_id(self, robot_id: str) -> None:
        QGuiApplication.clipboard().setText(robot_id)
        self._bench.operations.tell("copied", tr("Id copied."), icon="copy")

    def _commands(self) -> tuple[Command, ...]:
        return (
            Command(
                id="robot.enrol",
                title=tr("Connect a robot…"),
                run=lambda _: self.enrol(),
                icon="link",
                section=tr("Robots"),
                keywords="add enrol new machine token",
                enabled=lambda context: context.connected,
            ),
            _command("robot.open", tr("Open"), "eye", self._bench.navigator.open_robot),
            _command("robot.send", tr("Send a job…"), "send", self.send_job, among=_CONNECTED),
            _command("robot.drain", tr("Drain"), "hourglass", self.drain, among=_DRAINABLE),
            _command(
                "robot.drain_until", tr("Drain with a deadline…"), "timer-off", self.drain_until, among=_DRAINABLE
            ),
            _command("robot.maintain", tr("Maintenance…"), "settings", self.maintain, among=_DRAINABLE),
            _command("robot.restart", tr("Restart…"), "refresh-cw", self.restart, among=_CONNECTED, dangerous=True),
            _command("robot.resume", tr("Resume"), "play", self.resume, among=_DRAINING),
            _command("robot.copy_id", tr("Copy id"), "copy", self._copy_id),
            _command("robot.remove", tr("Remove…"), "trash-2", self.remove, among=_GONE, dangerous=True),
        )


def _command(
    command_id: str,
    title: str,
    icon: str,
    run: Callable[[str], None],
    *,
    among: frozenset[str] = frozenset(),
    dangerous: bool = False,
) -> Command:
    def enabled(context: CommandContext) -> bool:
        is_one = context.kind == "robot" and len(context.ids) == 1
        return is_one and (not among or (context.connected and bool(context.states & among)))

    return Command(
        id=command_id,
        title=title,
        run=lambda context: run(context.ids[0]),
        icon=icon,
        section=tr("Robot"),
        enabled=enabled,
        dangerous=dangerous,
    )
