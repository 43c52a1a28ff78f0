"""What one does with steps, as changes of the session: added, linked, copied, removed, grouped, shaped."""

from collections.abc import Callable, Sequence

from orchestrator.console.editor.document import WorkflowText
from orchestrator.console.editor.outline import Data, Path
from orchestrator.console.editor.session import EditorSession
from orchestrator.console.editor.structures import Structure, structure_of
from orchestrator.console.words import tr
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.patterns import IF, SUB_WORKFLOW
from orchestrator.contract.workflow_words import free_id


class StepWork:
    """Changes go to the session; `select` is told what is chosen afterwards."""

    def __init__(self, session: EditorSession, select: Callable[[Sequence[str]], None]) -> None:
        self._session, self._select = session, select

    def add(self, key: str, chosen: Sequence[str]) -> None:
        """Put an entry of the palette behind the chosen step, which it waits for; or shape what is chosen."""
        structure = structure_of(key)
        if structure is None:
            self._add_step(key, chosen[-1] if chosen else "")
        elif structure is Structure.PARALLEL:
            self.group(chosen)
        elif structure is Structure.FOR_EACH:
            self._loop(chosen)
        else:
            self._repeat()

    def remove(self, ids: Sequence[str], edges: Sequence[tuple[str, str]] = ()) -> None:
        """Take steps out, or connections when no step is chosen."""
        if ids:
            outline = self._session.document.outline
            before = [step_id for step_id in outline.ids[: outline.ids.index(ids[0])] if step_id not in ids]
            if self._session.edit(tr("Remove steps"), lambda document: document.without_steps(ids)):
                self._select(before[-1:])
            return
        for source, target in edges:
            self.disconnect(source, target)

    def copy(self, ids: Sequence[str]) -> None:
        """A second one of each, behind them."""
        made: list[str] = []

        def change(document: WorkflowText) -> str:
            text, copies = document.with_copies(ids)
            made.extend(copies)
            return text

        if ids and self._session.edit(tr("Duplicate steps"), change):
            self._select(made)

    def connect(self, source: str, target: str) -> None:
        """`target` waits for `source`."""
        self._session.edit(tr("Connect steps"), lambda document: document.with_link(source, target))

    def disconnect(self, source: str, target: str) -> None:
        """`target` waits for `source` no more, and is in no branch of it."""
        self._session.edit(tr("Take a connection away"), lambda document: document.without_link(source, target))

    def link(self, step_id: str, field: str, ids: Sequence[str]) -> None:
        """These are all that a step waits for, or all of its branch."""
        self._session.edit(tr("Choose steps"), lambda document: document.with_links(step_id, field, ids))

    def rename_id(self, step_id: str, new: str) -> None:
        """Another id, everywhere."""
        if self._session.edit(tr("Rename the step"), lambda document: document.with_id(step_id, new)):
            self._select([new])

    def rename(self, step_id: str, name: str) -> None:
        """Another name."""
        self._session.edit(tr("Name the step"), lambda document: document.with_name(step_id, name), f"name {step_id}")

    def set_action(self, step_id: str, action: str) -> None:
        """Another action; parameters that it does not know are shown as mistakes, and stay."""

        def change(document: WorkflowText) -> str:
            step = document.step(step_id)
            others = [word for word in ("component", "operation", "agent_type") if word in step.data]
            return document.with_changes({(*step.path, "action"): action}, [(*step.path, word) for word in others])

        self._session.edit(tr("Change the action"), change)

    def set_value(self, step_id: str, path: Path, value: JsonValue, title: str) -> None:
        """A property of a step, or of the workflow; None takes it out."""

        def change(document: WorkflowText) -> str:
            return document.without(path) if value is None else document.with_value(path, value)

        self._session.edit(tr("Set {field}", field=title), change, f"{step_id} {path}")

    def group(self, ids: Sequence[str]) -> None:
        """Side by side in one parallel group."""
        if not ids:
            self._session.refused.emit(tr("Choose the steps that shall run side by side first."))
            return
        taken = {step.group for step in self._session.document.outline.steps if step.group}
        name = free_id("group", taken)

        def change(document: WorkflowText) -> str:
            steps = [document.step(step_id) for step_id in ids]
            return document.with_changes({(*step.path, "parallel_group"): name for step in steps})

        self._session.edit(tr("Group steps"), change)

    def _add_step(self, action: str, behind: str) -> None:
        document = self._session.document
        step_id = document.free_step_id(_ID_WORDS.get(action) or action.rpartition(".")[2])
        step: Data = {"id": step_id}
        if action == SUB_WORKFLOW:
            step["workflow"] = ""
        else:
            step["action"] = action
        if behind:
            step["dependencies"] = [behind]
        if action == IF:
            step["when"] = "true"
        if self._session.edit(
            tr("Add {action}", action=action), lambda now: now.with_step(step, behind=behind or None)
        ):
            self._select([step_id])

    def _loop(self, ids: Sequence[str]) -> None:
        step = self._session.document.outline.find(ids[-1]) if ids else None
        if step is None:
            self._session.refused.emit(tr("Choose the step that shall run for each entry first."))
        elif not step.is_loop:
            self.set_value(step.step_id, (*step.path, "for_each"), {"items": []}, tr("For each"))
            self._select([step.step_id])

    def _repeat(self) -> None:
        document = self._session.document
        head = document.at(document.outline.head_path)
        if isinstance(head, dict) and not {"while", "repeat_while"} & head.keys():
            self.set_value("", (*document.outline.head_path, "while"), "iteration <= 3", tr("While"))
        self._select([])


_ID_WORDS = {IF: "choice", SUB_WORKFLOW: "run"}
