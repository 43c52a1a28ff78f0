"""What a palette offers: the language's structures, then every action by group, each with its sentence."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from orchestrator.console.words import tr
from orchestrator.contract.actions.catalogue import known_actions
from orchestrator.contract.actions.spec import ActionGroup, ActionSpec
from orchestrator.contract.patterns import IF, SUB_WORKFLOW

STRUCTURES = tr("Structure")
_GROUPS = {
    ActionGroup.SESSION: tr("Sessions"),
    ActionGroup.NAVIGATE: tr("Going places"),
    ActionGroup.INTERACT: tr("Doing"),
    ActionGroup.READ: tr("Reading"),
    ActionGroup.DATA: tr("Data"),
    ActionGroup.CONTROL: tr("Order and people"),
    ActionGroup.MARKETPLACE: tr("The marketplace"),
    ActionGroup.OTHER: tr("Beside the page"),
}


class Structure(StrEnum):
    """What shapes the graph and is no action of its own."""

    FOR_EACH = "for each"
    PARALLEL = "side by side"
    WHILE = "while"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaletteEntry:
    """One thing that can be put into the graph."""

    key: str
    """An action's name, or `structure:` and a structure."""
    group: str
    title: str
    sentence: str
    keywords: str = ""

    def fits(self, words: Iterable[str]) -> bool:
        """True when each of the words stands somewhere in it."""
        text = f"{self.title} {self.sentence} {self.group} {self.keywords}".lower()
        return all(word in text for word in words)

    def rank(self, text: str) -> int:
        """0 for the entry that is called so, 1 for one whose title begins so, 2 for others."""
        title = self.title.lower()
        return 0 if title == text else 1 if title.startswith(text) else 2


def palette() -> tuple[PaletteEntry, ...]:
    """Structures first, then actions as the catalogue groups them."""
    specs = known_actions()
    shaped = (SUB_WORKFLOW, IF)
    actions = [_action(spec) for group in _GROUPS for spec in specs.values() if spec.group is group]
    return (*_structures(), *(entry for entry in actions if entry.key not in shaped))


def structure_of(key: str) -> Structure | None:
    """The structure that a palette's entry stands for; None for an action."""
    return Structure(key.removeprefix("structure:")) if key.startswith("structure:") else None


def _action(spec: ActionSpec) -> PaletteEntry:
    return PaletteEntry(
        key=spec.name,
        group=_GROUPS[spec.group],
        title=spec.name,
        sentence=spec.summary,
        keywords="human approval person question" if spec.waits_for_person else "",
    )


def _structures() -> tuple[PaletteEntry, ...]:
    return (
        PaletteEntry(
            key=IF,
            group=STRUCTURES,
            title=tr("Choice"),
            sentence=tr("Chooses which steps run: some when a condition is true, others when it is not."),
            keywords="if else branch condition switch",
        ),
        PaletteEntry(
            key=f"structure:{Structure.FOR_EACH}",
            group=STRUCTURES,
            title=tr("For each"),
            sentence=tr("Runs the chosen step once for each entry of a list, several at a time."),
            keywords="loop fan out map iterate items",
        ),
        PaletteEntry(
            key=f"structure:{Structure.PARALLEL}",
            group=STRUCTURES,
            title=tr("Side by side"),
            sentence=tr("Puts the chosen steps into one group that runs in parallel, within bounds."),
            keywords="group parallel concurrent",
        ),
        PaletteEntry(
            key=f"structure:{Structure.WHILE}",
            group=STRUCTURES,
            title=tr("While"),
            sentence=tr("Repeats all steps of the workflow as long as a condition holds."),
            keywords="repeat loop until iterations",
        ),
        PaletteEntry(
            key=SUB_WORKFLOW,
            group=STRUCTURES,
            title=tr("Run a workflow"),
            sentence=tr("Runs another workflow inside this run, in the same browser sessions."),
            keywords="sub workflow call reuse",
        ),
    )
