"""What needs somebody, for the dashboard: the most urgent first; each line leads to where one can do something."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from orchestrator.console.concerns import Concerns
from orchestrator.console.question_columns import workflow_of
from orchestrator.console.store import ConsoleStore
from orchestrator.console.theme.status import job_status
from orchestrator.console.theme.tokens import Tone
from orchestrator.console.widgets.feed import FeedItem
from orchestrator.console.words import tr
from orchestrator.contract.states import JobStatus, RobotStatus

_WAITING = (JobStatus.WAITING_FOR_HUMAN, JobStatus.LOST)
_OVERDUE = timedelta(minutes=2)
_NEWS_FOR = timedelta(hours=24)


def needs(store: ConsoleStore, concerns: Concerns, now: datetime) -> Iterator[FeedItem]:
    """Lost robots, jobs that wait for a person, overdue schedules, dead letters, then what keeps failing."""
    yield from _lost_robots(store)
    yield from _alerts(store, is_acknowledged=False)
    yield from _questions(store, concerns)
    yield from _waiting_jobs(store, concerns)
    yield from _overdue_schedules(store, now)
    yield from _dead_letters(concerns)
    yield from _repairs(concerns)
    yield from _failures(concerns, now)
    yield from _alerts(store, is_acknowledged=True)


def _lost_robots(store: ConsoleStore) -> Iterator[FeedItem]:
    for robot in store.robots.values():
        if robot.status is RobotStatus.LOST:
            words, target = tr("Robot {name} is lost", name=robot.name), ("robot", robot.robot_id)
            yield FeedItem(icon="unplug", tone=Tone.DANGER, text=words, at=robot.last_seen_at, target=target)


def _alerts(store: ConsoleStore, *, is_acknowledged: bool) -> Iterator[FeedItem]:
    """The worst first; a lost robot has its line already, and what somebody has seen comes last."""
    lost = {robot.robot_id for robot in store.robots.values() if robot.status is RobotStatus.LOST}
    found = [
        each
        for each in store.alerts.values()
        if each.subject not in lost and (each.acknowledged_at is not None) is is_acknowledged
    ]
    for alert in sorted(found, key=lambda each: (each.level != "critical", -each.changed_at.timestamp())):
        tone = Tone.MUTED if is_acknowledged else Tone.DANGER if alert.level == "critical" else Tone.WARNING
        target = ("alert", alert.alert_id)
        yield FeedItem(icon="bell", tone=tone, text=alert.message, at=alert.changed_at, target=target)


def _questions(store: ConsoleStore, concerns: Concerns) -> Iterator[FeedItem]:
    for question in concerns.open_questions:
        words = tr(
            "{workflow} asks: {question}", workflow=workflow_of(question, store), question=question.text.question
        )
        target = ("question", question.question_id)
        yield FeedItem(icon="hand", tone=Tone.WARNING, text=words, at=question.asked_at, target=target)


def _waiting_jobs(store: ConsoleStore, concerns: Concerns) -> Iterator[FeedItem]:
    """Those whose question stands there are not said again."""
    asking = {question.job_id for question in concerns.open_questions}
    found = [job for job in store.jobs.values() if job.status in _WAITING and job.job_id not in asking]
    for job in sorted(found, key=lambda each: each.changed_at, reverse=True):
        look, target = job_status(job.status), ("job", job.job_id)
        words = f"{job.workflow_name}: {look.label}"
        yield FeedItem(icon=look.icon, tone=look.tone, text=words, at=job.changed_at, target=target)


def _overdue_schedules(store: ConsoleStore, now: datetime) -> Iterator[FeedItem]:
    for schedule in store.schedules.values():
        due = schedule.next_run_at
        if schedule.enabled and due is not None and due < now - _OVERDUE:
            words, target = tr("Schedule {name} is overdue", name=schedule.name), ("schedules", "")
            yield FeedItem(icon="clock", tone=Tone.WARNING, text=words, at=due, target=target)


def _dead_letters(concerns: Concerns) -> Iterator[FeedItem]:
    for letter in concerns.letters.value.items if concerns.letters.value else ():
        look = job_status(letter.job.status)
        words = f"{letter.job.workflow_name}: {letter.advice}"
        target = ("job", letter.job.job_id)
        yield FeedItem(icon=look.icon, tone=look.tone, text=words, at=letter.job.changed_at, target=target)


def _repairs(concerns: Concerns) -> Iterator[FeedItem]:
    for repair in concerns.open_repairs:
        words = tr(
            "{workflow}: a repair of step {step} is proposed", workflow=repair.workflow_name, step=repair.step_id
        )
        target = ("repair", repair.repair_id)
        yield FeedItem(icon="pencil", tone=Tone.WARNING, text=words, at=repair.last_seen_at, target=target)


def _failures(concerns: Concerns, now: datetime) -> Iterator[FeedItem]:
    """What happens again and again first; what ended badly is news for a day."""
    page = concerns.failures.value
    groups = [
        each
        for each in (page.items if page else ())
        if each.state != "solved" and each.failed_now and each.last_seen_at > now - _NEWS_FOR
    ]
    for group in sorted(groups, key=lambda each: (each.failed_now, each.last_seen_at), reverse=True):
        times = f"{group.failed_now} × " if group.failed_now > 1 else ""  # noqa: RUF001 - the sign for times
        target = ("failure", group.fingerprint)
        words = f"{times}{group.sample}"
        yield FeedItem(icon="circle-x", tone=Tone.DANGER, text=words, at=group.last_seen_at, target=target)
