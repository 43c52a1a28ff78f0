"""What a browser session is made with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from playwright.async_api import HttpCredentials as PlaywrightCredentials
from playwright.async_api import ProxySettings, StorageState

from orchestrator.contract.checkpoints import HttpCredentials, ProxyServer
from orchestrator.contract.ids import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOptions:
    """What a context is made with."""

    viewport: tuple[int, int] = (1280, 800)
    locale: str | None = None
    timezone: str | None = None
    user_agent: str | None = None
    storage: Mapping[str, JsonValue] | None = None
    """Cookies and local storage to begin with, as `Session.storage()` gave them."""
    pool: str | None = None
    """Name of the robot's pool that it comes from; None: the run's, or the robot's first choice."""
    proxy: ProxyServer | None = None
    """What all its requests go through."""
    http_login: HttpCredentials | None = None
    """Its answer to the site that asks for a login by HTTP."""

    @property
    def needs_own_context(self) -> bool:
        """True for what only a fresh context can have: a language, a time zone, a user agent, a proxy, a login."""
        own = (self.locale, self.timezone, self.user_agent, self.proxy, self.http_login)
        return any(each is not None for each in own)


PLAIN = SessionOptions()


def storage_for_playwright(storage: Mapping[str, JsonValue] | None) -> StorageState | None:
    """Storage in Playwright's own type."""
    return cast("StorageState", dict(storage)) if storage is not None else None


def proxy_for_playwright(proxy: ProxyServer | None) -> ProxySettings | None:
    """A proxy in Playwright's own type."""
    return cast("ProxySettings", proxy.model_dump(exclude_none=True)) if proxy is not None else None


def login_for_playwright(login: HttpCredentials | None) -> PlaywrightCredentials | None:
    """A login by HTTP in Playwright's own type."""
    return cast("PlaywrightCredentials", login.model_dump()) if login is not None else None
