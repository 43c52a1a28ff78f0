"""When a queued job will start, in words."""

from orchestrator.cli.output import at_text, count_text, duration_text
from orchestrator.contract.api.flow import ForecastView


def expected_text(view: ForecastView) -> str:
    """When a queued job will start, for a person: `after 3 jobs, at about 14:10 (± 5 min)`."""
    after = f"after {count_text(view.ahead, 'job')}, " if view.ahead else ""
    if view.starts_at is None:
        return f"{after}at a time that cannot be said: nobody knows how long what runs before it takes"
    margin = f" (± {duration_text(view.margin_s)})" if view.margin_s else ""
    return f"{after}at about {at_text(view.starts_at)[11:16]}{margin}"
