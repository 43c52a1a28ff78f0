"""The window without a mouse and without eyes: everything has a name, is reached by Tab, is readable, is not cut.

The walks are made from the registries, so that a new panel, tab, command or dialog is walked without anybody adding it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from access_walk import (
    all_sheets,
    cut_texts,
    detail_stations,
    panel_stations,
    sheet_stations,
    tab_faults,
    unnamed,
)
from painted_text import painted_texts
from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from scripted_engine import ScriptedEngine
from scripted_watch import sample_absence, sample_alerts
from window_rest import at_rest

from orchestrator.console.dialogs.local_log import LocalLogSheet
from orchestrator.console.dialogs.problems import ProblemsDialog
from orchestrator.console.dialogs.recording import RecordingDialog
from orchestrator.console.dialogs.stop_robot import StopRobotSheet
from orchestrator.console.farewell import FarewellSheet
from orchestrator.console.theme.theme import ThemeMode
from orchestrator.console.theme.tokens import contrast
from orchestrator.console.widgets.fuzzy import fuzzy_score
from orchestrator.console.widgets.nav_rail import NavButton
from orchestrator.console.widgets.sheet import Sheet
from orchestrator.console.window import ConsoleWindow
from orchestrator.contract.api.recordings import ImportReport
from orchestrator.contract.errors import Problem

pytestmark = [
    pytest.mark.qt_log_ignore("This plugin does not support"),
]
Wait = Callable[..., Awaitable[None]]
Opener = Callable[[], AbstractAsyncContextManager[ConsoleWindow]]
Station = tuple[str, QWidget]
READABLE = 4.5
"""What WCAG 2.2 asks for text at level AA."""
MODES = (ThemeMode.LIGHT, ThemeMode.DARK)


class Faults:
    """What was found, each once, with the first place where it was."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self.unlit: dict[object, str] = {}
        self._known: set[object] = set()

    def look(self, place: str, root: QWidget, mode: ThemeMode) -> None:
        """Everything in the light look; in the other one only what colours can spoil."""
        self._add(place, hard_to_read(root))
        if mode is ThemeMode.LIGHT:
            self._add(place, [f"no name: {each}" for each in unnamed(root)])
            self._add(place, cut_texts(root))
            self._add(place, tab_faults(root, self.unlit, self._known))

    def all(self) -> dict[str, str]:
        """Empty when everything is well."""
        return self.found | {f"shows no focus: {each}": "" for each in self.unlit.values()}

    def _add(self, place: str, complaints: list[str]) -> None:
        for each in complaints:
            self.found.setdefault(each, place)


def hard_to_read(root: QWidget) -> list[str]:
    """Texts, also of what is disabled or selected, that stand out too little from what is painted below them."""
    texts = [each for each in painted_texts(root) if any(letter.isalnum() for letter in each.text)]
    ratios = {(each.ink, each.ground, each.text): contrast(each.ink, each.ground) for each in texts}
    return [f"contrast {ratio:.2f}: {key}" for key, ratio in ratios.items() if ratio < READABLE]


async def look_all(stations: AsyncIterator[Station], faults: Faults, mode: ThemeMode) -> set[type[QWidget]]:
    """Look at every station; what was looked at."""
    kinds: set[type[QWidget]] = set()
    async for place, root in stations:
        kinds.add(type(root))
        faults.look(place, root, mode)
    return kinds


def go_small(window: ConsoleWindow, mode: ThemeMode) -> None:
    """The smallest size that the window has, in this look, with the keyboard."""
    window.theme.set_mode(mode)
    window.resize(window.minimumSize())
    window.activateWindow()


@pytest.mark.parametrize("mode", MODES)
async def test_every_panel_and_detail_is_named_reached_readable_and_whole(
    open_window: Opener, wait_until: Wait, engine: ScriptedEngine, mode: ThemeMode
) -> None:
    faults = Faults()
    async with open_window() as window:
        engine.tell(alerts=sample_alerts())
        go_small(window, mode)
        await wait_until(window.isActiveWindow)
        await look_all(panel_stations(window), faults, mode)
        await look_all(detail_stations(window), faults, mode)
    assert faults.all() == {}


@pytest.mark.parametrize("mode", MODES)
async def test_every_dialog_is_named_reached_readable_and_whole(
    open_window: Opener, wait_until: Wait, engine: ScriptedEngine, mode: ThemeMode
) -> None:
    faults = Faults()
    async with open_window() as window:
        engine.tell(alerts=sample_alerts(), away=(sample_absence(engine.desk),))
        go_small(window, mode)
        await wait_until(lambda: window.isActiveWindow() and window.store.away)
        seen = await look_all(sheet_stations(window), faults, mode)
        for kind, make in OTHER_SHEETS.items():
            sheet = make(window)
            sheet.open()
            await at_rest(window)
            faults.look(kind.__name__, sheet, mode)
            sheet.reject()
            seen.add(kind)
    assert faults.all() == {}
    missed = {each.__name__ for each in all_sheets() - seen} - IN_OTHER_STATES
    assert missed == set(), "no command opens these dialogs: give the walk a way to them (OTHER_SHEETS)"


def _problems(window: ConsoleWindow) -> Sheet:
    mistake = Problem(message="The step asks for a step that does not exist.", field="steps[2].dependencies", line=14)
    return ProblemsDialog("invoices.yaml", (mistake, mistake), window)


def _recording(window: ConsoleWindow) -> Sheet:
    report = ImportReport.model_validate({"kind": "devtools", "definition": {}, "yaml": "name: Recorded\nsteps: []\n"})
    return RecordingDialog("flow.json", report, lambda _: None, window)


def _stop_robot(window: ConsoleWindow) -> Sheet:
    return StopRobotSheet(window.bench, window.store.robots["rb-web-01"], window)


OTHER_SHEETS: dict[type[Sheet], Callable[[ConsoleWindow], Sheet]] = {
    ProblemsDialog: _problems,
    RecordingDialog: _recording,
    FarewellSheet: lambda window: FarewellSheet(3, window, has_tray=True),
    StopRobotSheet: _stop_robot,
    LocalLogSheet: lambda window: LocalLogSheet("desk-1", Path("no-such-folder") / "robot.log", window),
}
"""Dialogs that files, processes or the end of the window bring, not a command."""
IN_OTHER_STATES = {"LeaveSheet", "RepairDialog", "RolloutSheet", "TimeRangeDialog"}
"""Those that need what the sample fleet has not: their own tests open them."""


async def test_every_command_has_a_key_path(open_window: Opener) -> None:
    """Its own keys, or Ctrl+K and the words of its title."""
    async with open_window() as window:
        palette = window.palette_box
        silent = [command.id for command in window.commands.all() if not command.title]
        entries = {command.id: palette._entry(command) for command in window.commands.all() if not command.shortcut}
        lost = [
            key for key, each in entries.items() if fuzzy_score(each.title, f"{each.title} {each.keywords}") is None
        ]
        assert (silent, lost) == ([], [])
        palette.open()
        for command in window.commands.all():
            if window.commands.is_enabled(command.id):
                palette.field.setText(palette._entry(command).title)
                assert command.id in _ids(palette.results)


async def test_the_arrows_lead_to_the_buttons_beside_the_one_that_is_down(open_window: Opener) -> None:
    async with open_window() as window:
        window.activateWindow()
        buttons = window.rail.findChildren(NavButton)
        buttons[0].setFocus()
        for _ in buttons[1:]:
            QTest.keyClick(window.focusWidget(), Qt.Key.Key_Down)
        assert window.focusWidget() is buttons[-1]


async def test_details_take_the_panels_place_where_both_do_not_fit(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        window.resize(window.minimumSize())
        window.show_panel("jobs")
        window.bench.navigator.open_job(next(iter(window.store.jobs)))
        await wait_until(lambda: window.stack.isHidden() and window.detail.isVisible())
        window.detail.close_pane()
        await wait_until(window.stack.isVisible)
        window.bench.navigator.open_job(next(iter(window.store.jobs)))
        await wait_until(window.stack.isHidden)
        window.show_panel("robots")
        assert window.stack.isVisible()
        assert window.detail.isHidden()


def _ids(model: QStandardItemModel) -> set[str]:
    return {str(model.item(row).data(Qt.ItemDataRole.UserRole)) for row in range(model.rowCount())}


async def test_the_palette_acts_on_what_was_selected_when_it_was_opened(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        window.activateWindow()
        await wait_until(window.isActiveWindow)
        window.show_panel("dashboard")
        job = next(each for each in window.store.jobs.values() if each.status.value == "running")
        window.bench.navigator.open_job(job.job_id)
        window.detail.job.tabs.tabBar().setFocus()
        ran: list[str] = []
        window.commands.ran.connect(ran.append)
        QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        window.palette_box.field.setText("Job Copy id")
        QTest.keyClick(window.palette_box.field, Qt.Key.Key_Return)
        assert ran[-1] == "job.copy_id"
        assert QApplication.clipboard().text() == job.job_id
