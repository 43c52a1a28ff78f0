"""Between a session's options and what a checkpoint says of it."""

from collections.abc import Mapping
from typing import cast

from orchestrator.contract.checkpoints import FormEntry, SessionState
from orchestrator.contract.ids import JsonValue
from robot.browser.session_options import SessionOptions


def state_of(
    name: str,
    options: SessionOptions,
    *,
    tabs: tuple[str, ...],
    current: int,
    storage: Mapping[str, JsonValue] | None,
    is_shared: bool,
    has_login: bool,
    entries: tuple[FormEntry, ...] = (),
) -> SessionState:
    """A session as a checkpoint keeps it; `storage` as Playwright gave it."""
    return SessionState(
        name=name,
        tabs=tabs,
        current=current,
        storage=cast("dict[str, JsonValue]", dict(storage)) if storage is not None else None,
        viewport=options.viewport,
        locale=options.locale,
        timezone=options.timezone,
        user_agent=options.user_agent,
        proxy=options.proxy,
        http_login=options.http_login,
        provider=options.pool,
        is_shared=is_shared,
        has_login=has_login,
        entries=entries,
    )


def options_of(state: SessionState) -> SessionOptions:
    """What a context is made with to be like the kept one; its storage comes apart."""
    return SessionOptions(
        viewport=state.viewport,
        locale=state.locale,
        timezone=state.timezone,
        user_agent=state.user_agent,
        proxy=state.proxy,
        http_login=state.http_login,
        pool=state.provider,
    )


def cookie_key(cookie: object) -> tuple[object, ...]:
    """What makes a cookie the same cookie."""
    if not isinstance(cookie, dict):
        return ()
    return (cookie.get("name"), cookie.get("domain"), cookie.get("path"))
