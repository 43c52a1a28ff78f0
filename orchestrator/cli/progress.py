"""How running jobs look on a terminal: a live picture, or plain lines where there is none. On standard error."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from orchestrator.cli.output import duration_text, error_console, status_text
from orchestrator.client.following import JobWatcher
from orchestrator.contract.api.jobs import JobView, StepView
from orchestrator.contract.states import StepStatus

_MOST_STEPS = 24
_SIGNS = {
    StepStatus.PENDING: ("·", "dim"),
    StepStatus.RETRYING: ("↻", "yellow"),
    StepStatus.COMPLETED: ("✓", "green"),
    StepStatus.FAILED: ("✗", "red"),
    StepStatus.SKIPPED: ("-", "dim"),
}


@contextmanager
def progress_view(jobs: Sequence[JobView] = ()) -> Iterator[JobWatcher]:
    """A watcher that shows jobs while the context lasts."""
    console = error_console()
    if not console.is_terminal:
        yield _begun(PlainProgress(console), jobs)
        return
    shown = LiveProgress(console)
    with Live(get_renderable=shown.picture, console=console, refresh_per_second=8, transient=False):
        yield _begun(shown, jobs)


def _begun(watcher: JobWatcher, jobs: Sequence[JobView]) -> JobWatcher:
    for job in jobs:
        watcher.job_changed(job)
    return watcher


@dataclass(slots=True)
class PlainProgress:
    """A line for each thing that changes; for logs and pipes."""

    console: Console
    _names: dict[str, str] = field(default_factory=dict)
    _said: set[tuple[str, ...]] = field(default_factory=set)

    def job_changed(self, job: JobView) -> None:
        """Say the job's status and robot, once for each."""
        self._names[job.job_id] = job.workflow_name
        robot = f" on {job.robot_name}" if job.robot_name else ""
        error = f": {job.error.message}" if job.error and job.status.has_ended else ""
        attempt = f" (attempt {job.attempt})" if job.attempt > 1 else ""
        self._say(job.job_id, f"{job.status.value.replace('_', ' ')}{robot}{attempt}{error}")

    def steps_changed(self, job_id: str, steps: tuple[StepView, ...]) -> None:
        """Say each step that began or ended, once."""
        for step in steps:
            if step.status is not StepStatus.PENDING:
                took = f" ({duration_text(step.duration_s)})" if step.status.has_ended and step.duration_s else ""
                message = f": {step.message}" if step.status is StepStatus.FAILED and step.message else ""
                attempts = 0 if step.status is StepStatus.SKIPPED else step.attempts
                status = (step.step_id, step.status.value, str(attempts))
                self._say(job_id, f"{step.name or step.step_id}: {step.status.value}{took}{message}", *status)

    def note(self, text: str) -> None:
        """A line of its own."""
        self.console.print(Text(text), soft_wrap=True)

    def _say(self, job_id: str, text: str, *same: str) -> None:
        known = (job_id, *(same or (text,)))
        if known not in self._said:
            self._said.add(known)
            self.note(f"{self._names.get(job_id, job_id)} · {text}")


@dataclass(slots=True)
class LiveProgress:
    """One block for each job: its bar, its steps, what they are doing."""

    console: Console
    _jobs: dict[str, JobView] = field(default_factory=dict)
    _steps: dict[str, dict[str, StepView]] = field(default_factory=dict)
    _note: str = ""
    _spinner: Spinner = field(default_factory=lambda: Spinner("dots", style="cyan"))

    def job_changed(self, job: JobView) -> None:
        """The job's newest view."""
        self._jobs[job.job_id] = job
        self._note = ""

    def steps_changed(self, job_id: str, steps: tuple[StepView, ...]) -> None:
        """The steps' newest views; the others stay."""
        self._steps.setdefault(job_id, {}).update({step.step_id: step for step in steps})

    def note(self, text: str) -> None:
        """A line below the jobs, until something moves again."""
        self._note = text

    def picture(self) -> RenderableType:
        """What is shown now."""
        blocks: list[RenderableType] = []
        for job in self._jobs.values():
            blocks += [self._head(job), self._list(job)]
        if self._note:
            blocks.append(Text(self._note, style="yellow"))
        return Group(*blocks)

    def _head(self, job: JobView) -> RenderableType:
        head = Table.grid(padding=(0, 2))
        progress = 1.0 if job.status.has_ended else job.progress
        status = status_text(job.status)
        bar = ProgressBar(total=1.0, completed=progress, width=24)
        took = duration_text(job.duration_s) if job.status.has_ended else f"{progress:.0%}"
        head.add_row(Text(job.workflow_name, style="bold"), bar, status, Text(job.robot_name, style="dim"), took)
        return head

    def _list(self, job: JobView) -> RenderableType:
        steps = list(self._steps.get(job.job_id, {}).values())
        shown = [step for step in steps if step.status is not StepStatus.PENDING] if len(steps) > _MOST_STEPS else steps
        table = Table.grid(padding=(0, 1))
        for step in shown[-_MOST_STEPS:]:
            took = Text(duration_text(step.duration_s), style="dim")
            message = Text(
                step.message if step.status.has_ended else "", style="dim", overflow="ellipsis", no_wrap=True
            )
            table.add_row(Text("  "), self._sign(step), Text(step.name or step.step_id), took, message)
        return table

    def _sign(self, step: StepView) -> RenderableType:
        if step.status is StepStatus.RUNNING:
            return self._spinner
        sign, style = _SIGNS[step.status]
        return Text(sign, style=style)
