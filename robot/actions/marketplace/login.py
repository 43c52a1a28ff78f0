"""login."""

from orchestrator.contract.actions.marketplace import Login
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.actions.marketplace.parts import SitePage
from robot.actions.patience import patiently
from robot.actions.work import Work, session_of
from robot.browser.job_sessions import Place
from robot.errors import ActionError


async def log_in(work: Work, parameters: Login) -> JsonValue:
    """Logs in; the run's other sessions take the login over when they need it."""
    place = await work.place()
    return await log_in_at(work, parameters, place)


async def log_in_at(work: Work, parameters: Login, place: Place) -> dict[str, JsonValue]:
    """Logs in in one session and remembers the login for the others."""
    site = SitePage(work, parameters, session_of(place).page)
    user = await patiently(work, lambda: _logged_in(site, parameters))
    await work.sessions.remember_login(place)
    return {"user": user, "url": site.page.url}


async def _logged_in(site: SitePage, parameters: Login) -> str:
    """Who is logged in now."""
    await site.open(parameters.path)
    if await site.now("user_name") is None or await site.now("login_password") is not None:
        await site.fill("login_email", parameters.username)
        await site.fill("login_password", parameters.password)
        await site.click("login_submit")
    came = await site.any_of("login_error", "user_name", "error_page")
    if came == "login_error":
        raise ActionError.of(ErrorKind.BUSINESS, await site.text("login_error"))
    if came == "error_page":
        raise ActionError.of(ErrorKind.NETWORK, f"The login failed: {(await site.text('error_page'))[:500]}")
    return await site.text("user_name")
