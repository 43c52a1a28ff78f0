"""What people decide about dead letters: retry from the start or from the checkpoint, or discard with a reason."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from orchestrator.console.commands import Command, CommandContext
from orchestrator.console.operations import Operation
from orchestrator.console.widgets.note_sheet import NoteSheet, NoteWish
from orchestrator.console.widgets.question import Question
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.api.operations import DeadLetterDetail, DeadLetterView
from orchestrator.contract.states import JobStatus

LETTER_MENU = ("job.open", "", "letter.retry", "letter.resume", "", "letter.discard", "", "job.copy_id")
_DEAD = JobStatus.DEAD_LETTER.value


class LetterActions:
    """Registers the commands about dead letters, and holds what they do; they act on the job that is the letter."""

    def __init__(self, bench: Workbench, window: QWidget) -> None:
        self._bench, self._window = bench, window
        bench.commands.register(*self._commands())

    def retry(self, job_id: str, *, from_checkpoint: bool = False) -> None:
        """Run it again; asks when a step that is not safe to repeat was cut off."""
        name = self._name(job_id)
        self._bench.operations.run(
            Operation(
                key="letter.retry",
                failure=tr("{name} could not be retried", name=name),
                do=lambda client: client.operations.retry_dead_letter(job_id, from_checkpoint=from_checkpoint),
                success=lambda job: _queued_words(from_checkpoint=from_checkpoint).format(name=job.workflow_name),
                question=self._question(job_id, name, from_checkpoint=from_checkpoint),
                then=self._retried,
                details=lambda job: self._bench.navigator.open_job(job.job_id),
            )
        )

    def resume(self, job_id: str) -> None:
        """Run it again from its newest checkpoint."""
        self.retry(job_id, from_checkpoint=True)

    def discard(self, job_id: str) -> None:
        """Count it no longer; asks for the reason."""
        name = self._name(job_id)
        wish = NoteWish(
            title=tr("Discard {name}?", name=name),
            explanation=tr(
                "It waits for nobody any more and is not run again. It stays in the history, with your reason."
            ),
            field=tr("Reason"),
            button=tr("Discard"),
            is_required=True,
            is_grave=True,
        )
        NoteSheet(wish, lambda reason: self._discard(job_id, name, reason), self._window).open()

    def _discard(self, job_id: str, name: str, reason: str) -> None:
        def gone(_: DeadLetterDetail) -> None:
            self._bench.concerns.letters.ask()

        self._bench.operations.run(
            Operation(
                key="letter.discard",
                failure=tr("{name} could not be discarded", name=name),
                do=lambda client: client.operations.discard_dead_letter(job_id, reason=reason),
                success=lambda _: tr("{name} is discarded.", name=name),
                then=gone,
            )
        )

    def _retried(self, job: JobView) -> None:
        self._bench.store.put_job(job)
        self._bench.concerns.letters.ask()

    def _question(self, job_id: str, name: str, *, from_checkpoint: bool) -> Question | None:
        letter = self._letter(job_id)
        if letter is None or letter.is_safe_to_repeat:
            return None
        steps = ", ".join(f"“{step.name}”" for step in letter.cut_off if not step.is_safe_to_repeat)
        what = (
            tr("{steps} may have been done already, and would be done again.", steps=steps) if steps else letter.advice
        )
        return Question(
            title=(
                tr("Retry {name} from its checkpoint?", name=name)
                if from_checkpoint
                else tr("Retry {name} from the start?", name=name)
            ),
            text=tr("{what} Look at the site first.", what=what),
            button=tr("Retry"),
        )

    def _letter(self, job_id: str) -> DeadLetterView | None:
        page = self._bench.concerns.letters.value
        return next((each for each in page.items if each.job.job_id == job_id), None) if page else None

    def _name(self, job_id: str) -> str:
        letter = self._letter(job_id)
        job = letter.job if letter else self._bench.store.jobs.get(job_id)
        return job.workflow_name if job else tr("The job")

    def _commands(self) -> tuple[Command, ...]:
        return (
            _command("letter.retry", tr("Retry from the start"), "rotate-cw", self.retry),
            _command("letter.resume", tr("Retry from its checkpoint"), "history", self.resume),
            _command("letter.discard", tr("Discard…"), "trash-2", self.discard, dangerous=True),
        )


def _queued_words(*, from_checkpoint: bool) -> str:
    if from_checkpoint:
        return tr("{name} is queued again, from its checkpoint.")
    return tr("{name} is queued again.")


def _command(command_id: str, title: str, icon: str, run: Callable[[str], None], *, dangerous: bool = False) -> Command:
    def enabled(context: CommandContext) -> bool:
        return context.kind == "job" and len(context.ids) == 1 and context.connected and _DEAD in context.states

    return Command(
        id=command_id,
        title=title,
        run=lambda context: run(context.ids[0]),
        icon=icon,
        section=tr("Dead letter"),
        enabled=enabled,
        dangerous=dangerous,
    )
