"""How often each recovery strategy was tried, for which errors, and how often it helped."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.recovery import RecoveryRecord, RecoverySide, RecoveryStrategy


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """So many tries, so many of which helped."""

    tried: int = 0
    succeeded: int = 0
    seconds: float = 0.0
    """All tries together."""

    @property
    def success_rate(self) -> float | None:
        """Share of the tries that helped; None without any."""
        return self.succeeded / self.tried if self.tried else None

    def with_one(self, record: RecoveryRecord) -> "Tally":
        """One try more."""
        return Tally(
            tried=self.tried + 1,
            succeeded=self.succeeded + record.succeeded,
            seconds=self.seconds + record.duration_s,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryStatistics:
    """Tallies in all, and by what was tried and why."""

    total: Tally
    by_strategy: Mapping[RecoveryStrategy, Tally]
    by_error_kind: Mapping[ErrorKind, Tally]
    by_side: Mapping[RecoverySide, Tally]


def recovery_statistics(records: Iterable[RecoveryRecord]) -> RecoveryStatistics:
    """Count."""
    total = Tally()
    by_strategy: defaultdict[RecoveryStrategy, Tally] = defaultdict(Tally)
    by_kind: defaultdict[ErrorKind, Tally] = defaultdict(Tally)
    by_side: defaultdict[RecoverySide, Tally] = defaultdict(Tally)
    for record in records:
        total = total.with_one(record)
        by_strategy[record.strategy] = by_strategy[record.strategy].with_one(record)
        by_kind[record.error_kind] = by_kind[record.error_kind].with_one(record)
        by_side[record.side] = by_side[record.side].with_one(record)
    return RecoveryStatistics(
        total=total, by_strategy=dict(by_strategy), by_error_kind=dict(by_kind), by_side=dict(by_side)
    )
