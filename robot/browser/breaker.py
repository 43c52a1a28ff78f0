"""A circuit breaker for one provider: after failures in a row it rests, then one try decides; pure.

The rest doubles with each try that fails. What a provider cannot give now (`CapacityError`) is no failure.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum


class BreakerState(StrEnum):
    """Whether the provider is asked."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    """One asks, the others wait for its answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerTerms:
    """When it opens, and for how long."""

    failures: int = 5
    """In a row; 0: never."""
    rest_s: float = 10.0
    longest_rest_s: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderBreaker:
    """The breaker at one moment; `_s` are seconds of the monotonic clock."""

    terms: BreakerTerms = field(default_factory=BreakerTerms)
    state: BreakerState = BreakerState.CLOSED
    failures: int = 0
    """In a row."""
    trips: int = 0
    rests_until_s: float = 0.0
    reason: str = ""
    """What failed last."""

    def wait_s(self, now_s: float) -> float:
        """How long to leave the provider alone; 0 when it may be asked."""
        match self.state:
            case BreakerState.CLOSED:
                return 0.0
            case BreakerState.OPEN:
                return max(0.0, self.rests_until_s - now_s)
            case BreakerState.HALF_OPEN:
                return self.terms.rest_s

    def asking(self) -> "ProviderBreaker":
        """Somebody asks now; after a rest that is the try."""
        return replace(self, state=BreakerState.HALF_OPEN) if self.state is BreakerState.OPEN else self

    def worked(self) -> "ProviderBreaker":
        """The provider gave a session."""
        return self if self == ProviderBreaker(terms=self.terms) else ProviderBreaker(terms=self.terms)

    def unanswered(self, now_s: float) -> "ProviderBreaker":
        """Who asked gave up, or there was no capacity: that tells nothing, and the next one may try."""
        is_try = self.state is BreakerState.HALF_OPEN
        return replace(self, state=BreakerState.OPEN, rests_until_s=now_s) if is_try else self

    def failed(self, reason: str, now_s: float) -> "ProviderBreaker":
        """The provider broke."""
        failures = self.failures + 1
        is_try = self.state is BreakerState.HALF_OPEN
        if self.terms.failures <= 0 or (failures < self.terms.failures and not is_try):
            return replace(self, failures=failures, reason=reason)
        rest_s = min(self.terms.rest_s * 2.0**self.trips, self.terms.longest_rest_s)
        return replace(
            self,
            state=BreakerState.OPEN,
            failures=failures,
            trips=self.trips + 1,
            rests_until_s=now_s + rest_s,
            reason=reason,
        )
