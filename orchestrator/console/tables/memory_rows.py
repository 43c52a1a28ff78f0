"""Rows that are in memory anyway, such as robots and schedules, behind the same paged model as a million jobs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Generic

from PySide6.QtCore import QObject

from orchestrator.console.tables.columns import ColumnSpec
from orchestrator.console.tables.paged_model import PagedModel, PageRequest, Row

Sorter = Callable[[Row], object]
_PAGE = 500


class MemoryRows(QObject, Generic[Row]):
    """Answers the model from a list; until `set_rows` was called for the first time the table is loading."""

    def __init__(
        self,
        columns: Sequence[ColumnSpec[Row]],
        row_id: Callable[[Row], str],
        clock: Callable[[], datetime],
        sorters: Mapping[str, Sorter[Row]] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._row_id, self._sorters = row_id, dict(sorters or {})
        self._rows: list[Row] | None = None
        self._pending: PageRequest | None = None
        self.model: PagedModel[Row] = PagedModel(columns, row_id, self._fetch, clock, page_size=_PAGE, parent=self)
        self.model.reload()

    def set_rows(self, rows: Iterable[Row]) -> None:
        """Show these rows, in this order unless the user sorts; rows that only changed keep their places."""
        fresh = list(rows)
        known, self._rows = self._rows, fresh
        if known is not None and {self._row_id(row) for row in known} == {self._row_id(row) for row in fresh}:
            self.model.update_rows(fresh)
            if self._pending is None and [self._row_id(r) for r in known] == [self._row_id(r) for r in fresh]:
                return
        if self._pending is not None:
            request, self._pending = self._pending, None
            self._answer(request)
        else:
            self.model.refresh()

    def forget(self) -> None:
        """Loading again, for something else."""
        self._rows, self._pending = None, None
        self.model.reload()

    def fail(self, reason: str) -> None:
        """There are no rows to show, and why; rows that are shown stay."""
        if self._rows is None and self._pending is not None:
            request, self._pending = self._pending, None
            self.model.fail(request, reason)

    def _fetch(self, request: PageRequest) -> None:
        if self._rows is None:
            self._pending = request
        else:
            self._answer(request)

    def _answer(self, request: PageRequest) -> None:
        rows = self._rows or []
        sorter = self._sorters.get(request.sort_key)
        if sorter is not None:
            rows = sorted(rows, key=sorter, reverse=request.descending)  # type: ignore[arg-type]
        self.model.deliver(request, rows[request.offset : request.offset + request.limit], len(rows))
