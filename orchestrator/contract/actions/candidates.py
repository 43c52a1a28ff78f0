"""Locators as candidates for a target: how they are written, read again, and in which order they are proposed."""

from pydantic import ValidationError

from orchestrator.contract.actions.targets import Locator, Strategy
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.sightings import LocatorCandidate

_RANKS: dict[Strategy, int] = {
    "role": 0, "label": 1, "placeholder": 2, "testid": 3, "css": 5, "text": 6, "xpath": 8,
}  # fmt: skip
_ID, _NAME, _PATH = 4, 5, 7


def rank(locator: Locator) -> int:
    """The order in which candidates are proposed, 0 first: role and name, label, placeholder, test id, an id, the
    `name` of a field, text, a path through the page, XPath.

    What people read changes least often by accident, and a page that changes it is another page to them too; a path
    breaks with every rearrangement.
    """
    if locator.strategy != "css":
        return _RANKS[locator.strategy] + (10 if locator.nth is not None else 0)
    css = str(locator.css)
    if css.startswith("#") and not any(sign in css for sign in " >:.["):
        return _ID
    return _NAME if "[name=" in css and ">" not in css else _PATH


def plain(locator: Locator) -> dict[str, JsonValue]:
    """The locator as a workflow writes it as an object."""
    written: dict[str, JsonValue] = locator.model_dump(mode="json", exclude_defaults=True)
    return written


def locator_of(candidate: LocatorCandidate) -> Locator | None:
    """The candidate's locator; None when this side does not know its words."""
    try:
        return Locator.model_validate(candidate.locator)
    except ValidationError:
        return None
