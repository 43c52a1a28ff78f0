"""A JSON value as a tree, for inputs and outputs of jobs."""

import json
from typing import Any

from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QTreeView, QWidget

from orchestrator.console.theme.fonts import mono_font
from orchestrator.console.words import tr

MAX_ITEMS = 5000


class JsonTree(QTreeView):
    """Names and values; at most 5,000 entries, then a line that says so. Ctrl+C copies the whole as text."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self.setFont(mono_font())
        self.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        self.setUniformRowHeights(True)
        self._items = QStandardItemModel(self)
        self._value: object = None
        self._left = MAX_ITEMS
        self.setModel(self._items)
        self._items.setHorizontalHeaderLabels([tr("Name"), tr("Value")])
        self.setColumnWidth(0, 220)

    def set_value(self, value: object) -> None:
        """Show any JSON value."""
        if value == self._value and self._items.rowCount():
            return
        self._value, self._left = value, MAX_ITEMS
        self._items.removeRows(0, self._items.rowCount())
        self._add(self._items.invisibleRootItem(), value)
        self.expandToDepth(1)

    def set_heading(self, words: str) -> None:
        """What stands above the names, e.g. `Input`."""
        self._items.setHorizontalHeaderLabels([words, tr("Value")])

    def text(self) -> str:
        """The whole value as indented JSON."""
        return json.dumps(self._value, indent=2, ensure_ascii=False, default=str)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C copies the whole value."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.text())
        else:
            super().keyPressEvent(event)

    def _add(self, parent: QStandardItem, value: Any) -> None:
        for name, child in _children(value):
            if self._left <= 0:
                parent.appendRow([QStandardItem("…"), QStandardItem(tr("more than 5,000 entries"))])
                return
            self._left -= 1
            item = QStandardItem(name)
            parent.appendRow([item, QStandardItem(_words(child))])
            if isinstance(child, dict | list):
                self._add(item, child)


def _children(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [(str(name), child) for name, child in value.items()]
    if isinstance(value, list):
        return [(str(number), child) for number, child in enumerate(value)]
    return [("value", value)]


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{len(value)}}}"
    if isinstance(value, list):
        return f"[{len(value)}]"
    return json.dumps(value, ensure_ascii=False, default=str)
