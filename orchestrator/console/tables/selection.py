"""Keeps a table's selection by id, so that it survives refreshes in which rows move."""

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QObject, Signal

from orchestrator.console.tables.paged_model import PagedModel, Row

_FLAG = QItemSelectionModel.SelectionFlag


class IdSelection(QObject):
    """The selected ids of a paged model; rows that were selected unseen are resolved as their pages arrive."""

    changed = Signal()

    def __init__(self, model: PagedModel[Row], selection: QItemSelectionModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._selection = selection
        self._ids: dict[str, None] = {}
        self._unseen: list[range] = []
        self._is_syncing = False
        selection.selectionChanged.connect(self._on_selection_changed)
        model.modelReset.connect(self._on_reset)
        model.page_arrived.connect(self._on_page)

    @property
    def ids(self) -> tuple[str, ...]:
        """The selected ids in the order in which they were chosen."""
        return tuple(self._ids)

    @property
    def unseen(self) -> int:
        """How many rows are selected whose page has not arrived, so that their ids are not known yet."""
        return sum(len(rows) for rows in self._unseen)

    def clear(self) -> None:
        """Select nothing."""
        self._ids.clear()
        self._unseen.clear()
        self._selection.clearSelection()
        self.changed.emit()

    def select(self, row_ids: tuple[str, ...]) -> None:
        """Select exactly these ids, whether their rows are here or not."""
        self._ids = dict.fromkeys(row_ids)
        self._unseen.clear()
        self._selection.clearSelection()
        for row_id in row_ids:
            place = self._model.place_of(row_id)
            if place is not None:
                self._mark(place, selected=True)
        self.changed.emit()

    def _on_selection_changed(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        if self._is_syncing:
            return
        for rows in _row_ranges(deselected):
            self._drop(rows)
        for rows in _row_ranges(selected):
            self._add(rows)
        self.changed.emit()

    def _add(self, rows: range) -> None:
        unseen = [rows]
        for loaded in self._model.loaded_ranges():
            for number in _overlap(rows, loaded):
                row_id = self._model.id_at(number)
                if row_id is not None:
                    self._ids[row_id] = None
            unseen = [rest for part in unseen for rest in _minus(part, loaded)]
        self._unseen.extend(unseen)

    def _drop(self, rows: range) -> None:
        for loaded in self._model.loaded_ranges():
            for number in _overlap(rows, loaded):
                self._ids.pop(self._model.id_at(number) or "", None)
        self._unseen = [rest for unseen in self._unseen for rest in _minus(unseen, rows)]

    def _on_page(self, first: int, last: int) -> None:
        if not (self._ids or self._unseen or self._selection.hasSelection()):
            return
        known = len(self._ids)
        arrived = range(first, last + 1)
        self._is_syncing = True
        for number in arrived:
            row_id = self._model.id_at(number)
            if row_id is None:
                continue
            if any(number in unseen for unseen in self._unseen):
                self._ids[row_id] = None
            self._mark(number, selected=row_id in self._ids)
        self._is_syncing = False
        self._unseen = [rest for unseen in self._unseen for rest in _minus(unseen, arrived)]
        if len(self._ids) != known:
            self.changed.emit()

    def _on_reset(self) -> None:
        self._unseen.clear()

    def _mark(self, number: int, *, selected: bool) -> None:
        index = self._model.index(number, 0)
        if self._selection.isRowSelected(number) == selected:
            return
        was_syncing, self._is_syncing = self._is_syncing, True
        self._selection.select(index, (_FLAG.Select if selected else _FLAG.Deselect) | _FLAG.Rows)
        self._is_syncing = was_syncing


def _row_ranges(selection: QItemSelection) -> list[range]:
    parts = (selection.at(position) for position in range(selection.count()))
    return [range(part.top(), part.bottom() + 1) for part in parts]


def _overlap(first: range, second: range) -> range:
    return range(max(first.start, second.start), min(first.stop, second.stop))


def _minus(rows: range, taken: range) -> list[range]:
    before = range(rows.start, min(rows.stop, taken.start))
    after = range(max(rows.start, taken.stop), rows.stop)
    return [part for part in (before, after) if part]
