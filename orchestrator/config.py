"""Settings of an orchestrator: defaults < file < environment < arguments, checked once."""

import os
import re
import tomllib
from collections.abc import Collection, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import AliasChoices, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

DEFAULT_PORT = 8765
_POSTGRES_SCHEME = re.compile(r"postgres(ql)?(\+psycopg)?://")
_POSTGRES_ADDRESS = re.compile(_POSTGRES_SCHEME.pattern + r"([^:@/?#\s]*(:[^:@/?#\s]*)?@)?[^@?#\s]*(\?[^@#\s]*)?")


def _default_data_dir() -> Path:
    return Path(platformdirs.user_data_dir("botswain", appauthor=False))


class ConfigurationError(Exception):
    """Settings are wrong; each sentence names one, where it came from and what would be right."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__(" ".join(mistakes))
        self.mistakes = mistakes


class Settings(BaseSettings):
    """What an orchestrator runs with. Environment names are `BOTSWAIN_` and the field's name in capitals."""

    model_config = SettingsConfigDict(env_prefix="BOTSWAIN_", extra="forbid", frozen=True, populate_by_name=True)

    data_dir: Path = Field(default_factory=_default_data_dir)
    """Database, keys, artifacts and logs lie here."""
    host: str = Field(default="127.0.0.1", validation_alias=AliasChoices("BOTSWAIN_HOST", "ORCHESTRATOR_HOST"))
    port: int = Field(
        default=DEFAULT_PORT, ge=0, le=65_535, validation_alias=AliasChoices("BOTSWAIN_PORT", "ORCHESTRATOR_PORT")
    )
    """0 takes any free port."""
    database: str = Field(default="", repr=False)
    """`sqlite:///path` or `postgresql://user:password@host/name`; empty for `botswain.db` in the data folder."""
    key: str = ""
    """What clients must show; empty for the one kept in the data folder."""
    robot_token: str = ""
    """What robots must show; empty for the one kept in the data folder."""
    insecure: bool = False
    """Allows an address other than loopback without TLS."""
    accept_new_key: bool = False
    """Starts although `secrets.key` does not open what the database has sealed; that stays closed."""
    load_balancing: Literal["least_loaded", "round_robin", "random", "affinity"] = "least_loaded"
    dispatch_interval_s: float = Field(
        default=5.0,
        gt=0,
        le=3_600,
        validation_alias=AliasChoices("BOTSWAIN_DISPATCH_INTERVAL_S", "DISPATCH_INTERVAL"),
    )
    """The dispatcher's safety tick; it wakes by itself on every event."""
    timeout_check_interval_s: float = Field(default=30.0, gt=0, le=3_600)
    default_job_timeout_s: float = Field(
        default=3_600.0,
        gt=0,
        le=7 * 86_400,
        validation_alias=AliasChoices("BOTSWAIN_DEFAULT_JOB_TIMEOUT_S", "DEFAULT_JOB_TIMEOUT"),
    )
    default_max_retries: int = Field(default=2, ge=0, le=100)
    """For jobs that are safe to repeat and say nothing else."""
    max_queued: int = Field(default=1_000_000, ge=1)
    """Jobs that may wait; more are refused."""
    max_concurrent_workflows: int | None = Field(default=None, ge=1)
    """Jobs that robots may hold at once, over the fleet."""
    catch_up_stagger_s: float = Field(default=1.0, ge=0, le=3_600)
    """Between two runs of schedules that are made up for after a downtime."""
    max_chain_depth: int = Field(default=20, ge=1, le=1_000)
    """Jobs that may follow one another by triggers."""
    keep_jobs_days: int = Field(default=0, ge=0, le=36_500)
    """After which jobs that ended are forgotten, with their results, logs and files; 0: never."""
    keep_logs_days: int = Field(default=90, ge=0, le=36_500)
    """After which log lines of robots and jobs are forgotten; 0: never."""
    artifacts_mib: int = Field(default=10_240, ge=0, le=2**40)
    """MiB that files of jobs may take in all; 0: any amount."""
    keep_artifacts_days: int = Field(default=30, ge=0, le=36_500)
    """After which files of jobs that ended well are removed; 0: never."""
    keep_failed_artifacts_days: int = Field(default=180, ge=0, le=36_500)
    """After which files of jobs that failed are removed; 0: never."""
    schedules: bool = True
    """Feature: schedules fire."""
    triggers: bool = True
    """Feature: triggers and follow-ups start jobs."""
    webhooks: bool = True
    """Feature: other programs may call /hooks."""
    submits_per_minute: int = Field(default=0, ge=0, le=1_000_000)
    """Jobs that each actor may submit a minute; 0: any number."""
    ageing_minutes: float = Field(default=30.0, ge=0, le=100_000)
    """Waiting that raises a job by one priority; 0: priorities do not age."""
    breaker_failures: int = Field(default=5, ge=0, le=200)
    """Failures on a site or service that open its breaker; 0: only by hand."""
    breaker_rest_s: float = Field(default=60.0, gt=0, le=86_400)
    """Before an open breaker lets one job try."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"
    debug: str = ""
    """Log channels that speak at DEBUG whatever the level, separated by commas, such as `director,scheduler`."""

    @field_validator("data_dir", mode="after")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("load_balancing", "log_level", "log_format", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.strip().lower().replace("-", "_") if isinstance(value, str) else value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the base class's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the base class's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over the environment, the environment over the files, BOTSWAIN_ENV's file over the other."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, list(_config_files()))

    @property
    def postgres_address(self) -> str | None:
        """Where PostgreSQL is, as libpq takes it; None for another kind of database.

        ConfigurationError, without the value, when a password may have to be written otherwise: libpq would take a part
        of it for the host, and tell it in its errors.
        """
        if _POSTGRES_SCHEME.match(self.database) is None:
            return None
        if _POSTGRES_ADDRESS.fullmatch(self.database) is None:
            raise ConfigurationError(
                "database: the PostgreSQL address cannot be read; write postgresql://USER:PASSWORD@HOST:PORT/NAME, "
                "with %40 for @, %3A for :, %2F for /, %3F for ?, %23 for #, %20 for a space and %25 for % inside the "
                "password."
            )
        return _POSTGRES_SCHEME.sub("postgresql://", self.database)

    @property
    def database_path(self) -> Path:
        """The SQLite file. ConfigurationError for a database of another kind."""
        if not self.database:
            return self.data_dir / "botswain.db"
        scheme, separator, rest = self.database.partition("://")
        if not separator:
            return Path(self.database).expanduser().absolute()
        if scheme != "sqlite" or not rest.startswith("/") or rest == "/":
            raise ConfigurationError(
                f"database: {scheme}:// is not supported here; write sqlite:///PATH or postgresql://USER@HOST/NAME, or "
                "leave it out for a file in the data folder."
            )
        return Path(rest.removeprefix("/")).expanduser().absolute()


def load_settings(**arguments: Any) -> Settings:
    """The settings, with arguments that are None left to the other sources. ConfigurationError names what is wrong."""
    given = {name: value for name, value in arguments.items() if value is not None}
    _refuse_missing_file()
    try:
        return Settings(**given)
    except ValidationError as error:
        raise ConfigurationError(*(_mistake(each, given) for each in error.errors(include_url=False))) from None
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"The configuration file {_config_file()} cannot be read: {error}") from None


def _refuse_missing_file() -> None:
    """The usual file need not exist; one that somebody names has to."""
    environment = os.environ.get("BOTSWAIN_ENV", "")
    if environment and _ENVIRONMENT.fullmatch(environment) is None:
        raise ConfigurationError(f"BOTSWAIN_ENV: {environment!r} is no name; write letters, digits, - and _.")
    if environment and not _config_files()[-1].is_file():
        raise ConfigurationError(
            f"BOTSWAIN_ENV: there is no file {str(_config_files()[-1])!r} with the settings of {environment!r}."
        )
    file = _config_file()
    if os.environ.get("BOTSWAIN_CONFIG") and (not file.exists() or file.is_dir()):
        raise ConfigurationError(f"BOTSWAIN_CONFIG: there is no file {str(file)!r}.")


def _mistake(details: ErrorDetails, arguments: Collection[str]) -> str:
    name = str(details["loc"][0]) if details["loc"] else "settings"
    if details["type"] == "extra_forbidden":
        near = get_close_matches(name, Settings.model_fields, n=1)
        return f"{name} (in {_file_with(name)}): there is no such setting." + (
            f" Did you mean {near[0]!r}?" if near else ""
        )
    field = _field_of(name)
    return f"{field} ({_source_of(field, arguments)}): {details['msg']} (it is {details['input']!r:.100})."


def _field_of(name: str) -> str:
    """The setting's own name; pydantic tells the first alias, whichever one the value came by."""
    return next((field for field in Settings.model_fields if name in _environment_names(field)), name)


def _source_of(field: str, arguments: Collection[str]) -> str:
    """Where the value of a setting came from: the first source that has it wins."""
    if field in arguments:
        return f"--{field.replace('_', '-')}"
    there = {name.upper() for name in os.environ}
    return next((name for name in _environment_names(field) if name in there), f"in {_file_with(field)}")


def _environment_names(field: str) -> Sequence[str]:
    alias = Settings.model_fields[field].validation_alias
    if isinstance(alias, AliasChoices):
        return [str(choice) for choice in alias.choices]
    return [f"BOTSWAIN_{field.upper()}"]


_ENVIRONMENT = re.compile(r"[A-Za-z0-9_-]{1,50}")


def _config_files() -> tuple[Path, ...]:
    """The file, and behind it the one of BOTSWAIN_ENV: `botswain.toml`, then `botswain.production.toml`."""
    file, environment = _config_file(), os.environ.get("BOTSWAIN_ENV", "")
    return (file, file.with_name(f"{file.stem}.{environment}{file.suffix}")) if environment else (file,)


def _file_with(name: str) -> Path:
    """The file that has the last word on a setting."""
    for file in reversed(_config_files()):
        if file.is_file() and name in tomllib.loads(file.read_text(encoding="utf-8")):
            return file
    return _config_file()


def _config_file() -> Path:
    """`BOTSWAIN_CONFIG`, or `botswain.toml` in the user's configuration folder."""
    given = os.environ.get("BOTSWAIN_CONFIG")
    return Path(given) if given else Path(platformdirs.user_config_dir("botswain", appauthor=False)) / "botswain.toml"
