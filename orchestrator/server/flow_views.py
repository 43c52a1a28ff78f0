"""Limits and breakers as the API shows them."""

from orchestrator.contract.api.flow import BreakerView, LimitView
from orchestrator.engine.flow_desk import BreakerLook, KeyUse


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
