"""Puts the rooms of work items together: the desk, what runs do, and what is watched."""

from orchestrator.engine.bus import EventBus
from orchestrator.engine.clock import Clock
from orchestrator.engine.item_decisions import ItemDecisions
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.ports.work_items import WorkItemStore
from orchestrator.engine.sealing import Sealing
from orchestrator.engine.triggers import Triggers
from orchestrator.engine.work_item_runs import ItemRuns, Send
from orchestrator.engine.work_item_watch import ItemWatch
from orchestrator.engine.work_items import WorkItems


def work_item_rooms(
    store: WorkItemStore,
    *,
    queue: JobQueue,
    triggers: Triggers,
    bus: EventBus,
    clock: Clock,
    sealing: Sealing,
    send: Send,
) -> tuple[WorkItems, ItemRuns, ItemWatch, ItemDecisions]:
    """The rooms over one store."""
    desk = WorkItems(store, bus, clock, sealing=sealing)
    runs = ItemRuns(desk, store, queue, bus, clock, send=send)
    watch = ItemWatch(desk, store, triggers=triggers, queue=queue, bus=bus, clock=clock)
    return desk, runs, watch, ItemDecisions(desk, queue)
