"""Triggers as the API shows them."""

from orchestrator.contract.api.triggers import FiringView, TriggerKind, TriggerView
from orchestrator.contract.variables import MASK
from orchestrator.domain.triggers import FileAppears, ItemsArrive, Source, Trigger, Webhook, WorkflowEnd
from orchestrator.engine.ports.triggers import Firing
from orchestrator.engine.sealing import is_sealed


def trigger_view(trigger: Trigger, *, trouble: str = "") -> TriggerView:
    """A trigger in a table."""
    source, action = trigger.source, trigger.action
    return TriggerView(
        trigger_id=trigger.trigger_id,
        name=trigger.name,
        on=TriggerKind(source.kind),
        words=words_of(source),
        workflow=action.workflow_name or action.workflow,
        variables={name: MASK if is_sealed(value) else value for name, value in action.variables.items()},
        when=action.condition,
        priority=action.priority,
        robot_id=action.robot_id,
        enabled=trigger.enabled,
        after=tuple(sorted(source.workflow_ids)) if isinstance(source, WorkflowEnd) else (),
        statuses=tuple(sorted(source.statuses)) if isinstance(source, WorkflowEnd) else (),
        folder=source.folder if isinstance(source, FileAppears) else "",
        pattern=source.pattern if isinstance(source, FileAppears) else "",
        settle_s=source.settle_s if isinstance(source, FileAppears) else 0.0,
        per_minute=source.per_minute if isinstance(source, Webhook) else 0,
        queue=source.queue_name if isinstance(source, ItemsArrive) else "",
        min_items=source.min_items if isinstance(source, ItemsArrive) else 0,
        max_jobs=source.max_jobs if isinstance(source, ItemsArrive) else 0,
        trouble=trouble,
        created_at=trigger.created_at,
    )


def firing_view(firing: Firing, *, trigger_name: str = "") -> FiringView:
    """What a trigger did."""
    return FiringView(
        trigger_id=firing.trigger_id,
        trigger_name=trigger_name,
        at=firing.at,
        outcome=firing.outcome.value,
        job_id=firing.job_id,
        source_job_id=firing.source_job_id,
        depth=firing.depth,
        note=firing.note,
    )


def words_of(source: Source) -> str:
    """What a trigger waits for, in one line."""
    match source:
        case WorkflowEnd():
            which = f"one of {len(source.workflow_ids)} workflows" if source.workflow_ids else "any workflow"
            ends = " or ".join(sorted(status.value for status in source.statuses))
            return f"a job of {'the workflow' if len(source.workflow_ids) == 1 else which} ends as {ends}"
        case FileAppears():
            return f"a file {source.pattern} appears in {source.folder}"
        case Webhook():
            return f"its address is called, at most {source.per_minute} times a minute"
        case ItemsArrive():
            items = "an item waits" if source.min_items == 1 else f"{source.min_items} items wait"
            jobs = "one job" if source.max_jobs == 1 else f"{source.max_jobs} jobs"
            return f"{items} in {source.queue_name}, for at most {jobs} at once"
