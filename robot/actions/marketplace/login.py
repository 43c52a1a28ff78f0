"""login: fills the form, or the two forms, that ask for name and password, and tells whether the site let one in."""

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from urllib.parse import urlsplit

from playwright.async_api import ElementHandle
from playwright.async_api import Error as PlaywrightError

from orchestrator.contract.actions.marketplace import Login
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.actions.marketplace.login_answer import Held, SiteAnswer, a_moment, listening
from robot.actions.marketplace.login_fields import (
    Looks,
    complaint,
    fill_in,
    fillable,
    looks_of,
    name_beside,
    new_lines,
    send,
    words_before,
)
from robot.actions.marketplace.parts import SitePage
from robot.actions.patience import patiently, refuse_status
from robot.actions.work import Work, session_of
from robot.browser.job_sessions import Place
from robot.errors import ActionError

_TOLD = ("login_error", "user_name", "error_page")
"""Parts of which one alone says how it went."""
_MOST_WORDS = 500
_STILL_S = 3.0
"""After it, a form that is still there, beside words that are new, is taken for refused, whatever they look like."""


class _Form(StrEnum):
    """What a form of the login asks for; the part that is its field."""

    NAME = "login_email"
    PASSWORD = "login_password"  # noqa: S105  a part's name

    @property
    def sends(self) -> str:
        """The part that sends it."""
        return "login_next" if self is _Form.NAME else "login_submit"

    @property
    def refusal(self) -> str:
        """What is said of a site that says nothing."""
        if self is _Form.NAME:
            return "The site asks for the name again: it does not know it."
        return "The site shows its login form again: name or password are wrong."


async def log_in(work: Work, parameters: Login) -> JsonValue:
    """Logs in; the run's other sessions take the login over when they need it."""
    place = await work.place()
    return await log_in_at(work, parameters, place)


async def log_in_at(work: Work, parameters: Login, place: Place) -> dict[str, JsonValue]:
    """Logs in in one session and remembers the login for the others."""
    site = SitePage(work, _at_its_site(parameters), session_of(place).page)
    user = await patiently(work, lambda: _logged_in(site, parameters))
    await work.sessions.remember_login(place)
    return {"user": user, "url": site.page.url}


def _at_its_site(parameters: Login) -> Login:
    """An absolute address says by itself which site is meant."""
    place = urlsplit(parameters.path)
    if parameters.base_url or place.scheme not in {"http", "https"}:
        return parameters
    return parameters.model_copy(update={"base_url": f"{place.scheme}://{place.netloc}"})


async def _logged_in(site: SitePage, parameters: Login) -> str:
    """Who is logged in now."""
    await site.open(parameters.path)
    password, name = await _asked_first(site)
    first: Looks | None = None
    if password is None and name is not None:
        first = await looks_of(name)
        password = await _sent(site, _Form.NAME, name, parameters.username, first=first)
    if password is not None:
        await _fill_name(site, password, parameters.username, is_told=first is not None)
        await _sent(site, _Form.PASSWORD, password, parameters.password, first=first)
    return await site.text("user_name") or parameters.username


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
    """Sends one form; the field for the password when that comes next, None when one is logged in.

    ActionError of kind business in the site's words when it refuses. `first` is the field that asked for the name, on a
    page before.
    """
    await fill_in(site, field, value, form.name.lower())
    told = [part for part in _TOLD if await site.shown(part) is None]
    before, lines = await words_before(site), await new_lines(site)
    with listening(site.page) as answer:
        await send(site, field, form.sends)
        try:
            async with asyncio.timeout(site.wait_ms / 1_000):
                return await _came(site, form, field, answer, told=told, before=before, lines=lines, first=first)
        except TimeoutError:
            raise _unclear(site, form) from None


async def _came(
    site: SitePage,
    form: _Form,
    field: ElementHandle,
    answer: SiteAnswer,
    *,
    told: Sequence[str],
    before: Sequence[str],
    lines: Sequence[str],
    first: Looks | None,
) -> ElementHandle | None:
    held = Held()
    while True:
        if await _has_told(site, told):
            return None
        password = await fillable(site, _Form.PASSWORD)
        if form is _Form.NAME and password is not None:
            return password
        words = await complaint(site, before)
        if await _is_there(field):
            if said := await _said_beside(site, held, answer, words, lines):
                raise ActionError.of(ErrorKind.BUSINESS, said)
        elif answer.is_settled:
            is_again = password is not None or await _asks_name_again(site, form, first)
            if held("again", is_again, 0.0 if words else 1.0):
                raise ActionError.of(ErrorKind.BUSINESS, words or form.refusal)
            if not is_again:
                refuse_status(site.page.url, answer.status)
                if form is _Form.PASSWORD:
                    return None
        await a_moment()


async def _said_beside(site: SitePage, held: Held, answer: SiteAnswer, words: str, lines: Sequence[str]) -> str:
    """The refusal beside a form that is still there; nothing as long as there is none."""
    if held("words", words and answer.is_settled):
        return words
    return " ".join(await new_lines(site, lines))[:_MOST_WORDS] if held("still", answer.is_settled, _STILL_S) else ""


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
        if "has been closed" in error.message or "crashed" in error.message:
            raise
        return False


async def _asks_name_again(site: SitePage, form: _Form, first: Looks | None) -> bool:
    """Whether the field that asked for the name before does so again: the page behind a login has fields of its own."""
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
