"""When a queued job will start, in words."""

from orchestrator.cli.output import at_text, count_text, duration_text
from orchestrator.contract.api.flow import ForecastView


def expected_text(view: ForecastView) -> str:
    """For a person: `It starts after 3 jobs, at about 14:10 (± 5 min 00 s).`"""
    after = f" after {count_text(view.ahead, 'job')}" if view.ahead else ""
    if view.starts_at is None:
        return f"When it starts{after} cannot be said: too little is known of what runs before it."
    margin = f" (± {duration_text(view.margin_s)})" if view.margin_s else ""
    comma = "," if after else ""
    return f"It starts{after}{comma} at about {at_text(view.starts_at)[11:16]}{margin}."
