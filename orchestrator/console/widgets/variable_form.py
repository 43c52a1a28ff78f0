"""A form made from a workflow's variables; gives values of the right types, or says what is wrong beside the field."""

import json
from collections.abc import Mapping

from pydantic import ValidationError
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from orchestrator.console.theme.tokens import SPACE_M, SPACE_XS
from orchestrator.console.widgets.labels import label, set_property
from orchestrator.console.words import tr
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.workflow import Variable, VariableType

_LINES = {VariableType.LIST, VariableType.OBJECT}


class FieldError(ValueError):
    """What stands in a field is not what the variable needs."""


class VariableField(QWidget):
    """Name, input, explanation and complaint of one variable."""

    def __init__(self, name: str, variable: Variable, value: JsonValue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name, self.variable = name, variable
        self.input = _input_for(variable, value)
        self.input.setAccessibleName(name)
        self.input.setAccessibleDescription(variable.description)
        self._complaint = label("", "tone-danger")
        self._complaint.setWordWrap(True)
        self._complaint.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        column.addWidget(self._title())
        column.addWidget(self.input)
        if _explanation(variable):
            words = label(_explanation(variable), "caption")
            words.setWordWrap(True)
            column.addWidget(words)
        column.addWidget(self._complaint)

    @property
    def is_given(self) -> bool:
        """False when the field is empty, so that the default holds."""
        return not isinstance(self.input, QLineEdit | QPlainTextEdit) or bool(_text_of(self.input).strip())

    def value(self) -> JsonValue:
        """What stands in the field, as the variable's type. Raises FieldError."""
        match self.input:
            case QCheckBox():
                return self.input.isChecked()
            case QComboBox():
                return self.variable.choices[self.input.currentIndex()]
            case _:
                return _parsed(self.variable.type, _text_of(self.input))

    def complain(self, words: str) -> None:
        """Say what is wrong; empty takes it away."""
        self._complaint.setText(words)
        self._complaint.setVisible(bool(words))
        set_property(self.input, "invalid", bool(words))

    def _title(self) -> QLabel:
        return label(tr("{name} (required)", name=self.name) if self.variable.required else self.name, "strong")


class VariableForm(QWidget):
    """One field for each variable."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields: dict[str, VariableField] = {}
        self._follows: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE_M)

    def follow(self, widget: QWidget) -> None:
        """Tab leads from this widget to the fields; made late, they would come behind the buttons of the dialog."""
        self._follows = widget

    def set_variables(self, variables: Mapping[str, Variable], values: Mapping[str, JsonValue]) -> None:
        """Show fields for these variables, filled with values where given, else with defaults."""
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.fields = {
            name: VariableField(name, variable, _known(variable, values.get(name, variable.default)))
            for name, variable in variables.items()
        }
        before = self._follows or self
        for field in self.fields.values():
            self._column.addWidget(field)
            self.setTabOrder(before, field.input)
            before = field.input
        if not self.fields:
            self._column.addWidget(label(tr("This workflow takes no variables."), "muted"))

    def values(self) -> dict[str, JsonValue] | None:
        """The values that were given; None when a field is wrong, which then says so and gets the keyboard."""
        given: dict[str, JsonValue] = {}
        wrong: list[VariableField] = []
        for name, field in self.fields.items():
            try:
                if field.is_given:
                    given[name] = field.value()
                elif field.variable.required:
                    raise FieldError(tr("Required: give a value."))  # noqa: TRY301 - one place marks the field
                field.complain("")
            except FieldError as error:
                field.complain(str(error))
                wrong.append(field)
        if wrong:
            wrong[0].input.setFocus()
            return None
        return given

    def take_keyboard(self) -> None:
        """Into the first field, if there is one."""
        for field in self.fields.values():
            field.input.setFocus()
            return


def variables_of(definition: Mapping[str, JsonValue]) -> dict[str, Variable]:
    """The variables that a stored definition declares; a bare value is a default."""
    declared = definition.get("variables")
    return {name: _variable(value) for name, value in declared.items()} if isinstance(declared, dict) else {}


def _variable(value: JsonValue) -> Variable:
    if isinstance(value, dict):
        try:
            return Variable.model_validate(value)
        except ValidationError:
            return Variable(default=value)
    return Variable(default=value)


def _known(variable: Variable, value: JsonValue) -> JsonValue:
    """The engine masks secrets: a mask is no value, it has to be typed again."""
    return None if variable.secret and isinstance(value, str) and value and not value.strip("*") else value


def _input_for(variable: Variable, value: JsonValue) -> QWidget:
    if variable.choices:
        return _choice(variable, value)
    if variable.type is VariableType.BOOLEAN:
        box = QCheckBox(tr("Yes"))
        box.setChecked(bool(value))
        return box
    if variable.type in _LINES:
        lines = QPlainTextEdit(_shown(variable.type, value))
        lines.setFixedHeight(76)
        lines.setTabChangesFocus(True)
        return lines
    line = QLineEdit(_shown(variable.type, value))
    if variable.secret:
        line.setEchoMode(QLineEdit.EchoMode.Password)
    return line


def _choice(variable: Variable, value: JsonValue) -> QComboBox:
    box = QComboBox()
    box.addItems([str(choice) for choice in variable.choices])
    if value in variable.choices:
        box.setCurrentIndex(variable.choices.index(value))
    return box


def _explanation(variable: Variable) -> str:
    form = {VariableType.LIST: tr("One entry a line."), VariableType.OBJECT: tr("A JSON object.")}.get(
        variable.type, ""
    )
    return " ".join(
        part for part in (variable.description.rstrip(".") + "." * bool(variable.description), form) if part
    )


def _shown(kind: VariableType, value: JsonValue) -> str:
    if value is None:
        return ""
    if kind is VariableType.LIST and isinstance(value, list):
        return "\n".join(each if isinstance(each, str) else json.dumps(each) for each in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _text_of(field: QWidget) -> str:
    if isinstance(field, QPlainTextEdit):
        return field.toPlainText()
    return field.text() if isinstance(field, QLineEdit) else ""


def _parsed(kind: VariableType, text: str) -> JsonValue:
    match kind:
        case VariableType.STRING:
            return text
        case VariableType.INTEGER:
            return _number(text, int, tr("Write a whole number, such as 10."))
        case VariableType.NUMBER:
            return _number(text, float, tr("Write a number, such as 2.5."))
        case VariableType.LIST:
            return _list(text)
        case VariableType.OBJECT:
            return _object(text)
        case _:
            return _json_or_text(text)


def _number(text: str, kind: type[int] | type[float], complaint: str) -> JsonValue:
    try:
        return kind(text.strip())
    except ValueError:
        raise FieldError(complaint) from None


def _list(text: str) -> JsonValue:
    whole = _json_or_text(text)
    return whole if isinstance(whole, list) else [_json_or_text(line) for line in text.splitlines() if line.strip()]


def _object(text: str) -> JsonValue:
    value = _json_or_text(text)
    if not isinstance(value, dict):
        raise FieldError(tr('Write a JSON object, such as {"budget": 500}.'))
    return value


def _json_or_text(text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        return text.strip()
    return value
