"""From the editor to the engine and to files: saved as a version, run, exported; drafts in between."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from orchestrator.client.client import OrchestratorClient
from orchestrator.console.dialogs.submit import JobDraft, SubmitDialog
from orchestrator.console.editor.drafts import Draft, Drafts
from orchestrator.console.editor.session import EditorSession
from orchestrator.console.namesakes import namesake_of, replace_question
from orchestrator.console.operations import Operation, Operations
from orchestrator.console.theme.tokens import Tone
from orchestrator.console.widgets.question import Question
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.workflows import ValidationReport, WorkflowView

_DRAFT_MS = 1_000
_ASK_MS = 700


class Saving(QObject):
    """Knows which workflow the text belongs to, and which version it began from."""

    saved = Signal(object)
    """The `WorkflowView` of what was saved."""
    taken_back = Signal(object)
    """The `WorkflowView` that is the newest now; None when the workflow is gone again."""
    refused = Signal()
    """The engine found mistakes; the session has them."""
    name_wanted = Signal()
    """Another workflow has the name, and is to keep it."""

    def __init__(
        self,
        bench: Workbench,
        session: EditorSession,
        operations: Operations,
        drafts: Drafts,
        view: WorkflowView | None,
    ) -> None:
        super().__init__(session)
        self._bench, self._session, self._operations, self._drafts = bench, session, operations, drafts
        self.view = view
        self._is_told = False
        self._gone = ""
        """The workflow that a save taken back has removed: the store may not have heard of it yet."""
        self._key = f"editor.check.{id(self)}"
        self._draft_timer = _timer(self, self.keep_draft)
        self._ask_timer = _timer(self, self._ask)
        session.changed.connect(lambda: self._draft_timer.start(_DRAFT_MS))
        session.checked.connect(lambda _: self._ask_timer.start(_ASK_MS))

    @property
    def workflow_id(self) -> str:
        """Empty until it was saved for the first time."""
        return self.view.workflow_id if self.view is not None else ""

    def save(self, note: str = "", *, after: Callable[[], object] | None = None) -> None:
        """Check and store the text; once it is stored, do what is to be done `after` it."""
        session, text, workflow_id = self._session, self._session.text, self.workflow_id or None
        session.check_now()
        session.seal()

        async def do(client: OrchestratorClient) -> WorkflowView | ValidationReport:
            report = await client.validate(text)
            if not report.is_valid:
                return report
            return await client.save_workflow(text, workflow_id=workflow_id, note=note)

        before, text_before = self.view or self._namesake(), session.saved_text

        def then(done: WorkflowView | ValidationReport) -> None:
            if isinstance(done, ValidationReport):
                session.take_engines(text, done.problems)
                self.refused.emit()
            else:
                self._is_saved(text, done)
                if _is_same(done, before):
                    words = tr("Nothing that would change a run: it stays version {number}.", number=done.number)
                    self._operations.tell("editor.save", words)
                if after is not None:
                    after()

        self._operations.run(
            Operation(
                key="editor.save",
                failure=tr("The workflow could not be saved"),
                do=do,
                success=lambda done: _words(done, before),
                question=self._question(),
                then=then,
                undo=lambda done: self._undo(done, before, text_before),
            )
        )

    def run(self) -> None:
        """Ask for a job of the saved workflow."""
        if self.view is not None:
            parent = self._session.parent()
            assert isinstance(parent, QWidget)
            SubmitDialog(self._bench, JobDraft(workflow=self.view.workflow_id), parent).open()

    def export(self, path: Path) -> None:
        """Write the text into a file."""
        try:
            path.write_text(self._session.text, encoding="utf-8")
        except OSError as error:
            self._operations.tell(
                "editor.export", tr("{file} could not be written.", file=path.name), icon="circle-x", tone=Tone.DANGER,
                detail=str(error),
            )  # fmt: skip
        else:
            self._operations.tell(
                "editor.export", tr("Written to {file}.", file=path.name), icon="circle-check", tone=Tone.SUCCESS
            )

    def keep_draft(self) -> None:
        """Keep what is not saved; what is saved needs no draft."""
        self._draft_timer.stop()
        try:
            if self._session.is_dirty:
                name = self.view.name if self.view is not None else ""
                self._drafts.keep(
                    Draft(workflow_id=self.workflow_id, name=name, text=self._session.text, kept_at=self._bench.clock())
                )
            else:
                self._drafts.drop(self.workflow_id)
        except OSError as error:
            if not self._is_told:
                self._is_told = True
                self._operations.tell(
                    "editor.draft",
                    tr("Drafts cannot be kept."),
                    icon="hard-drive",
                    tone=Tone.WARNING,
                    detail=str(error),
                )

    def drop_draft(self) -> None:
        """It is not wanted any more."""
        self.stop()
        try:
            self._drafts.drop(self.workflow_id)
        except OSError:
            return  # it is offered once more, which does no harm

    def stop(self) -> None:
        """Nothing is asked and nothing kept any more."""
        self._draft_timer.stop()
        self._ask_timer.stop()
        self._bench.tasks.cancel(self._key)

    def _is_saved(self, text: str, view: WorkflowView) -> None:
        self._stands_at(view, text)
        self.saved.emit(view)

    def _undo(
        self, done: WorkflowView | ValidationReport, before: WorkflowView | None, text: str | None
    ) -> Operation[WorkflowView | None]:
        """Back to the version before; a workflow that was not there leaves the lists again.

        Only the engine goes back. The text that was written stays, unsaved as it then is, and so does its history.
        """
        assert isinstance(done, WorkflowView)

        async def back(client: OrchestratorClient) -> WorkflowView | None:
            if before is None:
                self._gone = done.workflow_id
                await client.remove_workflow(done.workflow_id)
                return None
            note = "the change was taken back in the editor"
            return await client.operations.roll_back(done.workflow_id, before.number, note=note)

        words = tr("It is as it was before.") if before is not None else tr("{name} is removed.", name=done.name)
        return Operation(
            key="editor.save",
            failure=tr("The change could not be taken back"),
            do=back,
            success=lambda _: words,
            then=lambda view: self._is_taken_back(view, text),
        )

    def _is_taken_back(self, view: WorkflowView | None, text: str | None) -> None:
        self._stands_at(view, text)
        self.taken_back.emit(view)

    def _stands_at(self, view: WorkflowView | None, text: str | None) -> None:
        """What the engine has now; a draft goes with the id of its workflow."""
        was, self.view = self.workflow_id, view
        self._session.mark_saved(text)
        if was != self.workflow_id:
            self._drafts.drop(was)
        self.keep_draft()

    def _namesake(self) -> WorkflowView | None:
        return namesake_of(self._session.document.name, self._bench.store, gone=self._gone)

    def _question(self) -> Question | None:
        """A new workflow may have the name of another one; of one that is edited, somebody may have saved meanwhile."""
        if self.view is None:
            known = self._namesake()
            choose_name = tr("Choose another name")
            return replace_question(known, keep=choose_name, kept=self.name_wanted.emit) if known is not None else None
        newest = self._bench.store.workflows.get(self.workflow_id)
        if newest is None or newest.number <= self.view.number:
            return None
        return Question(
            title=tr("Save over version {number}?", number=newest.number),
            text=tr(
                "You began with version {mine}; {who} saved version {number} meanwhile. Yours becomes the newest one, "
                "without what changed in between; the other versions stay.",
                mine=self.view.number,
                number=newest.number,
                who=newest.saved_by or tr("somebody"),
            ),
            button=tr("Save mine"),
        )

    def _ask(self) -> None:
        """What only the engine can tell: its packages, and saved workflows that steps run."""
        if self._bench.store.is_connected:
            self._bench.tasks.start(self._ask_engine(self._session.text), key=self._key)

    async def _ask_engine(self, text: str) -> None:
        report = await self._bench.link.client.validate(text)
        self._session.take_engines(text, report.problems)


def _timer(owner: Saving, work: Callable[[], None]) -> QTimer:
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.timeout.connect(work)
    return timer


def _words(done: WorkflowView | ValidationReport, before: WorkflowView | None) -> str:
    if isinstance(done, ValidationReport) or _is_same(done, before):
        return ""
    return tr("{name} is saved as version {number}.", name=done.name, number=done.number)


def _is_same(done: WorkflowView, before: WorkflowView | None) -> bool:
    return before is not None and (done.workflow_id, done.number) == (before.workflow_id, before.number)
