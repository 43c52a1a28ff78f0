"""The fleet's past as others see it."""

from collections.abc import Mapping

from orchestrator.contract.api.timeline import (
    GapView,
    LaneView,
    LoadView,
    MergedRunsView,
    MomentFailureView,
    MomentRobotView,
    MomentRunView,
    MomentView,
    MomentWaitView,
    RunView,
    StretchView,
    TimelineView,
)
from orchestrator.contract.ids import JobId
from orchestrator.domain.timeline import Gap, Lane, Run, Wait
from orchestrator.engine.timeline import Moment, Timeline


def timeline_view(found: Timeline) -> TimelineView:
    """Robots over time."""
    return TimelineView(
        since=found.since,
        until=found.until,
        now=found.now,
        bucket_s=found.bucket_s,
        lanes=tuple(_lane(lane) for lane in found.lanes),
        lanes_left_out=found.lanes_left_out,
        is_merged=found.is_merged,
        runs_left_out=found.runs_left_out,
        load=tuple(
            LoadView(
                at=each.at,
                waiting=round(each.waiting, 2),
                running=round(each.running, 2),
                most_waiting=each.most_waiting,
                most_running=each.most_running,
            )
            for each in found.load
        ),
        gaps=tuple(_gap(gap) for gap in found.gaps),
    )


def moment_view(found: Moment) -> MomentView:
    """The fleet at one instant."""
    return MomentView(
        at=found.at,
        gap=_gap(found.gap) if found.gap is not None else None,
        robots=tuple(
            MomentRobotView(
                robot_id=each.robot_id,
                name=each.name,
                slots=each.slots,
                state=each.state,
                since=each.since_at,
                note=each.note,
                running=each.running,
            )
            for each in sorted(found.robots, key=lambda each: (each.name, each.robot_id))
        ),
        running=tuple(MomentRunView(**_then(run, found)) for run in found.running),
        waiting_count=found.waiting_count,
        waiting=tuple(_wait(wait, found) for wait in found.waiting),
        failed=tuple(MomentFailureView(**_then(run, found), error=run.error or "") for run in found.failed),
    )


def _lane(lane: Lane) -> LaneView:
    return LaneView(
        robot_id=lane.robot_id,
        name=lane.name,
        slots=lane.slots,
        stretches=tuple(
            StretchView(state=each.state, since=each.since, until=each.until, note=each.note) for each in lane.stretches
        ),
        runs=tuple(
            RunView(
                job_id=run.job_id,
                attempt=run.attempt,
                workflow_name=run.workflow_name,
                started_at=run.started_at,
                ended_at=run.ended_at,
                outcome=run.outcome,
            )
            for run in lane.runs
        ),
        merged=tuple(
            MergedRunsView(starts_at=each.starts_at, runs=each.runs, failed=each.failed, busy_s=each.busy_s)
            for each in lane.merged
        ),
    )


def _gap(gap: Gap) -> GapView:
    return GapView(since=gap.since, until=gap.until, reason=gap.reason)


def _then(run: Run, found: Moment) -> dict[str, object]:
    steps = found.steps.get((run.job_id, run.attempt))
    told: Mapping[str, object] = {}
    if steps is not None:
        counted = {"steps_done": steps.done, "steps_total": steps.total} if steps.total else {}
        told = {"steps": steps.current, **counted}
    return {
        "job_id": run.job_id,
        "attempt": run.attempt,
        "workflow_name": run.workflow_name,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "outcome": run.outcome,
        "robot_id": run.robot_id,
        "robot_name": found.names.get(run.robot_id, run.robot_id),
        **told,
    }


def _wait(wait: Wait, found: Moment) -> MomentWaitView:
    return MomentWaitView(
        job_id=wait.job_id,
        workflow_name=wait.workflow_name,
        since=wait.since_at,
        until=wait.until_at,
        robot_name=found.names.get(wait.robot_id, wait.robot_id) if wait.robot_id is not None else "",
        reason=found.reasons.get(JobId(wait.job_id), ""),
    )
