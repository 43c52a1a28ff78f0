"""While a person has a run no step begins, a failure waits for the person's word, and the word is kept to."""

import asyncio
from typing import Any

import pytest
from held_runs import MakeBench, Sink, definition, held

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.live import Then
from orchestrator.contract.states import JobStatus, StepStatus
from robot.errors import ActionError
from robot.workflow.executor import RunOutcome
from robot.workflow.hold import RunHold, Word
from robot.workflow.ports import ActionCall


class Held:
    """A run of three steps in a row; the second fails until it is told not to, once the test lets it."""

    def __init__(self, bench: MakeBench) -> None:
        self.works = False
        self.begun = asyncio.Event()
        self.may_end = asyncio.Event()
        self.parked = asyncio.Event()
        self.bench: Any = bench(self._script)
        self.control = held(self.bench.clock, definition(), Sink())
        self.hold.changed = self._note

    @property
    def hold(self) -> RunHold:
        hold: RunHold = self.control.hold
        return hold

    async def _script(self, call: ActionCall) -> JsonValue:
        if call.step_id == "b":
            self.begun.set()
            await self.may_end.wait()
            if not self.works:
                raise ActionError.of(ErrorKind.TARGET_NOT_FOUND, "There is no such button.")
        return call.parameters.get("value")

    def _note(self) -> None:
        if self.hold.parked:
            self.parked.set()

    async def run(self, word: Word) -> RunOutcome:
        """Take it in the middle of the second step, let that fail, and hand it back so."""
        async with asyncio.TaskGroup() as group:
            running = group.create_task(self.bench.run(definition().model_dump(mode="json"), control=self.control))
            await self.begun.wait()
            self.hold.take()
            assert list(self.hold.at_work) == ["b"]
            self.may_end.set()
            await self.parked.wait()
            assert not running.done()
            assert (list(self.hold.parked), list(self.hold.at_work)) == (["b"], [])
            self.works = True
            self.hold.hand_back(word)
        outcome: RunOutcome = running.result()
        return outcome


@pytest.mark.feature("X04")
async def test_a_step_that_fails_while_a_person_has_the_run_is_tried_again_when_it_is_handed_back(
    bench: MakeBench,
) -> None:
    outcome = await Held(bench).run(Word(then=Then.CONTINUE, by="anna"))
    assert outcome.status is JobStatus.COMPLETED
    assert [each.attempts for each in outcome.step_results] == [1, 2, 1]


@pytest.mark.feature("X04")
async def test_a_step_whose_work_the_person_has_done_is_skipped_and_the_run_goes_on(bench: MakeBench) -> None:
    run = Held(bench)
    outcome = await run.run(Word(then=Then.SKIP, by="anna", note="clicked it myself"))
    assert outcome.status is JobStatus.COMPLETED
    step = outcome.step_results[1]
    assert (step.status, step.note) == (StepStatus.SKIPPED, "anna did it by hand: clicked it myself")
    assert run.bench.actions.order == ["a", "b", "c"]


@pytest.mark.feature("X04")
async def test_a_run_that_is_handed_back_as_failed_fails_as_business_and_is_not_repeated(bench: MakeBench) -> None:
    outcome = await Held(bench).run(Word(then=Then.FAIL, by="anna"))
    assert outcome.status is JobStatus.FAILED
    assert outcome.error is not None
    assert (outcome.error.kind, outcome.error.message) == (ErrorKind.BUSINESS, "anna handed the run back as failed.")


async def test_a_barrier_that_nobody_holds_lets_everybody_through_and_says_nothing() -> None:
    hold, news = RunHold(), []
    hold.changed = lambda: news.append(1)
    assert await hold.passed("a") == Word()
    with hold.working("a"):
        assert hold.at_work == ("a",)
    assert news == []


async def test_input_is_taken_while_a_person_has_the_run_or_a_step_asks_for_it() -> None:
    hold, seen = RunHold(), []
    seen.append(hold.takes_input)
    with hold.solving():
        seen.append(hold.takes_input)
    hold.take()
    seen.append(hold.takes_input)
    hold.hand_back(Word())
    seen.append(hold.takes_input)
    assert seen == [False, True, True, False]


async def test_the_word_to_go_on_waits_for_what_was_typed_before_it() -> None:
    hold = RunHold()
    await hold.until_quiet()
    hold.input_begins()
    hold.input_begins()
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(hold.until_quiet())
        hold.input_ends()
        await asyncio.sleep(0)
        assert not waiting.done()
        hold.input_ends()
