"""How what was found looks: one row for each, under the heading of its kind."""

from collections.abc import Callable
from functools import partial
from types import MappingProxyType

from orchestrator.console.theme.status import StatusSpec, job_status, robot_status
from orchestrator.console.theme.tokens import Tone
from orchestrator.console.widgets.hit_list import HitRow
from orchestrator.console.words import tr
from orchestrator.contract.api.search import SearchAnswer, SearchGroup, SearchHit, SearchKind

_TITLES = MappingProxyType(
    {
        SearchKind.JOBS: tr("Jobs"),
        SearchKind.ROBOTS: tr("Robots"),
        SearchKind.WORKFLOWS: tr("Workflows"),
        SearchKind.ERRORS: tr("Errors"),
        SearchKind.LOGS: tr("Log lines"),
    }
)
_LEVELS = MappingProxyType({"warning": Tone.WARNING, "error": Tone.DANGER, "critical": Tone.DANGER})


def rows_of(answer: SearchAnswer, show: Callable[[SearchHit], object]) -> list[HitRow]:
    """All that was found, newest first in each kind."""
    rows: list[HitRow] = []
    for group in answer.groups:
        if group.hits:
            rows.append(HitRow(title=_heading(group)))
            rows += [row_of(hit, show) for hit in group.hits]
    return rows


def row_of(hit: SearchHit, show: Callable[[SearchHit], object]) -> HitRow:
    """One thing that was found."""
    look = _look(hit)
    return HitRow(
        title=" · ".join(part for part in (hit.title, hit.robot if hit.robot != hit.title else "") if part),
        icon=look.icon,
        tone=look.tone,
        state=look.label,
        excerpt=hit.excerpt,
        marks=hit.marks,
        at=hit.at,
        is_code=hit.kind is SearchKind.LOGS,
        open=partial(show, hit),
    )


def _heading(group: SearchGroup) -> str:
    title = _TITLES[group.kind]
    return tr("{title}, the newest", title=title) if group.has_more else title


def _look(hit: SearchHit) -> StatusSpec:
    match hit.kind:
        case SearchKind.JOBS:
            return job_status(hit.status)
        case SearchKind.ERRORS:
            return StatusSpec("octagon-alert", Tone.DANGER, job_status(hit.status).label)
        case SearchKind.ROBOTS:
            return robot_status(hit.status)
        case SearchKind.WORKFLOWS:
            return StatusSpec("workflow", Tone.MUTED, "")
        case SearchKind.LOGS:
            return StatusSpec("scroll-text", _LEVELS.get(hit.level, Tone.MUTED), hit.level.capitalize())
