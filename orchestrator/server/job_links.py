"""What a job is connected with, looked up for its detail."""

from collections.abc import Sequence

from orchestrator.contract.api.job_links import JobLinks, RunState
from orchestrator.contract.api.jobs import StepView
from orchestrator.contract.states import StepStatus
from orchestrator.contract.trace import trace_id, traceparent_of
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.domain.job import Job
from orchestrator.engine.triggers import Triggers
from orchestrator.server.trigger_views import firing_view


async def job_links(triggers: Triggers, job: Job) -> JobLinks:
    """Where the job came from, and what followed it."""
    origin = await triggers.origin(job.job_id)
    followers = await triggers.followers(job.job_id)
    return JobLinks(
        trace_id=trace_id(traceparent_of(job.job_id, job.trace_context)),
        origin=firing_view(origin, trigger_name=triggers.name_of(origin.trigger_id)) if origin is not None else None,
        followers=tuple(firing_view(each, trigger_name=triggers.name_of(each.trigger_id)) for each in followers),
    )


def run_state(job: Job, steps: Sequence[StepView], definition: WorkflowDefinition | None) -> RunState:
    """The steps of the newest attempt by what became of them."""
    return RunState(
        current_step=job.current_step,
        completed=tuple(step.step_id for step in steps if step.status is StepStatus.COMPLETED),
        failed=tuple(step.step_id for step in steps if step.status is StepStatus.FAILED),
        metadata=dict(definition.metadata) if definition is not None else {},
    )
