"""The table that panels show: keyboard, remembered columns, and something to say when there are no rows."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Generic, TypeVar

from PySide6.QtCore import QEvent, QItemSelectionModel, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QMenu, QTableView, QWidget

from orchestrator.console.settings import ConsoleSettings
from orchestrator.console.tables.column_fit import squeezed_sections, stretching_section
from orchestrator.console.tables.delegate import Cell, TableDelegate
from orchestrator.console.tables.paged_model import ModelState, PagedModel
from orchestrator.console.tables.selection import IdSelection
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import ROW_HEIGHT
from orchestrator.console.widgets.empty_state import EmptyState, EmptyText
from orchestrator.console.widgets.skeleton import Skeleton
from orchestrator.console.words import tr

Row = TypeVar("Row")
_SKELETON_AFTER_MS = 150
_TIMES_EVERY_MS = 1_000
_COLUMNS_SETTLE_MS = 200


class TableView(QTableView, Generic[Row]):
    """A table over a paged model.

    `opened(id)`: Enter or a double click; `previewed(id)`: Space; `delete_wanted`, `retry_wanted`: Del and R
    on the selection; `menu_wanted(global position)`: right click or the menu key; `selection_changed`: ids
    in `selected_ids()`; `retry_load`: the button of the failed state; `begin`: the button of the empty state.
    """

    opened = Signal(str)
    previewed = Signal(str)
    delete_wanted = Signal()
    retry_wanted = Signal()
    menu_wanted = Signal(QPoint)
    selection_changed = Signal()
    retry_load = Signal()
    begin = Signal()

    def __init__(
        self,
        theme: Theme,
        model: PagedModel[Row],
        settings: ConsoleSettings,
        clock: Callable[[], datetime],
        *,
        name: str,
        title: str,
        empty: EmptyText,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._paged, self._settings, self._empty_text = model, settings, empty
        self._stretching = stretching_section(model.columns)
        self._widths = {section: column.width for section, column in enumerate(model.columns)}
        self._unwanted = {section for section, column in enumerate(model.columns) if column.hidden}
        self._is_fitting = False
        self._columns_settled = QTimer(self, singleShot=True, interval=_COLUMNS_SETTLE_MS)
        self._painter = TableDelegate(theme, model, clock, self)
        self.setModel(model)
        self.setItemDelegate(self._painter)
        self.chosen = IdSelection(model, self.selectionModel(), self)
        self.chosen.changed.connect(self.selection_changed)
        self._dress()
        self._build_header()
        self._overlay = EmptyState(theme, empty, self.viewport())
        self._overlay.action_clicked.connect(self._overlay_clicked)
        self._skeleton = Skeleton(theme, self.viewport())
        self._patience = QTimer(self, singleShot=True, interval=_SKELETON_AFTER_MS)
        self._patience.timeout.connect(self._skeleton_if_waiting)
        self._ageing = QTimer(self, interval=_TIMES_EVERY_MS)
        self._ageing.timeout.connect(self._repaint_times)
        self._connect()
        self._show_state()

    @property
    def paged(self) -> PagedModel[Row]:
        """The model, with its own type."""
        return self._paged

    def selected_ids(self) -> tuple[str, ...]:
        """The ids of the selected rows, also of those that have scrolled away."""
        return self.chosen.ids

    def selected_rows(self) -> tuple[Row, ...]:
        """The selected rows that are in memory."""
        rows = (self._paged.row_of(row_id) for row_id in self.chosen.ids)
        return tuple(row for row in rows if row is not None)

    def current_id(self) -> str | None:
        """The id of the row that the keyboard stands on."""
        index = self.currentIndex()
        return self._paged.id_at(index.row()) if index.isValid() else None

    def choose(self, row_id: str) -> bool:
        """Select this row alone and bring it into sight; False while it is not here."""
        place = self._paged.place_of(row_id)
        if place is None:
            return False
        index, flags = self._paged.index(place, 0), QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self.scrollTo(index)
        return True

    def set_empty_text(self, text: EmptyText) -> None:
        """What to say without rows: nothing there yet, or nothing that matches."""
        self._empty_text = text
        self._show_state()

    def columns_menu(self) -> QMenu:
        """A menu with a tick for every column; the first one always stays."""
        menu = QMenu(tr("Columns"), self)
        for section, column in enumerate(self._paged.columns):
            action = menu.addAction(column.title or column.key)
            action.setCheckable(True)
            action.setChecked(section not in self._unwanted)
            action.setEnabled(section > 0)
            action.toggled.connect(self._hider(section))
        return menu

    def save_columns(self) -> None:
        """Remember which columns are wanted, where and how wide."""
        hidden = [self._paged.columns[section].key for section in sorted(self._unwanted)]
        self._settings.set_words(f"hidden/{self.objectName()}", hidden)
        self._settings.set_state(f"columns/{self.objectName()}", self.horizontalHeader().saveState())

    def _hider(self, section: int) -> Callable[[bool], None]:
        def hide(shown: bool) -> None:
            (self._unwanted.discard if shown else self._unwanted.add)(section)
            self._fit_columns()
            self.save_columns()

        return hide

    def _fit_columns(self) -> None:
        """Hide what there is no room for; nothing is forgotten, it comes back with the room."""
        wanted = {section: width for section, width in self._widths.items() if section not in self._unwanted}
        squeezed = squeezed_sections(self._paged.columns, wanted, self.viewport().width())
        gone = squeezed | self._unwanted
        self._is_fitting = True
        for section in self._widths:
            if self.isColumnHidden(section) is not (section in gone):
                self.setColumnHidden(section, section in gone)
        self._is_fitting = False

    def _section_resized(self, section: int, _before: int, width: int) -> None:
        """A width that the user chose; those that hiding and stretching bring about are not."""
        if not self._is_fitting and width and section != self._stretching:
            self._widths[section] = width
            self._columns_settled.start()

    def _dress(self) -> None:
        self.setShowGrid(False)
        self.setAlternatingRowColors(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        rows = self.verticalHeader()
        rows.hide()
        rows.setMinimumSectionSize(ROW_HEIGHT)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def _build_header(self) -> None:
        header = self.horizontalHeader()
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.setMinimumSectionSize(48)
        for section, column in enumerate(self._paged.columns):
            header.resizeSection(section, column.width)
        self._restore_columns()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(self._stretching, QHeaderView.ResizeMode.Stretch)
        self._fit_columns()

    def _restore_columns(self) -> None:
        header, columns = self.horizontalHeader(), self._paged.columns
        stored = self._settings.state(f"columns/{self.objectName()}")
        if stored is None or not header.restoreState(stored):
            return
        hidden = self._settings.words(f"hidden/{self.objectName()}")
        self._unwanted = {section for section, column in enumerate(columns) if column.key in hidden}
        header.setStretchLastSection(False)
        for section in self._widths:
            self.setColumnHidden(section, False)
            if section != self._stretching:
                self._widths[section] = header.sectionSize(section)

    def _connect(self) -> None:
        header = self.horizontalHeader()
        header.sectionMoved.connect(self.save_columns)
        header.sectionResized.connect(self._section_resized)
        self._columns_settled.timeout.connect(self.save_columns)
        header.sectionClicked.connect(self._sort_by)
        header.customContextMenuRequested.connect(self._show_columns_menu)
        self.verticalScrollBar().valueChanged.connect(self._tell_visible)
        self.doubleClicked.connect(self._open_current)
        self._paged.state_changed.connect(self._show_state)
        self._paged.total_changed.connect(self._show_state)
        self._paged.modelReset.connect(self._tell_visible)
        self._paged.rowsInserted.connect(self._tell_visible)

    def _repaint_times(self) -> None:
        """Only what says something else by now: to paint all of it takes several times as long."""
        height = self.viewport().height()
        for section, column in enumerate(self._paged.columns):
            if column.is_ageing and not self.isColumnHidden(section):
                self.viewport().update(self.columnViewportPosition(section), 0, self.columnWidth(section), height)

    def _sort_by(self, section: int) -> None:
        header = self.horizontalHeader()
        if not self._paged.columns[section].sort_key:
            return
        again = header.isSortIndicatorShown() and header.sortIndicatorSection() == section
        down = again and header.sortIndicatorOrder() is Qt.SortOrder.AscendingOrder
        order = Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder
        header.setSortIndicatorShown(True)
        header.setSortIndicator(section, order)
        self._paged.sort(section, order)

    def _show_columns_menu(self, position: QPoint) -> None:
        menu = self.columns_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.horizontalHeader().mapToGlobal(position))

    def _tell_visible(self) -> None:
        height = self.viewport().height()
        first, last = self.rowAt(0), self.rowAt(height - 1)
        last = self._paged.total - 1 if last < 0 else last
        self._paged.set_visible(max(first, 0), last)

    def _open_current(self) -> None:
        row_id = self.current_id()
        if row_id is not None:
            self.opened.emit(row_id)

    def _preview_current(self) -> None:
        row_id = self.current_id()
        if row_id is not None:
            self.previewed.emit(row_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Space previews, Del and R act on the selection; the rest is Qt's."""
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        act = self._key_actions().get(Qt.Key(event.key())) if plain else None
        if plain and event.key() == Qt.Key.Key_Down and self._choose_current():
            return
        if act is None:
            super().keyPressEvent(event)
        elif self.currentIndex().isValid():
            act()

    def _choose_current(self) -> bool:
        """A list that just got the keyboard has a current row but none chosen: the first Down means that one."""
        selection, flags = self.selectionModel(), QItemSelectionModel.SelectionFlag
        if selection.hasSelection() or not self.currentIndex().isValid():
            return False
        selection.select(self.currentIndex(), flags.ClearAndSelect | flags.Rows)
        return True

    def _key_actions(self) -> dict[Qt.Key, Callable[[], None]]:
        return {
            Qt.Key.Key_Return: self._open_current,
            Qt.Key.Key_Enter: self._open_current,
            Qt.Key.Key_Space: self._preview_current,
            Qt.Key.Key_Delete: self.delete_wanted.emit,
            Qt.Key.Key_R: self.retry_wanted.emit,
        }

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """A right click selects the row under it first, so that the menu acts on what one sees."""
        if event.reason() is not QContextMenuEvent.Reason.Keyboard:
            index = self.indexAt(event.pos())
            if index.isValid() and not self.selectionModel().isRowSelected(index.row()):
                flags = QItemSelectionModel.SelectionFlag
                self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
            self.menu_wanted.emit(event.globalPos())
        else:
            self.menu_wanted.emit(self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The row under the pointer lights up."""
        self._hover(self.rowAt(event.position().toPoint().y()))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """No row is under the pointer any more."""
        self._hover(-1)
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Row by row, which takes less than Qt's way from cell to cell; on a ground of its own, so that Qt need not
        paint the window, the panel and the card behind it first."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self._painter.ground)
        selection, current = self.selectionModel(), self.currentIndex()
        focused = current.row() if self.hasFocus() and current.column() == 0 else -1
        has_selection = selection.hasSelection()
        for number, room, cells in self._cells_in(event.region()):
            is_selected = has_selection and selection.isRowSelected(number)
            self._painter.paint_row(painter, number, room, cells, selected=is_selected, current=number == focused)
        painter.end()

    def _cells_in(self, region: QRegion) -> Iterator[tuple[int, QRect, list[Cell]]]:
        """Rows that lie in a region, their place, and those of their cells that do."""
        shown = [section for section in self._widths if not self.isColumnHidden(section)]
        places = [(each, self.columnViewportPosition(each), self.columnWidth(each)) for each in shown]
        left, width = min((each[1] for each in places), default=0), sum(each[2] for each in places)
        first, last = self.rowAt(region.boundingRect().top()), self.rowAt(region.boundingRect().bottom())
        end = self._paged.total if last < 0 else last + 1
        for number in range(first, end) if first >= 0 else ():
            room = QRect(left, self.rowViewportPosition(number), width, self.rowHeight(number))
            yield number, room, [each for each in places if region.intersects(_cell_in(room, each))]

    def _hover(self, row: int) -> None:
        before, self._painter.hovered_row = self._painter.hovered_row, row
        for number in {before, row} - {-1} if before != row else ():
            top = self.rowViewportPosition(number)
            self.viewport().update(0, top, self.viewport().width(), ROW_HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The overlays fill the table; columns come and go with the room."""
        super().resizeEvent(event)
        self._fit_columns()
        for overlay in (self._overlay, self._skeleton):
            overlay.setGeometry(self.viewport().rect())
        self._tell_visible()

    def showEvent(self, event: QShowEvent) -> None:
        """Relative times grow older only while they are seen."""
        super().showEvent(event)
        self._ageing.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing repaints while hidden."""
        super().hideEvent(event)
        self._ageing.stop()

    def _show_state(self) -> None:
        model = self._paged
        is_bare = model.total == 0
        is_waiting = is_bare and model.state is ModelState.LOADING
        if is_waiting and not self._skeleton.isVisible():
            self._patience.start()
        if not is_waiting:
            self._patience.stop()
            self._skeleton.hide()
        self._overlay.setVisible(is_bare and not is_waiting)
        self._overlay.set_text(self._overlay_text())

    def _overlay_text(self) -> EmptyText:
        if self._paged.state is ModelState.FAILED:
            return EmptyText("triangle-alert", tr("This could not be loaded"), self._paged.reason, tr("Try again"))
        return self._empty_text

    def _overlay_clicked(self) -> None:
        wanted = self.retry_load if self._paged.state is ModelState.FAILED else self.begin
        wanted.emit()

    def _skeleton_if_waiting(self) -> None:
        self._skeleton.setGeometry(self.viewport().rect())
        self._skeleton.show()


def _cell_in(room: QRect, cell: Cell) -> QRect:
    return QRect(cell[1], room.top(), cell[2], room.height())
