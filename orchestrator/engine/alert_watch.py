"""Looks at queue, robots, results, schedules and store, and tells the desk of alerts what it sees."""

from orchestrator.contract.ids import RobotId
from orchestrator.contract.states import FINAL_STATES, JobStatus, RobotStatus
from orchestrator.domain.alerts import AlertKind, FailureWindow, backlog_level, error_level
from orchestrator.domain.events import JobChanged, RobotRemoved, ScheduleMissed
from orchestrator.domain.job import Job
from orchestrator.domain.resources import Level
from orchestrator.domain.schedule import FireOutcome
from orchestrator.domain.stalls import duration
from orchestrator.engine.alerts import AlertDesk
from orchestrator.engine.bus import EventBus
from orchestrator.engine.clock import Clock, sleep
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.ports.store import Store
from orchestrator.engine.robot_pool import Berth, RobotPool

LOOK_S = 5.0
_FAILED = frozenset({JobStatus.FAILED, JobStatus.TIMEOUT, JobStatus.DEAD_LETTER})


class AlertWatch:
    """One look every few seconds, and an ear for what happens between them."""

    def __init__(
        self, alerts: AlertDesk, *, queue: JobQueue, pool: RobotPool, store: Store, bus: EventBus, clock: Clock
    ) -> None:
        self._alerts = alerts
        self._queue = queue
        self._pool = pool
        self._store = store
        self._clock = clock
        self._window = FailureWindow()
        self._window_s = alerts.rules.error_rate_window_s
        bus.subscribe(JobChanged, self._on_job, states=FINAL_STATES)
        bus.subscribe(ScheduleMissed, self._on_missed)
        bus.subscribe(RobotRemoved, lambda event: alerts.resolve(AlertKind.ROBOT_GONE, event.robot_id))

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            self.look()
            await sleep(self._clock, LOOK_S)

    def look(self) -> None:
        """Tell the desk how everything stands."""
        self._look_at_queue()
        self._look_at_results()
        self._look_at_store()
        for berth in self._pool.berths():
            self._look_at_robot(berth)
        self._alerts.tick()

    def failures(self) -> tuple[int, int]:
        """(ended, failed) jobs of the window in which the error rate is counted."""
        self._check_window()
        return self._window.counts(now_s=self._clock.monotonic(), window_s=self._window_s)

    # --- looking --------------------------------------------------------------------------------------------------

    def _look_at_queue(self) -> None:
        queued, first = len(self._queue), self._queue.peek()
        since = (first.queued_at or first.changed_at) if first is not None else self._clock.now()
        age_s = max(0.0, (self._clock.now() - since).total_seconds())
        before = self._alerts.level_of(AlertKind.BACKLOG)
        level = backlog_level(before, queued=queued, age_s=age_s, rules=self._alerts.rules)
        message = f"{queued:,} jobs wait; the one that is next has waited for {duration(age_s)}."
        self._alerts.observe(AlertKind.BACKLOG, "", level, message, details={"queued": queued, "age_s": age_s})

    def _look_at_results(self) -> None:
        ended, failed = self.failures()
        before = self._alerts.level_of(AlertKind.ERROR_RATE)
        level = error_level(before, ended=ended, failed=failed, rules=self._alerts.rules)
        message = f"{failed:,} of the {ended:,} jobs that ended in the last {duration(self._window_s)} failed."
        self._alerts.observe(AlertKind.ERROR_RATE, "", level, message, details={"ended": ended, "failed": failed})

    def _look_at_store(self) -> None:
        trouble = self._store.trouble
        level = Level.CRITICAL if trouble else Level.NORMAL
        self._alerts.observe(AlertKind.STORE, "", level, f"The store takes nothing: {trouble}")

    def _look_at_robot(self, berth: Berth) -> None:
        robot_id = berth.robot.robot_id
        if berth.session_id is not None:
            self._alerts.observe(AlertKind.ROBOT_GONE, robot_id, Level.NORMAL)
            return
        stands = self._alerts.level_of(AlertKind.ROBOT_GONE, robot_id) is not Level.NORMAL
        away_s = self._clock.monotonic() - berth.heard_s
        if stands or (berth.robot.status is RobotStatus.LOST and away_s >= self._alerts.rules.robot_gone_after_s):
            self._tell_gone(berth, robot_id)

    def _tell_gone(self, berth: Berth, robot_id: RobotId) -> None:
        held = len(berth.held)
        level = Level.CRITICAL if held else Level.WARNING
        jobs = f", and the {held} jobs that it held" if held > 1 else ", and the job that it held" if held else ""
        message = f"{berth.robot.name} went away without a goodbye{jobs}."
        self._alerts.observe(AlertKind.ROBOT_GONE, robot_id, level, message, details={"jobs": list(berth.held)})

    # --- hearing --------------------------------------------------------------------------------------------------

    def _on_job(self, event: JobChanged) -> None:
        job = event.job
        if job.finished_at is None or event.before is None or not job.status.has_ended:
            return  # the cheapest question first: this is asked for each move of each job
        self._check_window()
        self._window.note(has_failed=job.status in _FAILED, now_s=self._clock.monotonic(), window_s=self._window_s)
        if job.status is JobStatus.TIMEOUT:
            message = f"{job.workflow_name} was not done within {duration(job.timeout_s)}."
            details = {"job_id": job.job_id, "workflow_id": job.workflow_id}
            self._alerts.happened(AlertKind.JOB_TIMEOUT, job.workflow_id, Level.WARNING, message, details={**details})
        elif job.status is JobStatus.COMPLETED:
            self._alerts.resolve(AlertKind.JOB_TIMEOUT, job.workflow_id)
            self._judge(job)

    def _judge(self, job: Job) -> None:
        """A completed run: suspect, or one after which the workflow is what it was."""
        if job.suspicion is None:
            self._alerts.resolve(AlertKind.SUSPECT, job.workflow_id)
            return
        message = f"{job.workflow_name} completed, and is suspect: {job.suspicion}"
        details = {"job_id": job.job_id, "workflow_id": job.workflow_id}
        self._alerts.happened(AlertKind.SUSPECT, job.workflow_id, Level.WARNING, message, details={**details})

    def _on_missed(self, event: ScheduleMissed) -> None:
        if event.outcome is FireOutcome.OVERLAP:
            return  # its own job before it was slower: that is what the policy is for
        schedule = event.schedule
        self._alerts.happened(AlertKind.SCHEDULE_MISSED, schedule.schedule_id, Level.WARNING, event.reason)

    def _check_window(self) -> None:
        """A window of another length is another count."""
        if self._window_s != self._alerts.rules.error_rate_window_s:
            self._window.clear()
            self._window_s = self._alerts.rules.error_rate_window_s
