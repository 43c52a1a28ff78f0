"""Token buckets: how many things may begin per second, by a monotonic clock."""

from dataclasses import dataclass, replace
from typing import Self

BURST_S = 0.1
"""A bucket holds what a tenth of a second brings, and at least one token: a slow rate is kept to the single start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Tokens as they stood at one moment; a new one is full.

    In any T seconds at most `rate * T + most` things begin.
    """

    rate: float
    """Tokens per second."""
    most: float
    """Tokens that it can hold."""
    tokens: float
    at_s: float

    @classmethod
    def full(cls, rate: float, now_s: float, *, most: float | None = None) -> Self:
        """A bucket that nobody has used yet."""
        size = capacity(rate) if most is None else most
        return cls(rate=rate, most=size, tokens=size, at_s=now_s)

    def available(self, now_s: float) -> float:
        """The tokens that are there now."""
        return min(self.most, self.tokens + max(0.0, now_s - self.at_s) * self.rate)

    def after_taking(self, now_s: float) -> Self:
        """The bucket with one token less; the caller has seen that there is one."""
        return replace(self, tokens=self.available(now_s) - 1.0, at_s=now_s)

    def after_returning(self, now_s: float) -> Self:
        """The bucket with a token that was taken for nothing put back."""
        return replace(self, tokens=min(self.most, self.available(now_s) + 1.0), at_s=now_s)

    def at_rate(self, rate: float, now_s: float) -> Self:
        """The bucket under another rate; what is in it stays, as far as it fits."""
        most = capacity(rate)
        return replace(self, rate=rate, most=most, tokens=min(most, self.available(now_s)), at_s=now_s)

    def at_most(self, tokens: float, now_s: float) -> Self:
        """The bucket with no more than so many tokens in it."""
        return replace(self, tokens=min(self.available(now_s), tokens), at_s=now_s)

    def is_full(self, now_s: float) -> bool:
        """True when it looks as if nobody had ever used it."""
        return self.available(now_s) >= self.most

    def next_token_s(self, now_s: float) -> float:
        """When there is a whole token: now, or a moment to come."""
        missing = 1.0 - self.available(now_s)
        return now_s if missing <= _ROUNDING else now_s + missing / self.rate

    def whole_tokens(self, now_s: float) -> int:
        """How many things may begin now."""
        return int(self.available(now_s) + _ROUNDING)

    def has_token(self, now_s: float) -> bool:
        """True when something may begin now."""
        return self.whole_tokens(now_s) >= 1


_ROUNDING = 1e-9
"""A timer that rings at the very moment must find its token, whatever the arithmetic lost."""


def capacity(rate: float) -> float:
    """How many tokens the bucket of a key holds."""
    return max(1.0, rate * BURST_S)
