"""The engine's knobs, in one frozen value."""

from dataclasses import dataclass, field

from orchestrator.contract.live_settings import LiveValues
from orchestrator.domain.breaker import BreakerTerms
from orchestrator.domain.lease import LeaseTerms
from orchestrator.domain.placement import LoadBalancingStrategy


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """How the engine works; the defaults are the design's."""

    load_balancing: LoadBalancingStrategy = LoadBalancingStrategy.LEAST_LOADED
    dispatch_interval_s: float = 5.0
    """Safety tick of the dispatcher, which is woken by events."""
    timeout_check_interval_s: float = 30.0
    """Safety tick of the lease watch, which knows when the next lease runs out."""
    default_job_timeout_s: float | None = None
    """For workflows that name no timeout of their own; None leaves them the contract's default."""
    default_max_retries: int = 2
    """For jobs that are safe to repeat and say nothing else; others are not retried."""
    max_queued: int = 1_000_000
    """Jobs that may wait; more are refused."""
    ageing_s: float = 1_800.0
    """Waiting that raises a job by one priority; 0: priorities do not age. CRITICAL stays before all others."""
    breaker: BreakerTerms = field(default_factory=BreakerTerms)
    submits_per_minute: int = 0
    """Jobs that each actor may submit a minute; 0: any number."""
    terms: LeaseTerms = field(default_factory=LeaseTerms)
    stall_look_s: float = 5.0
    """Between two looks for runs that stand still."""
    late_wakeup_s: float = 5.0
    """A watch that wakes so much later than planned was itself away, and judges nobody by that time."""
    heartbeat_s: float = 10.0
    missed_heartbeats: int = 3
    """A connection on which so many heartbeats are missing is closed."""
    refusal_rest_s: float = 2.0
    """How long a robot that refused for lack of room gets no offer."""
    misfit_rest_s: float = 300.0
    """How long a robot that refused for lack of a capability gets no such job."""
    offers_at_once: int = 256
    """Claims that are committed side by side."""
    sample_interval_s: float = 5.0
    """Between two samples of the queue's depth."""
    samples_kept: int = 17_280
    """A day of them."""
    catch_up_stagger_s: float = 1.0
    """Between two runs that are made up for after a downtime."""
    robot_save_interval_s: float = 60.0
    """How often a robot's figures reach the store while nothing else about it changes."""
    shutdown_s: float = 10.0
    """What stopping may take."""
    max_concurrent_workflows: int | None = None
    """Jobs that robots may hold at once, over the fleet; None: no limit."""
    max_chain_depth: int = 20
    """Jobs that may follow one another by triggers."""
    keep_jobs_days: int = 0
    """After which jobs that ended are forgotten, with all that hangs on them; 0: never."""
    keep_logs_days: int = 90
    """After which log lines are forgotten; 0: never."""
    artifacts_mib: int = 10_240
    """What files of jobs may take in all; 0: any amount."""
    keep_artifacts_days: int = 30
    """After which files of jobs that ended well are removed; 0: never."""
    keep_failed_artifacts_days: int = 180
    """After which files of jobs that failed are removed; 0: never."""
    schedules: bool = True
    triggers: bool = True
    webhooks: bool = True
    """Features that may be switched off."""
    log_level: str = "info"
    debug: str = ""

    def live_values(self) -> LiveValues:
        """Those that may change while the engine runs, as they are given at the start."""
        return LiveValues.model_validate(
            {name: getattr(self, name) for name in LiveValues.model_fields if hasattr(self, name)}
        )
