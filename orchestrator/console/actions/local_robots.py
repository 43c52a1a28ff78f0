"""What people do with robots of this computer: start, stop, restart, look at what the process says, forget."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from orchestrator.client.client import OrchestratorClient
from orchestrator.console.commands import Command, CommandContext
from orchestrator.console.dialogs.local_log import LocalLogSheet
from orchestrator.console.dialogs.local_robot import LocalRobotDialog
from orchestrator.console.dialogs.stop_robot import StopRobotSheet
from orchestrator.console.local_robots import LocalRobot, LocalSpec
from orchestrator.console.operations import Operation
from orchestrator.console.theme.tokens import Tone
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.fleet.kept_robot import KeptState

LOCAL_MENU = ("local.start", "local.go_on", "local.stop", "local.restart", "local.log", "local.forget")


class LocalRobotActions:
    """Registers the commands about robots of this computer, and holds what they do, by a robot's name."""

    def __init__(self, bench: Workbench, window: QWidget) -> None:
        self._bench, self._window = bench, window
        bench.commands.register(*self._commands())
        bench.local.changed.connect(bench.commands.refresh)
        bench.local.troubled.connect(self._tell)

    def new(self) -> None:
        """Ask for name, slots and tags, then start it."""
        LocalRobotDialog(self._bench, self._window).open()

    def start(self, name: str) -> None:
        """Start one that was stopped."""
        robot = self._bench.local.one(name)
        if robot is not None:
            self._bench.operations.run(self._start(robot.spec))

    def stop(self, name: str) -> None:
        """An idle one at once, with Undo; of one that works it is asked how."""
        view, robot = self._bench.local.view_of(name), self._bench.local.one(name)
        if robot is None:
            return
        if view is None or not view.slots_busy or robot.state is not KeptState.RUNNING:
            self._bench.operations.run(self._stop(robot.spec))
            return
        sheet = StopRobotSheet(self._bench, view, self._window)
        sheet.finish_wanted.connect(lambda: self._bench.operations.run(self._finish(robot.spec)))
        sheet.stop_wanted.connect(lambda: self._bench.operations.run(self._stop(robot.spec)))
        sheet.open()

    def go_on(self, name: str) -> None:
        """It is to finish its work and stop: take that back."""

        async def do(client: OrchestratorClient) -> None:
            await self._bench.local.go_on(client, name)

        self._bench.operations.run(
            Operation(
                key="local.stop",
                failure=tr("{name} could not be resumed", name=name),
                do=do,
                success=lambda _: tr("{name} goes on.", name=name),
            )
        )

    def restart(self, name: str) -> None:
        """Let it finish, then start anew; one that is not connected begins anew at once."""
        view = self._bench.local.view_of(name)
        if view is not None and view.slots_busy:
            self._bench.commands.run("robot.restart", _about(view.robot_id))
            return

        async def do(client: OrchestratorClient) -> LocalSpec:
            return await self._bench.local.restart(client, name)

        self._bench.operations.run(
            Operation(
                key="local.start",
                failure=tr("{name} could not be restarted", name=name),
                do=do,
                success=lambda _: tr("{name} starts anew.", name=name),
            )
        )

    def show_log(self, name: str) -> None:
        """What its process says."""
        robot = self._bench.local.one(name)
        if robot is not None and robot.log_file is not None:
            LocalLogSheet(name, robot.log_file, self._window).open()

    def forget(self, name: str) -> None:
        """Take it out of the list of this computer."""
        robot = self._bench.local.one(name)
        if robot is not None:
            self._bench.local.forget(name)
            self._bench.operations.tell(
                "local.forget", tr("{name} is no robot of this computer any more.", name=name), icon="trash-2"
            )

    def _tell(self, name: str, words: str) -> None:
        text = tr("{name} does not run", name=name)
        self._bench.operations.tell(f"local.{name}", text, icon="bot", tone=Tone.WARNING, detail=words)

    def _start(self, spec: LocalSpec) -> Operation[LocalSpec]:
        async def do(client: OrchestratorClient) -> LocalSpec:
            return await self._bench.local.start(client, spec)

        return Operation(
            key="local.start",
            failure=tr("{name} could not be started", name=spec.name),
            do=do,
            success=lambda _: tr("{name} is starting.", name=spec.name),
        )

    def _stop(self, spec: LocalSpec) -> Operation[None]:
        async def do(_: OrchestratorClient) -> None:
            await self._bench.local.stop(spec.name)

        return Operation(
            key="local.stop",
            failure=tr("{name} could not be stopped", name=spec.name),
            do=do,
            success=lambda _: tr("{name} is stopped.", name=spec.name),
            undo=lambda _: self._start(spec),
        )

    def _finish(self, spec: LocalSpec) -> Operation[None]:
        async def do(client: OrchestratorClient) -> None:
            await self._bench.local.finish(client, spec.name)

        return Operation(
            key="local.stop",
            failure=tr("{name} could not be drained", name=spec.name),
            do=do,
            success=lambda _: tr("{name} finishes its work, then stops.", name=spec.name),
        )

    def _commands(self) -> tuple[Command, ...]:
        return (
            Command(
                id="local.new",
                title=tr("Start a robot here…"),
                run=lambda _: self.new(),
                shortcut="Ctrl+Shift+R",
                icon="bot",
                section=tr("Robots"),
                keywords="local add this computer machine",
                enabled=lambda context: context.connected,
            ),
            self._command("local.start", tr("Start its process"), "play", self.start, _sleeps),
            self._command("local.stop", tr("Stop its process…"), "square", self.stop, _lives),
            self._command("local.go_on", tr("Keep it at work"), "undo-2", self.go_on, lambda each: each.is_finishing),
            self._command("local.restart", tr("Restart its process"), "refresh-cw", self.restart, _works_on),
            self._command("local.log", tr("Log of its process"), "scroll-text", self.show_log, _has_log),
            self._command("local.forget", tr("Forget it here"), "trash-2", self.forget, _may_be_forgotten),
        )

    def _robot(self, context: CommandContext) -> LocalRobot | None:
        """By a robot's id, or, as `local`, by the name of one that the engine may not know."""
        if context.kind not in ("robot", "local") or len(context.ids) != 1:
            return None
        is_local = context.kind == "local"
        return self._bench.local.one(context.ids[0] if is_local else self._bench.store.robot_name(context.ids[0]))

    def _command(
        self,
        command_id: str,
        title: str,
        icon: str,
        run: Callable[[str], None],
        fits: Callable[[LocalRobot], bool],
    ) -> Command:
        def enabled(context: CommandContext) -> bool:
            robot = self._robot(context)
            return robot is not None and fits(robot)

        def do(context: CommandContext) -> None:
            robot = self._robot(context)
            if robot is not None:
                run(robot.spec.name)

        return Command(id=command_id, title=title, run=do, icon=icon, section=tr("Robot"), enabled=enabled)


def _about(robot_id: str) -> CommandContext:
    return CommandContext(panel="robots", kind="robot", ids=(robot_id,), states=frozenset({"busy"}))


def _lives(robot: LocalRobot) -> bool:
    return robot.state in (KeptState.RUNNING, KeptState.PAUSING)


def _works_on(robot: LocalRobot) -> bool:
    return _lives(robot) and not robot.is_finishing


def _sleeps(robot: LocalRobot) -> bool:
    return robot.state in (KeptState.STOPPED, KeptState.ENDED)


def _has_log(robot: LocalRobot) -> bool:
    return robot.log_file is not None


def _may_be_forgotten(robot: LocalRobot) -> bool:
    return _sleeps(robot) and not robot.spec.is_passing
