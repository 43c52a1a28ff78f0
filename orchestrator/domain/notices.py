"""Notices: what the engine switched off by itself, why, and whether a person has undone it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from orchestrator.contract.ids import JsonValue


class NoticeEnd(StrEnum):
    """How a notice ended."""

    UNDONE = "undone"
    DISMISSED = "dismissed"
    OVER = "over"
    """The thing works again without anybody's undo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing that was switched off."""

    notice_id: str
    kind: str
    """Which undo action belongs to it: `schedule`, `breaker`, `robot`."""
    subject: str
    """Id of the thing."""
    title: str
    reason: str
    undo: str
    """What the undo does, as a button says it."""
    raised_at: datetime
    times: int = 1
    """How often it was switched off while the notice stood."""
    ended_at: datetime | None = None
    end: NoticeEnd | None = None
    ended_by: str = ""
    details: Mapping[str, JsonValue] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """True while nobody has reacted to it."""
        return self.ended_at is None

    def again(self, *, title: str, reason: str, details: Mapping[str, JsonValue]) -> "Notice":
        """The same thing was switched off once more."""
        return replace(self, title=title, reason=reason, details=details, times=self.times + 1)

    def ended(self, end: NoticeEnd, *, by: str, at: datetime) -> "Notice":
        """The notice is taken down."""
        return replace(self, end=end, ended_by=by, ended_at=at)
