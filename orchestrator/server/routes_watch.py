"""`/api/v1/alerts`, `/notices`, `/failure-limits`, `/away`, `/stalls` and a job's capture: what went wrong."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from orchestrator.contract.api.alerts import AlertRulesRequest, AlertRulesView, AlertView
from orchestrator.contract.api.away import AwayReportView
from orchestrator.contract.api.notices import FailureLimitRequest, FailureLimitView, NoticeView
from orchestrator.contract.api.stalls import (
    CaptureRequest,
    StalledJobView,
    StallPolicyRequest,
    StallPolicyView,
)
from orchestrator.contract.ids import JobId, RobotId, WorkflowId
from orchestrator.contract.protocol.captures import CaptureKind
from orchestrator.domain.alerts import AlertKind, AlertRules
from orchestrator.domain.stalls import StallPolicy
from orchestrator.engine.errors import InvalidRequestError
from orchestrator.engine.stalls import EVERY_WORKFLOW
from orchestrator.server.looks import Looks
from orchestrator.server.parts import Actor, Parts, parts
from orchestrator.server.watch_views import (
    alert_rules_view,
    alert_view,
    away_view,
    notice_view,
    stall_policy_view,
    stall_view,
)

router = APIRouter(tags=["watch"])

Using = Annotated[Parts, Depends(parts)]

# alerts


@router.get("/alerts")
async def list_alerts(
    using: Using,
    *,
    over: Annotated[bool, Query()] = False,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
    before: datetime | None = None,
) -> list[AlertView]:
    """What is wrong now, the worst first; with `over` also what was, newest first, raised before a moment."""
    alerts = using.engine.watch.alerts
    if not over:
        return [alert_view(alert) for alert in alerts.open()][:limit]
    if before is not None and before.tzinfo is None:
        raise InvalidRequestError("before: a time zone is missing; write it like 2026-03-02T09:00:00Z.", field="before")
    return [alert_view(alert) for alert in await alerts.history(limit=limit, before=before)]


@router.post("/alerts/{alert_id}/acknowledge")
async def acknowledge(alert_id: str, using: Using, actor: Actor) -> AlertView:
    """Somebody has seen it."""
    return alert_view(await using.engine.watch.alerts.acknowledge(alert_id, actor=actor))


@router.get("/alerts/rules")
async def alert_rules(using: Using) -> AlertRulesView:
    """By which rules alerts are raised."""
    return alert_rules_view(using.engine.watch.alerts.rules)


@router.patch("/alerts/rules")
async def change_alert_rules(request: AlertRulesRequest, using: Using, actor: Actor) -> AlertRulesView:
    """Raise alerts by other rules from now on."""
    alerts = using.engine.watch.alerts
    rules = _changed_rules(alerts.rules, request)
    return alert_rules_view(await alerts.set_rules(rules, actor=actor))


def _changed_rules(rules: AlertRules, request: AlertRulesRequest) -> AlertRules:
    changes = request.model_dump(exclude_none=True)
    if request.muted is not None:
        changes["muted"] = frozenset(_kind(name) for name in request.muted)
    return replace(rules, **changes)


def _kind(name: str) -> AlertKind:
    try:
        return AlertKind(name)
    except ValueError:
        known = ", ".join(AlertKind)
        raise InvalidRequestError(f"muted: {name!r} is no kind of alert; there are {known}.", field="muted") from None


# notices


@router.get("/notices")
async def list_notices(
    using: Using,
    *,
    over: Annotated[bool, Query()] = False,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> list[NoticeView]:
    """What the engine has switched off; with `over` also what is on again, newest first."""
    board = using.engine.watch.notices
    found = await board.history(limit=limit) if over else board.open()[:limit]
    return [notice_view(each, can_undo=board.can_undo(each)) for each in found]


@router.post("/notices/{notice_id}/undo")
async def undo(notice_id: str, using: Using, actor: Actor) -> NoticeView:
    """Switch it on again."""
    return notice_view(await using.engine.watch.notices.undo(notice_id, actor=actor), can_undo=False)


@router.post("/notices/{notice_id}/dismiss")
async def dismiss_notice(notice_id: str, using: Using, actor: Actor) -> NoticeView:
    """Take the notice down and leave things as they are."""
    return notice_view(await using.engine.watch.notices.dismiss(notice_id, actor=actor), can_undo=False)


@router.get("/failure-limits")
async def failure_limits(using: Using) -> list[FailureLimitView]:
    """After how many failures in a row each schedule is paused."""
    limits = using.engine.watch.schedule_failures.limits
    return [
        FailureLimitView(schedule_id=each.schedule_id, name=each.name, failures=limits.get(each.schedule_id))
        for each in using.engine.scheduler.schedules()
    ]


@router.put("/failure-limits/{schedule}")
async def set_failure_limit(
    schedule: str, request: FailureLimitRequest, using: Using, actor: Actor
) -> FailureLimitView:
    """Pause a schedule after so many failures in a row, or never."""
    found = using.engine.scheduler.get(Looks(using.engine).schedule_named(schedule))
    await using.engine.watch.schedule_failures.set_limit(found.schedule_id, request.failures, actor=actor)
    return FailureLimitView(schedule_id=found.schedule_id, name=found.name, failures=request.failures)


# absences


@router.get("/away")
async def away(using: Using) -> list[AwayReportView]:
    """What happened while nobody was there, newest first, until it is dismissed."""
    return [away_view(report) for report in using.engine.watch.away.reports()]


@router.post("/away/{report_id}/dismiss")
async def dismiss_report(report_id: str, using: Using, actor: Actor) -> AwayReportView:
    """It was read."""
    return away_view(await using.engine.watch.away.dismiss(report_id, actor=actor))


# stalls


@router.get("/stalls")
async def stalled(using: Using) -> list[StalledJobView]:
    """Runs that stand still now."""
    views = []
    for job_id, stall in using.engine.watch.stalls.stalled().items():
        job = using.engine.queue.get(job_id)
        if job is not None:
            name = _robot_name(using, job.robot_id)
            views.append(
                StalledJobView(job_id=job_id, workflow_name=job.workflow_name, robot_name=name, stall=stall_view(stall))
            )
    return views


def _robot_name(using: Parts, robot_id: RobotId | None) -> str:
    robot = using.engine.pool.get(robot_id) if robot_id is not None else None
    return robot.name if robot is not None else ""


@router.get("/stalls/policies")
async def stall_policies(using: Using) -> list[StallPolicyView]:
    """How runs are watched: all workflows, then those with a policy of their own."""
    stalls = using.engine.watch.stalls
    names = {version.workflow_id: version.definition.name for version in await using.store.workflows()}
    own = [
        stall_policy_view(names.get(workflow_id, workflow_id), policy)
        for workflow_id, policy in stalls.policies.items()
        if workflow_id != EVERY_WORKFLOW
    ]
    return [stall_policy_view("*", stalls.policy_for(EVERY_WORKFLOW)), *sorted(own, key=lambda each: each.workflow)]


@router.put("/stalls/policies/{workflow}")
async def set_stall_policy(workflow: str, request: StallPolicyRequest, using: Using, actor: Actor) -> StallPolicyView:
    """Watch the runs of a workflow, or of all (`*`), by another policy."""
    workflow_id = await _workflow(using, workflow)
    policy = StallPolicy(**request.model_dump())
    await using.engine.watch.stalls.set_policy(workflow_id, policy, actor=actor)
    return stall_policy_view(workflow, policy)


@router.delete("/stalls/policies/{workflow}")
async def remove_stall_policy(workflow: str, using: Using, actor: Actor) -> StallPolicyView:
    """Watch the runs of a workflow as those of all others; the policy that holds now."""
    workflow_id = await _workflow(using, workflow)
    return stall_policy_view(workflow, await using.engine.watch.stalls.set_policy(workflow_id, None, actor=actor))


async def _workflow(using: Parts, workflow: str) -> WorkflowId:
    return EVERY_WORKFLOW if workflow == "*" else await Looks(using.engine).workflow_named(workflow)


@router.post("/jobs/{job_id}/capture", status_code=202)
async def capture(job_id: str, request: CaptureRequest, using: Using, actor: Actor) -> None:
    """Let the robot show what a running job sees; the artifact appears with the job a moment later."""
    what = CaptureKind(request.what)
    await using.engine.watch.stalls.capture(JobId(job_id), what, trace_s=request.trace_s, actor=actor)
