"""What the contract's values are called in the window; a value of a newer engine shows as its own word."""

from collections.abc import Mapping
from types import MappingProxyType

from orchestrator.console.words import tr
from orchestrator.contract.errors import ErrorKind, ErrorOwner
from orchestrator.contract.states import JobPriority

_PRIORITIES: Mapping[JobPriority, str] = MappingProxyType(
    {
        JobPriority.LOW: tr("Low"),
        JobPriority.NORMAL: tr("Normal"),
        JobPriority.HIGH: tr("High"),
        JobPriority.CRITICAL: tr("Critical"),
    }
)
_KINDS: Mapping[ErrorKind, str] = MappingProxyType(
    {
        ErrorKind.TARGET_NOT_FOUND: tr("Target not found"),
        ErrorKind.AMBIGUOUS_TARGET: tr("Ambiguous target"),
        ErrorKind.NOT_ACTIONABLE: tr("Not actionable"),
        ErrorKind.TIMEOUT: tr("Timeout"),
        ErrorKind.NAVIGATION: tr("Navigation"),
        ErrorKind.NETWORK: tr("Network"),
        ErrorKind.PAGE_CRASHED: tr("Page crashed"),
        ErrorKind.BROWSER_LOST: tr("Browser lost"),
        ErrorKind.BROWSER_MISSING: tr("Browser missing"),
        ErrorKind.DRIVER_LOST: tr("Driver lost"),
        ErrorKind.PROVIDER_CAPACITY: tr("Provider capacity"),
        ErrorKind.SESSION_EXPIRED: tr("Session expired"),
        ErrorKind.ASSERTION_FAILED: tr("Assertion failed"),
        ErrorKind.BUSINESS: tr("Business"),
        ErrorKind.BAD_WORKFLOW: tr("Bad workflow"),
        ErrorKind.CANCELLED: tr("Cancelled"),
        ErrorKind.ROBOT_LOST: tr("Robot lost"),
        ErrorKind.INTERNAL: tr("Internal"),
    }
)
_OWNERS: Mapping[ErrorOwner, str] = MappingProxyType(
    {
        ErrorOwner.USER: tr("Workflow or data"),
        ErrorOwner.SITE: tr("Site"),
        ErrorOwner.NETWORK: tr("Network"),
        ErrorOwner.BROWSER: tr("Browser"),
        ErrorOwner.ROBOT: tr("Robot"),
        ErrorOwner.BOTSWAIN: "Botswain",
    }
)
_DAYS: Mapping[str, str] = MappingProxyType(
    {
        "Mon": tr("Mon"),
        "Tue": tr("Tue"),
        "Wed": tr("Wed"),
        "Thu": tr("Thu"),
        "Fri": tr("Fri"),
        "Sat": tr("Sat"),
        "Sun": tr("Sun"),
    }
)
_THINGS: Mapping[str, str] = MappingProxyType({"job": tr("Job"), "robot": tr("Robot"), "failure": tr("Failure")})


def priority_words(priority: JobPriority) -> str:
    """`High`."""
    return _PRIORITIES.get(priority, _own_word(priority))


def kind_words(kind: ErrorKind) -> str:
    """`Target not found`."""
    return _KINDS.get(kind, _own_word(kind))


def owner_words(owner: ErrorOwner) -> str:
    """Whose failure it is."""
    return _OWNERS.get(owner, _own_word(owner))


def day_word(weekday: str) -> str:
    """`Mon` for `Monday`."""
    return _DAYS.get(weekday[:3], weekday[:3])


def thing_words(kind: str) -> str:
    """What stands in the detail pane: a job, a robot, a failure."""
    return _THINGS.get(kind, _own_word(kind))


def _own_word(value: str) -> str:
    return str(value).replace("_", " ").capitalize()
