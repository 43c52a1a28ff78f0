"""How a run and its job recover from failures: the strategies, in which order they are tried, and what came of them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pydantic import AliasChoices, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.retry import RetryPolicy

MAX_RECORDS = 200
"""Of one attempt, in its report."""


class RecoveryStrategy(StrEnum):
    """What is done before the failed thing is tried again."""

    RETRY = "retry"
    """Nothing but waiting, longer each time."""
    ROLLBACK = "rollback"
    """Back to the last checkpoint: results, variables and browser as they were."""
    RESTART = "restart"
    """A new session, then a new browser; around attempts a new run on a robot."""
    VALIDATE = "validate"
    """Look whether pages, addresses and login are as they should be, and repair what is not."""
    CUSTOM = "custom"
    """The robot's own registered functions."""


GENERAL_ORDER = (
    RecoveryStrategy.RETRY,
    RecoveryStrategy.ROLLBACK,
    RecoveryStrategy.RESTART,
    RecoveryStrategy.VALIDATE,
    RecoveryStrategy.CUSTOM,
)

FIRST_STRATEGY: Mapping[ErrorKind, RecoveryStrategy] = {
    ErrorKind.TIMEOUT: RecoveryStrategy.RETRY,
    ErrorKind.TARGET_NOT_FOUND: RecoveryStrategy.RETRY,
    ErrorKind.NOT_ACTIONABLE: RecoveryStrategy.RETRY,
    ErrorKind.PROVIDER_CAPACITY: RecoveryStrategy.RETRY,
    ErrorKind.NETWORK: RecoveryStrategy.RESTART,
    ErrorKind.NAVIGATION: RecoveryStrategy.RESTART,
    ErrorKind.BROWSER_LOST: RecoveryStrategy.RESTART,
    ErrorKind.DRIVER_LOST: RecoveryStrategy.RESTART,
    ErrorKind.ROBOT_LOST: RecoveryStrategy.RESTART,
    ErrorKind.PAGE_CRASHED: RecoveryStrategy.ROLLBACK,
    ErrorKind.SESSION_EXPIRED: RecoveryStrategy.VALIDATE,
    ErrorKind.ASSERTION_FAILED: RecoveryStrategy.VALIDATE,
    ErrorKind.INTERNAL: RecoveryStrategy.CUSTOM,
}
"""What is tried first. Timeouts wait, lost connections restart, exhausted memory (a crashed page) goes back, unknown
trouble is for own actions, and what is not as expected has its state validated. Kinds that are not here are nobody's
to recover: a business failure, a broken workflow, a cancel."""


class RecoveryRules(BaseModel):
    """`recovery:` of a workflow. What the words of the older systems mean stands in `docs/workflows.md`."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    retry: RetryPolicy = Field(default_factory=lambda: RetryPolicy(max_retries=3, initial_delay=5.0, max_delay=300.0))
    """How often and how soon the strategy `retry` tries again, after the step's own retries."""
    rollback: bool = Field(default=True, validation_alias=AliasChoices("rollback", "checkpoint_rollback"))
    restart: bool = Field(default=True, validation_alias=AliasChoices("restart", "component_restart"))
    validate_state: bool = Field(
        default=True, validation_alias=AliasChoices("validate_state", "state_validation", "validate")
    )
    custom: tuple[str, ...] = Field(
        default=(), max_length=20, validation_alias=AliasChoices("custom", "custom_actions", "custom_recovery_actions")
    )
    """Names of recovery actions that the robot knows."""
    strategies: dict[ErrorKind, tuple[RecoveryStrategy, ...]] = Field(default_factory=dict)
    """For these kinds exactly these strategies, in this order."""
    timeout_s: float = Field(
        default=600.0, gt=0, le=86_400, validation_alias=AliasChoices("timeout_s", "recovery_timeout", "timeout")
    )
    """For all that is tried for one failure."""
    max_recoveries: int = Field(default=20, ge=1, le=1_000)
    """Strategies that one run may try in all."""

    @model_validator(mode="before")
    @classmethod
    def _speak_one_language(cls, data: Any) -> Any:
        if data is True:
            return {}
        return _unified(data) if isinstance(data, dict) else data

    def order_for(self, kind: ErrorKind) -> tuple[RecoveryStrategy, ...]:
        """What is tried for an error of this kind, in order; empty when nothing is."""
        if kind in self.strategies:
            return tuple(each for each in self.strategies[kind] if self._is_on(each))
        first = FIRST_STRATEGY.get(kind)
        if first is None:
            return ()
        order = (first, *(each for each in GENERAL_ORDER if each is not first))
        return tuple(
            each for each in order if self._is_on(each) and (each is not RecoveryStrategy.RETRY or kind.is_retryable)
        )

    def _is_on(self, strategy: RecoveryStrategy) -> bool:
        match strategy:
            case RecoveryStrategy.RETRY:
                return self.retry.max_retries > 0
            case RecoveryStrategy.ROLLBACK:
                return self.rollback
            case RecoveryStrategy.RESTART:
                return self.restart
            case RecoveryStrategy.VALIDATE:
                return self.validate_state
            case RecoveryStrategy.CUSTOM:
                return bool(self.custom)


class RecoverySide(StrEnum):
    """Who recovered."""

    ROBOT = "robot"
    """Inside an attempt, around a step."""
    ENGINE = "engine"
    """Around attempts, by another one."""


class RecoveryRecord(BaseModel):
    """One strategy that was tried, and whether what had failed then succeeded."""

    model_config = ConfigDict(frozen=True)

    job_id: str
    attempt: int = Field(ge=1, le=2**31 - 1)
    step_id: str | None = None
    side: RecoverySide = RecoverySide.ROBOT
    strategy: RecoveryStrategy
    error_kind: ErrorKind
    """Of the failure that was to be recovered from."""
    succeeded: bool
    at: AwareDatetime
    duration_s: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    note: str = Field(default="", max_length=1_000)
    """What was done."""


_RETRY_WORDS = {
    "max_retries": "max_retries",
    "retry_delay": "initial_delay",
    "initial_delay": "initial_delay",
    "max_retry_delay": "max_delay",
    "max_delay": "max_delay",
    "backoff_multiplier": "backoff_factor",
    "backoff_factor": "backoff_factor",
    "jitter": "jitter",
}

RECOVERY_WORDS = (*_RETRY_WORDS, "exponential_backoff")


def _unified(data: dict[str, Any]) -> dict[str, Any]:
    """Retry words beside each other and `exponential_backoff` mean a retry policy."""
    rules = dict(data)
    loose = {meant: rules.pop(word) for word, meant in _RETRY_WORDS.items() if word in rules}
    if rules.pop("exponential_backoff", True) is False:
        loose["backoff_factor"] = 1.0
    if loose and not isinstance(rules.get("retry"), RetryPolicy):
        defaults = {"max_retries": 3, "initial_delay": 5.0, "max_delay": 300.0}
        rules["retry"] = {**defaults, **loose, **(rules.get("retry") or {})}
    return rules
