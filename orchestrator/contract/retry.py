"""How often, how soon and for which errors something is tried again."""

import random

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator

from orchestrator.contract.errors import ErrorKind


class RetryPolicy(BaseModel):
    """Exponential backoff with full jitter; delays in seconds.

    The jitter is "full" in the sense of Amazon's "Exponential Backoff And Jitter": a delay is drawn evenly
    between 0 and the exponential bound, so that a herd of failed jobs does not come back in step.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_retries: int = Field(
        default=3,
        ge=0,
        le=100,
        validation_alias=AliasChoices("max_retries", "maxRetries", "retry_count", "retries"),
    )
    initial_delay: float = Field(
        default=1.0, ge=0, le=86_400, validation_alias=AliasChoices("initial_delay", "retry_delay")
    )
    max_delay: float = Field(
        default=60.0, ge=0, le=86_400, validation_alias=AliasChoices("max_delay", "max_retry_delay")
    )
    backoff_factor: float = Field(
        default=2.0,
        ge=1,
        le=100,
        validation_alias=AliasChoices("backoff_factor", "backoff_multiplier", "backoffMultiplier"),
    )
    jitter: bool = True
    retryable_errors: tuple[ErrorKind, ...] = Field(
        default=(), validation_alias=AliasChoices("retryable_errors", "retryableErrors")
    )
    """Kinds worth another try; empty means every kind that is retryable by nature."""

    @model_validator(mode="after")
    def _delays_are_ordered(self) -> "RetryPolicy":
        if self.initial_delay > self.max_delay:
            raise ValueError(f"initial_delay {self.initial_delay} is longer than max_delay {self.max_delay}")
        return self

    def allows(self, kind: ErrorKind) -> bool:
        """True when an error of this kind may be tried again; a permanent kind never may."""
        if not kind.is_retryable:
            return False
        return not self.retryable_errors or kind in self.retryable_errors

    def delay_s(self, retry: int, rng: random.Random) -> float:
        """Seconds to wait before the given retry, counted from 1."""
        exponent = min(retry - 1, 64)
        bound = min(self.max_delay, self.initial_delay * self.backoff_factor**exponent)
        return rng.uniform(0, bound) if self.jitter else bound


NO_RETRY = RetryPolicy(max_retries=0)
