"""ai.act: the model chooses operations, the robot checks them against instruction and page, and does them."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from playwright.async_api import Locator as PageLocator

from orchestrator.contract.actions.ai import Act
from orchestrator.contract.actions.targets import Locator, Target
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.actions.ai.elements import Described, described, lasting_target, only_match, run_ai
from robot.actions.work import Work
from robot.ai.answers import Plan, PlannedOperation
from robot.ai.choices import KeptOperation, KeptPlan, choice_key
from robot.ai.page import PageView
from robot.ai.prompts import KEYS, act_question
from robot.ai.run import RunAi, Spoken
from robot.errors import ActionError

TYPES = frozenset({"fill", "select"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """An operation that was checked, with its element."""

    kept: KeptOperation
    found: PageLocator


async def act(work: Work, parameters: Act) -> JsonValue:
    """Does what the instruction says; a page that still has what was chosen before needs no model."""
    ai = run_ai(work)
    spoken = ai.spoken(parameters.instruction, {name: str(value) for name, value in parameters.values.items()})
    key = choice_key(work.call.action, work.call.step_id, spoken.text, sorted(parameters.allow))
    kept = await ai.choices.get(ai.workflow_hash, key, KeptPlan) if parameters.remember else None
    ready = await _remembered(work, kept, parameters) if kept is not None else None
    if ready is not None:
        await _perform(work, parameters, ready, spoken)
        return _told(ready, from_memory=True, tokens=0)
    page, plan, tokens = await _asked(work, ai, parameters, spoken)
    ready = [await _ready(page, each) for each in plan.operations]
    await _perform(work, parameters, ready, spoken)
    if parameters.remember and not any(_is_passing(each.kept.target) for each in ready):
        await ai.choices.put(ai.workflow_hash, key, KeptPlan(operations=tuple(each.kept for each in ready)))
    return _told(ready, from_memory=False, tokens=tokens)


async def _remembered(work: Work, kept: KeptPlan, parameters: Act) -> list[_Ready] | None:
    """All elements that were chosen before; None when the page does not have every one of them, and nothing is done."""
    page = await work.page()
    ready = []
    for operation in kept.operations[: parameters.max_operations]:
        found = await only_match(work, page, operation.target)
        if found is None:
            return None
        ready.append(_Ready(kept=operation, found=found))
    return ready


async def _asked(work: Work, ai: RunAi, parameters: Act, spoken: Spoken) -> tuple[Described, Plan, int]:
    page = await described(work, ai, parameters)
    question = act_question(
        spoken.text,
        page.view.text,
        names=sorted(spoken.values),
        allow=parameters.allow,
        most=parameters.max_operations,
        fence=secrets.token_hex(8),
    )
    plan, tokens = await ai.ask(
        question, Plan, lambda plan: plan_problem(plan, page.view, parameters, spoken), limit_s=work.left_s
    )
    if not plan.operations:
        reason = ai.mask(plan.reason)[:300] or "it gives no reason"
        raise ActionError.of(ErrorKind.TARGET_NOT_FOUND, f"The model finds nothing to do for this: {reason}")
    return page, plan, tokens


def plan_problem(plan: Plan, view: PageView, parameters: Act, spoken: Spoken) -> str:
    """Why a plan is not carried out: it goes beyond the page, the instruction, or what is allowed. Empty if it is."""
    if len(plan.operations) > parameters.max_operations:
        return f"at most {parameters.max_operations} operations are allowed"
    problems = (_problem(each, view, parameters, spoken) for each in plan.operations)
    return next(filter(None, problems), "")


def _problem(operation: PlannedOperation, view: PageView, parameters: Act, spoken: Spoken) -> str:
    element = view.elements.get(operation.ref)
    if element is None:
        return f"the page has no element {operation.ref}"
    if element.is_disabled:
        return f"{operation.ref} is disabled"
    if operation.op not in parameters.allow:
        return f"{operation.op} is not allowed"
    if operation.op == "press" and operation.value not in KEYS:
        return f"{operation.value!r} is not a key that may be pressed"
    if operation.op in TYPES and not _is_given(operation.value, spoken):
        return f"the value for {operation.ref} is neither a piece of the instruction nor one of its names"
    return ""


def _is_given(value: str, spoken: Spoken) -> bool:
    """Texts come from the instruction: a page cannot have its own words typed."""
    if value.startswith("%") and value.endswith("%"):
        return value[1:-1] in spoken.values
    return bool(value.strip()) and value in spoken.text


async def _ready(page: Described, operation: PlannedOperation) -> _Ready:
    target = await lasting_target(page, operation.ref)
    element = page.element(operation.ref)
    kept = KeptOperation(
        op=operation.op,
        target=target or Target((Locator(css=f"aria-ref={operation.ref}"),)),
        value=operation.value,
        description=str(element)[:500],
    )
    return _Ready(kept=kept, found=page.locator(operation.ref))


def _is_passing(target: Target) -> bool:
    """True for an element that nothing finds again."""
    return any((locator.css or "").startswith("aria-ref=") for locator in target.locators)


async def _perform(work: Work, parameters: Act, ready: list[_Ready], spoken: Spoken) -> None:
    for each in ready:
        work.locator = str(each.kept.target.locators[0])
        work.acting = (each.kept.target, each.found)
        await _do(each, _value(each.kept.value, spoken.values), work.wait_ms(parameters))


def _value(text: str, values: Mapping[str, str]) -> str:
    """A name's value, which only the robot knows."""
    return values.get(text[1:-1], text) if text.startswith("%") and text.endswith("%") else text


async def _do(ready: _Ready, value: str, wait_ms: float) -> None:
    found = ready.found
    match ready.kept.op:
        case "click":
            await found.click(timeout=wait_ms)
        case "fill":
            await found.fill(value, timeout=wait_ms)
        case "select":
            await found.select_option(value, timeout=wait_ms)
        case "check":
            await found.check(timeout=wait_ms)
        case "uncheck":
            await found.uncheck(timeout=wait_ms)
        case "press":
            await found.press(value, timeout=wait_ms)
        case "hover":
            await found.hover(timeout=wait_ms)
        case "scroll":
            await found.scroll_into_view_if_needed(timeout=wait_ms)


def _told(ready: list[_Ready], *, from_memory: bool, tokens: int) -> JsonValue:
    return {
        "operations": [
            {"op": each.kept.op, "locator": str(each.kept.target.locators[0]), "description": each.kept.description}
            for each in ready
        ],
        "from_memory": from_memory,
        "tokens": tokens,
    }
