"""What the demo notes in a file: what it has brought, and which of its workflows stay after its end."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from orchestrator.contract.api.workflows import WorkflowView


@dataclass(slots=True, kw_only=True)
class DemoNotes:
    """What the demo has put into the orchestrator, and takes away again; kept in a file until it has."""

    tag: str = ""
    robots: list[str] = field(default_factory=list)
    workflows: dict[str, int] = field(default_factory=dict)
    """Id and number of the version."""
    jobs: list[str] = field(default_factory=list)
    stays: dict[str, int] = field(default_factory=dict)
    """Workflows, like those above, that a schedule used when the demo ended: the next demo gives them its address."""

    @property
    def is_tidied(self) -> bool:
        """Whether nothing is to be taken away."""
        return not (self.robots or self.workflows or self.jobs)

    def name_for(self, name: str, stored: Iterable[WorkflowView]) -> str:
        """What to call the demo's own workflow: as what stayed of a former one, or as nobody else's is called."""
        known = {each.name: each for each in stored}
        stayed = unchanged(self.stays, {each.workflow_id: each for each in known.values()})
        names = [name, f"{name} (demo)", *(f"{name} (demo {number})" for number in range(2, len(known) + 2))]
        own = [each for each in names if each in known and known[each].workflow_id in stayed]
        return own[0] if own else next(each for each in names if each not in known)

    def brought(self, view: WorkflowView) -> None:
        """It is the demo's, and goes with it."""
        self.stays.pop(view.workflow_id, None)
        self.workflows[view.workflow_id] = view.number


def unchanged(versions: Mapping[str, int], stored: Mapping[str, WorkflowView]) -> dict[str, int]:
    """Those of which nobody has saved another version: what somebody has changed since is theirs."""
    return {each: number for each, number in versions.items() if each in stored and stored[each].number == number}


def read_notes(path: Path) -> DemoNotes:
    """What the file names; nothing when it cannot be read."""
    try:
        notes = json.loads(path.read_text(encoding="utf-8"))
        return DemoNotes(
            tag=str(notes["tag"]),
            robots=[str(each) for each in notes["robots"]],
            workflows={str(key): int(number) for key, number in notes["workflows"].items()},
            jobs=[str(each) for each in notes["jobs"]],
            stays={str(key): int(number) for key, number in notes.get("stays", {}).items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return DemoNotes()


def keep_notes(path: Path, notes: DemoNotes) -> None:
    """Write the file; without anything to remember there is none."""
    if notes.is_tidied and not notes.stays:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(notes)), encoding="utf-8")
