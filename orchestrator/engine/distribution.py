"""Workflows and their versions: checked before they are stored, looked up by what a job is pinned to."""

import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from orchestrator.contract.actions.catalogue import find_action
from orchestrator.contract.errors import Problem, WorkflowError
from orchestrator.contract.ids import JsonValue, WorkflowHash, WorkflowId, new_id
from orchestrator.contract.names import control_character
from orchestrator.contract.sub_workflows import all_steps, is_safe
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.contract.workflow_check import check, resolve
from orchestrator.contract.workflow_source import LoadedWorkflow, load_workflow
from orchestrator.domain.events import WorkflowChanged, WorkflowRemoved
from orchestrator.domain.job import Job
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock
from orchestrator.engine.errors import ConflictError, InvalidRequestError, NotFoundError
from orchestrator.engine.linking import Around, Linker, changes_of
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.workflows import WorkflowStore

VERSIONS_KEPT = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """What a look at a definition found."""

    problems: tuple[Problem, ...] = ()
    definition: WorkflowDefinition | None = None
    """Resolved, when nothing is wrong."""


AlsoAsks = Callable[[WorkflowDefinition], Awaitable[Sequence[Problem]]]


class WorkflowDistributor:
    """Stores versions of workflows and hands them out to jobs."""

    def __init__(self, store: WorkflowStore, bus: EventBus, clock: Clock) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._kept: OrderedDict[tuple[WorkflowId, WorkflowHash], WorkflowVersion] = OrderedDict()
        self._newest: dict[str, WorkflowVersion] = {}
        """By the id or the name that was asked for."""
        self._changes = 0
        self._complete: set[WorkflowHash] = set()
        """Newest versions that run what is newest, as far as is known."""
        self.also_asks: AlsoAsks | None = None
        """Finds what is wrong with a definition here and now, such as a login that it may not use."""
        self._linker = Linker(self.newest, self.pinned, self._names)

    def validate(self, source: JsonValue | WorkflowDefinition) -> Validation:
        """Read and check a definition: an object, a YAML or JSON text, or one that was read before."""
        try:
            definition, loaded = _read(source)
        except WorkflowError as error:
            return Validation(problems=error.problems)
        return _validation(definition, loaded)

    async def save(
        self,
        source: JsonValue | WorkflowDefinition,
        *,
        workflow_id: WorkflowId | None = None,
        actor: str = "engine",
        note: str = "",
    ) -> WorkflowVersion:
        """Store a definition as the newest version of its workflow; WorkflowError with everything that is wrong.

        Without an id the workflow is found by its name. The content of the newest version is not stored again.
        """
        validation = await self.inspect(source, workflow_id=workflow_id)
        if validation.definition is None:
            raise WorkflowError(validation.problems)
        return await self._keep(validation.definition, workflow_id, actor, note, _written(source))

    async def inspect(
        self, source: JsonValue | WorkflowDefinition, *, workflow_id: WorkflowId | None = None
    ) -> Validation:
        """`validate`, with what its steps run of saved workflows put into the definition."""
        try:
            definition, loaded = _read(source)
        except WorkflowError as error:
            return Validation(problems=error.problems)
        around = Around(name=definition.name, workflow_id=workflow_id or definition.id)
        complete, missing = await self._linker.linked(definition, (around,))
        if self.also_asks is not None:
            missing = [*missing, *await self.also_asks(complete)]
        return _validation(complete, loaded if isinstance(source, str) else None, missing)

    async def _names(self) -> list[str]:
        return [each.definition.name for each in await self._store.workflows()]

    async def current(self, workflow: str) -> WorkflowVersion:
        """The newest version of a workflow (id or name), and with it what its steps run: when a newer version of that
        is there, it becomes a new version of the caller. This is what a job is made of.

        NotFoundError, and WorkflowError when the call does not fit what it calls any more.
        """
        version = await self.newest(workflow)
        if not version.definition.linked or version.workflow_hash in self._complete:
            return version
        changes, definition = self._changes, version.definition
        around = Around(name=definition.name, workflow_id=version.workflow_id)
        complete, _ = await self._linker.linked(definition, (around,))  # what is gone stays as it was
        if complete.content_hash != version.workflow_hash:
            found = _validation(complete, None)
            if found.definition is None:
                raise WorkflowError(found.problems)
            note = changes_of(definition, complete)
            version = await self._keep(found.definition, version.workflow_id, "engine", note, version.source)
            changes = self._changes
        if changes == self._changes:
            self._complete.add(version.workflow_hash)
        return version

    async def pinned(self, workflow: str, wanted: int | str) -> WorkflowVersion:
        """The version of a workflow (id or name) with this number, or with this hash or its beginning.

        NotFoundError when there is no such workflow or version, InvalidRequestError when several fit.
        """
        newest = await self.newest(workflow)
        found = [each for each in await self._store.versions(newest.workflow_id) if _is_meant(each, str(wanted))]
        if not found:
            raise NotFoundError(f"version of {newest.definition.name!r} called", str(wanted))
        if len({each.workflow_hash for each in found}) > 1:
            raise InvalidRequestError(
                f"{len(found)} versions of {newest.definition.name!r} begin with {wanted!r}: give more of the hash.",
                field="version",
            )
        return self._remember(found[0])

    async def roll_back(self, workflow: str, wanted: int | str, *, actor: str, note: str = "") -> WorkflowVersion:
        """Make an old version the newest again, as a new version with a note; jobs that run keep theirs.

        NotFoundError, and ConflictError when it is the newest already.
        """
        newest, old = await self.newest(workflow), await self.pinned(workflow, wanted)
        if old.workflow_hash == newest.workflow_hash:
            raise ConflictError(f"Version {old.number} of {newest.definition.name!r} is what runs already.")
        words = f"Rolled back to version {old.number}"
        said = f"{words}: {note}" if note else f"{words}."
        return await self._keep(old.definition, newest.workflow_id, actor, said, old.source)

    async def newest(self, workflow: str) -> WorkflowVersion:
        """The newest version of the workflow with this id or name; NotFoundError without one.

        From memory, until a workflow is saved or removed: jobs are submitted more often than workflows change.
        """
        known = self._newest.get(workflow)
        if known is not None:
            return known
        changes = self._changes
        version = await self._store.newest(workflow)
        if version is None:
            raise NotFoundError("workflow", workflow)
        if changes == self._changes:  # nothing was saved while we looked
            if len(self._newest) >= VERSIONS_KEPT:
                self._newest.clear()
            self._newest[workflow] = version
        return self._remember(version)

    def _forget_newest(self) -> None:
        self._changes += 1
        self._complete.clear()
        self._newest.clear()

    async def version_of(self, job: Job) -> WorkflowVersion | None:
        """The version that a job is pinned to."""
        return await self.version(job.workflow_id, job.workflow_hash)

    async def version(self, workflow_id: WorkflowId, workflow_hash: WorkflowHash) -> WorkflowVersion | None:
        """One version, from memory when it was used lately."""
        known = self._kept.get((workflow_id, workflow_hash))
        if known is not None:
            self._kept.move_to_end((workflow_id, workflow_hash))
            return known
        found = await self._store.version(workflow_id, workflow_hash)
        return self._remember(found) if found is not None else None

    async def remove(self, workflow_id: WorkflowId, *, actor: str = "engine") -> None:
        """Take a workflow out of the lists; jobs keep their versions. NotFoundError when there is none."""
        version = await self.newest(workflow_id)
        entry = self._audit("workflow.removed", f"Workflow {version.definition.name!r} was removed.", actor)
        try:
            was_there = await self._store.remove_workflow(version.workflow_id, entry)
        finally:
            self._forget_newest()
        if not was_there:
            raise NotFoundError("workflow", workflow_id)
        self._bus.publish(WorkflowRemoved(workflow_id=version.workflow_id))
        self._bus.publish(AuditAdded(entry=entry))

    async def _keep(
        self, definition: WorkflowDefinition, workflow_id: WorkflowId | None, actor: str, note: str, source: str
    ) -> WorkflowVersion:
        wanted = WorkflowVersion(
            workflow_id=workflow_id or WorkflowId(definition.id or new_id()),
            workflow_hash=definition.content_hash,
            number=1,
            definition=definition,
            created_at=self._clock.now(),
            saved_by=actor,
            note=note,
            source=source,
        )
        given_id = workflow_id or (WorkflowId(definition.id) if definition.id else None)
        entry = self._audit("workflow.saved", f"Workflow {definition.name!r} was saved. {note}".rstrip(), actor)
        try:
            version = self._remember(await self._store.add_version(given_id, wanted, entry))
        finally:
            self._forget_newest()
        if version.created_at == wanted.created_at:
            self._bus.publish(WorkflowChanged(version=version))
            self._bus.publish(AuditAdded(entry=entry))
        return version

    def _remember(self, version: WorkflowVersion) -> WorkflowVersion:
        self._kept[(version.workflow_id, version.workflow_hash)] = version
        if len(self._kept) > VERSIONS_KEPT:
            self._kept.popitem(last=False)
        return version

    def _audit(self, kind: str, message: str, actor: str) -> AuditEntry:
        return AuditEntry(at=self._clock.now(), kind=kind, message=message, actor=actor)


def is_retry_safe(definition: WorkflowDefinition) -> bool:
    """True when the whole run may be repeated: the workflow says so, or each of its steps is safe to repeat."""
    if definition.retry_safe:
        return True
    return all(is_safe(each, _is_safe_action) for each in all_steps(definition) if each.callee is None)


def _is_safe_action(action: str) -> bool:
    spec = find_action(action)
    return spec is not None and spec.safe_to_repeat


MOST_DIGITS_OF_A_NUMBER = 6


def _is_meant(version: WorkflowVersion, wanted: str) -> bool:
    """Short runs of digits are numbers; a hash has sixteen hex digits, and more than six of them name it."""
    if wanted.isdecimal() and len(wanted) <= MOST_DIGITS_OF_A_NUMBER:
        return version.number == int(wanted)
    return len(wanted) >= 4 and version.workflow_hash.startswith(wanted.lower())


def _unshown(definition: WorkflowDefinition) -> Sequence[Problem]:
    found = control_character(definition.name)
    message = f"The name has a control character ({found}); leave it out."
    return [] if found is None else [Problem(message=message, field="name")]


def _validation(
    definition: WorkflowDefinition, loaded: LoadedWorkflow | None, missing: Sequence[Problem] = ()
) -> Validation:
    problems = [*_unshown(definition), *missing, *check(definition)]
    if problems:
        return Validation(problems=loaded.located(problems) if loaded else tuple(problems))
    return Validation(definition=resolve(definition))


def _read(source: JsonValue | WorkflowDefinition) -> tuple[WorkflowDefinition, LoadedWorkflow | None]:
    if isinstance(source, WorkflowDefinition):
        return source, None
    text = source if isinstance(source, str) else json.dumps(source)
    loaded = load_workflow(text)
    return loaded.definition, loaded


def _written(source: JsonValue | WorkflowDefinition) -> str:
    """The text of a person; JSON is written by programs, and says no more than the definition."""
    return source if isinstance(source, str) and not source.lstrip().startswith(("{", "[")) else ""
