"""A walk over everything that the window shows: what a person without a mouse, or without eyes, would stumble over."""

import pkgutil
from collections.abc import AsyncIterator, Iterator
from importlib import import_module

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QFontMetrics, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QHeaderView,
    QLabel,
    QRadioButton,
    QScrollArea,
    QTableView,
    QTabWidget,
    QWidget,
)
from window_rest import at_rest

import orchestrator.console
from orchestrator.console.commands import CommandContext
from orchestrator.console.widgets.segmented import SegmentedControl
from orchestrator.console.widgets.sheet import Sheet
from orchestrator.console.window import ConsoleWindow

UNWALKED = {"window.quit", "window.theme", "window.system_theme", "demo.start", "demo.end"}
_MOST_STOPS, _MOST_ROWS = 300, 25
_SLACK = 1
Station = tuple[str, QWidget]


async def panel_stations(window: ConsoleWindow) -> AsyncIterator[Station]:
    """Every panel with each of its tabs and parts, a row selected in every table."""
    for key, panel in window.panels.items():
        window.show_panel(key)
        for part in _parts(panel):
            await at_rest(window)
            select_rows(panel)
            await _with_keyboard(window)
            yield f"{key}{part}", window


async def detail_stations(window: ConsoleWindow) -> AsyncIterator[Station]:
    """The detail pane with one thing of each kind that the panels lead to, and each of its tabs."""
    seen: set[str] = set()
    for context in await all_contexts(window):
        if context.kind in seen or context.kind not in window.detail._pages:
            continue
        seen.add(context.kind)
        window.show_panel(context.panel)
        window.detail.open(context.kind, context.ids[0])
        await at_rest(window)
        for part in _parts(window.detail):
            await _with_keyboard(window)
            yield f"{context.kind}{part}", window
    window.detail.close_pane()
    assert seen == set(window.detail._pages)


async def sheet_stations(window: ConsoleWindow) -> AsyncIterator[Station]:
    """Every dialog that a command opens somewhere."""
    contexts = await all_contexts(window)
    for command in window.commands.all():
        context = next((each for each in contexts if command.enabled(each)), None)
        if context is None or command.id in UNWALKED:
            continue
        window.show_panel(context.panel)
        window.commands.run(command.id, context)
        await at_rest(window)
        box = QApplication.activeModalWidget()
        if isinstance(box, QDialog):
            if not isinstance(box, QFileDialog):
                yield command.id, box
            box.reject()
            await at_rest(window)


async def _with_keyboard(window: ConsoleWindow) -> None:
    window.activateWindow()
    await at_rest(window, window.isActiveWindow)
    window.current_panel.setFocus()


async def all_contexts(window: ConsoleWindow) -> list[CommandContext]:
    """What can be selected in the panels: one of each kind in each state, and several at once."""
    found: dict[tuple[str, frozenset[str], int], CommandContext] = {}
    for key, panel in window.panels.items():
        window.show_panel(key)
        await at_rest(window)
        for _ in _parts(panel):
            await at_rest(window)
            for context in _contexts_of(window, panel):
                found.setdefault((context.kind, context.states, min(len(context.ids), 2)), context)
    return list(found.values())


def _contexts_of(window: ConsoleWindow, panel: QWidget) -> Iterator[CommandContext]:
    yield window.panels[window.current_panel.key].context()
    for view in panel.findChildren(QAbstractItemView):
        if not view.isVisible() or isinstance(view, QHeaderView) or view.selectionModel() is None:
            continue
        for index in _some_indexes(view):
            view.selectionModel().setCurrentIndex(index, _FLAGS.ClearAndSelect | _FLAGS.Rows)
            yield window.current_panel.context()
        if isinstance(view, QTableView):
            view.selectAll()
            yield window.current_panel.context()
        view.selectionModel().clearSelection()


_FLAGS = QItemSelectionModel.SelectionFlag


def _some_indexes(view: QAbstractItemView, above: QModelIndex | None = None) -> list[QModelIndex]:
    model, above = view.model(), above or QModelIndex()
    found: list[QModelIndex] = []
    for row in range(min(model.rowCount(above), _MOST_ROWS)):
        index = model.index(row, 0, above)
        found += [index, *_some_indexes(view, index)]
    return found


def select_rows(root: QWidget) -> None:
    """The first row of every view that is seen."""
    for view in root.findChildren(QAbstractItemView):
        if view.isVisible() and view.selectionModel() is not None and not isinstance(view, QHeaderView):
            indexes = _some_indexes(view)
            if indexes:
                view.selectionModel().setCurrentIndex(indexes[-1], _FLAGS.ClearAndSelect | _FLAGS.Rows)


def _parts(root: QWidget) -> Iterator[str]:
    """Go through the tabs and segments; at the end the first ones are back."""
    yield ""
    for tabs in [each for each in root.findChildren(QTabWidget) if each.isVisible()]:
        for number in range(1, tabs.count()):
            tabs.setCurrentIndex(number)
            yield f" > {tabs.tabText(number)}"
        tabs.setCurrentIndex(0)
    for segments in [each for each in root.findChildren(SegmentedControl) if each.isVisible()]:
        first = segments.key
        for button in segments.findChildren(QAbstractButton):
            if not button.isChecked():
                button.click()
                yield f" > {button.text()}"
        segments.set_key(first)
        segments.selected.emit(first)


def controls(root: QWidget) -> list[QWidget]:
    """What Tab must reach: everything that takes the keyboard and can be seen."""
    return [
        widget
        for widget in root.findChildren(QWidget)
        if widget.window() is root
        and widget.isVisible()
        and widget.isEnabled()
        and _takes_tab(widget)
        and widget.focusProxy() is None
        and not widget.objectName().startswith("qt_")
    ]


def _takes_tab(widget: QWidget) -> bool:
    return (widget.focusPolicy() & Qt.FocusPolicy.TabFocus) == Qt.FocusPolicy.TabFocus


def called(widget: QWidget) -> str:
    """What to call it in a complaint."""
    inside = type(widget.parentWidget()).__name__ if widget.parentWidget() else ""
    return f"{type(widget).__name__} {name_of(widget)!r} in {inside}"


def name_of(widget: QWidget) -> str:
    """What a screen reader says."""
    interface: QAccessibleInterface | None = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name).strip() if interface is not None else ""


def unnamed(root: QWidget) -> list[str]:
    """Controls and pictures without a word."""
    wordless = [each for each in controls(root) if not any(letter.isalnum() for letter in name_of(each))]
    lists = [each for each in root.findChildren(QAbstractItemView) if each.isVisible() and each.window() is root]
    wordless += [each for each in lists if not isinstance(each, QHeaderView) and not name_of(each)]
    return [called(each) for each in dict.fromkeys(wordless)]


def tab_faults(root: QWidget, unseen: dict[object, str], known: set[object]) -> list[str]:
    """Go round with Tab: what it does not reach, where it stays; `unseen` gets what does not show its focus."""
    start = QApplication.focusWidget()
    if start is None or start.window() is not root:
        return ["nothing has the keyboard"]
    wanted, seen = controls(root), []
    for _ in range(_MOST_STOPS):
        focused = QApplication.focusWidget()
        assert focused is not None
        if focused in seen:
            break
        seen.append(focused)
        lit = _picture_once(focused, known)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
        if QApplication.focusWidget() is focused and len(wanted) > 1:
            return [f"Tab stays in {called(focused)}"]
        if lit is not None and focused.grab().toImage() == lit:
            unseen[_kind(focused)] = called(focused)
    missed = [each for each in wanted if each not in seen and each.isVisible() and not _is_beside(each, seen)]
    return [f"Tab misses {called(each)}" for each in missed]


def _is_beside(control: QWidget, seen: list[QWidget]) -> bool:
    """Of buttons of which one is down, Tab reaches that one; the arrows lead to the others."""
    group = control.group() if isinstance(control, QAbstractButton) else None
    return group is not None and group.exclusive() and any(each in seen for each in group.buttons())


def _kind(widget: QWidget) -> object:
    names = ("variant", "chip", "segment", "nav", "tight", "bare", "log", "clickable")
    return (type(widget).__name__, tuple(str(widget.property(name)) for name in names))


def _picture_once(widget: QWidget, known: set[object]) -> QImage | None:
    if _kind(widget) in known or not _takes_tab(widget):
        return None
    known.add(_kind(widget))
    return widget.grab().toImage()


def cut_texts(root: QWidget) -> list[str]:
    """Words that there is no room for and no tooltip tells."""
    found: list[str] = []
    for widget in [each for each in root.findChildren(QWidget) if each.isVisible() and each.window() is root]:
        if isinstance(widget, QLabel):
            found += _cut_label(widget)
        elif isinstance(widget, QAbstractButton | QComboBox):
            found += _cut_control(widget)
        elif isinstance(widget, QHeaderView):
            found += _cut_header(widget)
        elif isinstance(widget, QTabWidget):
            bar = widget.tabBar()
            wanted = sum(bar.tabRect(number).width() for number in range(bar.count()))
            found += [f"tabs {bar.accessibleName()!r}"] if wanted > widget.width() + _SLACK else []
        elif isinstance(widget, QTableView):
            found += _cut_cells(widget)
    return found + [f"{called(each)} lies outside" for each in controls(root) if _is_outside(each)]


def _cut_label(words: QLabel) -> list[str]:
    if not words.text() or words.toolTip() or words.textFormat() is Qt.TextFormat.RichText:
        return []
    if words.wordWrap():
        is_cut = words.heightForWidth(words.width()) > words.height() + _SLACK
    else:
        is_cut = words.sizeHint().width() > words.width() + _SLACK or (
            words.fontMetrics().height() > words.height() + _SLACK
        )
    return [f"label {words.text()[:60]!r}"] if is_cut else []


def _cut_control(control: QAbstractButton | QComboBox) -> list[str]:
    if isinstance(control, QComboBox):
        wanted, text = control.fontMetrics().horizontalAdvance(control.currentText()) + 40, control.currentText()
        has_more = bool(control.toolTip())
    else:
        wanted, text = control.sizeHint().width(), control.text()
        has_more = isinstance(control, QCheckBox | QRadioButton) and bool(control.toolTip())
    is_cut = bool(text) and wanted > control.width() + _SLACK
    return [f"{type(control).__name__} {text!r}"] if is_cut and not has_more else []


def _cut_header(header: QHeaderView) -> list[str]:
    if header.orientation() is not Qt.Orientation.Horizontal or header.model() is None:
        return []
    role, found = Qt.ItemDataRole.DisplayRole, []
    for section in range(header.count()):
        title = str(header.model().headerData(section, Qt.Orientation.Horizontal, role) or "")
        wanted = header.fontMetrics().horizontalAdvance(title) + 20
        has_more = header.model().headerData(section, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
        if not has_more and not header.isSectionHidden(section) and wanted > header.sectionSize(section) + _SLACK:
            around = header.parentWidget()
            found.append(f"column {title!r} of {around.accessibleName() if around else ''!r}")
    return found


def _cut_cells(table: QTableView) -> list[str]:
    metrics, model, found = QFontMetrics(table.font()), table.model(), []
    for row in range(min(model.rowCount(), _MOST_ROWS)):
        for section in range(model.columnCount()):
            index = model.index(row, section)
            text = str(index.data() or "")
            is_cut = metrics.horizontalAdvance(text) > table.columnWidth(section) - 20
            if is_cut and not table.isColumnHidden(section) and not index.data(Qt.ItemDataRole.ToolTipRole):
                found.append(f"cell {text[:40]!r} of {table.accessibleName()!r}")
    return found


def _is_outside(control: QWidget) -> bool:
    """Not wholly in sight, and in no place that scrolls to it; sideways nothing but a table may scroll."""
    above = control.parentWidget()
    while above is not None:
        where = QRect(control.mapTo(above, QPoint(0, 0)), control.size())
        around = above.parentWidget()
        if isinstance(around, QScrollArea) and above is around.viewport():
            return where.left() < -_SLACK or where.right() > above.width() + _SLACK
        if isinstance(above, QAbstractItemView):
            return False
        if not above.rect().contains(where.adjusted(1, 1, -1, -1)):
            return True
        above = None if above.isWindow() else above.parentWidget()
    return False


def all_sheets() -> set[type[Sheet]]:
    """Every dialog that the console has, also those that nothing has loaded yet."""
    for module in pkgutil.walk_packages(orchestrator.console.__path__, "orchestrator.console."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    found: set[type[Sheet]] = set()
    waiting = [Sheet]
    while waiting:
        below = waiting.pop().__subclasses__()
        found.update(below)
        waiting += below
    return {each for each in found if not each.__name__.startswith("_") and each.__module__.startswith("orchestrator.")}
