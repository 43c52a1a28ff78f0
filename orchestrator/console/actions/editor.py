"""What opens the workflow editor: a new workflow, or one that is there. The editor is loaded when somebody edits."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from orchestrator.console.commands import Command, CommandContext
from orchestrator.console.editor.drafts import Drafts
from orchestrator.console.operations import reason_of
from orchestrator.console.theme.tokens import Tone
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.workflows import WorkflowView

if TYPE_CHECKING:
    from orchestrator.console.editor.window import EditorWindow


class EditorActions:
    """Registers the commands, and holds the editors that are open, by workflow (empty: a new one)."""

    def __init__(self, bench: Workbench, window: QWidget) -> None:
        self._bench, self._window = bench, window
        self._drafts = Drafts(bench.settings.folder / "drafts")
        self.open_editors: dict[str, EditorWindow] = {}
        bench.commands.register(*self._commands())

    def new(self) -> None:
        """An empty workflow in a window of its own."""
        from orchestrator.console.editor.document import NEW_WORKFLOW  # noqa: PLC0415 - see the module

        self._show("", NEW_WORKFLOW, None)

    def edit(self, workflow_id: str) -> None:
        """The newest version of a workflow in a window of its own."""
        if workflow_id in self.open_editors:
            self._raise(self.open_editors[workflow_id])
            return
        self._bench.tasks.start(self._load(workflow_id), key="editor.load", on_error=self._failed)

    async def _load(self, workflow_id: str) -> None:
        from orchestrator.contract.workflow_text import text_of  # noqa: PLC0415 - see the module

        detail = await self._bench.link.client.workflow(workflow_id)
        self._show(workflow_id, detail.source or text_of(detail.definition), detail.workflow)

    def _failed(self, error: Exception) -> None:
        self._bench.operations.tell(
            "editor.load",
            tr("The workflow could not be opened."),
            icon="circle-x",
            tone=Tone.DANGER,
            detail=reason_of(error),
        )

    def _show(self, key: str, text: str, view: WorkflowView | None) -> None:
        if key in self.open_editors:
            self._raise(self.open_editors[key])
            return
        from orchestrator.console.editor.window import EditorWindow  # noqa: PLC0415 - see the module

        editor = EditorWindow(self._bench, text, view, self._drafts, self._window)
        self.open_editors[key] = editor
        editor.closed.connect(lambda: self._forget(editor))
        for moved in (editor.saving.saved, editor.saving.taken_back):
            moved.connect(lambda view: self._moved(editor, view))
        draft = self._drafts.find(key)
        if draft is not None and draft.text != text:
            editor.offer(draft)
        editor.show()

    def _raise(self, editor: "EditorWindow") -> None:
        editor.showNormal()
        editor.raise_()
        editor.activateWindow()

    def _forget(self, editor: "EditorWindow") -> None:
        self.open_editors = {key: each for key, each in self.open_editors.items() if each is not editor}

    def _moved(self, editor: "EditorWindow", view: WorkflowView | None) -> None:
        """A new workflow has an id from its first version on, until that is taken back."""
        self._forget(editor)
        self.open_editors.setdefault(view.workflow_id if view is not None else "", editor)

    def _commands(self) -> tuple[Command, ...]:
        return (
            Command(
                id="workflow.new",
                title=tr("New workflow…"),
                run=lambda _: self.new(),
                shortcut="Ctrl+Shift+W",
                icon="plus",
                section=tr("Workflows"),
                keywords="editor create builder graph",
                enabled=lambda context: context.connected,
            ),
            Command(
                id="workflow.edit",
                title=tr("Edit…"),
                run=lambda context: self.edit(context.ids[0]),
                shortcut="F4",
                icon="pencil",
                section=tr("Workflow"),
                keywords="editor change steps graph yaml",
                enabled=_one_workflow,
            ),
        )


def _one_workflow(context: CommandContext) -> bool:
    return context.connected and context.kind == "workflow" and len(context.ids) == 1
