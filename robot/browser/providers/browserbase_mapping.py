"""Between our model of a session and Browserbase's, in both directions; pure.

The service's fields are those of its REST API, <https://docs.browserbase.com/reference/api/create-a-session>.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from robot.browser.providers.port import SessionSpec

Region = Literal["us-west-2", "us-east-1", "eu-central-1", "ap-southeast-1"]
ROBOT_MARK = "botswainRobot"
INSTANCE_MARK = "botswainInstance"
LEASE_MARK = "botswainLease"
OWNER_MARK = "botswainOwner"


class ServiceProxy(BaseModel):
    """One of the service's own proxies, near a place."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    country: str = Field(min_length=2, max_length=2)
    """ISO 3166-1 alpha-2."""
    state: str | None = None
    city: str | None = None
    domain_pattern: str | None = None
    """Only for addresses that match this regular expression."""


class ExternalProxy(BaseModel):
    """A proxy of one's own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    server: str = Field(min_length=1, max_length=2_000)
    username: str | None = None
    password: SecretStr | None = None
    domain_pattern: str | None = None


class BrowserbaseSettings(BaseModel):
    """How sessions of the service are made."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_key: SecretStr
    project_id: str | None = None
    """None: the project of the key."""
    base_url: str | None = None
    """None: the service's own address."""
    region: Region | None = None
    """Where sessions run; None: as the project says."""
    proxies: bool | tuple[Annotated[ServiceProxy | ExternalProxy, Field()], ...] = False
    """True: the service's own; a list: these, the first whose pattern fits."""
    stealth: Literal["off", "basic", "verified"] = "basic"
    """`off`: captchas are left alone; `basic`: they are solved; `verified`: in a browser that sites know as such."""
    record: bool = True
    """Keep a recording of each session."""
    block_ads: bool = False
    keep_alive: bool = False
    """True: a lost connection does not end the session; then only its release or its limit does."""
    session_limit_s: int = Field(default=3_600, ge=60, le=21_600)
    """After so long the service ends a session by itself."""
    max_sessions: int = Field(default=3, ge=1, le=1_000)
    """As many as the plan allows at once."""
    creation_per_s: float | None = Field(default=None, gt=0)
    """As many as the plan allows to make."""
    timeout_s: float = Field(default=20.0, gt=0, le=300)
    """For one request."""
    dashboard_url: str = "https://www.browserbase.com/sessions/"
    """Where people find a session's recording, by its id."""

    def session_url(self, session_id: str) -> str:
        """The page of a session with its recording."""
        return self.dashboard_url + quote(session_id, safe="")


def create_parameters(
    settings: BrowserbaseSettings, spec: SessionSpec, *, robot: str, instance: str, lease: str
) -> dict[str, Any]:
    """What `sessions.create` is called with."""
    width, height = spec.options.viewport
    wanted: dict[str, Any] = {
        "project_id": settings.project_id,
        "region": settings.region,
        "keep_alive": settings.keep_alive or None,
        "api_timeout": settings.session_limit_s,
        "proxies": _proxies(settings),
        "browser_settings": {
            "viewport": {"width": width, "height": height},
            "record_session": settings.record,
            "block_ads": settings.block_ads,
            "solve_captchas": settings.stealth != "off",
            **({"verified": True} if settings.stealth == "verified" else {}),
        },
        "user_metadata": {
            ROBOT_MARK: robot,
            INSTANCE_MARK: instance,
            LEASE_MARK: lease,
            OWNER_MARK: spec.owner,
        },
    }
    return {name: value for name, value in wanted.items() if value is not None}


def _proxies(settings: BrowserbaseSettings) -> list[dict[str, Any]] | bool | None:
    if isinstance(settings.proxies, bool):
        return settings.proxies or None
    return [_proxy(each) for each in settings.proxies]


def _proxy(proxy: ServiceProxy | ExternalProxy) -> dict[str, Any]:
    match proxy:
        case ServiceProxy():
            place = {"country": proxy.country, "state": proxy.state, "city": proxy.city}
            told: dict[str, Any] = {"type": "browserbase", "geolocation": _given(place)}
        case ExternalProxy():
            password = proxy.password.get_secret_value() if proxy.password else None
            login = {"username": proxy.username, "password": password}
            told = {"type": "external", "server": proxy.server, **_given(login)}
    return {**told, **_given({"domain_pattern": proxy.domain_pattern})}


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def query_of(robot: str) -> str:
    """The query for this robot's sessions, in the service's language for metadata."""
    return f"user_metadata['{ROBOT_MARK}']:{json.dumps(robot)}".replace('"', "'")


def mark_of(metadata: Mapping[str, object] | None, name: str) -> str:
    """One of our marks on a session; empty when it has none."""
    value = (metadata or {}).get(name)
    return value if isinstance(value, str) else ""
