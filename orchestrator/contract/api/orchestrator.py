"""What an orchestrator is, and how it feels."""

from datetime import datetime

from pydantic import Field

from orchestrator.contract.api.common import View


class InfoView(View):
    """`GET /info`: what this orchestrator is."""

    name: str = "botswain"
    version: str
    database: str
    """Kind and place, without a password."""
    data_dir: str
    started_at: datetime
    load_balancing: str
    robots_url: str
    """Where robots connect."""


class CheckView(View):
    """What one health check found."""

    name: str
    critical: bool
    """Without it no work can be taken."""
    trouble: str | None = None
    """What is wrong; None while all is well."""
    took_s: float = 0.0


class HealthView(View):
    """`GET /health`, without a key: 503 when a critical check fails, else 200."""

    status: str
    """`healthy`, `degraded` or `stopping`."""
    checks: dict[str, str] = Field(default_factory=dict)
    """`ok`, or what is wrong, by check."""
    details: tuple[CheckView, ...] = ()
