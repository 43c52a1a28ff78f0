"""Parameters of the actions that open, share out and return browser sessions."""

from typing import Any, Literal, Self

from pydantic import AliasChoices, Field, model_validator

from orchestrator.contract.actions.navigate import Patience
from orchestrator.contract.actions.spec import ActionGroup, ActionSpec, Parameters
from orchestrator.contract.actions.targets import Target
from orchestrator.contract.memory import MAX_NAME

MAX_SESSIONS = 64


class Viewport(Parameters):
    """Size of the page's window, in CSS pixels."""

    width: int = Field(ge=100, le=10_000)
    """CSS pixels."""
    height: int = Field(ge=100, le=10_000)
    """CSS pixels."""


class CreateSessionPool(Parameters):
    """A pool of sessions that later steps of the run share."""

    pool_size: int = Field(
        default=3, ge=1, le=MAX_SESSIONS, validation_alias=AliasChoices("pool_size", "size", "sessions")
    )
    """How many sessions."""
    min_sessions: int = Field(default=1, ge=1, le=MAX_SESSIONS)
    """Fewer than this is a failure; between this and `pool_size` the run goes on with what there is."""

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.min_sessions > self.pool_size:
            raise ValueError(f"min_sessions {self.min_sessions} is more than pool_size {self.pool_size}")
        return self


class AcquireSessions(Parameters):
    """More sessions for the run's pool."""

    count: int = Field(
        default=1, ge=1, le=MAX_SESSIONS, validation_alias=AliasChoices("count", "session_count", "sessions")
    )
    """How many more."""


class ReleaseSessions(Parameters):
    """Gives sessions of the run's pool back."""

    count: int | None = Field(default=None, ge=1, le=MAX_SESSIONS)
    """How many, newest first; all without it."""
    sessions: tuple[str, ...] = Field(default=(), max_length=MAX_SESSIONS)
    """Names, as `create_session_pool` returned them."""


class Proxy(Parameters):
    """The way out of a session: all its requests go through this server."""

    server: str = Field(min_length=3, max_length=500, pattern=r"^(?:(?:https?|socks5)://)?[^\s/@]+$")
    """Such as `http://proxy.example:3128` or `socks5://host:1080`."""
    bypass: str | None = Field(default=None, max_length=2_000)
    """Hosts that are reached without it, with commas between them, such as `.internal, example.org`."""
    username: str | None = Field(default=None, max_length=500)
    password: str | None = Field(default=None, max_length=1_000, repr=False)

    @model_validator(mode="before")
    @classmethod
    def _an_address_is_enough(cls, value: Any) -> Any:
        return {"server": value} if isinstance(value, str) else value


class HttpLogin(Parameters):
    """What a session answers when a site asks for a name and password by HTTP (Basic or Digest, RFC 7617 and 7616)."""

    username: str = Field(min_length=1, max_length=500)
    password: str = Field(max_length=1_000, repr=False)
    origin: str | None = Field(default=None, max_length=2_000, pattern=r"^https?://[^\s/@]+/?$")
    """The site that may ask, such as `https://intranet.example`; without it that of `url`, or of the run."""


class OpenSession(Patience):
    """A session of its own, for steps that name it."""

    name: str = Field(default="main", min_length=1, max_length=100)
    """What steps call it in `session`; one of this name is closed before."""
    viewport: Viewport | None = None
    """Size of its window; 1280 by 800 without it."""
    locale: str | None = Field(default=None, max_length=40)
    """Language and country that sites see, such as `de-DE`."""
    timezone: str | None = Field(default=None, max_length=60)
    """Time zone that sites see, such as `Europe/Berlin`."""
    user_agent: str | None = Field(default=None, max_length=1_000)
    """What the browser calls itself."""
    provider: str | None = Field(default=None, min_length=1, max_length=50)
    """A pool of the robot by name, or a kind of provider (`local`, `cdp`, `browserbase`); without it the run's."""
    copy_from: str | None = Field(default=None, max_length=100)
    """Name of a session whose cookies and storage (its login) the new one starts with."""
    auth_profile: str | None = Field(default=None, min_length=1, max_length=MAX_NAME)
    """Name of a login that `save_auth` kept, in this run or an earlier one; the session starts with it."""
    url: str | None = Field(default=None, max_length=8_192)
    """Opened at once."""
    logged_in: Target | None = None
    """What shows on the page that the login still holds."""
    required: bool = True
    """False: a login that is missing or holds no more is no failure (of kind session_expired) but told by the step's
    value, so that steps with `when: not steps.<id>.result.logged_in` can log in anew."""
    proxy: Proxy | None = None
    """The server that all requests go through; as a text its address."""
    http_login: HttpLogin | None = None
    """{username, password, origin}: the answer to a site that asks by HTTP, where browsers show a small window."""

    @model_validator(mode="after")
    def _has_one_login(self) -> Self:
        if self.copy_from is not None and self.auth_profile is not None:
            raise ValueError("session.open takes `copy_from` or `auth_profile`, not both")
        if self.logged_in is not None and self.url is None:
            raise ValueError("`logged_in` needs `url`: the page on which it shows")
        return self


class CloseSession(Parameters):
    """Closes a session by its name."""

    name: str = Field(default="main", min_length=1, max_length=100)
    """Which session."""


class SetViewport(Viewport):
    """Gives the page's window another size."""


class Tab(Parameters):
    """Works with the pages of a session."""

    op: Literal["list", "new", "switch", "close"] = "list"
    index: int | None = Field(default=None, ge=-100, le=100)
    """Which page, from 0 in the order of opening; negative numbers count from the end."""
    url: str | None = Field(default=None, max_length=8_192)
    """For `new`: address to open. For `switch`: part of the address of the page that is meant."""


SESSION_ACTIONS = (
    ActionSpec(
        name="create_session_pool",
        group=ActionGroup.SESSION,
        summary="Opens a pool of browser sessions that the run's steps share.",
        parameters=CreateSessionPool,
        result="{sessions: names, requested, created}",
        exclusive_session=False,
    ),
    ActionSpec(
        name="acquire_sessions",
        group=ActionGroup.SESSION,
        summary="Adds sessions to the run's pool.",
        parameters=AcquireSessions,
        result="{sessions: names of the new ones, requested, created}",
        exclusive_session=False,
    ),
    ActionSpec(
        name="release_sessions",
        group=ActionGroup.SESSION,
        summary="Gives sessions of the run's pool back.",
        parameters=ReleaseSessions,
        result="{released: names, remaining: number}",
        exclusive_session=False,
    ),
    ActionSpec(
        name="session.open",
        group=ActionGroup.SESSION,
        summary="Opens a browser session under a name: fresh, with another session's login, or with one that was kept.",
        parameters=OpenSession,
        result="The session's name; with `auth_profile` or `logged_in` an object: name, logged_in.",
        exclusive_session=False,
    ),
    ActionSpec(
        name="session.close",
        group=ActionGroup.SESSION,
        summary="Closes a browser session.",
        parameters=CloseSession,
        result="True when there was such a session.",
        exclusive_session=False,
    ),
    ActionSpec(
        name="viewport",
        group=ActionGroup.SESSION,
        summary="Gives the page's window another size.",
        parameters=SetViewport,
        result="{width, height}",
    ),
    ActionSpec(
        name="tab",
        group=ActionGroup.SESSION,
        summary="Lists, opens, switches or closes pages of a session.",
        parameters=Tab,
        result="List of {index, url, title, current}.",
    ),
)
