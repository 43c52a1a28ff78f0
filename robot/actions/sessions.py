"""create_session_pool, acquire_sessions, release_sessions, session.open, session.close, viewport, tab."""

import functools
from urllib.parse import urljoin, urlsplit

from playwright.async_api import Locator as PageLocator
from playwright.async_api import Page, ViewportSize
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from orchestrator.contract.actions.session import (
    AcquireSessions,
    CloseSession,
    CreateSessionPool,
    OpenSession,
    Proxy,
    ReleaseSessions,
    SetViewport,
    Tab,
)
from orchestrator.contract.checkpoints import HttpCredentials, ProxyServer
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.results import LogLevel
from robot.actions.locating import page_locator
from robot.actions.navigation import where
from robot.actions.patience import open_address
from robot.actions.remember import kept_login
from robot.actions.work import Work, session_of
from robot.browser.limits import limited
from robot.browser.session_options import SessionOptions
from robot.errors import ActionError

LOGIN_SHOWS_S = 10.0
"""How long what shows a login may take to appear."""


async def create_session_pool(work: Work, parameters: CreateSessionPool) -> JsonValue:
    """Opens the run's pool; fewer sessions than asked for are enough as long as they are `min_sessions`."""
    return await _grow(work, parameters.pool_size, parameters.min_sessions)


async def acquire_sessions(work: Work, parameters: AcquireSessions) -> JsonValue:
    """Adds sessions to the run's pool."""
    return await _grow(work, parameters.count, 1)


async def _grow(work: Work, count: int, at_least: int) -> JsonValue:
    names, reason = await work.sessions.grow(count)
    if len(names) < at_least:
        await work.sessions.shrink(names) if names else None
        raise reason or ActionError.of(ErrorKind.PROVIDER_CAPACITY, f"Only {len(names)} sessions could be opened.")
    if reason is not None:
        work.log(LogLevel.WARNING, f"{len(names)} of {count} sessions could be opened: {reason}")
    return {"sessions": list(names), "requested": count, "created": len(names)}


async def release_sessions(work: Work, parameters: ReleaseSessions) -> JsonValue:
    """Gives sessions of the run's pool back."""
    released = await work.sessions.shrink(parameters.sessions, parameters.count)
    return {"released": list(released), "remaining": len(work.sessions.shared_names)}


async def open_session(work: Work, parameters: OpenSession) -> JsonValue:
    """Opens a session under a name."""
    size = parameters.viewport
    login = await kept_login(work, parameters.auth_profile) if parameters.auth_profile is not None else None
    options = SessionOptions(
        viewport=(size.width, size.height) if size else (1280, 800),
        locale=parameters.locale,
        timezone=parameters.timezone,
        user_agent=parameters.user_agent,
        pool=parameters.provider,
        storage=login,
        proxy=_proxy(parameters.proxy),
        http_login=_http_login(work, parameters),
    )
    place = await work.sessions.open(parameters.name, options, copy_from=parameters.copy_from)
    work.used.append(place)
    has_login = login is not None
    if parameters.url is not None:
        page = session_of(place).page
        await open_address(work, page, parameters.url, parameters)
        has_login = await _shows(page, parameters) if parameters.logged_in is not None else has_login
    if parameters.auth_profile is None and parameters.logged_in is None:
        return place.name
    if has_login:
        await work.sessions.remember_login(place)
    elif parameters.required:
        raise ActionError.of(ErrorKind.SESSION_EXPIRED, _gone(parameters), hint=_LOG_IN)
    return {"name": place.name, "logged_in": has_login}


def _proxy(proxy: Proxy | None) -> ProxyServer | None:
    return None if proxy is None else ProxyServer.model_validate(proxy.model_dump())


def _http_login(work: Work, parameters: OpenSession) -> HttpCredentials | None:
    """Name and password go to one site alone, never to whoever else asks."""
    login = parameters.http_login
    if login is None:
        return None
    place = urlsplit(login.origin or urljoin(work.settings.base_url or "", parameters.url or ""))
    if not place.netloc:
        message = "session.open: say in `http_login.origin` which site the name and password are for."
        raise ActionError.of(ErrorKind.BAD_WORKFLOW, message)
    origin = f"{place.scheme}://{place.netloc}"
    return HttpCredentials(username=login.username, password=login.password, origin=origin)


_LOG_IN = (
    "Log in and keep the login with `save_auth`; with `required: false` the step's value says that this is needed."
)


def _gone(parameters: OpenSession) -> str:
    if parameters.logged_in is not None:
        return f"{parameters.logged_in} does not show on {parameters.url}: the login holds no more."
    return f"There is no login {parameters.auth_profile!r}, or it has ended."


async def _shows(page: Page, parameters: OpenSession) -> bool:
    wait_s = parameters.timeout_s or LOGIN_SHOWS_S
    assert parameters.logged_in is not None
    found = [page_locator(page, each) for each in parameters.logged_in.locators]
    try:
        await functools.reduce(PageLocator.or_, found).first.wait_for(state="visible", timeout=wait_s * 1_000)
    except PlaywrightTimeoutError:
        return False
    return True


async def close_session(work: Work, parameters: CloseSession) -> JsonValue:
    """Closes a session."""
    return await work.sessions.close(parameters.name)


async def viewport(work: Work, parameters: SetViewport) -> JsonValue:
    """Gives the page's window another size."""
    page = await work.page()
    size: ViewportSize = {"width": parameters.width, "height": parameters.height}
    await limited(page.set_viewport_size(size), work.wait_s(), "Changing the size of the window")
    return {"width": parameters.width, "height": parameters.height}


async def tab(work: Work, parameters: Tab) -> JsonValue:
    """Works with the pages of a session."""
    session = await work.session()
    match parameters.op:
        case "new":
            page = await session.open_page()
            if parameters.url:
                await page.goto(await work.address(parameters.url), timeout=work.wait_ms())
        case "switch":
            session.page = session.pages[await _chosen(work, parameters)]
        case "close":
            await session.pages[await _chosen(work, parameters)].close()
            if session.pages:
                session.page = session.pages[-1]
            else:
                await session.open_page()
    return [
        {"index": index, "url": page.url, "title": (await where(page))["title"], "current": page is session.page}
        for index, page in enumerate(session.pages)
    ]


async def _chosen(work: Work, parameters: Tab) -> int:
    session = await work.session()
    pages = session.pages
    if parameters.url is not None:
        fitting = [index for index, page in enumerate(pages) if parameters.url in page.url]
    elif parameters.index is not None:
        fitting = [parameters.index] if -len(pages) <= parameters.index < len(pages) else []
    else:
        fitting = [pages.index(session.page)]
    if not fitting:
        addresses = ", ".join(page.url for page in pages)
        raise ActionError.of(ErrorKind.TARGET_NOT_FOUND, f"tab: no page fits; open pages: {addresses}.")
    return fitting[0]
