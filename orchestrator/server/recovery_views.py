"""Checkpoints, plans and figures of recovery, as the API shows them."""

from orchestrator.contract.api.recovery import (
    CheckpointStatisticsView,
    RecoveryStatisticsView,
    ResumePlanView,
    TallyView,
)
from orchestrator.contract.checkpoints import CheckpointView
from orchestrator.domain.checkpoints import Checkpoint, CheckpointStatistics
from orchestrator.domain.recovery_figures import RecoveryStatistics, Tally
from orchestrator.engine.resumption import Resumption


def checkpoint_view(checkpoint: Checkpoint) -> CheckpointView:
    """A checkpoint without its content."""
    return CheckpointView(
        facts=checkpoint.facts, robot_id=checkpoint.robot_id, kept_at=checkpoint.kept_at, size=checkpoint.size
    )


def checkpoint_statistics_view(figures: CheckpointStatistics) -> CheckpointStatisticsView:
    """Figures over checkpoints."""
    return CheckpointStatisticsView(
        total=figures.total,
        by_kind=dict(figures.by_kind),
        bytes=figures.bytes,
        jobs=figures.jobs,
        oldest_at=figures.oldest_at,
        newest_at=figures.newest_at,
    )


def plan_view(resumption: Resumption) -> ResumePlanView:
    """What a retry from a checkpoint will do."""
    plan = resumption.plan
    return ResumePlanView(
        checkpoint=checkpoint_view(resumption.checkpoint),
        workflow_hash=resumption.version.workflow_hash,
        reused=plan.reused,
        again=plan.again,
        unsafe=plan.unsafe,
        iteration=plan.iteration,
        sessions=plan.sessions,
    )


def recovery_statistics_view(figures: RecoveryStatistics) -> RecoveryStatisticsView:
    """How often each strategy helped."""
    return RecoveryStatisticsView(
        total=_tally(figures.total),
        by_strategy={name: _tally(each) for name, each in figures.by_strategy.items()},
        by_error_kind={name: _tally(each) for name, each in figures.by_error_kind.items()},
        by_side={name: _tally(each) for name, each in figures.by_side.items()},
    )


def _tally(tally: Tally) -> TallyView:
    return TallyView(
        tried=tally.tried, succeeded=tally.succeeded, success_rate=tally.success_rate, seconds=tally.seconds
    )
