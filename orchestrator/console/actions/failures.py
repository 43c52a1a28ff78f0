"""What people do with groups of failures: look, retry all, call solved, reopen."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from orchestrator.console.commands import Command, CommandContext
from orchestrator.console.dialogs.bulk import BulkDialog, BulkWords
from orchestrator.console.failure_columns import RETRYABLE
from orchestrator.console.operations import Operation
from orchestrator.console.widgets.filter_bar import FilterChoice
from orchestrator.console.widgets.note_sheet import NoteSheet, NoteWish
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.operations import BulkFilterRequest, BulkRequest, FailureGroupView

FAILURE_MENU = ("failure.open", "failure.jobs", "", "failure.retry", "", "failure.solve", "failure.reopen")
_UNSOLVED = frozenset({"open", "reopened"})
_SOLVED = frozenset({"solved"})
_MOST_WORDS = 60


class FailureActions:
    """Registers the commands about groups of failures, and holds what they do."""

    def __init__(self, bench: Workbench, window: QWidget) -> None:
        self._bench, self._window = bench, window
        bench.commands.register(*self._commands())

    def retry(self, fingerprint: str) -> None:
        """Retry every job that stands failed with it, after a look at which these are."""
        request = BulkRequest(
            action="retry", reason="retried with its group", filter=BulkFilterRequest(failure=fingerprint)
        )
        words = BulkWords(
            title=tr("Retry all jobs of this failure?"),
            explanation=tr("Each gets a new attempt and starts as soon as a robot is free."),
            verb=tr("Retry"),
        )
        BulkDialog(self._bench, request, words, self._window).open()

    def solve(self, fingerprint: str) -> None:
        """Say that the cause is gone; the next such failure brings it back."""
        wish = NoteWish(
            title=tr("Mark as solved"),
            explanation=tr("It leaves the list. When a job fails like this again, it comes back and says so."),
            field=tr("What was done"),
            caption=tr("Optional, and kept with the failure."),
            button=tr("Mark as solved"),
        )
        NoteSheet(wish, lambda note: self._bench.operations.run(self._solve(fingerprint, note)), self._window).open()

    def reopen(self, fingerprint: str) -> None:
        """Take that back; Undo calls it solved again."""
        self._bench.operations.run(self._reopen(fingerprint))

    def show_jobs(self, fingerprint: str) -> None:
        """Go to the failed jobs whose message begins like this."""
        group = self._group(fingerprint)
        if group is not None:
            self._bench.navigator.show_jobs(FilterChoice(frozenset({"failed"}), _words_of(group)))

    def _solve(self, fingerprint: str, note: str) -> Operation[FailureGroupView]:
        return Operation(
            key="failure.solve",
            failure=tr("It could not be marked as solved"),
            do=lambda client: client.operations.solve_failures(fingerprint, note=note),
            success=lambda _: tr("Marked as solved."),
            then=self._changed,
            undo=lambda _: self._reopen(fingerprint),
        )

    def _reopen(self, fingerprint: str) -> Operation[FailureGroupView]:
        group = self._group(fingerprint)
        note = group.note if group else ""
        return Operation(
            key="failure.solve",
            failure=tr("It could not be reopened"),
            do=lambda client: client.operations.reopen_failures(fingerprint),
            success=lambda _: tr("Open again."),
            then=self._changed,
            undo=lambda _: self._solve(fingerprint, note),
        )

    def _changed(self, _: FailureGroupView) -> None:
        self._bench.concerns.failures.ask()

    def _group(self, fingerprint: str) -> FailureGroupView | None:
        page = self._bench.concerns.failures.value
        return next((each for each in page.items if each.fingerprint == fingerprint), None) if page else None

    def _commands(self) -> tuple[Command, ...]:
        return (
            _command("failure.open", tr("Open"), "eye", self._bench.navigator.open_failure),
            _command("failure.jobs", tr("Show its jobs"), "list-checks", self.show_jobs),
            _command("failure.retry", tr("Retry all its jobs…"), "rotate-cw", self.retry, among=frozenset({RETRYABLE})),
            _command("failure.solve", tr("Mark as solved…"), "check", self.solve, among=_UNSOLVED),
            _command("failure.reopen", tr("Reopen"), "undo-2", self.reopen, among=_SOLVED),
        )


def _words_of(group: FailureGroupView) -> str:
    """What all messages of the group have in common, as far as it goes: the words before the first placeholder."""
    common = group.message.split("<", 1)[0].strip()
    return (common or group.sample)[:_MOST_WORDS].strip()


def _command(
    command_id: str,
    title: str,
    icon: str,
    run: Callable[[str], None],
    *,
    among: frozenset[str] = frozenset(),
) -> Command:
    def enabled(context: CommandContext) -> bool:
        is_one = context.kind == "failure" and len(context.ids) == 1
        return is_one and context.connected and (not among or bool(context.states & among))

    return Command(
        id=command_id,
        title=title,
        run=lambda context: run(context.ids[0]),
        icon=icon,
        section=tr("Failure"),
        keywords="group error",
        enabled=enabled,
    )
