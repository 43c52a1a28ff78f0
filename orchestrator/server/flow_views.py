"""Limits and breakers as the API shows them."""

from datetime import datetime, timedelta

from orchestrator.contract.api.flow import BreakerView, EstimateView, ForecastView, LevelView, LimitView
from orchestrator.domain.forecast import ExecutionEstimate, Usual
from orchestrator.engine.flow_desk import BreakerLook, KeyUse
from orchestrator.engine.forecasts import StartForecast


def limit_view(use: KeyUse) -> LimitView:
    """One key."""
    return LimitView(
        key=use.key,
        at_once=use.at_once,
        per_second=use.per_second,
        is_set=use.is_set,
        changed_by=use.changed_by,
        holders=use.holders,
        waiting=use.waiting,
        breaker=use.breaker.value,
    )


def breaker_view(look: BreakerLook) -> BreakerView:
    """One breaker."""
    return BreakerView(
        key=look.key,
        state=look.state.value,
        reason=look.reason,
        opened_at=look.opened_at,
        opened_by=look.opened_by,
        probe_at=look.probe_at,
        probe=look.probe,
        failures=look.failures,
        waiting=look.waiting,
    )


def starts_at(forecast: StartForecast | None, now: datetime) -> tuple[datetime | None, float | None]:
    """The moment and its doubt in seconds; (None, None) when it cannot be said."""
    if forecast is None or forecast.when is None:
        return None, None
    return now + timedelta(seconds=forecast.when.in_s), round(forecast.when.doubt_s, 1)


def forecast_view(forecast: StartForecast | None, now: datetime) -> ForecastView:
    """When a job starts; empty for one that is not queued."""
    if forecast is None:
        return ForecastView()
    moment, margin_s = starts_at(forecast, now)
    usual = forecast.usual
    return ForecastView(
        ahead=forecast.ahead,
        starts_at=moment,
        margin_s=margin_s,
        usual_s=usual.seconds if usual is not None else None,
        runs=usual.runs if usual is not None else 0,
    )


def estimate_view(estimate: ExecutionEstimate, usual: Usual | None) -> EstimateView:
    """How long a run takes."""
    return EstimateView(
        seconds=estimate.seconds,
        levels=tuple(LevelView(steps=level.steps, seconds=level.seconds) for level in estimate.levels),
        unknown=estimate.unknown,
        usual_s=usual.seconds if usual is not None else None,
        runs=usual.runs if usual is not None else 0,
    )
