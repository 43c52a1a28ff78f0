"""Own recovery actions: functions that a robot's operator registers, for failures that only he knows how to heal.

A function is asynchronous and gets (error, context, iteration, step_id); it returns True when it has done something
that is worth another try. Packages register theirs under the entry point group `botswain.recovery`, programs by `add`.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from threading import Lock

from playwright.async_api import Page

from orchestrator.contract.errors import ErrorInfo
from orchestrator.contract.ids import JsonValue

GROUP = "botswain.recovery"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryContext:
    """What a recovery action may look at and work with."""

    variables: Mapping[str, JsonValue]
    session: str | None
    """Name of the step's session; None for the main one."""
    page: Page | None
    """The session's page as it is; None when there is none."""


RecoveryAction = Callable[[ErrorInfo, RecoveryContext, int, str], Awaitable[bool]]

_actions: dict[str, RecoveryAction] = {}
_lock = Lock()


def add(name: str, action: RecoveryAction) -> None:
    """Register an action under a name; another one of this name is replaced."""
    with _lock:
        _actions[name] = action


def remove(name: str) -> bool:
    """Forget an action; False when there was none of this name."""
    with _lock:
        return _actions.pop(name, None) is not None


def find(name: str) -> RecoveryAction | None:
    """The action of this name, also one that an installed package brings."""
    with _lock:
        known = _actions.get(name)
    if known is not None:
        return known
    for entry in entry_points(group=GROUP, name=name):
        try:
            found: RecoveryAction = entry.load()
        except Exception:  # what a foreign package does when it is imported is its own
            logger.exception("The recovery action %s cannot be loaded.", name)
            continue
        add(name, found)
        return found
    return None
