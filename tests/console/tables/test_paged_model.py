"""The paged model is a correct Qt model and reads only what is looked at."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QImage, QRegion
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from orchestrator.console.settings import ConsoleSettings
from orchestrator.console.tables.columns import CellKind, ColumnSpec, Progress
from orchestrator.console.tables.paged_model import ModelState, PagedModel, PageRequest
from orchestrator.console.tables.view import TableView
from orchestrator.console.theme.status import job_status
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import ROW_HEIGHT
from orchestrator.console.widgets.empty_state import EmptyText


@dataclass(frozen=True)
class Item:
    id: str
    state: str = "RUNNING"
    share: float = 0.5


COLUMNS = (
    ColumnSpec[Item](
        key="state", title="State", value=lambda i: job_status(i.state), kind=CellKind.STATUS, sort_key="s"
    ),
    ColumnSpec[Item](key="id", title="Id", value=lambda i: i.id, kind=CellKind.MONO),
    ColumnSpec[Item](
        key="progress", title="Progress", value=lambda i: Progress(i.share, "fill form"), kind=CellKind.PROGRESS
    ),
)


class Source:
    """A row source of our own: answers by hand, counts what it was asked."""

    def __init__(self, total: int) -> None:
        self.total, self.shift, self.asked = total, 0, list[PageRequest]()
        self.model: PagedModel[Item]

    def fetch(self, request: PageRequest) -> None:
        self.asked.append(request)
        last = min(request.offset + request.limit, self.total)
        rows = [Item(f"job-{number - self.shift}") for number in range(request.offset, last)]
        self.model.deliver(request, rows, self.total)


@pytest.fixture
def make(now: datetime) -> Callable[[int], tuple[PagedModel[Item], Source]]:
    def build(total: int) -> tuple[PagedModel[Item], Source]:
        source = Source(total)
        source.model = PagedModel(COLUMNS, lambda i: i.id, source.fetch, lambda: now)
        return source.model, source

    return build


@pytest.fixture
def make_view(qtbot: QtBot, theme: Theme, settings: ConsoleSettings, now: datetime) -> Callable[..., TableView[Item]]:
    def build(model: PagedModel[Item]) -> TableView[Item]:
        empty = EmptyText("inbox", "No jobs yet", "Jobs appear here.", "New job")
        view = TableView(theme, model, settings, lambda: now, name="jobs", title="Jobs", empty=empty)
        qtbot.addWidget(view)
        view.resize(900, 600)
        view.show()
        return view

    return build


Make = Callable[[int], tuple[PagedModel[Item], Source]]
MakeView = Callable[..., TableView[Item]]


def test_the_model_keeps_qts_contract(make: Make, qtbot: QtBot, qtmodeltester: ModelTester) -> None:
    model, source = make(450)
    model.reload()
    qtbot.waitUntil(lambda: model.total == 450)
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]  # pytest-qt has no types here
    source.total = 300
    model.refresh()
    qtbot.waitUntil(lambda: model.total == 300)
    source.total = 500
    model.refresh()
    qtbot.waitUntil(lambda: model.total == 500)


def test_a_million_rows_open_with_few_pages(make: Make, make_view: MakeView, qtbot: QtBot) -> None:
    model, source = make(1_000_000)
    view = make_view(model)
    model.reload()
    qtbot.waitUntil(lambda: model.total == 1_000_000)
    view.grab()
    assert len(source.asked) <= 2
    view.scrollToBottom()
    view.grab()
    qtbot.waitUntil(lambda: model.id_at(999_999) is not None)
    assert model.loaded_rows() <= 1000


def test_a_late_answer_to_an_older_question_is_dropped(now: datetime, qtbot: QtBot) -> None:
    asked: list[PageRequest] = []
    model = PagedModel(COLUMNS, lambda i: i.id, asked.append, lambda: now)
    model.reload()
    qtbot.waitUntil(lambda: len(asked) == 1)
    model.reload()
    qtbot.waitUntil(lambda: len(asked) == 2)
    model.deliver(asked[0], [Item("old")], 1)
    assert model.total == 0
    model.deliver(asked[1], [Item("new")], 1)
    assert model.id_at(0) == "new"


def test_an_update_repaints_only_rows_that_can_be_seen(make: Make, qtbot: QtBot) -> None:
    model, _ = make(400)
    model.reload()
    qtbot.waitUntil(lambda: model.total == 400)
    model.set_visible(0, 20)
    seen: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: seen.append((first.row(), last.row())))
    assert model.update_rows([Item("job-100", "FAILED")]) == 1
    assert seen == []
    assert model.update_rows([Item("job-5", "FAILED"), Item("job-7", "FAILED"), Item("unknown")]) == 2
    assert seen == [(5, 5), (7, 7)]
    assert model.data(model.index(5, 0)) == "Failed"


def test_what_is_painted_in_parts_looks_like_the_whole(make: Make, make_view: MakeView, qtbot: QtBot) -> None:
    model, _ = make(400)
    view = make_view(model)
    model.reload()
    qtbot.waitUntil(lambda: model.total == 400)
    view.selectRow(3)
    whole, parts = (QImage(view.viewport().size(), QImage.Format.Format_RGB32) for _ in range(2))
    viewport, box = view.viewport(), view.viewport().rect()
    viewport.render(whole, QPoint(), QRegion(box))
    slanting = QRegion(0, 0, 130, box.height()) + QRegion(100, 95, 90, 70)
    for region in (slanting, QRegion(box) - slanting):
        viewport.render(parts, region.boundingRect().topLeft(), region)
    assert whole == parts
    assert whole.pixelColor(500, 3 * ROW_HEIGHT + 2) != whole.pixelColor(500, 4 * ROW_HEIGHT + 2)


def test_the_selection_follows_its_ids_through_a_refresh(make: Make, make_view: MakeView, qtbot: QtBot) -> None:
    model, source = make(400)
    view = make_view(model)
    model.reload()
    qtbot.waitUntil(lambda: model.total == 400)
    for row in (2, 4):
        view.selectionModel().select(
            model.index(row, 0),
            QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows,
        )
    assert view.selected_ids() == ("job-2", "job-4")
    source.shift = 3
    with qtbot.waitSignal(model.page_arrived):
        model.refresh()
    assert view.selected_ids() == ("job-2", "job-4")
    assert [index.row() for index in view.selectionModel().selectedRows()] == [5, 7]


def test_rows_selected_unseen_get_their_ids_when_they_arrive(make: Make, make_view: MakeView, qtbot: QtBot) -> None:
    model, _ = make(400)
    view = make_view(model)
    model.reload()
    qtbot.waitUntil(lambda: model.total == 400)
    view.selectAll()
    assert (len(view.selected_ids()), view.chosen.unseen) == (200, 200)
    model.row_at(399)
    qtbot.waitUntil(lambda: len(view.selected_ids()) == 400)
    assert view.chosen.unseen == 0


def test_the_keyboard_opens_previews_deletes_and_retries(make: Make, make_view: MakeView, qtbot: QtBot) -> None:
    model, _ = make(10)
    view = make_view(model)
    model.reload()
    qtbot.waitUntil(lambda: model.total == 10)
    view.selectRow(3)
    for key, signal in (
        (Qt.Key.Key_Return, view.opened),
        (Qt.Key.Key_Space, view.previewed),
        (Qt.Key.Key_Delete, view.delete_wanted),
        (Qt.Key.Key_R, view.retry_wanted),
    ):
        with qtbot.waitSignal(signal):
            qtbot.keyClick(view, key)  # type: ignore[no-untyped-call]  # pytest-qt has no types here


def test_a_failure_says_why_and_offers_to_try_again(make_view: MakeView, now: datetime, qtbot: QtBot) -> None:
    asked: list[PageRequest] = []
    model = PagedModel(COLUMNS, lambda i: i.id, asked.append, lambda: now)
    view = make_view(model)
    model.reload()
    qtbot.waitUntil(lambda: len(asked) == 1)
    model.fail(asked[0], "The orchestrator did not answer.")
    assert (model.state, model.reason) == (ModelState.FAILED, "The orchestrator did not answer.")
    assert view.isVisible()


def test_columns_are_remembered(make: Make, make_view: MakeView, tmp_path: Path) -> None:
    model, _ = make(1)
    first = make_view(model)
    first.columns_menu().actions()[1].toggle()
    first.horizontalHeader().resizeSection(0, 222)
    first.save_columns()
    second = make_view(model)
    assert second.isColumnHidden(1)
    assert second.columnWidth(0) == 222
    assert (tmp_path / "console.ini").parent.exists()


def test_the_delegate_paints_every_kind_selected_or_not_in_both_looks(
    make: Make, make_view: MakeView, theme: Theme, qtbot: QtBot
) -> None:
    model, _ = make(20)
    view = make_view(model)
    model.reload()
    qtbot.waitUntil(lambda: model.total == 20)
    view.selectRow(1)
    before = view.grab().toImage()
    theme.toggle()
    assert view.grab().toImage() != before
