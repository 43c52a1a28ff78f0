"""assert, wait, fail, log."""

import asyncio

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator as PageLocator

from orchestrator.contract.actions.control import Assert, Choice, Fail, Log, SubWorkflow, Wait
from orchestrator.contract.actions.operators import Operator
from orchestrator.contract.actions.targets import Target
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.results import LogLevel
from robot.actions.locating import page_locator
from robot.actions.losses import is_lost
from robot.actions.reading import TEXT_OF
from robot.actions.values import compare
from robot.actions.work import Work
from robot.errors import ActionError

POLL_S = 0.1
"""A foreign page has no event that says "now it is as you expected": it is asked again."""
ASK_LIMIT_MS = 2_000.0
_VALUE_OF = "element => 'value' in element ? String(element.value) : element.textContent"


async def assert_that(work: Work, parameters: Assert) -> JsonValue:
    """Fails, or says false when soft, unless something is as expected; an element gets time to become so."""
    if parameters.is_about_value:
        holds, actual = compare(parameters.operator, parameters.value, parameters.expected), parameters.value
    else:
        holds, actual = await _awaited(work, parameters)
    if holds:
        return True
    message = _complaint(parameters, actual)
    if not parameters.soft:
        raise ActionError.of(ErrorKind.ASSERTION_FAILED, message)
    work.log(LogLevel.WARNING, message)
    return False


async def _awaited(work: Work, parameters: Assert) -> tuple[bool, JsonValue]:
    deadline_s = asyncio.get_running_loop().time() + work.wait_s(parameters)
    while True:
        holds, actual = await _looked(work, parameters)
        if holds or asyncio.get_running_loop().time() >= deadline_s:
            return holds, actual
        await asyncio.sleep(POLL_S)


async def _looked(work: Work, parameters: Assert) -> tuple[bool, JsonValue]:
    """Whether it holds now, and what is there instead; a page between two documents does not hold."""
    try:
        if parameters.operator.is_about_element:
            return await _state(work, parameters)
        actual = await _subject(work, parameters)
    except PlaywrightError as error:
        if "strict mode violation" in error.message or is_lost(error):
            raise
        return False, None
    return compare(parameters.operator, actual, parameters.expected), actual


async def _present(work: Work, target: Target) -> PageLocator | None:
    page = await work.page()
    for locator in target.locators:
        found = page_locator(page, locator)
        if await found.count():
            work.locator = str(locator)
            work.acting = (target, found)
            return found
    return None


async def _state(work: Work, parameters: Assert) -> tuple[bool, JsonValue]:
    assert parameters.target is not None
    found = await _present(work, parameters.target)
    if found is None:
        return parameters.operator in {Operator.MISSING, Operator.HIDDEN}, None
    return await _has_state(found, parameters.operator), None


async def _has_state(found: PageLocator, operator: Operator) -> bool:
    match operator:
        case Operator.EXISTS | Operator.MISSING:
            return operator is Operator.EXISTS
        case Operator.VISIBLE | Operator.HIDDEN:
            return await _any_visible(found) is (operator is Operator.VISIBLE)
        case Operator.ENABLED | Operator.DISABLED:
            return await found.is_enabled(timeout=ASK_LIMIT_MS) is (operator is Operator.ENABLED)
        case _:
            return await found.is_checked(timeout=ASK_LIMIT_MS) is (operator is Operator.CHECKED)


async def _any_visible(found: PageLocator) -> bool:
    return any([await each.is_visible() for each in await found.all()])


async def _subject(work: Work, parameters: Assert) -> JsonValue:  # noqa: PLR0911  one line for each subject
    page = await work.page()
    match parameters.subject:
        case "url":
            return page.url
        case "title":
            return await page.title()
        case "dialog":
            last = (await work.session()).dialogs.last
            return last[1] if last is not None else None
        case "count":
            assert parameters.target is not None
            found = await _present(work, parameters.target)
            return await found.count() if found is not None else 0
    assert parameters.target is not None
    found = await _present(work, parameters.target)
    if found is None:
        return None
    if parameters.attribute is not None:
        return await found.get_attribute(parameters.attribute, timeout=ASK_LIMIT_MS)
    if parameters.subject == "value":
        value: str | None = await found.evaluate(_VALUE_OF, timeout=ASK_LIMIT_MS)
        return value
    text: str = await found.evaluate(TEXT_OF, timeout=ASK_LIMIT_MS)
    return text.strip()


def _complaint(parameters: Assert, actual: JsonValue) -> str:
    what = str(parameters.target) if parameters.target is not None else parameters.subject or "The value"
    if parameters.subject and parameters.target is not None:
        what = f"{parameters.attribute or parameters.subject} of {what}"
    wanted = f"{parameters.operator.replace('_', ' ')}"
    if parameters.operator.needs_expected:
        wanted += f" {parameters.expected!r:.500}"
    found = "" if parameters.operator.is_about_element else f"; it is {actual!r:.500}"
    complaint = f"{what} should be: {wanted}{found}."
    return f"{parameters.message} ({complaint})" if parameters.message else complaint


async def choose(_: Work, __: Choice) -> JsonValue:
    """The run itself takes the branch; on a page there is nothing to do."""
    return None


async def run_workflow(_: Work, __: SubWorkflow) -> JsonValue:
    """The run itself runs the steps of the other workflow; on a page there is nothing to do."""
    return None


async def wait(_: Work, parameters: Wait) -> JsonValue:
    """Pauses."""
    await asyncio.sleep(parameters.seconds)
    return None


async def fail(_: Work, parameters: Fail) -> JsonValue:
    """Ends the step with a failure."""
    kind = ErrorKind.BUSINESS if parameters.kind == "business" else ErrorKind.INTERNAL
    raise ActionError.of(kind, parameters.message)


async def log(work: Work, parameters: Log) -> JsonValue:
    """Writes a line into the job's log."""
    work.log(parameters.level, parameters.message)
    return parameters.message
