"""A workflow that is to be stored may have the name of another one: then it becomes that one's newest version."""

from collections.abc import Callable

from orchestrator.console.store import ConsoleStore
from orchestrator.console.widgets.question import Question
from orchestrator.console.words import tr
from orchestrator.contract.api.workflows import WorkflowView


def namesake_of(name: str, store: ConsoleStore, *, gone: str = "") -> WorkflowView | None:
    """The stored workflow whose newest version a new one of this name becomes; `gone` is the id of none any more."""
    return next((each for each in store.workflows.values() if each.name == name and each.workflow_id != gone), None)


def replace_question(
    namesake: WorkflowView, *, keep: str = tr("Keep"), kept: Callable[[], None] | None = None
) -> Question:
    """Asks whether the other one is to become an older version; `keep` and `kept` are those of the question."""
    return Question(
        title=tr("Replace {name}?", name=namesake.name),
        text=tr(
            "There is a workflow of this name already. Yours becomes version {number} of it: schedules and whoever "
            "runs it by its name run yours from then on. The versions before stay.",
            number=namesake.number + 1,
        ),
        button=tr("Save as version {number} of it", number=namesake.number + 1),
        keep=keep,
        kept=kept,
    )
