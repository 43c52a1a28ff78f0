"""The words of verdicts: lengths of time, lists of what is missing, short ids."""

from collections.abc import Iterable
from datetime import timedelta

from orchestrator.domain.job import Requirements

SHOWN_OF_ID = 8


def tail(job_id: str) -> str:
    """The end of an id, by which commands find the job."""
    return job_id[-SHOWN_OF_ID:]


def needs_words(requirements: Requirements) -> str:
    """What a robot would need: `tags eu, gpu and capability os:linux`."""
    parts = [
        lacks("tag", requirements.tags) if requirements.tags else "",
        lacks("capability", requirements.capabilities) if requirements.capabilities else "",
        f"the id {requirements.robot_id}" if requirements.robot_id else "",
    ]
    return " and ".join(part for part in parts if part)


def lacks(noun: str, names: Iterable[str]) -> str:
    """Names behind their noun: `tag gpu`, `capabilities a, b`."""
    ordered = sorted(names)
    plural = {"tag": "tags", "capability": "capabilities"}[noun]
    return f"{noun if len(ordered) == 1 else plural} {', '.join(ordered)}"


def jobs_ahead(count: int) -> str:
    """`1 job goes`, `3 jobs go`."""
    return "1 job goes" if count == 1 else f"{count} jobs go"


def span(length: timedelta) -> str:
    """A length of time in its largest unit: `4 min`."""
    seconds = max(0, int(length.total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
