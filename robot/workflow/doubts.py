"""Steps of which nobody knows whether they have happened: which they are, and how it is found out.

The look at the page, the list or the service that the step's `recheck` names is made of ordinary actions. What it needs
another page for is opened beside that of the step, which stays as it is: when the step had not happened, it is done
there.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.expressions import ExpressionError, Scope, condition_text, evaluate, render
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.recheck import Recheck
from orchestrator.contract.workflow import Step
from robot.errors import ActionError
from robot.workflow.ports import ActionCall, Actions

ANY_STATUS: tuple[int, ...] = tuple(range(100, 600))
"""Which status a page has is for the recheck to judge."""
LOOKS = 3
"""How often it is looked, where the look itself fails."""
SLACK_S = 10.0
"""Actions keep the look's limit themselves: whoever cuts one off closes its page."""
CLOSING_S = 5.0
QUESTION_S = 86_400.0
_TRANSIENT = frozenset(
    {
        ErrorKind.BROWSER_LOST,
        ErrorKind.DRIVER_LOST,
        ErrorKind.PAGE_CRASHED,
        ErrorKind.NETWORK,
        ErrorKind.NAVIGATION,
        ErrorKind.TIMEOUT,
    }
)
IT_HAPPENED, IT_DID_NOT, FAIL = "It happened", "It did not happen", "Fail the step"


class OpenDoubts:
    """The steps of a run that have begun, can be asked about, and of which it is not known whether they happened."""

    def __init__(self) -> None:
        self._open: set[str] = set()

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the steps; of a fan-out those of its inputs, such as `rows[3]`."""
        return tuple(sorted(self._open))

    def __contains__(self, step_id: object) -> bool:
        return step_id in self._open

    def open(self, step_id: str) -> None:
        """The step begins."""
        self._open.add(step_id)

    def settle(self, step_id: str) -> None:
        """It is known what became of it."""
        self._open.discard(step_id)

    def take_over(self, step_ids: Iterable[str]) -> None:
        """What a checkpoint says of them."""
        self._open.update(step_ids)

    def forget(self, prefix: str) -> None:
        """A pass is over: its steps are no longer these."""
        self._open = {each for each in self._open if not each.startswith(prefix)}


class Verdict(StrEnum):
    """Whether a step has happened."""

    HAPPENED = "happened"
    DID_NOT = "did_not"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a look gave."""

    verdict: Verdict
    value: JsonValue = None
    """The step's, when it has happened."""
    words: str = ""
    """How that is known, or why it is not, in a sentence."""
    read: JsonValue = None
    """What was seen, for whoever decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtSettler:
    """Finds out about one step."""

    actions: Actions
    step: Step
    scope: Scope

    async def look(self) -> Finding:
        """Whether the step has happened, as far as its recheck can tell."""
        recheck = self.step.recheck
        if recheck is None:
            return Finding(verdict=Verdict.UNKNOWN, words="The step says nothing of where that can be seen.")
        for number in range(LOOKS):
            try:
                async with asyncio.timeout(recheck.timeout_s + SLACK_S):
                    return await self._looked(recheck)
            except ExpressionError as error:
                return Finding(verdict=Verdict.UNKNOWN, words=f"The recheck has no answer: {error.message}")
            except TimeoutError:
                trouble = f"the recheck did not end within {recheck.timeout_s:g} s"
            except ActionError as error:
                trouble = f"the recheck failed ({error.info.kind.value}): {error.info.message[:1_000]}"
                if error.info.kind not in _TRANSIENT or number == LOOKS - 1:
                    break
        return Finding(verdict=Verdict.UNKNOWN, words=f"It cannot be told: {trouble}")

    async def ask(self, why: str, finding: Finding) -> Finding:
        """What a person says; ActionError when nobody answers, or the step is to fail."""
        title = self.step.title
        details: dict[str, JsonValue] = {"step": self.step.id, "interrupted": why, "recheck": finding.words}
        if finding.read is not None:
            details["seen"] = finding.read
        question: dict[str, JsonValue] = {
            "question": f"Did the step “{title}” happen? It was interrupted, and nobody can tell."[:4_000],
            "choices": [IT_HAPPENED, IT_DID_NOT, FAIL],
            "details": details,
        }
        outcome = await self._do("human.answer", question, limit_s=QUESTION_S)
        given = outcome if isinstance(outcome, dict) else {}
        by = given.get("by") or "A person"
        match given.get("answer"):
            case "It happened":
                return Finding(verdict=Verdict.HAPPENED, words=f"{by} says that it happened.")
            case "It did not happen":
                return Finding(verdict=Verdict.DID_NOT, words=f"{by} says that it did not happen.")
            case _:
                raise ActionError.of(ErrorKind.BUSINESS, f"{by} let the step fail: nobody knows whether it happened.")

    # --- the look -------------------------------------------------------------------------------------------------

    async def _looked(self, recheck: Recheck) -> Finding:
        if recheck.url is None:
            return await self._judged(recheck, page=await self._own_page(recheck))
        address = render(recheck.url, self.scope)
        before = _current(await self._do("tab", {"op": "list"}))
        where: dict[str, JsonValue] = {"url": address, "expect_status": list(ANY_STATUS)}
        try:
            await self._do("tab", {"op": "new"})
            found = await self._judged(recheck, page=await self._do("goto", where, limit_s=recheck.timeout_s))
        except (ActionError, ExpressionError):
            await self._back_to(before)
            raise
        await self._back_to(before)
        return found

    async def _own_page(self, recheck: Recheck) -> JsonValue:
        """What is known of the step's page, where that is asked for."""
        if recheck.that is None or "page" not in recheck.that:
            return None
        pages = await self._do("tab", {"op": "list"})
        found = next((each for each in _pages(pages) if each.get("current")), {})
        return {"url": found.get("url"), "status": None, "title": found.get("title")}

    async def _back_to(self, place: int) -> None:
        """Close the page that was opened; the one of the step is the session's again."""
        try:
            if len(_pages(await self._do("tab", {"op": "list"}, limit_s=CLOSING_S))) > 1:
                await self._do("tab", {"op": "close"}, limit_s=CLOSING_S)
                await self._do("tab", {"op": "switch", "index": place}, limit_s=CLOSING_S)
        except ActionError:
            return  # the browser is gone with all its pages: it comes back with those of the step

    async def _judged(self, recheck: Recheck, *, page: JsonValue) -> Finding:
        read: JsonValue = None
        if recheck.action is not None:
            parameters = render(recheck.parameters, self.scope)
            assert isinstance(parameters, dict)
            read = await self._do(recheck.action, parameters, limit_s=recheck.timeout_s)
        scope = replace(self.scope, local={**self.scope.local, "result": read, "page": page})
        answer = read if recheck.that is None else evaluate(condition_text(recheck.that), scope)
        seen = read if recheck.action is not None else page
        if answer is None:
            return Finding(verdict=Verdict.UNKNOWN, words="The recheck gave null: it cannot tell.", read=seen)
        if not answer:
            return Finding(verdict=Verdict.DID_NOT, words="The recheck says that it had not happened.", read=seen)
        value = render(recheck.value, scope) if recheck.value is not None else seen
        return Finding(verdict=Verdict.HAPPENED, value=value, words="The recheck says that it had happened.", read=seen)

    async def _do(self, action: str, parameters: dict[str, JsonValue], limit_s: float = 30.0) -> JsonValue:
        call = ActionCall(
            step_id=self.step.id,
            action=action,
            parameters=parameters,
            session=self.step.session,
            timeout_s=limit_s,
        )
        return (await self.actions.perform(call)).value


def _pages(listed: JsonValue) -> list[dict[str, JsonValue]]:
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _current(listed: JsonValue) -> int:
    return next((place for place, each in enumerate(_pages(listed)) if each.get("current")), 0)
