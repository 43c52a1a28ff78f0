"""Triggers: kept, listed, paused, and fired through the store, which takes each (trigger, occurrence) once."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.errors import UserError
from orchestrator.contract.expressions import ExpressionError
from orchestrator.contract.ids import JobId, JsonValue
from orchestrator.contract.variables import MASK, check_variables
from orchestrator.domain.job import Job
from orchestrator.domain.triggers import (
    FiringOutcome,
    FollowUpAction,
    Occurrence,
    Trigger,
    TriggerId,
    WorkflowEnd,
    asked_for,
    job_key,
)
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock
from orchestrator.engine.distribution import WorkflowDistributor
from orchestrator.engine.errors import ConflictError, NotFoundError, OrchestratorError, StorageError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.live_settings import LiveSettings
from orchestrator.engine.middleware import Accepted, SubmissionPipeline
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.triggers import Firing, TriggerStore
from orchestrator.engine.submission import Submission, SubmissionDesk

logger = logging.getLogger(__name__)


class Triggers:
    """Everything that starts jobs besides people and the clock."""

    def __init__(
        self,
        *,
        store: TriggerStore,
        queue: JobQueue,
        workflows: WorkflowDistributor,
        submissions: SubmissionDesk,
        pipeline: SubmissionPipeline,
        bus: EventBus,
        clock: Clock,
        live: LiveSettings,
    ) -> None:
        self._store = store
        self._queue = queue
        self._workflows = workflows
        self._submissions = submissions
        self._pipeline = pipeline
        self._bus = bus
        self._clock = clock
        self._live = live
        self._triggers: dict[TriggerId, Trigger] = {}
        self._listeners: list[Callable[[], None]] = []
        self.troubles: dict[TriggerId, str] = {}
        """Why a trigger cannot work at the moment."""

    async def load(self) -> None:
        """Read the triggers."""
        self._triggers = {trigger.trigger_id: trigger for trigger in await self._store.every()}

    def listen(self, listener: Callable[[], None]) -> None:
        """Call after each change of the list."""
        self._listeners.append(listener)

    # --- asking ---------------------------------------------------------------------------------------------------

    @property
    def are_on(self) -> bool:
        """False while the feature is switched off."""
        return self._live.values.triggers

    def triggers(self) -> tuple[Trigger, ...]:
        """Every trigger, by name."""
        return tuple(sorted(self._triggers.values(), key=lambda trigger: trigger.name))

    def named(self, wanted: str) -> Trigger:
        """The trigger with this id or, failing that, this name. Raises NotFoundError."""
        known = self._triggers.get(TriggerId(wanted))
        found = known or next((each for each in self._triggers.values() if each.name == wanted), None)
        if found is None:
            raise NotFoundError("trigger", wanted)
        return found

    def name_of(self, trigger_id: TriggerId) -> str:
        """What people call it; the id of one that is gone, or of a follow-up of a definition."""
        known = self._triggers.get(trigger_id)
        return known.name if known is not None else trigger_id

    def awaiting(self, job: Job, *, ended_at: datetime | None = None) -> Sequence[Trigger]:
        """Those that wait for such an end; with `ended_at` only those that were watching then."""
        return [
            trigger
            for trigger in self._triggers.values()
            if trigger.enabled
            and isinstance(trigger.source, WorkflowEnd)
            and trigger.source.concerns(job)
            and (ended_at is None or trigger.active_since <= ended_at)
        ]

    async def firings(self, trigger_id: TriggerId, *, limit: int = 100) -> Sequence[Firing]:
        """What a trigger did, newest first."""
        return await self._store.firings(trigger_id, limit=limit)

    async def origin(self, job_id: JobId) -> Firing | None:
        """What made the job; None for one that a person or a schedule asked for."""
        return await self._store.origin(job_id)

    async def followers(self, job_id: JobId) -> Sequence[Firing]:
        """What the job's ends set off."""
        return await self._store.followers(job_id)

    # --- changing -------------------------------------------------------------------------------------------------

    async def add(self, trigger: Trigger, *, present: Sequence[Firing] = (), actor: str = "engine") -> Trigger:
        """Keep a valid trigger; `present` shall never fire. Raises ConflictError for a name that is taken."""
        if present:
            await self._store.note_present(present)
        return await self._save(trigger, "trigger.added", "was added", actor)

    async def pause(self, trigger_id: TriggerId, *, actor: str = "engine") -> Trigger:
        """Nothing fires until it is resumed."""
        paused = replace(self.named(trigger_id), enabled=False, updated_at=self._clock.now())
        return await self._save(paused, "trigger.paused", "was paused", actor)

    async def resume(self, trigger_id: TriggerId, *, actor: str = "engine") -> Trigger:
        """Fire again; ends of jobs and calls that came meanwhile are not made up for, files that lie there are."""
        now = self._clock.now()
        resumed = replace(self.named(trigger_id), enabled=True, updated_at=now, active_since=now)
        return await self._save(resumed, "trigger.resumed", "watches again", actor)

    async def remove(self, trigger_id: TriggerId, *, actor: str = "engine") -> None:
        """Forget a trigger; its jobs stay. Raises NotFoundError."""
        trigger = self.named(trigger_id)
        entry = self._audit("trigger.removed", f"Trigger {trigger.name} was removed.", actor=actor)
        await self._store.remove(trigger.trigger_id, entry)
        self._triggers.pop(trigger.trigger_id, None)
        self._changed(entry)

    async def _save(self, trigger: Trigger, kind: str, words: str, actor: str) -> Trigger:
        entry = self._audit(kind, f"Trigger {trigger.name} {words}.", actor=actor)
        await self._store.save(trigger, entry)
        self._triggers[trigger.trigger_id] = trigger
        self._changed(entry)
        return trigger

    # --- firing ---------------------------------------------------------------------------------------------------

    async def fire(self, follow_up: FollowUpAction, occurrence: Occurrence) -> Firing:
        """Answer an occurrence; the first answer again when it was answered before. Raises StorageError alone.

        A false condition leaves a record only where the occurrence would otherwise be looked at again and again.
        """
        origin = await self._store.origin(occurrence.source_job_id) if occurrence.source_job_id else None
        firing = Firing(
            trigger_id=follow_up.trigger_id,
            event_key=occurrence.key,
            at=self._clock.now(),
            outcome=FiringOutcome.FIRED,
            source_job_id=occurrence.source_job_id,
            depth=origin.depth + 1 if origin is not None else 1,
        )
        try:
            self._check_depth(firing.depth)
            variables = asked_for(follow_up.action, occurrence.names)
            if variables is None:
                return await self._skip(follow_up, firing, occurrence)
            return await self._submit(follow_up, firing, occurrence, variables)
        except StorageError:
            raise
        except UnicodeEncodeError:  # half a character, as in names of files that are not UTF-8: no store can keep it
            return await self._refuse(follow_up, firing, occurrence, "a text for it cannot be written as UTF-8.")
        except (OrchestratorError, UserError, ExpressionError) as error:
            return await self._refuse(follow_up, firing, occurrence, str(error))

    async def rehearse(self, follow_up: FollowUpAction, occurrence: Occurrence) -> dict[str, JsonValue] | None:
        """The variables that the job would get, secrets masked; None when nothing would start.

        Raises what would be refused.
        """
        variables = asked_for(follow_up.action, occurrence.names)
        if variables is None:
            return None
        version = await self._workflows.newest(follow_up.action.workflow)
        values = check_variables(version.definition, self._submissions.opened(version.definition, variables))
        declared = version.definition.variables
        return {name: MASK if declared[name].secret and value else value for name, value in values.items()}

    async def _submit(
        self, follow_up: FollowUpAction, firing: Firing, occurrence: Occurrence, variables: dict[str, JsonValue]
    ) -> Firing:
        action = follow_up.action
        request = SubmitRequest(
            workflow=action.workflow,
            variables=variables,
            priority=action.priority,
            robot=action.robot_id,
            submitted_by=f"trigger {follow_up.name}"[:200],
        )
        work = await self._submissions.prepare(
            request,
            idempotency_key=job_key(follow_up.trigger_id, occurrence),
            actor=request.submitted_by,
            traceparent=occurrence.traceparent,
        )
        answer: list[Firing] = []

        async def store(last: Submission) -> Accepted:
            words = f"{occurrence.words}: trigger {follow_up.name} started {last.job.workflow_name}."
            entry = self._audit("trigger.fired", words, job_id=last.job.job_id)
            noted, kept = await self._store.fire(firing, last.job, key=last.idempotency_key, audit=entry)
            answer.append(noted)
            if kept is None:
                return last.job, False
            self._queue.accepted(kept, entry)
            return kept, True

        await self._pipeline.run(work, store)
        if not answer:
            raise ConflictError("a middleware answered the submission itself")
        return answer[0]

    async def _skip(self, follow_up: FollowUpAction, firing: Firing, occurrence: Occurrence) -> Firing:
        skipped = replace(firing, outcome=FiringOutcome.SKIPPED, note="The condition was false.")
        if not occurrence.lasts:
            return skipped
        words = f"{occurrence.words}: the condition of trigger {follow_up.name} was false."
        noted, _ = await self._store.fire(skipped, None, key=None, audit=self._audit("trigger.skipped", words))
        return noted

    async def _refuse(self, follow_up: FollowUpAction, firing: Firing, occurrence: Occurrence, why: str) -> Firing:
        wanted = follow_up.action.workflow_name or follow_up.action.workflow
        words = f"{occurrence.words}: trigger {follow_up.name} could not start {wanted}: {why}"
        logger.warning("%s", words)
        entry = self._audit("trigger.refused", words, job_id=firing.source_job_id)
        refused = replace(firing, outcome=FiringOutcome.REFUSED, note=why)
        noted, _ = await self._store.fire(refused, None, key=None, audit=entry)
        self._bus.publish(AuditAdded(entry=entry))
        return noted

    def _check_depth(self, depth: int) -> None:
        limit = self._live.values.max_chain_depth
        if depth > limit:
            raise ConflictError(
                f"{limit} jobs have followed one another by triggers already, which looks like a loop; raise the "
                "setting max_chain_depth if the chain is meant to be longer."
            )

    # --- inside ---------------------------------------------------------------------------------------------------

    def _changed(self, entry: AuditEntry) -> None:
        self._bus.publish(AuditAdded(entry=entry))
        for listener in self._listeners:
            listener()

    def _audit(self, kind: str, message: str, *, actor: str = "triggers", job_id: JobId | None = None) -> AuditEntry:
        return AuditEntry(at=self._clock.now(), kind=kind, message=message, actor=actor, job_id=job_id)
