"""From a request to a schedule, and from a schedule to the request for its job."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import TypedDict, TypeVar

from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.api.schedules import ScheduleRequest, ScheduleRule
from orchestrator.contract.ids import JsonValue, RobotId, ScheduleId, WorkflowId, new_id
from orchestrator.contract.states import JobPriority
from orchestrator.contract.variables import MASK, check_variables
from orchestrator.domain.cron import CronError
from orchestrator.domain.schedule import MisfirePolicy, OverlapPolicy, Schedule, ScheduleFrequency
from orchestrator.domain.schedule_check import ScheduleError, validate_schedule
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.engine.clock import Clock
from orchestrator.engine.distribution import WorkflowDistributor
from orchestrator.engine.errors import InvalidRequestError
from orchestrator.engine.robot_pool import RobotPool
from orchestrator.engine.sealing import Sealing


class ScheduleDesk:
    """Reads requests for schedules, and refuses those that could never work."""

    def __init__(self, workflows: WorkflowDistributor, pool: RobotPool, clock: Clock, *, sealing: Sealing) -> None:
        self._workflows = workflows
        self._pool = pool
        self._clock = clock
        self._sealing = sealing

    async def schedule_of(self, request: ScheduleRequest, *, replaces: Schedule | None = None) -> Schedule:
        """The schedule that is asked for, with the id and history of the one that it replaces.

        Raises NotFoundError (workflow), WorkflowError (variables), InvalidRequestError (the rest, with its field).
        """
        version = await self._version(request)
        given = self._sealing.opened(version.definition, _with_kept_secrets(request.variables, replaces))
        check_variables(version.definition, given)
        variables = self._sealing.sealed(version.definition, given)
        now = self._clock.now()
        schedule = Schedule(
            schedule_id=replaces.schedule_id if replaces else ScheduleId(new_id()),
            name=request.name,
            workflow_id=version.workflow_id,
            **_rule_fields(request.rule),
            variables=variables,
            priority=request.priority or version.definition.priority,
            robot_id=self._robot(request.robot),
            version=version.number if request.version is not None else None,
            misfire_policy=_policy(MisfirePolicy, request.misfire_policy, "misfire_policy"),
            overlap_policy=_policy(OverlapPolicy, request.overlap_policy, "overlap_policy"),
            jitter_s=request.jitter_s,
            enabled=request.enabled,
            last_run_at=replaces.last_run_at if replaces else None,
            created_at=replaces.created_at if replaces else now,
            updated_at=now,
        )
        check_schedule(schedule, now)
        return schedule

    async def _version(self, request: ScheduleRequest) -> WorkflowVersion:
        """The version that the schedule's variables have to fit."""
        if request.version is None:
            return await self._workflows.newest(request.workflow)
        return await self._workflows.pinned(request.workflow, request.version)

    def _robot(self, name: str | None) -> RobotId | None:
        if name is None:
            return None
        robot = self._pool.find(name)
        if robot is None:
            raise InvalidRequestError(f"There is no robot {name!r}.", field="robot")
        return robot.robot_id


def _with_kept_secrets(given: Mapping[str, JsonValue], replaces: Schedule | None) -> dict[str, JsonValue]:
    """The variables, where a mask that comes back from a form stands for what the schedule had."""
    former = replaces.variables if replaces is not None else {}
    return {name: former.get(name, value) if value == MASK else value for name, value in given.items()}


def rule_schedule(rule: ScheduleRule, now: datetime) -> Schedule:
    """A schedule that is only its rule, for a preview. Raises InvalidRequestError with the wrong field."""
    schedule = Schedule(
        schedule_id=ScheduleId("preview"),
        name="preview",
        workflow_id=WorkflowId("preview"),
        **_rule_fields(rule),
        created_at=now,
        updated_at=now,
    )
    check_schedule(schedule, None)
    return schedule


def check_schedule(schedule: Schedule, now: datetime | None) -> None:
    """InvalidRequestError when the schedule is wrong or, with `now`, never runs."""
    try:
        validate_schedule(schedule, now if schedule.enabled else None)
    except ScheduleError as error:
        raise InvalidRequestError(str(error), field=error.field) from error
    except CronError as error:
        raise InvalidRequestError(str(error), field="cron_expression") from error


def job_request(schedule: Schedule) -> SubmitRequest:
    """What a fire of the schedule submits."""
    return SubmitRequest(
        workflow=schedule.workflow_id,
        variables=dict(schedule.variables),
        priority=JobPriority(schedule.priority),
        robot=schedule.robot_id,
        version=schedule.version,
        submitted_by=f"schedule {schedule.name}"[:200],
    )


class _RuleFields(TypedDict):
    frequency: ScheduleFrequency
    cron_expression: str | None
    timezone: str
    run_at: datetime | None
    time_of_day: time | None
    weekdays: frozenset[int]
    day_of_month: int | None
    starts_at: datetime | None
    ends_at: datetime | None


def _rule_fields(rule: ScheduleRule) -> _RuleFields:
    return _RuleFields(
        frequency=ScheduleFrequency(rule.frequency.value),
        cron_expression=rule.cron_expression,
        timezone=rule.timezone,
        run_at=rule.run_at,
        time_of_day=rule.time_of_day,
        weekdays=frozenset(rule.weekdays),
        day_of_month=rule.day_of_month,
        starts_at=rule.starts_at,
        ends_at=rule.ends_at,
    )


P = TypeVar("P", MisfirePolicy, OverlapPolicy)


def _policy(kind: type[P], word: str, field: str) -> P:
    try:
        return kind(word.strip().lower())
    except ValueError:
        known = ", ".join(each.value for each in kind)
        raise InvalidRequestError(f"{word!r} is no {field}; known: {known}.", field=field) from None
