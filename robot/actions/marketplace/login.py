"""login: fills the forms that ask for name, password and one-time code, and tells whether the site let one in."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from playwright.async_api import ElementHandle
from playwright.async_api import Error as PlaywrightError

from orchestrator.contract.actions.marketplace import Login
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.actions.losses import is_lost
from robot.actions.marketplace.login_code import asked_code, code_for, enter_code
from robot.actions.marketplace.login_fields import (
    Looks,
    complaint,
    fill_in,
    fillable,
    is_same,
    looks_of,
    name_beside,
    new_lines,
    passwords_of,
    send,
    words_before,
)
from robot.actions.marketplace.parts import SitePage
from robot.actions.patience import patiently, refuse_status
from robot.actions.site_answer import Held, SiteAnswer, a_moment, listening
from robot.actions.work import Work, session_of
from robot.browser.place import Place
from robot.errors import ActionError

_TOLD = ("login_error", "user_name", "error_page")
"""Parts of which one alone says how it went."""
_MOST_WORDS = 500
_STILL_S = 2.0
"""After it, a form that is still there, beside words that are new, is taken for refused, whatever they look like."""
_ANSWERED_STILL_S = 0.6
"""The same where the site has answered a request since."""


class _Form(StrEnum):
    """What a form of the login asks for; the part that is its field."""

    NAME = "login_email"
    PASSWORD = "login_password"  # noqa: S105  a part's name
    CODE = "login_code"

    @property
    def sends(self) -> str:
        """The part that sends it."""
        return {"NAME": "login_next", "PASSWORD": "login_submit", "CODE": "login_code_submit"}[self.name]

    @property
    def refusal(self) -> str:
        """What is said of a site that says nothing."""
        match self:
            case _Form.NAME:
                return "The site asks for the name again: it does not know it."
            case _Form.PASSWORD:
                return "The site shows its login form again: name or password are wrong."
            case _Form.CODE:
                return "The site asks for the one-time code again: it does not take this one."


async def log_in(work: Work, parameters: Login) -> JsonValue:
    """Logs in; the run's other sessions take the login over when they need it."""
    place = await work.place()
    return await log_in_at(work, parameters, place)


async def log_in_at(work: Work, parameters: Login, place: Place) -> dict[str, JsonValue]:
    """Logs in in one session and remembers the login for the others."""
    site = SitePage(work, _at_its_site(parameters), session_of(place).page)
    came = await patiently(work, lambda: _logged_in(site, parameters))
    if not came.get("asks_for_code"):
        await work.sessions.remember_login(place)
    return {**came, "url": site.page.url}


def _at_its_site(parameters: Login) -> Login:
    """An absolute address says by itself which site is meant."""
    place = urlsplit(parameters.path)
    if parameters.base_url or place.scheme not in {"http", "https"}:
        return parameters
    return parameters.model_copy(update={"base_url": f"{place.scheme}://{place.netloc}"})


async def _logged_in(site: SitePage, parameters: Login) -> dict[str, JsonValue]:
    """Who is logged in now, and whether a code is still missing."""
    await site.open(parameters.path)
    password, name = await _asked_first(site)
    first: Looks | None = None
    code: ElementHandle | None = None
    if password is None and name is not None:
        first = await looks_of(name)
        password = await _sent(site, _Form.NAME, name, parameters.username, first=first)
    if password is not None:
        await _fill_name(site, password, parameters.username, is_told=first is not None)
        await _fill_code_beside(site, parameters)
        code = await _sent(site, _Form.PASSWORD, password, parameters.password, first=first)
    if code is not None and parameters.leave_code and not parameters.has_code:
        return {"user": parameters.username, "asks_for_code": True}
    if code is not None:
        await _sent(site, _Form.CODE, code, await code_for(parameters), first=None)
    user = await site.text("user_name") or parameters.username
    return {"user": user, "asks_for_code": False} if parameters.leave_code else {"user": user}


async def _fill_code_beside(site: SitePage, parameters: Login) -> None:
    """Some sites ask for the code beside the password, of those who have one."""
    if parameters.has_code and (field := await asked_code(site)) is not None:
        await enter_code(field, await code_for(parameters), site.wait_ms)


async def _fill_name(site: SitePage, password: ElementHandle, name: str, *, is_told: bool) -> None:
    """Fills the name in beside the password, where the page asks for it and does not hold what it was told before."""
    field = await fillable(site, _Form.NAME) if site.is_own(_Form.NAME) and not is_told else await name_beside(password)
    if field is not None and not (is_told and await field.input_value()):
        await fill_in(site, field, name, "name")


async def _asked_first(site: SitePage) -> tuple[ElementHandle | None, ElementHandle | None]:
    """The field for the password, or else the one for the name; neither for somebody who is logged in already.

    A lone field for any address may belong to a newsletter: it counts when nothing better has come for a moment.
    """
    held = Held()
    try:
        async with asyncio.timeout(site.wait_ms / 1_000):
            while True:
                if (password := await fillable(site, _Form.PASSWORD)) is not None:
                    return password, None
                if await site.now("user_name") is not None:
                    return None, None
                if (name := await fillable(site, _Form.NAME)) is not None:
                    return None, name
                loose = await fillable(site, "login_address")
                if held("loose", loose):
                    return None, loose
                await a_moment()
    except TimeoutError:
        message = f"{site.page.url} has asked for neither a name nor a password within {site.wait_ms / 1_000:.1f} s."
        hint = (
            "Say with `path` where the form is, or name its fields `login_email` and `login_password` in `selectors`."
        )
        raise ActionError.of(ErrorKind.TARGET_NOT_FOUND, message, hint=hint) from None


async def _sent(
    site: SitePage, form: _Form, field: ElementHandle, value: str, *, first: Looks | None
) -> ElementHandle | None:
    """Sends one form; the field for the password or the code when that comes next, None when one is logged in.

    ActionError of kind business in the site's words when it refuses. `first` is the field that asked for the name, on a
    page before.
    """
    if form is not _Form.CODE:
        await fill_in(site, field, value, form.name.lower())
    seen = await _seen(site)
    with listening(site.page) as answer:
        if form is _Form.CODE:
            await enter_code(field, value, site.wait_ms)
            await a_moment()
        if not answer.has_begun:  # some send a code by themselves, once its last digit is there
            await send(site, field, form.sends)
        try:
            async with asyncio.timeout(site.wait_ms / 1_000):
                return await _came(site, form, field, answer, seen=seen, first=first)
        except TimeoutError:
            raise _unclear(site, form) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What the page showed before a form was sent."""

    untold: Sequence[str]
    """Parts that were not there and will tell how it went."""
    complaints: Sequence[str]
    lines: Sequence[str]
    has_code: bool
    passwords: int


async def _seen(site: SitePage) -> _Seen:
    return _Seen(
        untold=[part for part in _TOLD if await site.shown(part) is None],
        complaints=await words_before(site),
        lines=await new_lines(site),
        has_code=await asked_code(site) is not None,
        passwords=await passwords_of(site),
    )


async def _came(
    site: SitePage, form: _Form, field: ElementHandle, answer: SiteAnswer, *, seen: _Seen, first: Looks | None
) -> ElementHandle | None:
    held = Held()
    while True:
        if await _has_told(site, seen.untold):
            return None
        password = await fillable(site, _Form.PASSWORD)
        if form is _Form.NAME and password is not None:
            return password
        words = await complaint(site, seen.complaints)
        code = await _code_after(site, form, password, is_new=not seen.has_code and not words)
        if form is _Form.PASSWORD and code is not None:
            return code
        if await _is_there(field):
            if said := await _said_beside(site, held, answer, words, seen.lines):
                raise ActionError.of(ErrorKind.BUSINESS, said)
        elif answer.is_settled:
            is_again = bool(password or code) or await _asks_name_again(site, form, first)
            if held("again", is_again, 0.0 if words else 1.0):
                raise ActionError.of(ErrorKind.BUSINESS, words or await _refusal(site, form, seen))
            if _is_in(site, form, answer, is_again=is_again):
                return None
        await a_moment()


def _is_in(site: SitePage, form: _Form, answer: SiteAnswer, *, is_again: bool) -> bool:
    """True when nothing is asked any more after the last form; ActionError for an error page."""
    if not is_again:
        refuse_status(site.page.url, answer.status)
    return not is_again and form is not _Form.NAME


async def _code_after(
    site: SitePage, form: _Form, password: ElementHandle | None, *, is_new: bool
) -> ElementHandle | None:
    """The field for a code that a page asks for after a form; one beside a password counts only where it is new."""
    code = await asked_code(site) if form is not _Form.NAME else None
    if code is None or password is None or is_new or form is _Form.CODE:
        return code
    return code if await is_same(code, password) else None


async def _refusal(site: SitePage, form: _Form, seen: _Seen) -> str:
    """What is said of a site that shows its form again and says nothing."""
    is_other = form is _Form.PASSWORD and await passwords_of(site) > max(1, seen.passwords)
    return "The site asks for a new password before it lets one in." if is_other else form.refusal


async def _said_beside(site: SitePage, held: Held, answer: SiteAnswer, words: str, lines: Sequence[str]) -> str:
    """The refusal beside a form that is still there; nothing as long as there is none."""
    if held("words", words and answer.is_settled, 0.0 if answer.is_refused else 1.0):
        return words
    least_s = 0.0 if answer.is_refused else _ANSWERED_STILL_S if answer.has_begun else _STILL_S
    return " ".join(await new_lines(site, lines))[:_MOST_WORDS] if held("still", answer.is_settled, least_s) else ""


async def _has_told(site: SitePage, told: Sequence[str]) -> bool:
    """True when a part tells who is logged in; ActionError when one tells that nobody is."""
    for part in told:
        if await site.shown(part) is None:
            continue
        words = (await site.text(part))[:_MOST_WORDS]
        if part == "login_error":
            raise ActionError.of(ErrorKind.BUSINESS, words)
        if part == "error_page":
            raise ActionError.of(ErrorKind.NETWORK, f"The login failed: {words}")
        return True
    return False


async def _is_there(field: ElementHandle) -> bool:
    """False once the field is hidden, taken out, or left behind with its page."""
    try:
        return await field.is_visible()
    except PlaywrightError as error:
        if is_lost(error):
            raise
        return False


async def _asks_name_again(site: SitePage, form: _Form, first: Looks | None) -> bool:
    """Whether the field that asked for the name before does so again: the page behind a login has fields of its own."""
    if form is _Form.CODE:
        return False
    parts = (_Form.NAME, "login_address") if form is _Form.NAME else (_Form.NAME,)
    for part in parts:
        field = await fillable(site, part)
        if field is not None and await looks_of(field) == first:
            return True
    return False


def _unclear(site: SitePage, form: _Form) -> ActionError:
    shown = "what shows a login, or its refusal, as `user_name` or `login_error`"
    if form is _Form.NAME:
        shown = f"the button as `login_next`, the password's field as `login_password`, or {shown}"
    message = (
        f"The login form for the {form.name.lower()} is still there after {site.wait_ms / 1_000:.1f} s, and the page "
        f"does not say why: name {shown} in `selectors`."
    )
    return ActionError.of(ErrorKind.TIMEOUT, message)
