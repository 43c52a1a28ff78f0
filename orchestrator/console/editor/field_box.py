"""One field of a form: name, input made for its kind, explanation and complaint."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPlainTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from orchestrator.console.editor.field_values import NO, YES, FieldError, fitting, parsed, shown
from orchestrator.console.editor.fields import FieldKind, FieldSpec
from orchestrator.console.editor.yaml_view import is_history_key
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import SPACE_XS, Tone
from orchestrator.console.widgets.labels import label, set_property
from orchestrator.console.words import tr
from orchestrator.contract.ids import JsonValue

_LINES = {FieldKind.LONG_TEXT, FieldKind.LIST, FieldKind.VALUE, FieldKind.MAPPING, FieldKind.TARGET}
_LINE_HEIGHT, _FEWEST, _MOST = 18, 1, 9
_STEPS_HEIGHT = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Something that an expression can speak of."""

    group: str
    title: str
    text: str


class FieldBox(QWidget):
    """Tells what was entered as a value; None: the field is empty, and its default holds."""

    edited = Signal(object, object)
    """The field's `FieldSpec`, and the value."""

    def __init__(
        self,
        theme: Theme,
        spec: FieldSpec,
        value: JsonValue,
        references: Callable[[], Sequence[Reference]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.spec = spec
        self.kind = fitting(spec.kind, value)
        self._value = value
        self._references = references
        self._is_showing = False
        self.input = self._make_input()
        self.input.setAccessibleName(spec.title)
        self.input.setAccessibleDescription(spec.meaning)
        self._complaint = label("", "tone-danger")
        self._complaint.setWordWrap(True)
        self._complaint.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        column.addLayout(self._title(theme))
        column.addWidget(self.input)
        if spec.meaning:
            words = label(spec.meaning, "caption")
            words.setWordWrap(True)
            column.addWidget(words)
        column.addWidget(self._complaint)
        self._show(value)

    @property
    def text(self) -> str:
        """What stands in the input."""
        match self.input:
            case QLineEdit():
                return self.input.text()
            case QComboBox():
                return self.input.currentText()
            case QPlainTextEdit():
                return self.input.toPlainText()
        return ""

    def set_value(self, value: JsonValue) -> None:
        """Show the document's value; what already means it stays as it was typed."""
        if type(value) is type(self._value) and value == self._value:
            return
        self._value = value
        self._show(value)

    def set_steps(self, ids: Sequence[tuple[str, str]]) -> None:
        """For a field of steps: ids and titles that can be chosen."""
        if not isinstance(self.input, QListWidget):
            return
        known = [self.input.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.input.count())]
        if known == [step_id for step_id, _ in ids]:
            return
        self._is_showing = True
        self.input.clear()
        for step_id, title in ids:
            item = QListWidgetItem(title if title == step_id else f"{title}  ({step_id})")
            item.setData(Qt.ItemDataRole.UserRole, step_id)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
            self.input.addItem(item)
        self.input.setFixedHeight(_STEPS_HEIGHT * min(max(len(ids), 1), 5) + 8)
        self._is_showing = False
        self._show(self._value)

    def complain(self, words: str) -> None:
        """Say what is wrong; empty takes it away."""
        self._complaint.setText(words)
        self._complaint.setVisible(bool(words))
        set_property(self.input, "invalid", bool(words))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Undo is the document's; an empty field says so when one leaves it; Ctrl+Space offers references."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and is_history_key(event):
            event.ignore()
            return True
        if event.type() == QEvent.Type.FocusOut and watched in (self.input, self._line()):
            self._commit(is_final=True)
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            is_wish = event.modifiers() == Qt.KeyboardModifier.ControlModifier and event.key() == Qt.Key.Key_Space
            if is_wish and self._button is not None:
                self._button.showMenu()
                return True
        return super().eventFilter(watched, event)

    def insert(self, text: str) -> None:
        """Put a reference where the cursor is, as an expression."""
        words = text if self.kind is FieldKind.EXPRESSION else f"${{{{ {text} }}}}"
        line = self._line()
        if isinstance(self.input, QPlainTextEdit):
            self.input.insertPlainText(words)
        elif line is not None:
            if isinstance(self.input, QComboBox):
                line.clear()
            line.insert(words)
            self._commit()

    def _title(self, theme: Theme) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label(self.spec.title, "strong"))
        if self.spec.is_required:
            row.addWidget(label(tr("required"), "caption"))
        row.addStretch(1)
        self._button: QToolButton | None = None
        if not isinstance(self.input, QListWidget):
            self._button = QToolButton()
            self._button.setProperty("variant", "ghost")
            self._button.setProperty("tight", True)
            self._button.setAccessibleName(tr("Insert into {field}", field=self.spec.title))
            self._button.setToolTip(tr("Insert a variable or a step's result (Ctrl+Space)"))
            self._button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            theme.bind_icon(self._button, "plus", Tone.MUTED)
            menu = QMenu(self._button)
            menu.aboutToShow.connect(lambda: self._fill_menu(menu))
            self._button.setMenu(menu)
            self._button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            row.addWidget(self._button)
        return row

    def _fill_menu(self, menu: QMenu) -> None:
        menu.clear()
        group = ""
        for each in self._references():
            if each.group != group:
                group = each.group
                menu.addSection(group)
            menu.addAction(each.title, self._inserter(each.text))
        if not group:
            menu.addAction(tr("No variables and no steps before this one")).setEnabled(False)

    def _inserter(self, text: str) -> Callable[[], None]:
        return lambda: self.insert(text)

    def _make_input(self) -> QWidget:
        if self.kind is FieldKind.STEPS:
            steps = QListWidget()
            steps.itemChanged.connect(lambda _: self._commit_steps())
            return steps
        if self.kind in {FieldKind.CHOICE, FieldKind.SWITCH}:
            return self._make_choice()
        if self.kind in _LINES:
            lines = QPlainTextEdit()
            lines.setTabChangesFocus(True)
            lines.setUndoRedoEnabled(False)
            lines.setPlaceholderText(self._hint())
            lines.textChanged.connect(self._lines_changed)
            lines.installEventFilter(self)
            return lines
        line = QLineEdit()
        line.setPlaceholderText(self._hint())
        line.textEdited.connect(lambda _: self._commit())
        line.installEventFilter(self)
        return line

    def _make_choice(self) -> QComboBox:
        box = _QuietCombo()
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.addItems(["", *((YES, NO) if self.kind is FieldKind.SWITCH else self.spec.choices)])
        box.currentTextChanged.connect(lambda _: self._commit(is_final=True))
        box.installEventFilter(self)
        line = box.lineEdit()
        if line is not None:
            line.setPlaceholderText(self._hint())
            line.setAccessibleName(self.spec.title)
            line.installEventFilter(self)
        return box

    def _hint(self) -> str:
        if self.spec.default:
            return self.spec.default
        return {FieldKind.LIST: tr("one a line"), FieldKind.MAPPING: tr("name: value")}.get(self.kind, "")

    def _line(self) -> QLineEdit | None:
        if isinstance(self.input, QLineEdit):
            return self.input
        return self.input.lineEdit() if isinstance(self.input, QComboBox) else None

    def _lines_changed(self) -> None:
        self._fit()
        self._commit()

    def _fit(self) -> None:
        """As high as its text, within reason."""
        if isinstance(self.input, QPlainTextEdit):
            lines = min(max(self.input.blockCount(), 1 if self.kind is not FieldKind.LONG_TEXT else 3), _MOST)
            self.input.setFixedHeight(max(lines, _FEWEST) * _LINE_HEIGHT + 22)

    def _show(self, value: JsonValue) -> None:
        self._is_showing = True
        text = shown(self.kind, value)
        match self.input:
            case QListWidget():
                chosen = {value} if isinstance(value, str) else {*value} if isinstance(value, list | tuple) else set()
                for row in range(self.input.count()):
                    item = self.input.item(row)
                    is_in = item.data(Qt.ItemDataRole.UserRole) in chosen
                    item.setCheckState(Qt.CheckState.Checked if is_in else Qt.CheckState.Unchecked)
            case QLineEdit():
                self.input.setText(text)
            case QComboBox():
                self.input.setCurrentText(text)
            case QPlainTextEdit():
                self.input.setPlainText(text)
        self._fit()
        self._is_showing = False

    def _commit(self, *, is_final: bool = False) -> None:
        """Tell the value; an empty field only when one leaves it, so that retyping keeps its place in the text."""
        if self._is_showing or self.kind is FieldKind.STEPS:
            return
        text = self.text
        if not text.strip():
            self.complain("")
            if is_final and self._value is not None:
                self._value = None
                self.edited.emit(self.spec, None)
            return
        try:
            value = parsed(self.kind, text)
        except FieldError as error:
            self.complain(str(error))
            return
        self.complain("")
        if type(value) is type(self._value) and value == self._value:
            return
        self._value = value
        self.edited.emit(self.spec, value)

    def _commit_steps(self) -> None:
        if self._is_showing or not isinstance(self.input, QListWidget):
            return
        items = [self.input.item(row) for row in range(self.input.count())]
        chosen = [
            str(each.data(Qt.ItemDataRole.UserRole)) for each in items if each.checkState() == Qt.CheckState.Checked
        ]
        if chosen != self._value:
            self._value = list(chosen)
            self.edited.emit(self.spec, chosen)


class _QuietCombo(QComboBox):
    """Scrolling a form does not change what it passes over."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The form scrolls."""
        event.ignore()
