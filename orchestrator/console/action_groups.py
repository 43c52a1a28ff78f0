"""Everything that the window can do, group by group, and the detail pane's buttons tied to it."""

from PySide6.QtWidgets import QWidget

from orchestrator.console.actions.editor import EditorActions
from orchestrator.console.actions.failures import FailureActions
from orchestrator.console.actions.first_steps import FirstStepActions
from orchestrator.console.actions.incidents import IncidentActions
from orchestrator.console.actions.job_course import JobCourseActions
from orchestrator.console.actions.job_views import JobViewActions
from orchestrator.console.actions.jobs import JobActions
from orchestrator.console.actions.letters import LetterActions
from orchestrator.console.actions.local_robots import LocalRobotActions
from orchestrator.console.actions.questions import QuestionActions
from orchestrator.console.actions.repairs import RepairActions
from orchestrator.console.actions.robots import RobotActions
from orchestrator.console.actions.rounds import RoundActions
from orchestrator.console.actions.schedules import ScheduleActions
from orchestrator.console.actions.search import SearchActions
from orchestrator.console.actions.watch import WatchActions
from orchestrator.console.actions.workflows import WorkflowActions
from orchestrator.console.panels.detail import DetailPane
from orchestrator.console.panels.jobs import JobsPanel
from orchestrator.console.widgets.toast import ToastStack
from orchestrator.console.workbench import Workbench


class ActionGroups:
    """The groups of one window; making them registers their commands."""

    def __init__(self, bench: Workbench, window: QWidget, jobs: JobsPanel, toasts: ToastStack) -> None:
        self.jobs = JobActions(bench, window)
        self.views = JobViewActions(bench, jobs, window)
        self.course = JobCourseActions(bench, window)
        self.failures = FailureActions(bench, window)
        self.letters = LetterActions(bench, window)
        self.repairs = RepairActions(bench, window)
        self.questions = QuestionActions(bench, window, toasts)
        self.robots = RobotActions(bench, window)
        self.local = LocalRobotActions(bench, window)
        self.first_steps = FirstStepActions(bench)
        self.incidents = IncidentActions(bench, window)
        self.rounds = RoundActions(bench, window)
        self.schedules = ScheduleActions(bench, window)
        self.search = SearchActions(bench, window)
        self.watch = WatchActions(bench, window)
        self.workflows = WorkflowActions(bench, window)
        self.editor = EditorActions(bench, window)

    def serve(self, detail: DetailPane) -> None:
        """Tie the buttons of the detail pane to what they do."""
        self.search.serve(job_line=detail.job.show_line, robot_line=detail.robot.show_line)
        self._serve_job(detail)
        self._serve_robot(detail)
        self._serve_failure(detail)

    def _serve_job(self, detail: DetailPane) -> None:
        job = detail.job
        job.cancel_button.clicked.connect(lambda: self.jobs.cancel(detail.context().ids))
        job.retry_button.clicked.connect(lambda: self.jobs.retry(detail.context().ids))
        job.again_button.clicked.connect(lambda: self.jobs.again(_one(detail)))
        job.remedy_wanted.connect(self.course.apply)
        job.checkpoint_wanted.connect(lambda each: self.course.retry_from(_one(detail), each))

    def _serve_robot(self, detail: DetailPane) -> None:
        robot = detail.robot
        robot.send_button.clicked.connect(lambda: self.robots.send_job(_one(detail)))
        robot.drain_button.clicked.connect(lambda: self.robots.drain(_one(detail)))
        robot.resume_button.clicked.connect(lambda: self.robots.resume(_one(detail)))

    def _serve_failure(self, detail: DetailPane) -> None:
        failure = detail.failure
        for button, act in (
            (failure.retry_button, self.failures.retry),
            (failure.jobs_button, self.failures.show_jobs),
            (failure.solve_button, self.failures.solve),
            (failure.reopen_button, self.failures.reopen),
        ):
            button.clicked.connect(lambda _, act=act: act(failure.group.fingerprint) if failure.group else None)


def _one(detail: DetailPane) -> str:
    return detail.context().ids[0]
