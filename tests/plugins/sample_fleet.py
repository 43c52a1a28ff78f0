"""A fleet as one would meet it on a working day: 300 jobs, 4 robots, 5 schedules, 6 workflows; always the same."""

import random
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from orchestrator.contract.api.figures import (
    ActivityItem,
    DashboardView,
    MetricBucket,
    MetricsView,
    QueueSample,
    RobotUse,
)
from orchestrator.contract.api.jobs import ArtifactView, AttemptView, JobView, StepView
from orchestrator.contract.api.logs import LogLine
from orchestrator.contract.api.robots import RobotView
from orchestrator.contract.api.schedules import ScheduleFrequencyName, ScheduleRule, ScheduleView
from orchestrator.contract.api.workflows import WorkflowView
from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.results import Artifact, JobResult
from orchestrator.contract.states import JobPriority, JobStatus, RobotStatus, StepStatus

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


def dashboard(fleet: Fleet, now: datetime) -> DashboardView:
    """The ten numbers."""
    by_status: dict[str, int] = {}
    for job in fleet.jobs.values():
        by_status[job.status] = by_status.get(job.status, 0) + 1
    failed = sum(by_status.get(each, 0) for each in (S.FAILED, S.TIMEOUT, S.DEAD_LETTER))
    completed = by_status.get(S.COMPLETED, 0)
    online = sum(robot.status.is_connected for robot in fleet.robots.values())
    ended = completed + failed
    return DashboardView(
        at=now,
        total_robots=len(fleet.robots),
        online_robots=online,
        offline_robots=len(fleet.robots) - online,
        total_jobs_today=len(fleet.jobs),
        completed_jobs_today=completed,
        failed_jobs_today=failed,
        pending_jobs=by_status.get(S.PENDING, 0) + by_status.get(S.QUEUED, 0),
        running_jobs=by_status.get(S.RUNNING, 0),
        average_execution_time=62.4,
        p95_execution_time=148.0,
        success_rate=completed / ended if ended else 1.0,
        failed_24h=failed,
        by_status=by_status,
    )


def metrics(fleet: Fleet, now: datetime, window_s: float) -> MetricsView:
    """Sixty stretches that breathe like a working day."""
    rng = random.Random(int(window_s))
    bucket_s = window_s / 60
    since = now - timedelta(seconds=window_s)
    buckets = tuple(_bucket(since + timedelta(seconds=n * bucket_s), n, rng) for n in range(60))
    samples = tuple(
        QueueSample(
            at=since + timedelta(seconds=n * bucket_s),
            queued=max(0, round(9 + 8 * _wave(n, 2.5) + rng.uniform(-2, 3))),
            running=min(8, max(0, round(5 + 3 * _wave(n, 2.2) + rng.uniform(-1, 1)))),
        )
        for n in range(61)
    )
    shares = {"web-01": 0.86, "web-02": 0.64, "office-pc": 0.31, "berlin-03": 0.12}
    uses = tuple(
        RobotUse(
            robot_id=robot.robot_id,
            name=robot.name,
            busy_s=shares.get(robot.name, 0.0) * robot.slots * window_s,
            utilisation=shares.get(robot.name, 0.0),
        )
        for robot in fleet.robots.values()
    )
    return MetricsView(since=since, until=now, bucket_s=bucket_s, buckets=buckets, queue=samples, robots=uses)


def _wave(number: int, turns: float) -> float:
    place = (number / 60 * turns) % 1
    return 1 - abs(2 * place - 1) * 2


def _bucket(at: datetime, number: int, rng: random.Random) -> MetricBucket:
    if 21 <= number <= 24:
        return MetricBucket(starts_at=at, completed=0, failed=0, cancelled=0)
    completed = max(1, round(9 + 5 * _wave(number, 2.5) + rng.uniform(-2, 2)))
    failed = rng.choices([0, 1, 2, 3], [64, 24, 9, 3])[0]
    average = 58 + 14 * _wave(number, 3) + rng.uniform(-5, 5)
    return MetricBucket(
        starts_at=at,
        completed=completed,
        failed=failed,
        cancelled=rng.choices([0, 1], [9, 1])[0],
        average_execution_s=average,
        p95_execution_s=average * rng.uniform(1.9, 2.5),
    )


def steps_of(job: JobView) -> tuple[StepView, ...]:
    """The steps of a job's newest attempt, as far as it has come."""
    done = round(job.progress * len(STEPS))
    failed_at = job.error.step_id if job.error else None
    views = []
    is_past_failure = False
    for number, (step_id, name, action, needs) in enumerate(STEPS):
        status = StepStatus.COMPLETED if number < done else StepStatus.PENDING
        if number == done and job.status is S.RUNNING:
            status = StepStatus.RUNNING
        if is_past_failure and job.status.has_ended:
            status = StepStatus.SKIPPED
        if step_id == failed_at:
            status, is_past_failure = StepStatus.FAILED, True
        length = 1.4 + number * 3.7 if status in (StepStatus.COMPLETED, StepStatus.FAILED) else None
        views.append(
            StepView(
                step_id=step_id,
                name=name,
                action=action,
                status=status,
                dependencies=needs,
                attempts=2 if number == 2 and length else 1 if length else 0,
                duration_s=length,
                message=job.error.message if status is StepStatus.FAILED and job.error else "",
            )
        )
    return tuple(views)


def attempts_of(job: JobView) -> tuple[AttemptView, ...]:
    """The attempts that led to where the job is."""
    return tuple(
        AttemptView(
            attempt=number,
            robot_id=job.robot_id,
            robot_name=job.robot_name,
            claimed_at=job.created_at + timedelta(seconds=number),
            started_at=job.started_at,
            ended_at=job.finished_at,
            outcome=job.status.value
            if number == job.attempt and job.status.has_ended
            else "crashed"
            if number < job.attempt
            else None,
            error=job.error.message
            if job.error and number == job.attempt
            else "The robot was lost."
            if number < job.attempt
            else None,
        )
        for number in range(1, job.attempt + 1)
    )


def variables_of(job: JobView) -> dict[str, JsonValue]:
    """What the job was given."""
    return {
        "site": "http://127.0.0.1:8080",
        "product_keywords": ["Salesforce Agentforce", "Agentforce"],
        "max_pages": 10,
        "filters": {"budget_min": 500, "experience": "expert", "remote": True},
    }


def result_of(job: JobView) -> JobResult | None:
    """What the job gave back."""
    if not job.status.has_ended or job.started_at is None or job.finished_at is None:
        return None
    found: JsonValue = [
        {"title": "Agentforce service agent for a clinic group", "score": 94, "budget": 4_500, "url": "/jobs/4821"},
        {"title": "Salesforce AI discovery workshop", "score": 91, "budget": 1_800, "url": "/jobs/4794"},
        {"title": "Einstein bot to Agentforce migration", "score": 88, "budget": 7_200, "url": "/jobs/4713"},
    ]
    return JobResult(
        job_id=job.job_id,
        attempt=max(job.attempt, 1),
        status=job.status if job.status is not S.DEAD_LETTER else S.FAILED,
        outputs={"jobs": found, "count": 37, "duplicates_dropped": 12} if job.status is S.COMPLETED else {},
        error=job.error,
        started_at=job.started_at,
        finished_at=job.finished_at,
        execution_time_s=job.duration_s or 0.0,
    )


def artifacts_of(job: JobView) -> tuple[ArtifactView, ...]:
    """The files of the job."""
    if not job.status.has_ended or not job.attempt:
        return ()
    picture = Artifact(name="result.png", kind="screenshot", media_type="image/png", size=18_204, step_id="picture")
    table = Artifact(name="jobs.csv", kind="download", media_type="text/csv", size=5_410, step_id="rank")
    return tuple(ArtifactView(attempt=job.attempt, artifact=each) for each in (picture, table))


def logs_of(job: JobView | None, robot: str, now: datetime) -> tuple[LogLine, ...]:
    """What a run says."""
    sentences = (
        ("info", "Session pool with 3 sessions is open."),
        ("debug", "goto http://127.0.0.1:8080/jobs?q=Agentforce&page=1"),
        ("info", "Page 1 of 4: 10 jobs."),
        ("info", "Page 2 of 4: 10 jobs."),
        ("warning", "Page 3 answered 503, trying again in 1.2 s."),
        ("info", "Page 3 of 4: 10 jobs."),
        ("info", "Page 4 of 4: 7 jobs."),
        ("info", "37 jobs after dropping 12 duplicates."),
        ("debug", "extract 37 detail pages, 3 at a time"),
    )
    lines = [
        LogLine(at=now - timedelta(seconds=60 - 3 * n), level=level, message=words, robot_id=robot)
        for n, (level, words) in enumerate(sentences * 2)
    ]
    if job is not None and job.error is not None:
        lines.append(LogLine(at=now, level="error", message=job.error.message, robot_id=robot))
    return tuple(lines)


def definition_of(workflow: WorkflowView) -> dict[str, JsonValue]:
    """The content of a workflow."""
    return {
        "name": workflow.name,
        "description": workflow.description,
        "folder": workflow.folder,
        "variables": {
            "site": {"type": "string", "required": True, "description": "Address of the marketplace"},
            "product_keywords": {
                "type": "list",
                "default": ["Salesforce Agentforce", "Agentforce"],
                "description": "What a job calls the product",
            },
            "max_pages": {"type": "integer", "default": 10, "description": "Result pages read for each keyword"},
            "sort": {"type": "string", "default": "score", "choices": ["score", "newest", "budget"]},
            "dry_run": {"type": "boolean", "default": False, "description": "Look, but send nothing"},
        },
        "parallel_execution": True,
        "timeout": 900,
        "steps": [
            {"id": step_id, "name": name, "action": action, "dependencies": list(needs)}
            for step_id, name, action, needs in STEPS
        ],
    }
