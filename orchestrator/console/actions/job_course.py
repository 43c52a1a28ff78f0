"""What people do with the course of a job: pause, resume, change its priority, go on from a checkpoint."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from orchestrator.client.client import OrchestratorClient
from orchestrator.console.actions.job_bulk import ask_bulk, wanted_jobs
from orchestrator.console.commands import Command, CommandContext
from orchestrator.console.dialogs.resume import ResumeDialog
from orchestrator.console.operations import Operation
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.jobs import JobView, RemedyView
from orchestrator.contract.checkpoints import CheckpointView
from orchestrator.contract.states import FINAL_STATES, JobPriority, JobStatus

_RUNNING = frozenset({JobStatus.RUNNING.value})
_PAUSED = frozenset({JobStatus.PAUSED.value})
_WAITING = frozenset({JobStatus.QUEUED.value, JobStatus.PENDING.value})
_UNSUCCESSFUL = frozenset(status.value for status in FINAL_STATES) - {JobStatus.COMPLETED.value}


class JobCourseActions:
    """Registers the commands about the course of one job, and holds what they do."""

    def __init__(self, bench: Workbench, window: QWidget) -> None:
        self._bench, self._window = bench, window
        bench.commands.register(*self._commands())

    def pause(self, job_id: str) -> None:
        """Let it stop at a checkpoint and free its robot; Undo resumes."""
        self._bench.operations.run(self._pause(job_id))

    def resume(self, job_id: str) -> None:
        """Let it go on; Undo pauses it again."""
        self._bench.operations.run(self._resume(job_id))

    def retry_from(self, job_id: str, checkpoint_id: str = "") -> None:
        """Run it again from a checkpoint, after a look at what is reused and what runs again."""
        ResumeDialog(self._bench, job_id, checkpoint_id, self._window).open()

    def prioritise(self, job_id: str, priority: JobPriority) -> None:
        """Give a waiting job another priority; Undo gives it the former one."""
        self._bench.operations.run(self._prioritise(job_id, priority))

    def take_checkpoint(self, job_id: str) -> None:
        """A checkpoint of a running job, now."""

        async def do(client: OrchestratorClient) -> CheckpointView:
            return await client.checkpoints.take(job_id, note="taken in the console")

        self._bench.operations.run(
            Operation(
                key="job.checkpoint",
                failure=tr("No checkpoint could be taken"),
                do=do,
                success=lambda _: tr("A checkpoint is kept."),
            )
        )

    def apply(self, remedy: RemedyView) -> None:
        """Do what would help a waiting job."""
        self._bench.operations.run(
            Operation(
                key="job.remedy",
                failure=tr("That could not be done"),
                do=lambda client: client.flow.apply(remedy),
                success=lambda _: tr("Done: {text}", text=remedy.text),
            )
        )

    def _pause(self, job_id: str) -> Operation[JobView]:
        return Operation(
            key="job.pause",
            failure=tr("{name} could not be paused", name=self._name(job_id)),
            do=lambda client: client.checkpoints.pause(job_id, reason="paused in the console"),
            success=lambda job: tr("{workflow_name} pauses after its current steps.", workflow_name=job.workflow_name),
            then=self._bench.store.put_job,
            undo=lambda _: self._resume(job_id),
        )

    def _resume(self, job_id: str) -> Operation[JobView]:
        return Operation(
            key="job.pause",
            failure=tr("{name} could not be resumed", name=self._name(job_id)),
            do=lambda client: client.checkpoints.resume(job_id),
            success=lambda job: tr("{workflow_name} goes on.", workflow_name=job.workflow_name),
            then=self._bench.store.put_job,
        )

    def _prioritise(self, job_id: str, priority: JobPriority) -> Operation[JobView]:
        known = self._bench.store.jobs.get(job_id)
        former = known.priority if known else JobPriority.NORMAL
        return Operation(
            key="job.priority",
            failure=tr("{name} keeps its priority", name=self._name(job_id)),
            do=lambda client: client.flow.prioritise(job_id, priority),
            success=lambda job: tr(
                "{workflow_name} has priority {value} now.", workflow_name=job.workflow_name, value=priority.value
            ),
            then=self._bench.store.put_job,
            undo=lambda _: self._prioritise(job_id, former),
        )

    def _name(self, job_id: str) -> str:
        known = self._bench.store.jobs.get(job_id)
        return known.workflow_name if known else tr("The job")

    def _commands(self) -> tuple[Command, ...]:
        return (
            _command(
                "job.retry_from",
                tr("Retry from the failed step…"),
                "history",
                self.retry_from,
                among=_UNSUCCESSFUL,
                keywords="checkpoint continue resume",
            ),
            _command("job.pause", tr("Pause"), "pause", self.pause, among=_RUNNING),
            _command("job.resume", tr("Resume"), "play", self.resume, among=_PAUSED),
            _command("job.checkpoint", tr("Take a checkpoint"), "bookmark", self.take_checkpoint, among=_RUNNING),
            *(self._priority_command(priority) for priority in reversed(JobPriority)),
        )

    def _priority_command(self, priority: JobPriority) -> Command:
        def run(context: CommandContext) -> None:
            if context.fitting is None and len(context.ids) == 1:
                self.prioritise(context.ids[0], priority)
            else:
                wanted = wanted_jobs(context.ids, context.fitting)
                ask_bulk(self._bench, self._window, "priority", wanted, priority)

        def enabled(context: CommandContext) -> bool:
            is_job = context.kind == "job" and bool(context.ids) and context.connected
            return is_job and (context.fitting is not None or bool(context.states & _WAITING))

        return Command(
            id=f"job.priority.{priority.value}",
            title=tr("Priority: {value}", value=priority.value),
            run=run,
            icon="gauge",
            section=tr("Job"),
            enabled=enabled,
        )


def _command(
    command_id: str,
    title: str,
    icon: str,
    run: Callable[[str], None],
    *,
    among: frozenset[str],
    keywords: str = "",
) -> Command:
    def enabled(context: CommandContext) -> bool:
        is_one = context.kind == "job" and len(context.ids) == 1
        return is_one and context.connected and bool(context.states & among)

    return Command(
        id=command_id,
        title=title,
        run=lambda context: run(context.ids[0]),
        icon=icon,
        section=tr("Job"),
        keywords=keywords,
        enabled=enabled,
    )
