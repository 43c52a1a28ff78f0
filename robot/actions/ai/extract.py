"""ai.extract: the model says where values stand, the robot reads them there, so that no value is made up."""

import secrets
from collections.abc import Sequence

from playwright.async_api import Locator as PageLocator

from orchestrator.contract.actions.ai import AiExtract
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.actions.ai.elements import Described, described, lasting_target, only_match, run_ai
from robot.actions.values import first_number
from robot.actions.work import Work
from robot.ai.answers import Findings, FoundValue
from robot.ai.choices import KeptFind, KeptFindings, choice_key
from robot.ai.page import PageView
from robot.ai.prompts import extract_question
from robot.ai.run import RunAi
from robot.ai.shape import Shape, ShapeError, built, has_list, leaf_at
from robot.errors import ActionError

TRUE_WORDS = frozenset({"true", "yes", "on", "1", "checked", "✓"})

Found = tuple[Sequence[str], JsonValue]


async def extract(work: Work, parameters: AiExtract) -> JsonValue:
    """A value of the schema's shape; a page that still has what was found before needs no model."""
    ai, shape = run_ai(work), parameters.shape
    spoken = ai.spoken(parameters.instruction, {})
    key = choice_key(work.call.action, work.call.step_id, spoken.text, shape)
    kept = await ai.choices.get(ai.workflow_hash, key, KeptFindings) if parameters.remember else None
    if kept is not None:
        value = await _remembered(work, kept, parameters)
        if value is not None:
            return value
    page = await described(work, ai, parameters)
    question = extract_question(spoken.text, page.view.text, shape=shape, fence=secrets.token_hex(8))
    findings, _ = await ai.ask(
        question, Findings, lambda found: findings_problem(found, page.view, shape), limit_s=work.left_s
    )
    try:
        value = built(shape, [await _read_find(work, page, each, parameters) for each in findings.found])
    except ShapeError as error:
        reason = ai.mask(findings.reason)[:300]
        raise ActionError.of(ErrorKind.TARGET_NOT_FOUND, f"{error}. {reason}".strip()) from error
    if parameters.remember:
        await _keep(ai, key, page, findings, shape)
    return value


def findings_problem(findings: Findings, view: PageView, shape: Shape) -> str:
    """Why an answer is not used: an element that is not there, a path that leads nowhere."""
    for each in findings.found:
        if each.ref not in view.elements:
            return f"the page has no element {each.ref}"
        try:
            leaf_at(shape, each.path)
        except ShapeError as error:
            return str(error)
    return ""


async def _remembered(work: Work, kept: KeptFindings, parameters: AiExtract) -> JsonValue:
    """Read where it stood before; None when the page has changed. A schema's value is never None."""
    page, finds = await work.page(), []
    for each in kept.found:
        found = await only_match(work, page, each.target)
        if found is None:
            return None
        leaf = leaf_at(parameters.shape, each.path)
        finds.append((each.path, typed(leaf, await _read(found, each.read, work.wait_ms(parameters)))))
    try:
        return built(parameters.shape, finds)
    except ShapeError:
        return None


async def _read_find(work: Work, page: Described, find: FoundValue, parameters: AiExtract) -> Found:
    raw = await _read(page.locator(find.ref), find.read, work.wait_ms(parameters))
    if find.part:
        if not isinstance(raw, str) or find.part not in raw:
            raise ShapeError(f"{'.'.join(find.path)}: the page does not say {find.part[:80]!r} there")
        raw = find.part
    return find.path, typed(leaf_at(parameters.shape, find.path), raw)


async def _read(found: PageLocator, what: str, wait_ms: float) -> str | bool | None:
    match what:
        case "value":
            return await found.input_value(timeout=wait_ms)
        case "checked":
            return await found.is_checked(timeout=wait_ms)
        case "href" | "src":
            text = await found.evaluate(f"element => String(element.{what} ?? '')", timeout=wait_ms)
            return str(text)
        case _:
            return (await found.inner_text(timeout=wait_ms)).strip()


def typed(leaf: Shape, raw: str | bool | None) -> JsonValue:
    """What was read, as the schema wants it; what cannot be so stays as it is and is refused there."""
    if isinstance(raw, bool) or raw is None:
        return raw
    match leaf["type"]:
        case "boolean":
            return raw.strip().lower() in TRUE_WORDS
        case "number" | "integer":
            number = first_number(raw)
            return raw if number is None else number
        case _:
            return raw


async def _keep(ai: RunAi, key: str, page: Described, findings: Findings, shape: Shape) -> None:
    """Single values that are the whole text of an element; lists and pieces differ from page to page."""
    if not findings.found or any(each.part or has_list(shape, each.path) for each in findings.found):
        return
    kept = []
    for each in findings.found:
        target = await lasting_target(page, each.ref)
        if target is None:
            return
        kept.append(KeptFind(path=tuple(each.path), target=target, read=each.read))
    await ai.choices.put(ai.workflow_hash, key, KeptFindings(found=tuple(kept)))
