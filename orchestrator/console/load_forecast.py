"""How busy the next week will be: what schedules start, how long it takes, against the slots there are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.schedules import PreviewRequest, ScheduleView

DAYS, HOURS = 7, 24
_HOUR_S = 3_600.0
_PAGE, _MOST_PAGES = 100, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The runs of one schedule, and how long one takes; None when no run of its workflow is known."""

    name: str
    fires: tuple[datetime, ...]
    seconds: float | None
    is_cut: bool = False
    """There are more runs than are listed: it is counted as if they went on like this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HourLoad:
    """One hour: the share of all slots' time that is needed, how many runs begin, and which schedules weigh most."""

    at: datetime
    share: float
    runs: int
    names: tuple[str, ...] = ()


async def planned_runs(
    client: OrchestratorClient, schedules: Iterable[ScheduleView], after: datetime, end: datetime
) -> tuple[Planned, ...]:
    """What the enabled schedules will start between these. May raise ClientError."""
    return tuple([await _planned(client, each, after, end) for each in schedules if each.enabled])


def hourly_load(planned: Sequence[Planned], begin: datetime, slots: int) -> tuple[HourLoad, ...]:
    """The 168 hours from `begin`; a run weighs on every hour that it lasts into."""
    count = DAYS * HOURS
    weights: list[dict[str, float]] = [{} for _ in range(count)]
    runs = [0] * count
    for plan in planned:
        for fire in plan.fires:
            first = int((fire - begin).total_seconds() // _HOUR_S)
            if 0 <= first < count:
                runs[first] += 1
                _spread(weights, plan, (fire - begin).total_seconds())
    room = max(slots, 1) * _HOUR_S
    return tuple(
        HourLoad(
            at=begin + timedelta(hours=number),
            share=sum(weights[number].values()) / room,
            runs=runs[number],
            names=tuple(sorted(weights[number], key=lambda name, n=number: -weights[n][name])[:3]),  # type: ignore[misc]
        )
        for number in range(count)
    )


def _spread(weights: list[dict[str, float]], plan: Planned, offset_s: float) -> None:
    at, rest = offset_s, plan.seconds or 0.0
    while rest > 0 and at < len(weights) * _HOUR_S:
        hour = int(at // _HOUR_S)
        part = min(rest, (hour + 1) * _HOUR_S - at)
        weights[hour][plan.name] = weights[hour].get(plan.name, 0.0) + part
        at, rest = at + part, rest - part


async def _planned(client: OrchestratorClient, schedule: ScheduleView, after: datetime, end: datetime) -> Planned:
    fires: list[datetime] = []
    is_cut = False
    for number in range(_MOST_PAGES):
        preview = await client.preview(PreviewRequest(rule=schedule.rule, after=after, count=_PAGE))
        found = [each.at for each in preview.fires if each.at < end]
        fires += found
        if len(found) < _PAGE:
            break
        after, is_cut = found[-1], number == _MOST_PAGES - 1
    estimate = await client.flow.estimate(schedule.workflow_id)
    seconds = estimate.usual_s if estimate.usual_s is not None else estimate.seconds or None
    if is_cut:
        fires = list(_prolonged(fires, end))
    return Planned(name=schedule.name, fires=tuple(fires), seconds=seconds, is_cut=is_cut)


def _prolonged(fires: Sequence[datetime], end: datetime) -> Iterable[datetime]:
    """The same distances again, until the end."""
    yield from fires
    step = (fires[-1] - fires[0]) / (len(fires) - 1)
    at = fires[-1] + step
    while at < end:
        yield at
        at += step
