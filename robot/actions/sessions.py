"""create_session_pool, acquire_sessions, release_sessions, session.open, session.close, viewport, tab."""

from playwright.async_api import ViewportSize

from orchestrator.contract.actions.session import (
    AcquireSessions,
    CloseSession,
    CreateSessionPool,
    OpenSession,
    ReleaseSessions,
    SetViewport,
    Tab,
)
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.results import LogLevel
from robot.actions.navigation import where
from robot.actions.work import Work
from robot.browser.limits import limited
from robot.browser.session_options import SessionOptions
from robot.errors import ActionError


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
    options = SessionOptions(
        viewport=(size.width, size.height) if size else (1280, 800),
        locale=parameters.locale,
        timezone=parameters.timezone,
        user_agent=parameters.user_agent,
        pool=parameters.provider,
    )
    place = await work.sessions.open(parameters.name, options, copy_from=parameters.copy_from)
    return place.name


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
            session.page = session.context.pages[await _chosen(work, parameters)]
        case "close":
            await session.context.pages[await _chosen(work, parameters)].close()
            if session.context.pages:
                session.page = session.context.pages[-1]
            else:
                await session.open_page()
    return [
        {"index": index, "url": page.url, "title": (await where(page))["title"], "current": page is session.page}
        for index, page in enumerate(session.context.pages)
    ]


async def _chosen(work: Work, parameters: Tab) -> int:
    session = await work.session()
    pages = session.context.pages
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
