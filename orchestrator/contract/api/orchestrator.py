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


class HealthView(View):
    """`GET /health`, without a key."""

    status: str
    """`healthy`, `degraded` or `stopping`."""
    checks: dict[str, str] = Field(default_factory=dict)
