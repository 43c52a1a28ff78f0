"""What people do with schedules: add, edit, pause, resume, run now, remove."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from orchestrator.console.commands import Command, CommandContext
from orchestrator.console.dialogs.forecast import ForecastDialog
from orchestrator.console.dialogs.schedule import ScheduleDialog
from orchestrator.console.dialogs.schedule_history import ScheduleHistoryDialog
from orchestrator.console.operations import Operation
from orchestrator.console.widgets.question import Question
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.api.schedules import ScheduleView

SCHEDULE_MENU = (
    "schedule.edit",
    "schedule.run",
    "schedule.history",
    "",
    "schedule.pause",
    "schedule.resume",
    "",
    "schedule.remove",
)


class ScheduleActions:
    """Registers the commands about schedules, and holds what they do."""

    def __init__(self, bench: Workbench, window: QWidget) -> None:
        self._bench, self._window = bench, window
        bench.commands.register(*self._commands())

    def add(self) -> None:
        """Ask for a new schedule."""
        ScheduleDialog(self._bench, None, self._window).open()

    def edit(self, schedule_id: str) -> None:
        """Change a schedule."""
        view = self._bench.store.schedules.get(schedule_id)
        if view is not None:
            ScheduleDialog(self._bench, view, self._window).open()

    def show_forecast(self) -> None:
        """How busy the next week will be."""
        ForecastDialog(self._bench, self._window).open()

    def show_history(self, schedule_id: str) -> None:
        """What became of each time that it was due."""
        view = self._bench.store.schedules.get(schedule_id)
        if view is not None:
            ScheduleHistoryDialog(self._bench, view, self._window).open()

    def pause(self, schedule_id: str) -> None:
        """Let it rest; Undo resumes."""
        self._bench.operations.run(self._pause(schedule_id))

    def resume(self, schedule_id: str) -> None:
        """Let it fire again; Undo pauses."""
        self._bench.operations.run(self._resume(schedule_id))

    def run_now(self, schedule_id: str) -> None:
        """Run its job now, besides its rule."""

        def keep(job: JobView) -> None:
            self._bench.store.put_job(job)

        self._bench.operations.run(
            Operation(
                key="schedule.run",
                failure=tr("{name} could not be run", name=self._name(schedule_id)),
                do=lambda client: client.run_schedule(schedule_id),
                success=lambda job: tr("{workflow_name} is queued.", workflow_name=job.workflow_name),
                then=keep,
                details=lambda job: self._bench.navigator.open_job(job.job_id),
            )
        )

    def remove(self, schedule_id: str) -> None:
        """Remove it, after a question."""
        name = self._name(schedule_id)
        self._bench.operations.run(
            Operation(
                key="schedule.remove",
                failure=tr("{name} could not be removed", name=name),
                do=lambda client: client.remove_schedule(schedule_id),
                success=lambda _: tr("{name} is removed.", name=name),
                question=Question(
                    title=tr("Remove {name}?", name=name),
                    text=tr("It will not run again. Jobs that it started stay."),
                    button=tr("Remove"),
                ),
            )
        )

    def _pause(self, schedule_id: str) -> Operation[ScheduleView]:
        return Operation(
            key="schedule.pause",
            failure=tr("{name} could not be paused", name=self._name(schedule_id)),
            do=lambda client: client.pause_schedule(schedule_id),
            success=lambda view: tr("{name} is paused.", name=view.name),
            undo=lambda view: self._resume(view.schedule_id),
        )

    def _resume(self, schedule_id: str) -> Operation[ScheduleView]:
        return Operation(
            key="schedule.pause",
            failure=tr("{name} could not be resumed", name=self._name(schedule_id)),
            do=lambda client: client.resume_schedule(schedule_id),
            success=lambda view: tr("{name} runs again.", name=view.name),
            undo=lambda view: self._pause(view.schedule_id),
        )

    def _name(self, schedule_id: str) -> str:
        view = self._bench.store.schedules.get(schedule_id)
        return view.name if view else tr("The schedule")

    def _commands(self) -> tuple[Command, ...]:
        return (
            Command(
                id="schedule.new",
                title=tr("New schedule…"),
                run=lambda _: self.add(),
                shortcut="Ctrl+Shift+N",
                icon="plus",
                section=tr("Schedules"),
                keywords="add cron timer",
                enabled=lambda context: context.connected,
            ),
            Command(
                id="schedule.forecast",
                title=tr("The week ahead…"),
                run=lambda _: self.show_forecast(),
                shortcut="Ctrl+Shift+F",
                icon="calendar-clock",
                section=tr("Schedules"),
                keywords="load forecast heat map busy late",
                enabled=lambda context: context.connected and bool(self._bench.store.schedules),
            ),
            _command("schedule.history", tr("History…"), "history", self.show_history),
            _command("schedule.edit", tr("Edit…"), "pencil", self.edit),
            _command("schedule.run", tr("Run now"), "zap", self.run_now),
            _command("schedule.pause", tr("Pause"), "pause", self.pause, state="enabled"),
            _command("schedule.resume", tr("Resume"), "play", self.resume, state="paused"),
            _command("schedule.remove", tr("Remove…"), "trash-2", self.remove, dangerous=True),
        )


def _command(
    command_id: str,
    title: str,
    icon: str,
    run: Callable[[str], None],
    *,
    state: str = "",
    dangerous: bool = False,
) -> Command:
    def enabled(context: CommandContext) -> bool:
        is_one = context.kind == "schedule" and len(context.ids) == 1 and context.connected
        return is_one and (not state or state in context.states)

    return Command(
        id=command_id,
        title=title,
        run=lambda context: run(context.ids[0]),
        icon=icon,
        section=tr("Schedule"),
        enabled=enabled,
        dangerous=dangerous,
    )
