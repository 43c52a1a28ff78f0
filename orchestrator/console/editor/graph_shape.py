"""How the steps of an outline look as boxes, which of them stand behind which, and how far they are apart."""

from collections.abc import Mapping

from PySide6.QtCore import QPointF

from orchestrator.console.editor.graph_items import StepLook
from orchestrator.console.editor.outline import Outline, OutlineStep


def look(step: OutlineStep, wrong: Mapping[str, str]) -> StepLook:
    """What a step's box shows; `wrong` are sentences by the id of the step they are about."""
    return StepLook(
        step_id=step.step_id,
        title=step.title,
        action=step.action,
        group=step.group,
        icon=_icon(step),
        is_wrong=step.step_id in wrong or bool(step.lost),
    )


def _icon(step: OutlineStep) -> str:
    marks = (
        (step.is_loop, "rotate-cw"),
        (bool(step.then or step.otherwise) or step.action == "if", "git-branch"),
        (step.action == "sub_workflow", "workflow"),
        (step.is_milestone, "bookmark"),
        (step.is_conditional, "circle-help"),
        (bool(step.group), "columns-3"),
    )
    return next((icon for holds, icon in marks if holds), "")


def drawn_needs(outline: Outline) -> dict[str, list[str]]:
    """A step of a branch stands behind the one that chooses."""
    needs = {step.step_id: list(step.needs) for step in outline.steps}
    for step in outline.steps:
        for member in (*step.then, *step.otherwise):
            if member != step.step_id:
                needs[member].append(step.step_id)
    return needs


def distance(way: QPointF, across: int, down: int) -> float | None:
    """How far a box is in a direction; what lies aside counts more. None for one that is not in it."""
    ahead = way.x() * across + way.y() * down
    aside = abs(way.x() * down) + abs(way.y() * across)
    return ahead + 3 * aside if ahead > 1 else None
