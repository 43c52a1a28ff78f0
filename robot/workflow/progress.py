"""How far a run is, told to its listener."""

from dataclasses import dataclass, field

from orchestrator.contract.protocol.jobs import StepProgress
from orchestrator.contract.results import LogLevel, StepResult
from orchestrator.contract.states import StepStatus
from orchestrator.contract.workflow import Step
from robot.workflow.ports import RunListener


@dataclass(slots=True, kw_only=True)
class RunProgress:
    """Counts ended steps and knows the running ones."""

    listener: RunListener
    steps: int
    """In one iteration."""
    iterations: int
    ended: int = 0
    running: dict[str, str] = field(default_factory=dict)
    """Titles by step id."""
    attempts: dict[str, int] = field(default_factory=dict)
    """The newest try of each step."""
    outer: "RunProgress | None" = None
    """Of the workflow around it, when a step there runs this one."""
    inner: "dict[str, RunProgress]" = field(default_factory=dict)
    """Of workflows that steps run, by the path of the step."""

    @property
    def share(self) -> float:
        """Share of the ended steps, 0 to 1; a step that runs a workflow counts as far as that is."""
        under_way = sum(each.share for path, each in self.inner.items() if path in self.running)
        return min(1.0, (self.ended + under_way) / max(1, self.steps * self.iterations))

    @property
    def titles(self) -> tuple[str, ...]:
        """What runs, for people: `Log in / Open the page` for a step inside a workflow."""
        return tuple(title for step_id, own in self.running.items() for title in self._titles_of(step_id, own))

    def _titles_of(self, step_id: str, own: str) -> tuple[str, ...]:
        inner = self.inner.get(step_id)
        return tuple(f"{own} / {each}" for each in inner.titles) if inner and inner.running else (own,)

    @property
    def _whole(self) -> "RunProgress":
        return self.outer._whole if self.outer is not None else self  # noqa: SLF001  its own kind

    def started(self, step: Step) -> None:
        """A step takes its place; the news follows with its first try."""
        self.running[step.id] = step.title
        self.attempts.pop(step.id, None)

    def tell(self, step: StepProgress) -> None:
        """Pass news of a step on."""
        self.attempts[step.step_id] = step.attempt
        whole = self._whole
        self.listener.step_changed(step, progress=whole.share, running=whole.titles)

    def ended_with(self, result: StepResult) -> None:
        """A step has its result."""
        self.ended += 1
        self.running.pop(result.step_id, None)
        message = result.error.message if result.error else result.note or ""
        self.tell(
            StepProgress(
                step_id=result.step_id,
                name=result.name,
                status=result.status,
                attempt=max(1, result.attempts),
                duration_s=result.duration_s,
                message=message[:1_000],
            )
        )
        self._log_end(result, message)

    def taken_over(self, result: StepResult) -> None:
        """A step has its result from a checkpoint."""
        self.ended += 1
        self.tell(
            StepProgress(
                step_id=result.step_id,
                name=result.name,
                status=result.status,
                attempt=max(1, result.attempts),
                duration_s=result.duration_s,
                message="Taken over from the checkpoint.",
            )
        )

    def running_titles(self) -> str:
        """`; running: a, b` for a sentence, or nothing."""
        titles = ", ".join(self.titles[:8])
        return f"; running: {titles}" if titles else ""

    def log(self, level: LogLevel, message: str, step_id: str) -> None:
        """A line for the job's log; an empty step id means the run as a whole."""
        self.listener.log(level, message[:8_000], step_id=step_id or None)

    def _log_end(self, result: StepResult, message: str) -> None:
        title = result.name or result.step_id
        if result.status is StepStatus.FAILED:
            kind = result.error.kind.value if result.error else "unknown"
            self.log(LogLevel.ERROR, f"{title} failed ({kind}): {message}", result.step_id)
        elif result.status is StepStatus.COMPLETED:
            self.log(LogLevel.INFO, f"{title} completed in {result.duration_s:.2f} s.", result.step_id)
        else:
            self.log(LogLevel.INFO, f"{title} skipped. {message}", result.step_id)
