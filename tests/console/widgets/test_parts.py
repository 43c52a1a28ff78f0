"""Toasts, palette, filter, commands and the binding itself behave as the window needs them."""

import sys

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from orchestrator.console.commands import Command, CommandContext, CommandRegistry, DuplicateCommandError
from orchestrator.console.theme.status import JOB_STATES, ROBOT_STATES
from orchestrator.console.theme.theme import Theme
from orchestrator.console.widgets.command_palette import CommandPalette
from orchestrator.console.widgets.filter_bar import FilterBar, FilterChoice
from orchestrator.console.widgets.fuzzy import fuzzy_score
from orchestrator.console.widgets.kpi_card import KpiCard
from orchestrator.console.widgets.toast import ToastStack, ToastText


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    host = QWidget()
    host.resize(900, 700)
    qtbot.addWidget(host)
    host.show()
    return host


def test_void_calls_do_not_lose_references_to_none(qtbot: QtBot) -> None:
    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(5000):
        thing.setObjectName("x")
    assert sys.getrefcount(None) > before - 1000


@pytest.mark.parametrize("status", [*JOB_STATES.values(), *ROBOT_STATES.values()], ids=lambda s: s.label)
def test_every_state_has_an_icon(theme: Theme, status: object) -> None:
    assert not theme.pixmap(status.icon, status.tone).isNull()  # type: ignore[attr-defined]


def test_at_most_four_toasts_stand_and_a_key_replaces_its_own(theme: Theme, host: QWidget) -> None:
    stack = ToastStack(theme, host)
    for number in range(6):
        stack.show_toast(ToastText(key=str(number), text=f"toast {number}"))
    assert [toast.text.key for toast in stack.toasts] == ["2", "3", "4", "5"]
    stack.show_toast(ToastText(key="3", text="newer"))
    assert [toast.text.text for toast in stack.toasts][-1] == "newer"
    assert len(stack.toasts) == 4


def test_escape_dismisses_a_toast(theme: Theme, host: QWidget, qtbot: QtBot) -> None:
    stack = ToastStack(theme, host)
    stack.show_toast(ToastText(key="a", text="saved"))
    qtbot.keyClick(stack.toasts[0], Qt.Key.Key_Escape)  # type: ignore[no-untyped-call]  # pytest-qt has no types here
    assert stack.toasts == ()


def test_letters_at_word_starts_win() -> None:
    assert fuzzy_score("cj", "Cancel job") > fuzzy_score("cj", "Inspect objects")  # type: ignore[operator]
    assert fuzzy_score("xyz", "Cancel job") is None


def test_the_palette_finds_and_runs_a_command(theme: Theme, host: QWidget, qtbot: QtBot) -> None:
    ran: list[str] = []
    registry = CommandRegistry(theme)
    registry.register(
        Command(id="cancel", title="Cancel job", run=lambda _: ran.append("cancel")),
        Command(id="retry", title="Retry job", run=lambda _: ran.append("retry")),
        Command(id="off", title="Retry nothing", run=lambda _: ran.append("off"), enabled=lambda _: False),
    )
    palette = CommandPalette(theme, registry, host)
    palette.open()
    qtbot.keyClicks(palette.field, "ret")  # type: ignore[no-untyped-call]  # pytest-qt has no types here
    assert palette.results.rowCount() == 1
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)  # type: ignore[no-untyped-call]  # pytest-qt has no types here
    assert ran == ["retry"]
    assert not palette.isVisible()


def test_a_shortcut_is_given_out_once(theme: Theme) -> None:
    registry = CommandRegistry(theme)
    registry.register(Command(id="a", title="A", run=lambda _: None, shortcut="Ctrl+K"))
    with pytest.raises(DuplicateCommandError, match="Ctrl\\+K"):
        registry.register(Command(id="b", title="B", run=lambda _: None, shortcut="ctrl+k"))


def test_actions_follow_the_context(theme: Theme) -> None:
    registry = CommandRegistry(theme)
    registry.register(Command(id="a", title="A", run=lambda _: None, enabled=lambda c: bool(c.ids)))
    assert not registry.action("a").isEnabled()
    registry.set_context_source(lambda: CommandContext(ids=("1",)))
    assert registry.action("a").isEnabled()


def test_the_filter_tells_chips_and_text_together(theme: Theme, qtbot: QtBot) -> None:
    bar = FilterBar(theme, [("FAILED", "Failed"), ("RUNNING", "Running")], "Search")
    qtbot.addWidget(bar)
    with qtbot.waitSignal(bar.changed) as told:
        bar.set_choice(FilterChoice(frozenset({"FAILED"}), " radicale "))
    assert told.args == [FilterChoice(frozenset({"FAILED"}), "radicale")]
    bar.set_counts({"FAILED": 1204})
    assert bar.choice.text == "radicale"


def test_a_card_is_clicked_by_keyboard_and_says_its_figure(theme: Theme, qtbot: QtBot) -> None:
    card = KpiCard(theme, "Running", "play")
    qtbot.addWidget(card)
    card.set_value("12", "of 18 slots")
    assert card.accessibleName() == "Running: 12"
    with qtbot.waitSignal(card.clicked):
        qtbot.keyClick(card, Qt.Key.Key_Return)  # type: ignore[no-untyped-call]  # pytest-qt has no types here


async def test_coroutines_run_on_qts_loop() -> None:
    import asyncio  # noqa: PLC0415 - asked for inside the loop under test

    assert type(asyncio.get_running_loop()).__module__.startswith("qasync")
