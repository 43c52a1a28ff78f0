"""What people do with jobs: run, cancel, retry, copy, open."""

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from orchestrator.client.client import OrchestratorClient
from orchestrator.console.actions.job_bulk import ask_bulk, wanted_jobs
from orchestrator.console.commands import Command, CommandContext
from orchestrator.console.dialogs.submit import JobDraft, SubmitDialog
from orchestrator.console.formatting import short_id
from orchestrator.console.operations import Operation
from orchestrator.console.widgets.question import Question
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.api.operations import BulkFilterRequest
from orchestrator.contract.states import FINAL_STATES, JobStatus

_FINAL = frozenset(status.value for status in FINAL_STATES)
_RETRYABLE = _FINAL - {JobStatus.COMPLETED.value}
JOB_MENU = (
    "job.open",
    "",
    "job.cancel",
    "job.retry",
    "job.retry_from",
    "job.again",
    "",
    "job.pause",
    "job.resume",
    "",
    "job.incident",
    "job.copy_id",
    "job.copy_json",
)


class JobActions:
    """Registers the commands about jobs, and holds what they do."""

    def __init__(self, bench: Workbench, window: QWidget) -> None:
        self._bench, self._window = bench, window
        bench.commands.register(*self._commands())

    def new(self, draft: JobDraft | None = None) -> None:
        """Ask for a new job."""
        SubmitDialog(self._bench, draft or JobDraft(), self._window).open()

    def cancel(self, job_ids: Sequence[str], fitting: BulkFilterRequest | None = None) -> None:
        """Stop jobs; asks first when work would be lost or when they are many."""
        if fitting is not None or len(job_ids) > 1:
            ask_bulk(self._bench, self._window, "cancel", wanted_jobs(job_ids, fitting))
            return
        jobs = [self._bench.store.jobs[each] for each in job_ids if each in self._bench.store.jobs]
        living = [job for job in jobs if not job.status.has_ended]
        ids = [job.job_id for job in living]
        if not ids:
            return
        is_grave = len(ids) > 1 or any(job.status.is_live for job in living)
        self._bench.operations.run(
            Operation(
                key="job.cancel",
                failure=tr("{name} could not be cancelled", name=_name(living)),
                do=lambda client: _cancel_all(client, ids),
                success=lambda done: _said(done, "cancelled"),
                question=_cancel_question(living) if is_grave else None,
                then=self._keep,
                undo=lambda _: self._retry_operation(ids),
            )
        )

    def retry(self, job_ids: Sequence[str], fitting: BulkFilterRequest | None = None) -> None:
        """Run ended jobs again; asks first when they are many."""
        ids = list(job_ids)
        if fitting is not None or len(ids) > 1:
            ask_bulk(self._bench, self._window, "retry", wanted_jobs(ids, fitting))
        elif ids:
            self._bench.operations.run(self._retry_operation(ids))

    def again(self, job_id: str) -> None:
        """A new job like this one: the form, filled with its variables."""
        self._bench.tasks.start(self._again(job_id), on_error=self._not_read)

    def copy_ids(self, job_ids: Sequence[str]) -> None:
        """Put ids into the clipboard, one a line."""
        self._copy("\n".join(job_ids), counted("%n id", "%n ids", len(job_ids)))

    def copy_json(self, job_ids: Sequence[str]) -> None:
        """Put everything about a job into the clipboard, as JSON."""
        self._bench.tasks.start(self._copy_json(job_ids[0]), on_error=self._not_read)

    async def _again(self, job_id: str) -> None:
        detail = await self._bench.link.client.job(job_id)
        self.new(JobDraft(workflow=detail.job.workflow_id, variables=detail.variables))

    async def _copy_json(self, job_id: str) -> None:
        detail = await self._bench.link.client.job(job_id)
        self._copy(detail.model_dump_json(indent=2), tr("The job as JSON"))

    def _copy(self, text: str, what: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._bench.operations.tell("copied", tr("{what} copied.", what=what), icon="copy")

    def _not_read(self, error: Exception) -> None:
        self._bench.operations.tell("job.read", tr("The job could not be read: {error}", error=error), icon="circle-x")

    def _retry_operation(self, ids: Sequence[str]) -> Operation[list[JobView]]:
        return Operation(
            key="job.retry",
            failure=tr("The retry was refused"),
            do=lambda client: _retry_all(client, ids),
            success=lambda done: _said(done, tr("queued again")),
            then=self._keep,
        )

    def _keep(self, jobs: Iterable[JobView]) -> None:
        for job in jobs:
            self._bench.store.put_job(job)

    def _commands(self) -> tuple[Command, ...]:
        return (
            Command(
                id="job.new",
                title=tr("New job…"),
                run=lambda _: self.new(),
                shortcut="Ctrl+N",
                icon="plus",
                section=tr("Jobs"),
                keywords="submit run start workflow",
                enabled=lambda context: context.connected,
            ),
            self._command("job.open", tr("Open"), "eye", lambda c: self._bench.navigator.open_job(c.ids[0])),
            self._command(
                "job.cancel",
                tr("Cancel"),
                "circle-slash",
                lambda c: self.cancel(c.ids, c.fitting),
                unless=_FINAL,
                asks_engine=True,
                dangerous=True,
            ),
            self._command(
                "job.retry",
                tr("Retry"),
                "rotate-cw",
                lambda c: self.retry(c.ids, c.fitting),
                among=_RETRYABLE,
                asks_engine=True,
            ),
            self._command(
                "job.again",
                tr("Run again with changes…"),
                "pencil",
                lambda c: self.again(c.ids[0]),
                asks_engine=True,
                is_for_one=True,
            ),
            self._command("job.copy_id", tr("Copy id"), "copy", lambda c: self.copy_ids(c.ids)),
            self._command("job.copy_json", tr("Copy as JSON"), "clipboard", lambda c: self.copy_json(c.ids)),
        )

    def _command(
        self,
        command_id: str,
        title: str,
        icon: str,
        run: Callable[[CommandContext], None],
        *,
        among: frozenset[str] = frozenset(),
        unless: frozenset[str] = frozenset(),
        asks_engine: bool = False,
        is_for_one: bool = False,
        dangerous: bool = False,
    ) -> Command:
        def enabled(context: CommandContext) -> bool:
            if context.kind != "job" or not context.ids or (asks_engine and not context.connected):
                return False
            if is_for_one and (len(context.ids) > 1 or context.fitting is not None):
                return False
            if context.fitting is not None:
                return context.connected  # the engine says what of it can be done
            states = context.states
            return (not among or bool(states & among)) and (not unless or bool(states - unless))

        return Command(
            id=command_id,
            title=title,
            run=run,
            icon=icon,
            section=tr("Job"),
            enabled=enabled,
            dangerous=dangerous,
        )


async def _cancel_all(client: OrchestratorClient, ids: Sequence[str]) -> list[JobView]:
    return [await client.cancel(job_id, reason="cancelled in the console") for job_id in ids]


async def _retry_all(client: OrchestratorClient, ids: Sequence[str]) -> list[JobView]:
    return [await client.retry(job_id) for job_id in ids]


def _cancel_question(jobs: Sequence[JobView]) -> Question:
    names = "\n".join(f"{job.workflow_name}  {short_id(job.job_id)}" for job in jobs[:6])
    more = tr("\nand {number} more", number=len(jobs) - 6) if len(jobs) > 6 else ""
    running = sum(job.status.is_live for job in jobs)
    lost = (
        counted("\n\nWork of %n running job is lost.", "\n\nWork of %n running jobs is lost.", running)
        if running
        else ""
    )
    return Question(
        title=counted("Cancel this job?", "Cancel %n jobs?", len(jobs)),
        text=names + more + lost,
        button=counted("Cancel job", "Cancel %n jobs", len(jobs)),
    )


def _name(jobs: Sequence[JobView]) -> str:
    return jobs[0].workflow_name if len(jobs) == 1 else counted("%n job", "%n jobs", len(jobs))


def _said(jobs: Sequence[JobView], verb: str) -> str:
    return f"{_name(jobs)} {'is' if len(jobs) == 1 else 'are'} {verb}."
