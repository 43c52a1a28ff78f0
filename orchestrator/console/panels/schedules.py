"""What runs by itself: each schedule's rule in words, its next run and how the last one went."""

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu

from orchestrator.console.actions.schedules import SCHEDULE_MENU
from orchestrator.console.commands import CommandContext
from orchestrator.console.panels.base import Panel
from orchestrator.console.store import Kind
from orchestrator.console.tables.columns import CellKind, ColumnSpec
from orchestrator.console.tables.memory_rows import MemoryRows
from orchestrator.console.tables.view import TableView
from orchestrator.console.theme.status import StatusSpec
from orchestrator.console.theme.tokens import Tone
from orchestrator.console.widgets.command_button import command_button
from orchestrator.console.widgets.empty_state import EmptyText
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.table_card import table_card
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.schedules import ScheduleView

_NONE_YET = EmptyText(
    "calendar-clock",
    tr("No schedules yet"),
    tr("A schedule runs a workflow by a rule: every weekday at nine, on the first of the month, once next Friday."),
    tr("New schedule…"),
)
_ON = StatusSpec("circle-check", Tone.SUCCESS, tr("On"))
_DONE = StatusSpec("circle-check", Tone.MUTED, tr("Done"))
_PAUSED = StatusSpec("circle-pause", Tone.WARNING, tr("Paused"))
_OVERLAP = {"queue": tr("Wait"), "skip": tr("Skip"), "allow": tr("Run both")}
_MISFIRE = {"latest": tr("Run once"), "skip": tr("Skip"), "all": tr("Run each")}


class SchedulesPanel(Panel):
    """Enter edits; the menu pauses, resumes, runs now and removes."""

    key, title = "schedules", tr("Schedules")
    kinds = frozenset({Kind.SCHEDULES})

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._wanted = ""
        self.rows: MemoryRows[ScheduleView] = MemoryRows(
            _columns(), lambda each: each.schedule_id, bench.clock, _SORTERS, self
        )
        self.table: TableView[ScheduleView] = TableView(
            bench.theme,
            self.rows.model,
            bench.settings,
            bench.clock,
            name="schedules",
            title=tr("Schedules"),
            empty=_NONE_YET,
        )
        self.total = label("", "caption")
        self.head.addWidget(command_button(bench.commands, bench.theme, "schedule.forecast"))
        for command_id in ("schedule.run", "schedule.pause", "schedule.resume"):
            self.head.addWidget(command_button(bench.commands, bench.theme, command_id))
        self.head.addWidget(command_button(bench.commands, bench.theme, "schedule.new", primary=True))
        self.column.addWidget(table_card(self.table), 1)
        self.column.addWidget(self.total)
        self._connect()

    def refresh(self) -> None:
        """Those that run next first, paused ones last."""
        late = self.bench.clock().replace(year=9999)
        views = sorted(self.store.schedules.values(), key=lambda each: (each.next_run_at or late, each.name))
        if self.store.heard_at is not None:
            self.rows.set_rows(views)
        if self._wanted and self.table.choose(self._wanted):
            self._wanted = ""
        on = sum(view.enabled for view in views)
        self.total.setText(counted("%n schedule, {on} on", "%n schedules, {on} on", len(views), on=on))
        self.bench.commands.refresh()

    def show_part(self, part: str) -> None:
        """The schedule of this id, also when the news of it are still on their way."""
        self._wanted = part
        self.touch()

    def take_keyboard(self) -> None:
        """Into the list."""
        self.table.setFocus()

    def context(self) -> CommandContext:
        """The selected schedules."""
        ids = self.table.selected_ids()
        known = [self.store.schedules[each] for each in ids if each in self.store.schedules]
        return CommandContext(
            panel=self.key,
            kind="schedule",
            ids=ids,
            states=frozenset("enabled" if view.enabled else "paused" for view in known),
            connected=self.store.is_connected,
        )

    def _connect(self) -> None:
        commands = self.bench.commands
        self.table.opened.connect(lambda _: commands.run("schedule.edit"))
        self.table.delete_wanted.connect(lambda: commands.run("schedule.remove"))
        self.table.menu_wanted.connect(self._show_menu)
        self.table.selection_changed.connect(commands.refresh)
        self.table.begin.connect(lambda: commands.run("schedule.new"))

    def _show_menu(self, position: QPoint) -> None:
        menu = QMenu(self)
        self.bench.commands.refresh()
        self.bench.commands.fill_menu(menu, SCHEDULE_MENU)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(position)


def _columns() -> tuple[ColumnSpec[ScheduleView], ...]:
    return (
        ColumnSpec(key="state", title=tr("State"), value=_state, kind=CellKind.STATUS, width=104, sort_key="state"),
        ColumnSpec(key="name", title=tr("Name"), value=lambda each: each.name, width=160, sort_key="name"),
        ColumnSpec(key="words", title=tr("Runs"), value=_words, width=200, tooltip=_rule_text, stretches=True),
        ColumnSpec(
            key="zone", title=tr("Time zone"), value=lambda each: each.rule.timezone, width=112, muted=True, spare=2
        ),
        ColumnSpec(
            key="next",
            title=tr("Next run"),
            value=lambda each: each.next_run_at,
            kind=CellKind.TIME,
            width=100,
            sort_key="next",
        ),
        ColumnSpec(
            key="last",
            title=tr("Last run"),
            value=lambda each: each.last_run_at,
            kind=CellKind.TIME,
            width=104,
            sort_key="last",
            spare=1,
        ),
        ColumnSpec(
            key="workflow",
            title=tr("Workflow"),
            value=lambda each: each.workflow_name,
            width=150,
            sort_key="workflow",
            spare=3,
        ),
        ColumnSpec(
            key="overlap",
            title=tr("If still running"),
            value=lambda each: _OVERLAP.get(each.overlap_policy, each.overlap_policy),
            width=106,
            muted=True,
            spare=4,
        ),
        ColumnSpec(
            key="misfire",
            title=tr("Missed runs"),
            value=lambda each: _MISFIRE.get(each.misfire_policy, each.misfire_policy),
            width=100,
            muted=True,
            spare=5,
        ),
    )


def _state(view: ScheduleView) -> StatusSpec:
    if not view.enabled:
        return _PAUSED
    return _ON if view.next_run_at is not None else _DONE


def _words(view: ScheduleView) -> str:
    """The rule without its zone, which has a column of its own."""
    return view.words.removesuffix(f", {view.rule.timezone} time")


def _rule_text(view: ScheduleView) -> str:
    expression = view.rule.cron_expression
    return f"{view.words} ({expression})" if expression else view.words


_SORTERS = {
    "state": lambda view: (not view.enabled, view.next_run_at is None),
    "name": lambda view: view.name.lower(),
    "next": lambda view: view.next_run_at.timestamp() if view.next_run_at else float("inf"),
    "last": lambda view: view.last_run_at.timestamp() if view.last_run_at else 0.0,
    "workflow": lambda view: view.workflow_name.lower(),
}
