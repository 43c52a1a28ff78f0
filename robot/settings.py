"""The robot's settings file: its pools of browser sessions, and the model that its AI steps ask.

TOML. Wherever a text is expected, `{env = "NAME"}` takes it from the environment and `{file = "PATH"}` from a file, so
that keys need not stand in the settings.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from robot.ai.settings import AiSettings
from robot.browser.pool_settings import AnyPool, LocalPool
from robot.browser.pools import LOCAL
from robot.errors import RobotSetupError

VARIABLE = "BOTSWAIN_ROBOT_SETTINGS"
POOL_NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,49}$"


def _only_local() -> dict[str, AnyPool]:
    return {LOCAL: LocalPool()}


class RobotSettings(BaseModel):
    """Everything that the file may say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    default_pool: str = LOCAL
    """Where sessions come from that name no pool."""
    pools: dict[str, AnyPool] = Field(default_factory=_only_local, min_length=1, max_length=20)
    ai: AiSettings | None = None

    @model_validator(mode="before")
    @classmethod
    def _pools_are_local_unless_they_say_otherwise(cls, value: Any) -> Any:
        pools = value.get("pools") if isinstance(value, dict) else None
        if not isinstance(pools, dict):
            return value
        told = {name: {"provider": "local", **pool} if isinstance(pool, dict) else pool for name, pool in pools.items()}
        first = value.get("default_pool") or (LOCAL if LOCAL in told else next(iter(told), LOCAL))
        return {**value, "pools": told, "default_pool": first}

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.default_pool not in self.pools:
            raise ValueError(f"default_pool: there is no pool {self.default_pool!r}; there are {', '.join(self.pools)}")
        return self

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What workflows can ask for: pools by name and by provider, and AI steps."""
        kinds = dict.fromkeys(pool.provider for pool in self.pools.values())
        names = (f"provider:{name}" for name in dict.fromkeys((*self.pools, *kinds)))
        return (*names, *(("ai",) if self.ai is not None else ()))


def load_settings(path: Path | None, environment: Mapping[str, str] = os.environ) -> RobotSettings:
    """The settings of a file, or of the one that BOTSWAIN_ROBOT_SETTINGS names, or the usual ones. RobotSetupError
    names what is wrong."""
    named = str(path) if path is not None else environment.get(VARIABLE)
    if not named:
        return RobotSettings()
    file = Path(named).expanduser()
    try:
        written = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise RobotSetupError(f"--settings: {file} cannot be read: {error.strerror}.", field="--settings") from error
    except ValueError as error:
        raise RobotSetupError(f"--settings: {file} is no TOML: {error}.", field="--settings") from error
    try:
        return RobotSettings.model_validate(_resolved(written, "", environment, file.parent))
    except ValidationError as error:
        raise _problem(error, file) from None  # the values may be secrets


def _resolved(value: Any, place: str, environment: Mapping[str, str], folder: Path) -> Any:
    """With texts from the environment and from files in their places."""
    match value:
        case {"env": str(name), **rest} if not rest:
            if name not in environment:
                raise RobotSetupError(f"--settings: {place}: the variable {name} is not set.", field="--settings")
            return environment[name]
        case {"file": str(name), **rest} if not rest:
            return _content(folder / Path(name).expanduser(), place)
        case dict():
            return {
                key: _resolved(each, f"{place}.{key}".lstrip("."), environment, folder) for key, each in value.items()
            }
        case list():
            return [_resolved(each, f"{place}[{index}]", environment, folder) for index, each in enumerate(value)]
        case _:
            return value


def _content(path: Path, place: str) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise RobotSetupError(f"--settings: {place}: {path} cannot be read.", field="--settings") from error


def _problem(error: ValidationError, file: Path) -> RobotSetupError:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"] if part not in {"local", "cdp", "browserbase"}) or file.name
    text = first["msg"].removeprefix("Value error, ")
    more = f" ({error.error_count() - 1} more mistakes)" if error.error_count() > 1 else ""
    return RobotSetupError(f"--settings: {place}: {text}{more}.", field="--settings")
