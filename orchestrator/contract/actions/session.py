"""Parameters of the actions that open, share out and return browser sessions."""

from typing import Literal, Self

from pydantic import AliasChoices, Field, model_validator

from orchestrator.contract.actions.spec import ActionGroup, ActionSpec, Parameters

MAX_SESSIONS = 64


class Viewport(Parameters):
    """Size of the page's window, in CSS pixels."""

    width: int = Field(ge=100, le=10_000)
    height: int = Field(ge=100, le=10_000)


class CreateSessionPool(Parameters):
    """A pool of sessions that later steps of the run share."""

    pool_size: int = Field(
        default=3, ge=1, le=MAX_SESSIONS, validation_alias=AliasChoices("pool_size", "size", "sessions")
    )
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


class ReleaseSessions(Parameters):
    """Gives sessions of the run's pool back."""

    count: int | None = Field(default=None, ge=1, le=MAX_SESSIONS)
    """How many, newest first; all without it."""
    sessions: tuple[str, ...] = Field(default=(), max_length=MAX_SESSIONS)
    """Names, as `create_session_pool` returned them."""


class OpenSession(Parameters):
    """A session of its own, for steps that name it."""

    name: str = Field(default="main", min_length=1, max_length=100)
    viewport: Viewport | None = None
    locale: str | None = Field(default=None, max_length=40)
    timezone: str | None = Field(default=None, max_length=60)
    user_agent: str | None = Field(default=None, max_length=1_000)
    provider: str | None = Field(default=None, min_length=1, max_length=50)
    """A pool of the robot by name, or a kind of provider (`local`, `cdp`, `browserbase`); without it the run's."""
    copy_from: str | None = Field(default=None, max_length=100)
    """Name of a session whose cookies and storage (its login) the new one starts with."""


class CloseSession(Parameters):
    """Closes a session by its name."""

    name: str = Field(default="main", min_length=1, max_length=100)


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
        summary="Opens a browser session under a name, on its own or with another session's login.",
        parameters=OpenSession,
        result="The session's name.",
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
