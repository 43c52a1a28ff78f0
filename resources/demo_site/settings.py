"""How a demo site behaves: its seed, its slowness, its errors and who may log in."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from resources.demo_site.data import DEFAULT_SEED

Seconds = Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class SiteAccount(BaseModel):
    """Somebody who may (or, when locked, may not) log in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: str
    name: str
    password: str
    locked: bool = False


DEFAULT_ACCOUNTS = (
    SiteAccount(email="demo@ardan.test", name="Dana Moreno", password="demo-pass-1"),  # noqa: S106  demo data
    SiteAccount(email="sam@ardan.test", name="Sam Okafor", password="sam-pass-1"),  # noqa: S106  demo data
    SiteAccount(
        email="locked@ardan.test",
        name="Lee Locke",
        password="locked-pass-1",  # noqa: S106  demo data
        locked=True,
    ),
)


class SiteSettings(BaseModel):
    """Everything that can be chosen when a site starts. Durations are seconds, `error_rate` is a share."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = DEFAULT_SEED
    latency_s: Seconds = 0
    latency_jitter_s: Seconds = 0
    error_rate: Share = 0
    late_content_s: Seconds = 0.4
    accounts: tuple[SiteAccount, ...] = DEFAULT_ACCOUNTS

    def changed(self, change: "SettingsChange") -> "SiteSettings":
        """These settings with the fields that a change names."""
        return self.model_copy(update=change.model_dump(exclude_unset=True))


class SettingsChange(BaseModel):
    """What may change while the site runs; a field that is left out stays as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    latency_s: Seconds = 0
    latency_jitter_s: Seconds = 0
    error_rate: Share = 0
    late_content_s: Seconds = 0


def complaint(error: ValidationError) -> str:
    """One sentence that names each wrong field and what is wrong with it."""
    parts = (f"{'.'.join(map(str, item['loc'])) or 'body'}: {item['msg']}" for item in error.errors())
    return "; ".join(parts)
