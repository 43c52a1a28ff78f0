"""The terms of a workflow orchestrator, in the words of the reference systems."""

from dataclasses import dataclass

from orchestrator.contract.api.resources import MonitorSettingsRequest
from orchestrator.contract.errors import UserError
from orchestrator.contract.recovery import RecoveryRules
from orchestrator.contract.retry import RetryPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryStrategy:
    """What is tried after a step's own retries; durations in seconds."""

    max_retries: int = 3
    retry_delay: float = 5.0
    exponential_backoff: bool = True
    backoff_multiplier: float = 2.0
    max_retry_delay: float = 300.0
    checkpoint_rollback: bool = True
    component_restart: bool = True
    state_validation: bool = True
    recovery_timeout: float = 600.0
    custom_recovery_actions: tuple[str, ...] = ()
    """Names of recovery actions that the robots' environment brings (entry points of `botswain.recovery`)."""

    def rules(self) -> RecoveryRules:
        """The same as a workflow says it."""
        return RecoveryRules(
            retry=RetryPolicy(
                max_retries=self.max_retries,
                initial_delay=self.retry_delay,
                max_delay=max(self.max_retry_delay, self.retry_delay),
                backoff_factor=self.backoff_multiplier if self.exponential_backoff else 1.0,
            ),
            rollback=self.checkpoint_rollback,
            restart=self.component_restart,
            validate_state=self.state_validation,
            custom=self.custom_recovery_actions,
            timeout_s=self.recovery_timeout,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceThresholds:
    """When a machine counts as tight: shares of 0 to 1."""

    memory_warning: float = 0.7
    memory_critical: float = 0.85
    cpu_warning: float = 0.8
    cpu_critical: float = 0.9
    disk_warning: float = 0.8
    disk_critical: float = 0.9

    def __post_init__(self) -> None:
        for resource in ("memory", "cpu", "disk"):
            warning, critical = getattr(self, f"{resource}_warning"), getattr(self, f"{resource}_critical")
            if not 0 < warning < critical <= 1:
                raise UserError(
                    f"{resource}_warning, {resource}_critical: they are shares with 0 < warning < critical <= 1; "
                    f"{warning} and {critical} are not.",
                    field=f"{resource}_warning",
                )

    def request(self, interval_s: float) -> MonitorSettingsRequest:
        """The same as the monitor takes it."""
        return MonitorSettingsRequest(
            enabled=True,
            interval_s=interval_s,
            memory_warning=self.memory_warning,
            memory_critical=self.memory_critical,
            cpu_warning=self.cpu_warning,
            cpu_critical=self.cpu_critical,
            disk_warning=self.disk_warning,
            disk_critical=self.disk_critical,
        )
