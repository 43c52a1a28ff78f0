"""A fleet as one would meet it on a working day: 300 jobs, 4 robots, 5 schedules, 6 workflows; always the same."""

import random
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from orchestrator.contract.api.figures import ActivityItem
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.api.robots import RobotView
from orchestrator.contract.api.schedules import ScheduleFrequencyName, ScheduleRule, ScheduleView
from orchestrator.contract.api.workflows import WorkflowView
from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.states import JobPriority, JobStatus, RobotStatus

S = JobStatus

STEPS = (
    ("sessions", "Open the session pool", "create_session_pool", ()),
    ("search_product", "Search for the product", "search_jobs", ("sessions",)),
    ("search_field", "Search for the field", "search_jobs", ("sessions",)),
    ("search_related", "Search for related words", "search_jobs", ("sessions",)),
    ("merge", "Merge and drop duplicates", "deduplicate", ("search_product", "search_field", "search_related")),
    ("details", "Read each job's page", "extract_details", ("merge",)),
    ("rank", "Best score first", "sort", ("details",)),
    ("picture", "Keep a picture of the result", "screenshot", ("details",)),
)

WORKFLOWS = (
    ("wf-discovery", "Job Discovery", "Marketplace", "Searches with several keyword strategies, best score first."),
    ("wf-proposal", "Proposal Submission", "Marketplace", "Fills and sends proposals in batches, then verifies them."),
    ("wf-profile", "Profile Management", "Marketplace", "Keeps availability, skills and portfolio up to date."),
    ("wf-invoices", "Invoice Download", "Finance", "Fetches the month's invoices from the supplier portals."),
    ("wf-prices", "Competitor Prices", "Research", "Reads prices from eleven shops and compares them."),
    ("wf-health", "Portal Health Check", "", "Logs in to each portal and says which one does not answer."),
)

ERRORS = (
    ErrorInfo(
        kind=ErrorKind.TARGET_NOT_FOUND,
        message="No element matches the button “Send proposal” on /jobs/4821/apply after 30 s.",
        step_id="details",
        hint="Look at the screenshot: the page may have changed. Give the step another locator, then retry.",
        call_log=("waiting for get_by_role('button', name='Send proposal')", "0 elements", "timeout 30000 ms"),
    ),
    ErrorInfo(
        kind=ErrorKind.NETWORK,
        message="The page https://portal.example/login did not answer: connection reset.",
        step_id="sessions",
        hint="The site may be down. Retry in a few minutes.",
    ),
    ErrorInfo(
        kind=ErrorKind.ASSERTION_FAILED,
        message="Expected 12 invoices, found 11.",
        step_id="merge",
        hint="Compare the downloads with the portal's list.",
    ),
)


@dataclass
class Fleet:
    """Everything that an orchestrator would know, to be changed by a scripted engine."""

    now: datetime
    jobs: dict[str, JobView] = field(default_factory=dict)
    robots: dict[str, RobotView] = field(default_factory=dict)
    schedules: dict[str, ScheduleView] = field(default_factory=dict)
    workflows: dict[str, WorkflowView] = field(default_factory=dict)
    activity: list[ActivityItem] = field(default_factory=list)
    rng: random.Random = field(default_factory=lambda: random.Random(7))


def sample_fleet(now: datetime) -> Fleet:
    """The fleet at this moment."""
    fleet = Fleet(now)
    _add_workflows(fleet)
    _add_robots(fleet)
    _add_schedules(fleet)
    for number in range(300):
        _add_job(fleet, number)
    _give_work(fleet)
    _add_activity(fleet)
    return fleet


def _add_workflows(fleet: Fleet) -> None:
    for number, (workflow_id, name, folder, words) in enumerate(WORKFLOWS):
        fleet.workflows[workflow_id] = WorkflowView(
            workflow_id=workflow_id,
            name=name,
            description=words,
            folder=folder,
            tags=(folder.lower(),) if folder else (),
            workflow_hash=f"{number:02d}c41f7e09b2",
            number=number % 3 + 1,
            steps=len(STEPS),
            created_at=fleet.now - timedelta(days=9, hours=number),
        )


def _add_robots(fleet: Fleet) -> None:
    rows = (
        ("web-01", RobotStatus.BUSY, 3, 3, 61.0, 48.0, 4),
        ("web-02", RobotStatus.ONLINE, 3, 2, 37.0, 41.0, 6),
        ("office-pc", RobotStatus.DRAINING, 2, 1, 12.0, 63.0, 2),
        ("berlin-03", RobotStatus.LOST, 2, 0, None, None, 410),
    )
    for name, status, slots, busy, cpu, memory, seen in rows:
        robot_id = f"rb-{name}"
        fleet.robots[robot_id] = RobotView(
            robot_id=robot_id,
            name=name,
            status=status,
            slots=slots,
            slots_busy=busy,
            tags=("marketplace", "eu") if name.startswith("web") else ("finance",),
            capabilities=("chromium", "downloads"),
            browser="Chromium 141.0",
            host=f"{name}.lan",
            platform="Linux x86_64",
            software_version="0.1.0",
            draining=status is RobotStatus.DRAINING,
            last_seen_at=fleet.now - timedelta(seconds=seen),
            registered_at=fleet.now - timedelta(days=21),
            cpu_percent=cpu,
            memory_percent=memory,
            process_memory_bytes=412_000_000 if cpu is not None else None,
        )


def _add_schedules(fleet: Fleet) -> None:
    daily, weekly, cron = ScheduleFrequencyName.DAILY, ScheduleFrequencyName.WEEKLY, ScheduleFrequencyName.CRON
    berlin = "Europe/Berlin"
    rows: tuple[tuple[str, str, ScheduleRule, str, float, bool], ...] = (
        (
            "Morning discovery",
            "wf-discovery",
            ScheduleRule(cron_expression="0 9 * * 1-5", timezone=berlin),
            "At 09:00, Monday to Friday",
            19.0,
            True,
        ),
        (
            "Prices at noon",
            "wf-prices",
            ScheduleRule(frequency=daily, time_of_day=time(12, 0), timezone=berlin),
            "Every day at 12:00",
            22.0,
            True,
        ),
        (
            "Invoices of the week",
            "wf-invoices",
            ScheduleRule(frequency=weekly, time_of_day=time(7, 30), weekdays=(1,), timezone=berlin),
            "Every Monday at 07:30",
            41.5,
            True,
        ),
        (
            "Portal check",
            "wf-health",
            ScheduleRule(frequency=cron, cron_expression="*/15 * * * *", timezone="UTC"),
            "Every 15 minutes",
            0.2,
            True,
        ),
        (
            "Profile refresh",
            "wf-profile",
            ScheduleRule(frequency=ScheduleFrequencyName.MONTHLY, day_of_month=1, time_of_day=time(6, 0)),
            "On day 1 of every month at 06:00",
            0.0,
            False,
        ),
    )
    for number, (name, workflow, rule, words, hours, enabled) in enumerate(rows):
        schedule_id = f"sc-{number}"
        fleet.schedules[schedule_id] = ScheduleView(
            schedule_id=schedule_id,
            name=name,
            workflow_id=workflow,
            workflow_name=fleet.workflows[workflow].name,
            rule=rule,
            words=words,
            enabled=enabled,
            next_run_at=fleet.now + timedelta(hours=hours) if enabled else None,
            last_run_at=fleet.now - timedelta(hours=hours / 2 + 1),
            created_at=fleet.now - timedelta(days=12),
        )


def _status_of(number: int, rng: random.Random) -> JobStatus:
    if number < 6:
        return S.RUNNING
    if number < 18:
        return S.QUEUED
    if number < 20:
        return S.PENDING
    if number == 20:
        return S.WAITING_FOR_HUMAN
    return rng.choices([S.COMPLETED, S.FAILED, S.TIMEOUT, S.CANCELLED, S.DEAD_LETTER], [86, 7, 2, 4, 1])[0]


def _add_job(fleet: Fleet, number: int) -> None:
    rng, now = fleet.rng, fleet.now
    status = _status_of(number, rng)
    workflow = rng.choices(list(fleet.workflows.values()), [40, 18, 6, 10, 14, 30])[0]
    age_s = 20 + number * 17 if number < 21 else 400 + (number - 20) * 290 + rng.uniform(0, 200)
    created = now - timedelta(seconds=age_s)
    started = created + timedelta(seconds=rng.uniform(0.2, 8)) if status not in (S.QUEUED, S.PENDING) else None
    length = min(rng.lognormvariate(4.0, 0.6), age_s * 0.9)
    finished = started + timedelta(seconds=length) if started and status.has_ended else None
    robot = rng.choice([r for r in fleet.robots.values() if r.status.is_connected]) if started else None
    step = rng.randrange(2, 7)
    job_id = f"0196f0{number:02x}-{rng.randrange(16**4):04x}-7{rng.randrange(16**3):03x}-9{rng.randrange(16**3):03x}"
    job_id += f"-{rng.randrange(16**12):012x}"
    failed = status in (S.FAILED, S.TIMEOUT, S.DEAD_LETTER)
    fleet.jobs[job_id] = JobView(
        job_id=job_id,
        workflow_id=workflow.workflow_id,
        workflow_name=workflow.name,
        workflow_hash=workflow.workflow_hash,
        status=status,
        priority=rng.choices(list(JobPriority), [10, 70, 15, 5])[0],
        robot_id=robot.robot_id if robot else None,
        robot_name=robot.name if robot else "",
        attempt=0 if robot is None else rng.choices([1, 2, 3], [88, 9, 3])[0],
        progress=1.0 if status is S.COMPLETED else step / 8 if started else 0.0,
        current_step=STEPS[step][1] if started and not status.has_ended else "",
        created_at=created,
        changed_at=finished or started or created,
        started_at=started,
        finished_at=finished,
        duration_s=length if finished else (now - started).total_seconds() if started else None,
        error=_error(status, rng) if failed else None,
        schedule_id="sc-0" if workflow.workflow_id == "wf-discovery" and number % 3 == 0 else None,
        waiting=_waiting(status, number),
        version=1,
    )


def _error(status: JobStatus, rng: random.Random) -> ErrorInfo:
    if status is S.TIMEOUT:
        return ErrorInfo(
            kind=ErrorKind.TIMEOUT,
            message="The job ran longer than its limit of 15 min.",
            hint="Raise the workflow's timeout, or look which step takes the time.",
        )
    return rng.choice(ERRORS)


def _waiting(status: JobStatus, number: int) -> str:
    if status is S.PENDING:
        return "Waits for its time: due in 4 min."
    if status is S.QUEUED:
        return "All slots are taken." if number % 3 else "No robot has the tag finance-eu."
    return ""


def _give_work(fleet: Fleet) -> None:
    for robot_id, robot in fleet.robots.items():
        running = [job.job_id for job in fleet.jobs.values() if job.robot_id == robot_id and job.status is S.RUNNING]
        fleet.robots[robot_id] = robot.model_copy(update={"current_jobs": tuple(running[: robot.slots])})


def _add_activity(fleet: Fleet) -> None:
    ended = sorted((j for j in fleet.jobs.values() if j.finished_at), key=lambda j: j.finished_at or fleet.now)
    for job in ended[-40:]:
        assert job.finished_at is not None
        words = {S.COMPLETED: "completed", S.FAILED: "failed", S.TIMEOUT: "timed out", S.CANCELLED: "was cancelled"}
        note(
            fleet,
            f"job.{job.status}",
            f"{job.workflow_name} {words.get(job.status, 'was given up')} on {job.robot_name}.",
            job_id=job.job_id,
            at=job.finished_at,
        )
    note(fleet, "robot.lost", "Robot berlin-03 is lost.", robot_id="rb-berlin-03", at=fleet.now - timedelta(minutes=7))
    note(
        fleet, "robot.draining", "Robot office-pc drains.", robot_id="rb-office-pc", at=fleet.now - timedelta(minutes=2)
    )


def note(
    fleet: Fleet, kind: str, message: str, *, job_id: str | None = None, robot_id: str | None = None, at: datetime
) -> ActivityItem:
    """Remember that something happened."""
    item = ActivityItem(
        number=len(fleet.activity) + 1, at=at, kind=kind, message=message, job_id=job_id, robot_id=robot_id
    )
    fleet.activity.append(item)
    return item
