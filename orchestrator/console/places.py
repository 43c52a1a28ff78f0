"""Where the palette can jump to: jobs, robots, workflows and schedules that the window knows."""

from collections.abc import Iterator
from functools import partial

from orchestrator.console.formatting import short_id
from orchestrator.console.theme.status import job_status, robot_status
from orchestrator.console.widgets.command_palette import Jump
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench

_MOST_JOBS = 500


def places(bench: Workbench) -> Iterator[Jump]:
    """Robots and workflows first, then the jobs seen last."""
    store, navigator = bench.store, bench.navigator
    for robot in store.robots.values():
        yield Jump(
            key=f"robot:{robot.robot_id}",
            title=tr("Robot {name}", name=robot.name),
            icon="bot",
            run=partial(navigator.open_robot, robot.robot_id),
            note=robot_status(robot.status).label,
        )
    for workflow in store.workflows.values():
        yield Jump(
            key=f"workflow:{workflow.workflow_id}",
            title=tr("Run {name}", name=workflow.name),
            icon="workflow",
            run=partial(navigator.workflow_wanted.emit, workflow.workflow_id),
            note=workflow.folder,
        )
    for job in list(store.jobs.values())[-_MOST_JOBS:]:
        yield Jump(
            key=f"job:{job.job_id}",
            title=tr("Job {workflow_name} {id}", workflow_name=job.workflow_name, id=short_id(job.job_id)),
            icon=job_status(job.status).icon,
            run=partial(navigator.open_job, job.job_id),
            note=job_status(job.status).label,
        )
