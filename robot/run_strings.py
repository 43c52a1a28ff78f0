"""Ties one run to the desk: what it needs for checkpoints, for going on from one, for recovery and for questions."""

import random
from collections.abc import Iterator
from contextlib import nullcontext

import psutil
from pydantic import ValidationError

from orchestrator.contract.actions.catalogue import known_actions
from orchestrator.contract.checkpoints import CheckpointFacts, CheckpointState
from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.protocol.jobs import JobAssignment
from orchestrator.contract.protocol.questions import PersonAnswered
from orchestrator.contract.protocol.work_items import WorkItemAnswer
from orchestrator.contract.questions import QuestionKind, QuestionText
from orchestrator.contract.results import LogLevel
from orchestrator.contract.work_items import (
    MAX_REASON,
    AddItems,
    CompleteItem,
    FailItem,
    FailureKind,
    ItemOutcome,
    ItemWish,
    PostponeItem,
    TakeItem,
)
from robot.actions.job_actions import JobActions
from robot.attempts import attempt_of
from robot.checkpoint_outbox import Waiting
from robot.checkpoint_secrets import SecretMarks
from robot.clock import Clock
from robot.errors import ActionError
from robot.masking import Mask
from robot.run_desk import RunDesk
from robot.workflow.control import RunControl
from robot.workflow.passes import CURRENT_PASS, Pass
from robot.workflow.recovery import RunRecovery

MOST_CARRIED = 10_000
_ANY_PASS = Pass()
"""Of items in a checkpoint: the pass that ends first decides."""


class RunStrings:
    """See the module; made for one attempt and closed with it."""

    def __init__(
        self,
        assignment: JobAssignment,
        variables: dict[str, JsonValue],
        mask: Mask,
        *,
        desk: RunDesk | None,
        clock: Clock,
    ) -> None:
        self._assignment = assignment
        self._variables = variables
        self._mask = mask
        self._desk = desk
        self._clock = clock
        self._ref = attempt_of(assignment)
        self._control: RunControl | None = None
        self._carried: tuple[str, ...] = ()
        """Items in the checkpoint that the run goes on from."""
        self._items: dict[str, Pass | None] = {}
        """Items that the run has, as far as it knows, and the passes that they were taken in."""

    def control(self, actions: JobActions) -> RunControl:
        """The run's strings, known to the desk from now on."""
        self._control = RunControl(
            self._assignment.definition,
            job_id=self._ref.job_id,
            attempt=self._ref.attempt,
            clock=self._clock,
            catalogue=known_actions(),
            browsers=actions,
            sink=self if self._desk is not None else None,
            shown=self._mask.value,
            resources=_resources,
            learn=self._mask.add,
        )
        if self._desk is not None:
            self._control.pass_ended = self._pass_ended
            self._desk.open(self._ref, self._control)
        return self._control

    def recovery(self, actions: JobActions, rng: random.Random) -> RunRecovery | None:
        """What is asked after failures; None when the workflow declares no recovery."""
        rules = self._assignment.definition.recovery
        if rules is None or self._control is None:
            return None
        return RunRecovery(
            definition=self._assignment.definition,
            rules=rules,
            control=self._control,
            components=actions,
            clock=self._clock,
            rng=rng,
            log=_no_log,
            job_id=self._ref.job_id,
            attempt=self._ref.attempt,
        )

    async def put(self, facts: CheckpointFacts, state: CheckpointState) -> Waiting:
        """Give a checkpoint to the outbox, its secrets taken out."""
        assert self._desk is not None
        marks = SecretMarks.of(self._assignment.definition, self._variables)
        return await self._desk.outbox.put(facts, state, marks)

    async def resume(self, actions: JobActions) -> CheckpointState | None:
        """Where the run goes on, its sessions prepared; None from the beginning. ActionError when it cannot be had."""
        checkpoint_id = self._assignment.checkpoint_id
        if checkpoint_id is None:
            return None
        if self._desk is None:
            raise ActionError.of(ErrorKind.INTERNAL, "This robot cannot go on from checkpoints.")
        state = self._read(await self._desk.outbox.fetch(checkpoint_id))
        await actions.bring_back(state.browser)
        self._carried = tuple(dict.fromkeys(_items_in(state.model_dump(mode="json"))))[:MOST_CARRIED]
        self._items = dict.fromkeys(self._carried, _ANY_PASS)
        return state

    async def ask_items(self, wish: ItemWish) -> WorkItemAnswer:
        """Ask about work items; what a secret field holds is masked from now on, also in what is said of its item."""
        assert self._desk is not None
        answer = await self._desk.items.ask(self._ref, self._hidden(wish), carried=self._carried)
        if answer.item is not None:
            self._mask.add([answer.item.payload.get(name) for name in answer.item.secret])
        self._note_items(wish, answer)
        return answer

    def _hidden(self, wish: ItemWish) -> ItemWish:
        match wish:
            case CompleteItem():
                return wish.model_copy(update={"output": self._mask.value(wish.output)})
            case FailItem() | PostponeItem():
                return wish.model_copy(update={"reason": self._mask.text(wish.reason)[:MAX_REASON]})
            case _:
                return wish

    def _note_items(self, wish: ItemWish, answer: WorkItemAnswer) -> None:
        if answer.item is not None:
            self._items[answer.item.id] = CURRENT_PASS.get()
        elif answer.outcome is ItemOutcome.DONE and not isinstance(wish, TakeItem | AddItems):
            self._items.pop(wish.item_id or next(reversed(self._items), ""), None)

    async def _pass_ended(self, this: Pass, error: ErrorInfo | None) -> None:
        """Items of a pass that failed, about which nothing was said, have failed too; others go over to the pass
        around it. What is no news to the orchestrator is refused, which is right."""
        for item_id in [each for each, owner in self._items.items() if owner in {this, _ANY_PASS}]:
            self._items[item_id] = this.around
            if error is not None:
                kind = FailureKind.BUSINESS if error.kind is ErrorKind.BUSINESS else FailureKind.TECHNICAL
                reason = self._mask.text(error.message)[:MAX_REASON]
                await self.ask_items(FailItem(item_id=item_id, kind=kind, reason=reason))
                self._items.pop(item_id, None)

    async def ask(self, step_id: str, text: QuestionText) -> PersonAnswered:
        """Ask a person; the run's clock stands meanwhile."""
        assert self._desk is not None
        assert self._control is not None
        hidden = QuestionText.model_validate(self._mask.value(text.model_dump(mode="json")))
        solving = self._control.hold.solving() if text.kind is QuestionKind.SOLVE else nullcontext()
        with self._control.clock_stopped(), solving:
            given = await self._desk.questions.ask(self._ref, step_id, hidden)
            if text.kind is QuestionKind.SOLVE:
                await self._control.hold.until_quiet()
            return given

    def close(self) -> None:
        """The run has ended."""
        if self._desk is not None:
            self._desk.close(self._ref)

    def _read(self, content: bytes) -> CheckpointState:
        try:
            written = CheckpointState.model_validate_json(content)
            if not written.secret_mark:
                return written
            marks = SecretMarks.of(self._assignment.definition, self._variables, written.secret_mark)
            return CheckpointState.model_validate(marks.shown(written.model_dump(mode="json")))
        except ValidationError as error:
            message = f"The checkpoint {self._assignment.checkpoint_id} cannot be read: {error.error_count()} mistakes."
            raise ActionError.of(ErrorKind.BAD_WORKFLOW, message) from None


def _items_in(value: JsonValue) -> Iterator[str]:
    """Ids of the work items in a value: what `work_item.get` gave is known by its fields."""
    match value:
        case {"id": str() as item_id, "queue": str(), "try_number": int(), "payload": dict()}:
            yield item_id
        case dict():
            for each in value.values():
                yield from _items_in(each)
        case list():
            for each in value:
                yield from _items_in(each)


def _resources() -> dict[str, JsonValue]:
    """How loaded the machine is."""
    return {"memory_percent": psutil.virtual_memory().percent, "load": psutil.getloadavg()[0]}


def _no_log(level: LogLevel, message: str, step_id: str) -> None:
    """Until the run has its own."""
