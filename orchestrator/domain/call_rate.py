"""How many calls are taken in a time: a bucket that fills up evenly."""

from dataclasses import dataclass, replace
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRate:
    """Room for `per_minute` calls; what is used comes back evenly."""

    per_minute: int
    room: float
    at_s: float
    """Monotonic: when `room` was right."""

    @classmethod
    def full(cls, per_minute: int, now_s: float) -> Self:
        """Nothing has been called yet."""
        return cls(per_minute=per_minute, room=float(per_minute), at_s=now_s)

    def called(self, now_s: float) -> tuple[Self, float | None]:
        """After one more call: None when it is taken, else the seconds after which one would be."""
        room = min(float(self.per_minute), self.room + (now_s - self.at_s) * self.per_minute / 60)
        if room < 1:
            return replace(self, room=room, at_s=now_s), (1 - room) * 60 / self.per_minute
        return replace(self, room=room - 1, at_s=now_s), None
