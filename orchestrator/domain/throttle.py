"""Token buckets: how many things may begin per second, by a monotonic clock."""

from dataclasses import dataclass
from typing import Self

BURST_S = 0.1
"""A bucket holds what a tenth of a second brings, and at least one token: a slow rate is kept to the single start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Tokens as they stood at one moment; a new key begins with a full one."""

    rate: float
    """Tokens per second."""
    tokens: float
    at_s: float

    @classmethod
    def full(cls, rate: float, now_s: float) -> Self:
        """A bucket that nobody has used yet."""
        return cls(rate=rate, tokens=capacity(rate), at_s=now_s)

    def available(self, now_s: float) -> float:
        """The tokens that are there now."""
        return min(capacity(self.rate), self.tokens + max(0.0, now_s - self.at_s) * self.rate)

    def after_taking(self, now_s: float) -> "Bucket":
        """The bucket with one token less; the caller has seen that there is one."""
        return Bucket(rate=self.rate, tokens=self.available(now_s) - 1.0, at_s=now_s)

    def after_returning(self, now_s: float) -> "Bucket":
        """The bucket with a token that was taken for nothing put back."""
        return Bucket(rate=self.rate, tokens=min(capacity(self.rate), self.available(now_s) + 1.0), at_s=now_s)

    def at_rate(self, rate: float, now_s: float) -> "Bucket":
        """The bucket under another rate; what is in it stays, as far as it fits."""
        return Bucket(rate=rate, tokens=min(capacity(rate), self.available(now_s)), at_s=now_s)

    def next_token_s(self, now_s: float) -> float:
        """When there is a whole token: now, or a moment to come."""
        missing = 1.0 - self.available(now_s)
        return now_s if missing <= _ROUNDING else now_s + missing / self.rate

    def has_token(self, now_s: float) -> bool:
        """True when something may begin now."""
        return self.available(now_s) >= 1.0 - _ROUNDING


_ROUNDING = 1e-9
"""A timer that rings at the very moment must find its token, whatever the arithmetic lost."""


def capacity(rate: float) -> float:
    """How many tokens a bucket of this rate can hold: in any T seconds at most `rate * T + capacity` things begin."""
    return max(1.0, rate * BURST_S)
