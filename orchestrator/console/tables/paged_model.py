"""A table model that shows a million rows by asking for the pages that are looked at."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from itertools import chain, repeat
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from orchestrator.console.tables.columns import ColumnSpec, cell_text, cell_tooltip

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_TOOLTIP = int(Qt.ItemDataRole.ToolTipRole)
_ALIGN = int(Qt.ItemDataRole.TextAlignmentRole)
_ACCESSIBLE = int(Qt.ItemDataRole.AccessibleTextRole)
_NO_PARENT = QModelIndex()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """A wish for rows `offset`..`offset + limit` in this order; `generation` tells late answers apart."""

    offset: int
    limit: int
    sort_key: str
    descending: bool
    generation: int


class ModelState(Enum):
    """What a table without rows should say."""

    LOADING = auto()
    READY = auto()
    FAILED = auto()


@dataclass(slots=True)
class _Page(Generic[Row]):
    generation: int
    rows: list[Row]


class PagedModel(QAbstractTableModel, Generic[Row]):
    """Rows by page from `fetch`, which must return at once and answer later by `deliver` or `fail`.

    At most `max_in_flight` requests are out; of the pages waiting to be asked for the newest eight are
    kept, so that a fast scroll asks for where it ends. Pages are kept for the `max_pages` last seen.
    `refresh` keeps what is shown until newer rows arrive; `reload` is for another filter.
    """

    state_changed = Signal()
    page_arrived = Signal(int, int)
    total_changed = Signal(int)

    def __init__(
        self,
        columns: Sequence[ColumnSpec[Row]],
        row_id: Callable[[Row], str],
        fetch: Callable[[PageRequest], None],
        clock: Callable[[], datetime],
        *,
        page_size: int = 200,
        max_pages: int = 64,
        max_in_flight: int = 2,
        sort_key: str = "",
        descending: bool = False,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._row_id = row_id
        self._fetch = fetch
        self._clock = clock
        self._page_size, self._max_pages, self._max_in_flight = page_size, max_pages, max_in_flight
        self._sort_key, self._descending = sort_key, descending
        self._total = 0
        self._generation = 0
        self._is_reloading = True
        self._state, self._reason = ModelState.READY, ""
        self._pages: OrderedDict[int, _Page[Row]] = OrderedDict()
        self._places: dict[str, int] = {}
        self._in_flight: set[int] = set()
        self._wanted: OrderedDict[int, None] = OrderedDict()
        self._visible = range(0)
        self._newest = -1
        self._asking = QTimer(self, singleShot=True, interval=0)
        self._asking.timeout.connect(self._ask)

    @property
    def state(self) -> ModelState:
        """Loading, ready or failed."""
        return self._state

    @property
    def reason(self) -> str:
        """Why the last request failed; empty otherwise."""
        return self._reason

    @property
    def total(self) -> int:
        """How many rows the source has."""
        return self._total

    def id_of(self, row: Row) -> str:
        """The id of a row."""
        return self._row_id(row)

    def row_at(self, number: int) -> Row | None:
        """The row at this place, or None while its page is on the way (it is then asked for)."""
        page_number, rest = divmod(number, self._page_size)
        page = self._pages.get(page_number)
        if page is None:
            self._want(page_number)
            return None
        if page.generation != self._generation:
            self._want(page_number)
        if page_number != self._newest:
            self._newest = page_number
            self._pages.move_to_end(page_number)
        return page.rows[rest] if rest < len(page.rows) else None

    def id_at(self, number: int) -> str | None:
        """The id at this place when its page is here; asks for nothing."""
        page_number, rest = divmod(number, self._page_size)
        page = self._pages.get(page_number)
        return self._row_id(page.rows[rest]) if page is not None and rest < len(page.rows) else None

    def place_of(self, row_id: str) -> int | None:
        """Where this row stands, if its page is here."""
        return self._places.get(row_id)

    def row_of(self, row_id: str) -> Row | None:
        """The row of this id, if its page is here."""
        place = self._places.get(row_id)
        return None if place is None else self.row_at(place)

    def loaded_rows(self) -> int:
        """How many rows are in memory."""
        return sum(len(page.rows) for page in self._pages.values())

    def loaded_ranges(self) -> list[range]:
        """The places of the rows that are in memory, page by page."""
        size = self._page_size
        return [range(number * size, number * size + len(page.rows)) for number, page in self._pages.items()]

    def set_visible(self, first: int, last: int) -> None:
        """The view tells which rows can be seen: only those are repainted and refreshed."""
        self._visible = range(first, last + 1)

    def reload(self) -> None:
        """Ask for everything anew, because filter or order changed; old rows stay until the answer."""
        self._next_generation()
        self._is_reloading = True
        self._set_state(ModelState.LOADING)
        self._want(0)

    def refresh(self) -> None:
        """Ask again for what is looked at; rows keep their places on the screen until newer ones arrive."""
        if self._is_reloading:
            self.reload()
            return
        self._next_generation()
        self._set_state(ModelState.LOADING)
        size = self._page_size
        first, last = (self._visible[0] // size, self._visible[-1] // size) if self._visible else (0, 0)
        for page_number in range(first, last + 1):
            self._want(page_number)

    def deliver(self, request: PageRequest, rows: Sequence[Row], total: int) -> None:
        """The answer to a request; an answer to an older question is dropped."""
        if request.generation != self._generation:
            return
        page_number = request.offset // self._page_size
        self._in_flight.discard(page_number)
        if self._is_reloading:
            self._start_over(page_number, rows, total)
        else:
            self._resize(total)
            known = self._pages.get(page_number)
            self._store(page_number, rows)
            self._announce(_differing(known.rows if known else [], rows, request.offset))
        self._set_state(ModelState.READY)
        self.page_arrived.emit(request.offset, request.offset + len(rows) - 1)
        self._ask_soon()

    def fail(self, request: PageRequest, reason: str) -> None:
        """The request could not be answered; `reason` is one sentence for the user."""
        if request.generation != self._generation:
            return
        self._in_flight.clear()
        self._wanted.clear()
        self._set_state(ModelState.FAILED, reason)

    def update_rows(self, rows: Iterable[Row]) -> int:
        """Put newer versions of rows in their places; gives how many were here. Only visible ones repaint."""
        touched: list[int] = []
        for row in rows:
            place = self._places.get(self._row_id(row))
            if place is not None:
                page_number, rest = divmod(place, self._page_size)
                self._pages[page_number].rows[rest] = row
                touched.append(place)
        self._announce(touched)
        return len(touched)

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """Every row of the source, here or not."""
        return 0 if parent.isValid() else self._total

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        """One per column spec."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """Words, tooltip and alignment; the delegate reads rows directly and does not come here."""
        if role not in (_DISPLAY, _TOOLTIP, _ACCESSIBLE, _ALIGN) or not index.isValid():
            return None
        column = self.columns[index.column()]
        if role == _ALIGN:
            return column.alignment
        row = self.row_at(index.row())
        if row is None:
            return None
        if role == _TOOLTIP:
            return column.tooltip(row) if column.tooltip else cell_tooltip(column.value(row))
        return cell_text(column.value(row), self._clock())

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        """Titles of columns; rows have none."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role in (_DISPLAY, Qt.ItemDataRole.ToolTipRole):
            return self.columns[section].title
        return self.columns[section].alignment if role == _ALIGN else None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Have the source sort by this column."""
        if not 0 <= column < len(self.columns) or not self.columns[column].sort_key:
            return
        wanted = (self.columns[column].sort_key, order is Qt.SortOrder.DescendingOrder)
        if wanted != (self._sort_key, self._descending):
            self._sort_key, self._descending = wanted
            self.reload()

    def _next_generation(self) -> None:
        self._generation += 1
        self._in_flight.clear()
        self._wanted.clear()

    def _want(self, page_number: int) -> None:
        if page_number in self._in_flight or self._state is ModelState.FAILED:
            return
        self._wanted[page_number] = None
        self._wanted.move_to_end(page_number)
        if len(self._wanted) > 8:
            self._wanted.popitem(last=False)
        self._ask_soon()

    def _ask_soon(self) -> None:
        if self._wanted and not self._asking.isActive():
            self._asking.start()

    def _ask(self) -> None:
        while self._wanted and len(self._in_flight) < self._max_in_flight:
            page_number, _ = self._wanted.popitem()
            self._in_flight.add(page_number)
            self._fetch(
                PageRequest(
                    offset=page_number * self._page_size,
                    limit=self._page_size,
                    sort_key=self._sort_key,
                    descending=self._descending,
                    generation=self._generation,
                )
            )

    def _start_over(self, page_number: int, rows: Sequence[Row], total: int) -> None:
        self.beginResetModel()
        self._is_reloading = False
        self._pages.clear()
        self._places.clear()
        self._total = total
        self._store(page_number, rows)
        self.endResetModel()
        self.total_changed.emit(total)

    def _resize(self, total: int) -> None:
        before = self._total
        if total == before:
            return
        if total > before:
            self.beginInsertRows(QModelIndex(), before, total - 1)
            self._total = total
            self.endInsertRows()
        else:
            self.beginRemoveRows(QModelIndex(), total, before - 1)
            self._total = total
            self.endRemoveRows()
        self.total_changed.emit(total)

    def _store(self, page_number: int, rows: Sequence[Row]) -> None:
        self._forget(page_number)
        start = page_number * self._page_size
        self._pages[page_number] = _Page(self._generation, list(rows))
        for number, row in enumerate(rows, start):
            self._places[self._row_id(row)] = number
        while len(self._pages) > self._max_pages:
            self._forget(next(iter(self._pages)))

    def _forget(self, page_number: int) -> None:
        page = self._pages.pop(page_number, None)
        start = page_number * self._page_size
        for number, row in enumerate(page.rows if page else (), start):
            row_id = self._row_id(row)
            if self._places.get(row_id) == number:
                del self._places[row_id]

    def _announce(self, places: Iterable[int]) -> None:
        """Those that can be seen, neighbours together, so that the rest is not painted anew."""
        seen = sorted(place for place in places if place in self._visible and place < self._total)
        last = len(self.columns) - 1
        for run in _runs(seen) if last >= 0 else ():
            self.dataChanged.emit(self.index(run[0], 0), self.index(run[-1], last))

    def _set_state(self, state: ModelState, reason: str = "") -> None:
        if (state, reason) != (self._state, self._reason):
            self._state, self._reason = state, reason
            self.state_changed.emit()


def _differing(before: Sequence[Row], rows: Sequence[Row], start: int) -> list[int]:
    """The places of rows that are not as they were, counted from `start`."""
    known: Iterable[Row | None] = chain(before, repeat(None))
    return [place for place, (old, new) in enumerate(zip(known, rows, strict=False), start) if old != new]


def _runs(places: Iterable[int]) -> Iterator[range]:
    """Neighbours among rising places together."""
    run = range(0)
    for place in places:
        if run and place != run.stop:
            yield run
            run = range(0)
        run = range(run.start if run else place, place + 1)
    if run:
        yield run
