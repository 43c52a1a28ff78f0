"""How large a session pool should be, and how fast it may grow: rules without a clock of their own.

`now_s` are seconds of a monotonic clock.
"""

from dataclasses import dataclass, field, replace

from robot.browser.breaker import BreakerTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressure:
    """How loaded the machine is."""

    memory_percent: float
    load: float
    """Processes that want to run, for each processor, over the last minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionTerms:
    """When the machine has no room for more sessions. Between the high and the low mark things stay as they are."""

    memory_high: float = 92.0
    """Percent: from here on no session is made while others are lent."""
    memory_low: float = 85.0
    load_high: float = 8.0
    """From here on sessions are made slowly."""
    load_low: float = 5.0
    slow_s: float = 0.5
    """Between two sessions, while the processors are overloaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolTerms:
    """How a pool grows and shrinks."""

    min_sessions: int = 0
    """Kept ready and warm, lent ones included."""
    max_sessions: int | None = None
    """Lent at once; None: as many as the provider has."""
    spare_sessions: int = 0
    """Kept ready beyond the lent ones while there are any: the next job does not wait for its session."""
    idle_s: float = 300.0
    """After so long without work, what is more than the minimum is given up."""
    creation_per_s: float | None = None
    """Sessions made per second, on average; None: as the provider says."""
    burst: int = 5
    """So many may be made at once before that counts."""
    admission: AdmissionTerms = field(default_factory=AdmissionTerms)
    breaker: BreakerTerms = field(default_factory=BreakerTerms)
    max_age_s: float = 1_800.0
    """A ready session that nobody wanted is replaced after this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Whether more sessions are let in, with hysteresis."""

    terms: AdmissionTerms = field(default_factory=AdmissionTerms)
    is_full: bool = False
    """No memory is left for more."""
    is_slow: bool = False
    """The processors are overloaded."""

    def judged(self, pressure: Pressure) -> "Admission":
        """After a look at the machine."""
        terms = self.terms
        return replace(
            self,
            is_full=pressure.memory_percent >= (terms.memory_low if self.is_full else terms.memory_high),
            is_slow=pressure.load >= (terms.load_low if self.is_slow else terms.load_high),
        )

    def wait_s(self, *, lent: int, since_last_s: float) -> float | None:
        """How long a new session has to wait: None until memory is free, which the last one lent need not."""
        if self.is_full and lent > 0:
            return None
        return max(0.0, self.terms.slow_s - since_last_s) if self.is_slow and lent > 0 else 0.0


@dataclass(slots=True)
class CreationRate:
    """A bucket of permissions that fills at a rate: a burst first, then one after the other."""

    per_s: float | None
    burst: int
    _left: float = field(init=False)
    _seen_s: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._left = float(self.burst)

    def wait_s(self, now_s: float) -> float:
        """How long until the next session may be made; 0 now."""
        self._fill(now_s)
        return 0.0 if not self.per_s or self._left >= 1 else (1 - self._left) / self.per_s

    def take(self, now_s: float) -> None:
        """One is made."""
        self._fill(now_s)
        self._left -= 1 if self.per_s else 0

    def _fill(self, now_s: float) -> None:
        passed_s = 0.0 if self._seen_s is None else max(0.0, now_s - self._seen_s)
        self._seen_s = now_s
        self._left = min(float(self.burst), self._left + passed_s * (self.per_s or 0.0))


def ready_wanted(terms: PoolTerms, *, lent: int, waiting: int, capacity: int) -> int:
    """How many sessions should be ready and unlent."""
    spare = terms.spare_sessions if lent or waiting else 0
    return max(0, min(max(terms.min_sessions - lent, spare), capacity - lent))
