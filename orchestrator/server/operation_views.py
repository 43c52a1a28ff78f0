"""From the engine's values to the API's views, for what operators do."""

from collections.abc import Mapping
from dataclasses import asdict

from orchestrator.contract.api.jobs import ArtifactView, AttemptView, JobView, StepView
from orchestrator.contract.api.operations import (
    AuditBreakView,
    AuditReportView,
    BulkItemView,
    BulkPreview,
    BulkView,
    CutOffStep,
    DeadLetterDetail,
    DeadLetterView,
    DeploymentView,
    DiscardView,
    DrainView,
    FailureGroupView,
    FailurePlaceView,
    RobotPlanView,
    RobotRestartView,
    RolloutView,
)
from orchestrator.contract.ids import WorkflowId
from orchestrator.domain.bulk import BulkItem, BulkOperation
from orchestrator.domain.deployment import Deployment
from orchestrator.domain.failures import FailureGroup
from orchestrator.domain.robot_plan import RobotPlan
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.engine.audit_chain import AuditReport
from orchestrator.engine.bulk import Preview
from orchestrator.engine.dead_letters import Evidence
from orchestrator.engine.drains import DrainClock
from orchestrator.engine.restarts import Rollout
from orchestrator.server.looks import Looks
from orchestrator.server.views import log_page

Names = Mapping[str, str]


def dead_letter_view(found: Evidence, job: JobView) -> DeadLetterView:
    """A dead letter in a list."""
    return DeadLetterView(
        job=job,
        advice=found.advice,
        is_safe_to_repeat=found.is_safe_to_repeat,
        cut_off=tuple(
            CutOffStep(
                step_id=step.step_id, name=step.title, action=step.action, is_safe_to_repeat=step.is_safe_to_repeat
            )
            for step in found.running
        ),
    )


def dead_letter_detail(found: Evidence, job: JobView, names: Names) -> DeadLetterDetail:
    """A dead letter with its evidence."""
    lines = log_page(found.log, 0).lines
    return DeadLetterDetail(
        letter=dead_letter_view(found, job),
        attempts=tuple(
            AttemptView(**{**asdict(each), "robot_name": names.get(each.robot_id or "", "")}) for each in found.attempts
        ),
        steps=tuple(
            StepView(
                step_id=step.step_id,
                name=step.name,
                status=step.status,
                attempts=step.attempt,
                duration_s=step.duration_s,
                message=step.message,
            )
            for step in found.steps
        ),
        log=lines,
        artifacts=tuple(ArtifactView(attempt=attempt, artifact=artifact) for attempt, artifact in found.artifacts),
        checkpoints=found.checkpoints,
        discard=DiscardView(**{name: getattr(found.discard, name) for name in DiscardView.model_fields})
        if found.discard
        else None,
    )


def failure_group_view(group: FailureGroup, names: Names) -> FailureGroupView:
    """A group of failures."""
    return FailureGroupView(
        fingerprint=group.fingerprint,
        step_id=group.step_id,
        kind=group.kind,
        message=group.message,
        sample=group.sample,
        first_seen_at=group.first_seen_at,
        last_seen_at=group.last_seen_at,
        count=group.count,
        failed_now=group.failed_now,
        state=group.state.value,
        changed_at=group.changed_at,
        changed_by=group.changed_by,
        note=group.note,
        places=tuple(
            FailurePlaceView(
                workflow_id=place.workflow_id,
                workflow_name=place.workflow_name,
                workflow_hash=place.workflow_hash,
                robot_id=place.robot_id,
                robot_name=names.get(place.robot_id or "", ""),
                count=place.count,
                last_seen_at=place.last_seen_at,
            )
            for place in group.places
        ),
    )


def bulk_preview(preview: Preview, looks: Looks) -> BulkPreview:
    """What an action would touch."""
    return BulkPreview(
        token=preview.token,
        count=len(preview.items),
        by_status=dict(preview.by_status),
        sample=looks.jobs(preview.sample),
        left_out=dict(preview.obstacles),
    )


def bulk_view(operation: BulkOperation) -> BulkView:
    """A bulk operation."""
    return BulkView(
        operation_id=operation.operation_id,
        action=operation.action.kind.value,
        priority=operation.action.priority,
        reason=operation.action.reason,
        actor=operation.actor,
        state=operation.state.value,
        started_at=operation.started_at,
        ended_at=operation.ended_at,
        planned=operation.planned,
        done=operation.done,
        skipped=operation.skipped,
        undone=operation.undone,
    )


def bulk_item_view(item: BulkItem) -> BulkItemView:
    """What became of one job."""
    return BulkItemView(job_id=item.job_id, seen_status=item.seen_status, outcome=item.outcome.value, note=item.note)


def plan_view(plan: RobotPlan) -> RobotPlanView:
    """What is planned with a robot."""
    return RobotPlanView(
        kind=plan.kind.value,
        actor=plan.actor,
        started_at=plan.started_at,
        reason=plan.reason,
        until_at=plan.until_at,
        deadline_at=plan.deadline_at,
        then=plan.then.value,
        is_overdue=plan.is_overdue,
    )


def drain_view(clock: DrainClock, looks: Looks) -> DrainView:
    """When a robot will be free."""
    return DrainView(
        robot_id=clock.robot.robot_id,
        robot_name=clock.robot.name,
        words=clock.words,
        is_free=not clock.jobs,
        free_at=clock.free_at,
        free_at_latest=clock.free_at_latest,
        jobs=looks.jobs(clock.jobs),
        plan=plan_view(clock.plan) if clock.plan else None,
    )


def rollout_view(rollout: Rollout) -> RolloutView:
    """Restarts of robots."""
    return RolloutView(
        rollout_id=rollout.rollout_id,
        actor=rollout.actor,
        reason=rollout.reason,
        started_at=rollout.started_at,
        ended_at=rollout.ended_at,
        has_failed=rollout.has_failed,
        robots=tuple(
            RobotRestartView(robot_id=each.robot_id, name=each.name, state=each.state.value, detail=each.detail)
            for each in rollout.robots
        ),
    )


def deployment_view(
    deployment: Deployment, version: WorkflowVersion | None, newest: Mapping[WorkflowId, WorkflowVersion], names: Names
) -> DeploymentView:
    """A workflow on a robot; one that has another version than the newest is outdated."""
    latest = newest.get(deployment.workflow_id)
    known = version or latest
    state, detail = deployment.state.value, deployment.detail
    if state == "deployed" and latest is not None and deployment.is_outdated(latest.workflow_hash):
        state, detail = "outdated", f"Version {latest.number} is the newest: deploy again."
    return DeploymentView(
        workflow_id=deployment.workflow_id,
        workflow_name=known.definition.name if known else "",
        workflow_hash=deployment.workflow_hash,
        number=version.number if version else None,
        robot_id=deployment.robot_id,
        robot_name=names.get(deployment.robot_id, ""),
        state=state,
        detail=detail,
        actor=deployment.actor,
        changed_at=deployment.changed_at,
    )


def audit_report_view(report: AuditReport) -> AuditReportView:
    """What a look at the whole audit found."""
    return AuditReportView(
        is_whole=report.is_whole,
        rows=report.rows,
        seals=report.seals,
        unsealed=report.unsealed,
        head=report.head,
        breaks=tuple(AuditBreakView(number=each.number, words=each.words) for each in report.breaks),
    )
