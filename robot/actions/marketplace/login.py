"""login: fills the form that asks for a password, and tells from the page that comes whether the site let one in."""

import asyncio
from urllib.parse import urlsplit

from playwright.async_api import ElementHandle, Response
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from orchestrator.contract.actions.marketplace import Login
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.actions.marketplace.parts import SitePage
from robot.actions.patience import patiently, refuse_status
from robot.actions.waiting import came_about
from robot.actions.work import Work, session_of
from robot.browser.job_sessions import Place
from robot.errors import ActionError

_TOLD = ("login_error", "user_name", "error_page")
"""Parts of which one alone says how it went."""
_MOST_WORDS = 500
_NOTICE_S = 1.0


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
    status = 0
    if await site.now("user_name") is None or await site.now("login_password") is not None:
        await site.fill("login_email", parameters.username)
        status = await _send(site, parameters.password)
    if (refusal := await site.shown("login_error")) is not None:
        raise ActionError.of(ErrorKind.BUSINESS, (await refusal.inner_text(timeout=site.wait_ms)).strip())
    if await site.now("error_page") is not None:
        raise ActionError.of(ErrorKind.NETWORK, f"The login failed: {(await site.text('error_page'))[:_MOST_WORDS]}")
    if await site.now("user_name") is not None:
        return await site.text("user_name")
    if await site.shown("login_password") is not None:
        raise ActionError.of(ErrorKind.BUSINESS, await _complaint(site))
    refuse_status(site.page.url, status)
    return parameters.username


async def _send(site: SitePage, password: str) -> int:
    """Sends the form; returns when the page tells how it went, or the next page is there: its status, 0 without one."""
    field = (await site.find("login_password")).first
    await field.fill(password, timeout=site.wait_ms)
    form = await field.element_handle(timeout=site.wait_ms)
    told = [part for part in _TOLD if await site.shown(part) is None]
    had_complaint = await site.shown("login_complaint") is not None
    statuses = [0]

    def heard(response: Response) -> None:
        if response.request.is_navigation_request() and response.frame is site.page.main_frame:
            statuses.append(response.status)

    site.page.on("response", heard)
    try:
        await site.click("login_submit")
        signs = [_gone(form, site.wait_ms)]
        signs += [site.until_shown(*told)] if told else []
        signs += [] if had_complaint else [_complained(site)]
        if not await came_about(signs):
            raise _unclear(site)
        await site.page.wait_for_load_state("domcontentloaded", timeout=site.wait_ms)
    finally:
        site.page.remove_listener("response", heard)
    return statuses[-1]


def _unclear(site: SitePage) -> ActionError:
    message = (
        f"The login form is still there after {site.wait_ms / 1_000:.1f} s, and the page does not say why: "
        "name what shows a login, or its refusal, as `user_name` or `login_error` in `selectors`."
    )
    return ActionError.of(ErrorKind.TIMEOUT, message)


async def _gone(form: ElementHandle, wait_ms: float) -> None:
    """Until the field is hidden, taken out, or left behind with its page."""
    try:
        await form.wait_for_element_state("hidden", timeout=wait_ms)
    except PlaywrightTimeoutError:
        raise
    except PlaywrightError:  # the page itself is gone, and the field with it
        return


async def _complained(site: SitePage) -> None:
    """Until something like an error is there; a notice such as `Signing in ...` goes together with the form."""
    await site.until_shown("login_complaint")
    await asyncio.sleep(_NOTICE_S)


async def _complaint(site: SitePage) -> str:
    """Why the form is there again, in the site's own words where they are found."""
    found = await site.shown("login_complaint")
    words = " ".join((await found.inner_text(timeout=site.wait_ms)).split()) if found is not None else ""
    return words[:_MOST_WORDS] or "The site shows its login form again: name or password are wrong."
