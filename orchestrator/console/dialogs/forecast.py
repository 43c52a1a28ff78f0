"""The week ahead: how busy each hour will be by the schedules, where runs will start late, and what is not known."""

from collections.abc import Sequence
from datetime import timedelta

from PySide6.QtWidgets import QWidget

from orchestrator.console.formatting import day_words, hour_words, percent
from orchestrator.console.load_forecast import DAYS, HOURS, HourLoad, Planned, hourly_load, planned_runs
from orchestrator.console.operations import reason_of
from orchestrator.console.theme.tokens import Tone
from orchestrator.console.widgets.heat_map import HeatCell, HeatMap
from orchestrator.console.widgets.labels import label, set_property
from orchestrator.console.widgets.property_list import Property, PropertyList
from orchestrator.console.widgets.sheet import Sheet
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench

_MOST_PEAKS = 4
_LITTLE = 0.005


class ForecastDialog(Sheet):
    """Asks each schedule for its runs of the week and each workflow for its usual length."""

    def __init__(self, bench: Workbench, parent: QWidget) -> None:
        super().__init__(
            tr("The week ahead"), tr("What schedules start, against the slots of the robots known now."), parent
        )
        self._bench = bench
        self.resize(820, 520)
        self.verdict = label(tr("Asking the schedules…"), "heading")
        self.verdict.setWordWrap(True)
        self.map = HeatMap(bench.theme, tr("Load of the week"))
        self.facts = PropertyList(bench.theme)
        self.body.addWidget(self.verdict)
        self.body.addWidget(self.map)
        self.body.addWidget(self.facts)
        self.body.addStretch(1)
        self.add_button(tr("Close"), is_default=True).clicked.connect(self.accept)
        bench.tasks.start(self._load(), key="forecast", on_error=self._failed)
        self.finished.connect(lambda _: bench.tasks.cancel("forecast"))

    async def _load(self) -> None:
        now = self._bench.clock().astimezone()
        begin = now.replace(hour=0, minute=0, second=0, microsecond=0)
        schedules = tuple(self._bench.store.schedules.values())
        planned = await planned_runs(self._bench.link.client, schedules, now, begin + timedelta(days=DAYS))
        slots = sum(robot.slots for robot in self._bench.store.robots.values())
        self._show(planned, hourly_load(planned, begin, slots), slots)

    def _failed(self, error: Exception) -> None:
        self.verdict.setText(tr("The week could not be foretold."))
        self.complain(reason_of(error))

    def _show(self, planned: Sequence[Planned], hours: Sequence[HourLoad], slots: int) -> None:
        days = [day_words(hours[day * HOURS].at) for day in range(DAYS)]
        self.map.set_week(days, [HeatCell(share=hour.share, words=_words(hour, slots)) for hour in hours])
        full = [hour for hour in hours if hour.share > 1]
        verdict, tone = _verdict(planned, hours, full)
        self.verdict.setText(verdict)
        set_property(self.verdict, "role", f"tone-{tone}")
        self.facts.set_properties(_facts(planned, full, slots))


def _verdict(planned: Sequence[Planned], hours: Sequence[HourLoad], full: Sequence[HourLoad]) -> tuple[str, Tone]:
    if not any(plan.fires for plan in planned):
        return tr("No schedule starts anything within a week."), Tone.MUTED
    if full:
        late = tr("more is planned than the robots can do: runs will start late.")
        return counted("In %n hour {late}", "In %n hours {late}", len(full), late=late), Tone.DANGER
    busiest = max(hours, key=lambda hour: hour.share)
    share = _share_words(busiest.share)
    return tr(
        "Enough room. The busiest hour is {hour} with {share}.", hour=hour_words(busiest.at), share=share
    ), Tone.SUCCESS


def _facts(planned: Sequence[Planned], full: Sequence[HourLoad], slots: int) -> list[Property]:
    runs = sum(len(plan.fires) for plan in planned)
    facts = [
        Property(
            tr("Runs"),
            tr(
                "{runs} of {schedules}, {slots}",
                runs=counted("%n run", "%n runs", runs),
                schedules=counted("%n schedule", "%n schedules", len(planned)),
                slots=counted("%n slot", "%n slots", slots),
            ),
        )
    ]
    worst = sorted(full, key=lambda hour: -hour.share)[:_MOST_PEAKS]
    if worst:
        facts.append(Property(tr("Too much"), "\n".join(_words(hour, slots) for hour in worst)))
    unknown = [plan.name for plan in planned if plan.seconds is None]
    if unknown:
        facts.append(
            Property(
                tr("Not known"), tr("how long {names} takes: it has never completed", names=", ".join(unknown[:4]))
            )
        )
    cut = [plan.name for plan in planned if plan.is_cut]
    if cut:
        facts.append(
            Property(
                tr("Evened out"), tr("{names}: so many runs that the rest is counted evenly", names=", ".join(cut[:4]))
            )
        )
    return facts


def _share_words(share: float) -> str:
    """Whole percents; what is little is not nothing."""
    return tr("less than 1 %") if 0 < share < _LITTLE else percent(round(share, 2))


def _words(hour: HourLoad, slots: int) -> str:
    who = f": {', '.join(hour.names)}" if hour.names else ""
    share = counted("{share} of %n slot", "{share} of %n slots", slots, share=_share_words(hour.share))
    begins = counted("%n run begins", "%n runs begin", hour.runs)
    return f"{hour_words(hour.at, short=True)}  {share}, {begins}{who}"
