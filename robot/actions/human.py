"""human.approve, human.answer, human.solve."""

import asyncio

from orchestrator.contract.actions.human import Answer, Approve, Solve
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.protocol.questions import PersonAnswered
from orchestrator.contract.questions import AtDeadline, QuestionStatus
from robot.actions.work import Work
from robot.errors import ActionError

CANCEL_LIMIT_S = 60.0
"""How long a step waits for the job's cancel, which its own deadline has asked for."""


async def approve(work: Work, parameters: Approve) -> JsonValue:
    """Waits for a yes."""
    answer = await _answered(work, parameters)
    if answer.answer != "yes":
        because = f": {answer.note}" if answer.note else "."
        raise ActionError.of(ErrorKind.BUSINESS, f"{answer.answered_by or 'The default'} said no{because}")
    return {"approved": True, "by": answer.answered_by, "note": answer.note}


async def answer(work: Work, parameters: Answer) -> JsonValue:
    """Waits for an answer."""
    given = await _answered(work, parameters)
    return {"answer": given.answer, "by": given.answered_by, "note": given.note}


async def solve(work: Work, parameters: Solve) -> JsonValue:
    """Waits until a person hands the page back."""
    await work.place()
    given = await _answered(work, parameters)
    if given.answer == "failed":
        because = f": {given.note}" if given.note else "."
        raise ActionError.of(ErrorKind.BUSINESS, f"{given.answered_by} could not do it{because}")
    return {"solved": True, "by": given.answered_by, "note": given.note}


async def _answered(work: Work, parameters: Approve | Answer | Solve) -> PersonAnswered:
    """The end of the question that lets the run go on; ActionError when nobody answered and it must not."""
    given = await work.ask(parameters.text)
    if given.status is QuestionStatus.ANSWERED or given.answer is not None:
        return given
    if parameters.at_deadline is AtDeadline.CANCEL:
        await asyncio.sleep(CANCEL_LIMIT_S)  # the cancel of the whole job is under way and ends this
    hint = "Give the question a longer `deadline`, or a `default` to continue with."
    raise ActionError.of(ErrorKind.BUSINESS, f"Nobody answered in time: {parameters.question[:500]}", hint=hint)
