"""Actions of one's own: packages bring them under the entry point group `botswain.actions`.

A package is installed where workflows are saved (the orchestrator) and on the robots that run them; a job goes to
robots that have its actions. `docs/extending.md` walks through one.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from orchestrator.contract.actions.spec import ActionGroup, ActionSpec, Parameters
from orchestrator.contract.errors import UserError
from orchestrator.contract.ids import JsonValue

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "botswain.actions"

logger = logging.getLogger(__name__)

Perform = Callable[[Any, Any], Awaitable[JsonValue]]
"""Gets the robot's `Work` (its page, session, log and folder) and the action's parameters; gives the step's value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledAction:
    """What is known of an action, and the function that does it."""

    spec: ActionSpec
    perform: Perform


def action(
    name: str,
    *,
    parameters: type[Parameters],
    summary: str,
    result: str,
    needs_browser: bool = True,
    safe_to_repeat: bool = False,
) -> Callable[[Perform], InstalledAction]:
    """Make an action of an asynchronous function. Its name is `package.verb`; UserError for one without a dot."""
    if "." not in name:
        raise UserError(f"action: {name!r} needs a dot, as in `package.verb`; names without one are the product's.")

    def make(perform: Perform) -> InstalledAction:
        spec = ActionSpec(
            name=name,
            group=ActionGroup.OTHER,
            summary=summary,
            parameters=parameters,
            result=result,
            needs_browser=needs_browser,
            safe_to_repeat=safe_to_repeat,
        )
        return InstalledAction(spec=spec, perform=perform)

    return make


def entry_points() -> "Iterable[EntryPoint]":
    """What packages have registered."""
    from importlib import metadata  # noqa: PLC0415  reading a workflow does not need it

    return metadata.entry_points(group=GROUP)


@cache
def installed_actions() -> Mapping[str, InstalledAction]:
    """Every action that an installed package brings, by name; what cannot be loaded is logged and left out."""
    found: dict[str, InstalledAction] = {}
    for entry in sorted(entry_points(), key=lambda entry: entry.name):
        try:
            loaded = entry.load()
        except Exception:  # what a foreign package does when it is imported is its own
            logger.exception("The action %s cannot be loaded.", entry.name)
            continue
        if not isinstance(loaded, InstalledAction):
            logger.error("The action %s is a %s; decorate its function.", entry.name, type(loaded).__name__)
            continue
        found[loaded.spec.name] = loaded
    return found
