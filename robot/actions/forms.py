"""fill_form: all fields of a form, its sending, and what the site says; never sent twice without a look."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Literal

from playwright.async_api import ElementHandle, Page, Request, Response
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator as PageLocator
from playwright.async_api import TimeoutError as PlaywrightTimeoutError
from pydantic import ValidationError

from orchestrator.contract.actions.forms import FillForm, Recheck
from orchestrator.contract.actions.interact import FileContent
from orchestrator.contract.actions.targets import Locator, Target
from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.results import LogLevel
from robot.actions.choosing import choose
from robot.actions.entries import put, tick
from robot.actions.files import give, payload
from robot.actions.locating import FIELDS, is_there, locate, page_locator
from robot.actions.losses import is_lost
from robot.actions.patience import PAUSE_S, SITE_ERRORS, open_address
from robot.actions.reading import read_now, value_of
from robot.actions.refusals import complaints, kept_back, new_complaint
from robot.actions.site_answer import Held, SiteAnswer, listening
from robot.actions.values import canonical
from robot.actions.work import Work
from robot.errors import ActionError

_NO = frozenset({"false", "no", "0", "off", ""})
POLL_S = 0.1
"""A foreign page has no event that says "now it is decided": it is asked again."""
WORDS_LIMIT_MS = 2_000.0
_COMPLAINT_S = 1.5
"""How long a complaint stands there, without the success, until it is taken for a refusal."""

Came = Literal["success", "refusal", "unclear"]

_SORT = """field => field.isContentEditable ? 'text'
  : ['combobox', 'listbox', 'checkbox', 'switch'].includes(field.role) ? 'role:' + field.role
  : field.tagName + ':' + (field.type || '')"""
_BOXES = """(field, texts) => {
  const said = each => [each.value, each.getAttribute('aria-label'), ...[...each.labels ?? []].map(l => l.innerText)]
    .filter(Boolean).map(text => text.trim());
  const all = [...(field.form ?? field.getRootNode()).querySelectorAll(`input[type=${field.type}]`)]
    .filter(each => each.name === field.name);
  return [all.map((each, at) => said(each).some(word => texts.includes(word)) ? at : -1).filter(at => at >= 0),
    all.map(each => said(each).pop() ?? ''), all.length];
}"""
"""Which of the boxes of one name say these words, what all of them say, and how many there are."""


_OF_FORM = """(buttons, field) => {
  const form = field.form ?? field.closest('form, [role=form], dialog, [role=dialog]');
  const own = each => form && (each.form === form || form.contains(each));
  return buttons.findIndex(each => own(each) && each.checkVisibility());
}"""
"""The place of the first that is seen and belongs to the field's form."""


async def fill_form(work: Work, parameters: FillForm) -> JsonValue:
    """Fills, sends, and looks; sends again only what a look has shown not to have arrived."""
    if work.call.attempt > 1 and parameters.recheck is not None and await _has_arrived(work, parameters):
        return await _done(work, parameters)
    for number in range(1, parameters.tries + 1):
        page = await _opened(work, parameters)
        form = await _fill(work, page, parameters)
        came, words = await _sent(work, page, parameters, form)
        if came == "success":
            return await _done(work, parameters)
        if came == "refusal":
            raise ActionError.of(ErrorKind.BUSINESS, f"The site refused: {words}"[:2_000])
        if parameters.recheck is None or number == parameters.tries:
            raise _unknown(words, parameters)
        work.log(LogLevel.WARNING, f"{words} Whether the form arrived is looked up.")
        if await _has_arrived(work, parameters):
            return await _done(work, parameters)
        await asyncio.sleep(PAUSE_S * number)
    raise AssertionError


async def _done(work: Work, parameters: FillForm) -> JsonValue:
    page = await work.page()
    values = {name: value_of(name, rule, await read_now(work, page, rule)) for name, rule in parameters.read.items()}
    return {"status": "submitted", "url": page.url, **values}


def _unknown(words: str, parameters: FillForm) -> ActionError:
    """`cut_off`: nobody knows how far it came, so that a step that is not safe to repeat is not tried again."""
    if parameters.recheck is None:
        message = f"{words} Nobody knows whether the form arrived."
        hint = "Say with `recheck` where that can be seen, and the form is sent again if it has not."
    else:
        message, hint = f"{words} The form was sent {parameters.tries} times and has not arrived.", None
    return ActionError(
        ErrorInfo(kind=ErrorKind.NETWORK, message=message, hint=hint, details={"cut_off": parameters.recheck is None})
    )


# --- the form ---------------------------------------------------------------------------------------------------------


async def _opened(work: Work, parameters: FillForm) -> Page:
    page = await work.page()
    if parameters.url is not None:
        await open_address(work, page, filled(parameters.url, parameters.values), parameters)
    return page


async def _fill(work: Work, page: Page, parameters: FillForm) -> ElementHandle | None:
    """Fills all fields; the last one, where it is still there."""
    last: PageLocator | None = None
    for name, value in parameters.values.items():
        if value is None or (parameters.fields and name not in parameters.fields):
            continue
        target = parameters.fields.get(name) or _named(name)
        found = (await locate(work, target, wait_ms=work.wait_ms(parameters), root=page)).first
        if name not in parameters.fields:
            found = await _field_among(page, target) or found
        await _set(work, found, value, target, work.wait_ms(parameters))
        last = found
    handles = await last.element_handles() if last is not None else []
    return handles[0] if handles else None


async def _field_among(page: Page, target: Target) -> PageLocator | None:
    """The first field that carries a name: sections and links may be labelled so as well."""
    for locator in target.locators:
        fields = page_locator(page, locator).and_(page.locator(FIELDS))
        if await is_there(fields):
            return fields.first
    return None


def _named(name: str) -> Target:
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return Target(
        (
            Locator(label=name, exact=True),
            Locator(css=f'[name="{quoted}"]'),
            Locator(css=f'[id="{quoted}"]'),
            Locator(label=name),
            Locator(placeholder=name),
        )
    )


async def _set(work: Work, field: PageLocator, value: JsonValue, target: Target, wait_ms: float) -> None:
    """Whatever sort of field it is."""
    sort = str(await field.evaluate(_SORT, timeout=wait_ms))
    texts = [_text(each) for each in value] if isinstance(value, list) else [_text(value)]
    if sort.startswith("SELECT"):
        await _choose(field, texts, target, wait_ms)
    elif sort in {"role:combobox", "role:listbox"}:
        await _choose_or_write(field, texts, target, wait_ms)
    elif sort.endswith(":checkbox") and (isinstance(value, list) or not _says_yes_or_no(value)):
        await _pick(field, texts, target, wait_ms)
    elif sort.endswith((":checkbox", ":switch")):
        await tick(field, target, wait_ms, state=_is_yes(value))
    elif sort.endswith(":radio"):
        await _pick(field, texts[:1], target, wait_ms)
    elif sort.endswith(":file") or isinstance(value, dict):
        given = value if isinstance(value, list) else [value]
        await give(work, field, [payload(work, _file(each)) for each in given if each], wait_ms)
    else:
        await put(field, ", ".join(texts), target, wait_ms, kind=ErrorKind.BUSINESS)


async def _choose(field: PageLocator, texts: list[str], target: Target, wait_ms: float) -> None:
    """A choice that the list has not is the row's fault, and not worth waiting for."""
    options = await field.evaluate("list => [...list.options].map(each => [each.value, each.label])", timeout=wait_ms)
    known = {word for option in options for word in option}
    missing = next((text for text in texts if text not in known), None)
    if missing is not None:
        shown = ", ".join(repr(label) for _, label in options[:20])
        raise ActionError.of(ErrorKind.BUSINESS, f"{target} has no choice {missing!r}; it has {shown}.")
    await field.select_option(texts, timeout=wait_ms)


async def _choose_or_write(field: PageLocator, texts: list[str], target: Target, wait_ms: float) -> None:
    """Of a field that proposes words and takes others too, words that are no option are simply written."""
    try:
        await choose(field, target, wait_ms, texts=texts, kind=ErrorKind.BUSINESS)
    except ActionError:
        if len(texts) != 1 or not await field.is_editable(timeout=wait_ms):
            raise
        await field.fill(texts[0], timeout=wait_ms)
        await field.blur(timeout=wait_ms)
        if await field.input_value(timeout=wait_ms) != texts[0]:
            raise


async def _pick(field: PageLocator, texts: list[str], target: Target, wait_ms: float) -> None:
    """Of the radio buttons or boxes of the field's name, those with these values or labels, and no other box."""
    places, names, count = await field.evaluate(_BOXES, texts, timeout=wait_ms)
    if len(places) < len(texts):
        message = f"{target} has not each of {', '.join(map(repr, texts))}; it has {', '.join(map(repr, names[:20]))}."
        raise ActionError.of(ErrorKind.BUSINESS, message[:2_000])
    sort, name = await field.evaluate("field => [field.type, CSS.escape(field.name)]", timeout=wait_ms)
    group = field.page.locator(f"input[type={sort}][name={name}]") if name else field
    for place in range(count) if sort == "checkbox" else places:
        await tick(group.nth(place), target, wait_ms, state=place in places)


def _file(value: JsonValue) -> str | FileContent:
    if not isinstance(value, dict):
        return _text(value)
    try:
        return FileContent.model_validate(value)
    except ValidationError as error:
        said = error.errors()[0]
        message = f"A new file is {{name, content}}; {'.'.join(map(str, said['loc']))}: {said['msg']}."
        raise ActionError.of(ErrorKind.BAD_WORKFLOW, message) from None


def _is_yes(value: JsonValue) -> bool:
    return bool(value) and str(value).strip().lower() not in _NO


def _says_yes_or_no(value: JsonValue) -> bool:
    return not isinstance(value, str) or value.strip().lower() in {"true", "yes", "on", "1", "x", *_NO}


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else "" if value is None else canonical(value)


def filled(text: str, values: Mapping[str, JsonValue]) -> str:
    """A text with the values of the names in braces; what is no name stays as it is."""
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", _text(value))
    return text


# --- what the site says -----------------------------------------------------------------------------------------------


class _Answers:
    """The status of the newest document that the page was answered with, and whether one was lost on its way."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.status: int | None = None
        self.lost = ""

    def heard(self, response: Response) -> None:
        if response.request.is_navigation_request() and response.frame is self._page.main_frame:
            self.status = response.status

    def failed(self, request: Request) -> None:
        if request.is_navigation_request() and request.frame is self._page.main_frame:
            self.lost = request.failure or "the connection broke"

    @property
    def trouble(self) -> str:
        """Why the site's word cannot be known; nothing while all is well."""
        if self.status in SITE_ERRORS:
            return f"The site answered the form with status {self.status}."
        return f"The site's answer to the form was lost: {self.lost}." if self.lost else ""


async def _button(
    work: Work, page: Page, parameters: FillForm, form: ElementHandle | None, wait_ms: float
) -> PageLocator:
    """What sends the form; of several, the one of the form that was filled: pages have others, such as a search."""
    found = await locate(work, parameters.submit, wait_ms=wait_ms, root=page, many=True)
    await found.first.wait_for(state="attached", timeout=wait_ms)
    if form is not None and await found.count() > 1:
        try:
            place = int(await found.evaluate_all(_OF_FORM, form))
        except PlaywrightError:
            place = -1  # the page was drawn anew, or the form lies in a frame
        return found.nth(max(place, 0))
    return found.first


async def _sent(work: Work, page: Page, parameters: FillForm, form: ElementHandle | None) -> tuple[Came, str]:
    """Sends the form, and what came of it, with the site's words."""
    wait_s = work.wait_s(parameters)
    button = await _button(work, page, parameters, form, wait_s * 1_000)
    answers = _Answers(page)
    before = await complaints(page)
    page.on("response", answers.heard)
    page.on("requestfailed", answers.failed)
    try:
        try:
            await button.click(timeout=wait_s * 1_000)
        except PlaywrightTimeoutError:
            if answers.status is None:
                raise  # it was never pressed
        if answers.status is None and (said := await kept_back(button, form)):
            return "refusal", said
        with listening(page) as answer:
            return await _heard(page, parameters, answers, wait_s, lambda: _complained(page, before, answer))
    finally:
        page.remove_listener("response", answers.heard)
        page.remove_listener("requestfailed", answers.failed)


async def _complained(page: Page, before: Sequence[str], answer: SiteAnswer) -> str:
    """What the page complains of since the form was sent; nothing while it still waits for the site."""
    return new_complaint(before, await complaints(page)) if answer.is_settled else ""


async def _heard(
    page: Page, parameters: FillForm, answers: _Answers, wait_s: float, complained: Callable[[], Awaitable[str]]
) -> tuple[Came, str]:
    held = Held()
    try:
        async with asyncio.timeout(wait_s):
            while True:
                if answers.trouble:
                    return "unclear", answers.trouble
                if await _shown(page, parameters.success) is not None:
                    return "success", ""
                if parameters.refusal is not None and (words := await _shown(page, parameters.refusal)) is not None:
                    return "refusal", words
                said = await complained() if parameters.refusal is None else ""
                if held("complaint", said, _COMPLAINT_S):
                    return "refusal", said
                await asyncio.sleep(POLL_S)
    except TimeoutError:
        message = f"Neither {parameters.success} nor a refusal showed within {wait_s:.1f} s after the form was sent."
        return "unclear", message


async def _shown(page: Page, target: Target) -> str | None:
    """The words of what is visible of a target; None when nothing is, or the page is between two documents."""
    try:
        for locator in target.locators:
            found = page_locator(page, locator).locator("visible=true")
            if await found.count():
                texts = await found.all_inner_texts()
                return "; ".join(" ".join(text.split()) for text in texts if text.strip())
    except PlaywrightError as error:
        if is_lost(error):
            raise
    return None


async def _has_arrived(work: Work, parameters: FillForm) -> bool:
    """Whether the recheck's page shows these values."""
    recheck = parameters.recheck
    assert recheck is not None
    page = await work.page()
    await open_address(work, page, filled(recheck.url, parameters.values), parameters)
    return await _shown(page, _target(recheck, parameters.values)) is not None


def _target(recheck: Recheck, values: Mapping[str, JsonValue]) -> Target:
    """The target with the values of the names in its texts."""

    def told(value: JsonValue) -> JsonValue:
        if isinstance(value, str):
            return filled(value, values)
        if isinstance(value, dict):
            return {name: told(each) for name, each in value.items()}
        return [told(each) for each in value] if isinstance(value, list) else value

    return Target.model_validate(told(recheck.target.model_dump(mode="json", exclude_none=True)))
