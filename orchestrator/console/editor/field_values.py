"""What stands in a field as a value of the document, and a value as what stands in a field."""

import json

from orchestrator.console.editor.fields import FieldKind
from orchestrator.console.editor.wording import block, flow, item
from orchestrator.console.words import tr
from orchestrator.contract.document import read_document
from orchestrator.contract.errors import WorkflowError
from orchestrator.contract.ids import JsonValue

YES, NO = "yes", "no"
_BEGINS_DATA = ("[", "{", '"', "- ")
_BEGINS_NO_SELECTOR = ("{", '"', "- ")


class FieldError(ValueError):
    """What stands in a field is not what it needs; the text says what would be."""


def parsed(kind: FieldKind, text: str) -> JsonValue:  # noqa: PLR0911 - one answer for each kind of field
    """The value that a text means in a field of this kind. Raises FieldError."""
    if kind in {FieldKind.TEXT, FieldKind.LONG_TEXT}:
        return text
    text = text.strip()
    if text.startswith("${{") and text.endswith("}}"):
        return text
    match kind:
        case FieldKind.WHOLE:
            return _number(text, int, tr("Write a whole number, such as 10."))
        case FieldKind.NUMBER:
            return _number(text, float, tr("Write a number, such as 2.5."))
        case FieldKind.SWITCH:
            return _switch(text)
        case FieldKind.LIST:
            return [line.strip() for line in text.splitlines() if line.strip()]
        case FieldKind.MAPPING:
            return _mapping(text)
        case FieldKind.VALUE | FieldKind.TARGET:
            return _anything(kind, text)
        case _:
            return text


def shown(kind: FieldKind, value: JsonValue) -> str:  # noqa: PLR0911 - one answer for each kind of value
    """A value as one would write it into the field; `parsed` reads it back."""
    if value is None:
        return ""
    if isinstance(value, bool) and kind is FieldKind.SWITCH:
        return YES if value else NO
    if isinstance(value, str):
        return value if kind not in {FieldKind.VALUE, FieldKind.TARGET} or _means(kind, value) else json.dumps(value)
    if kind is FieldKind.LIST and isinstance(value, list) and all(isinstance(each, str) for each in value):
        return "\n".join(map(str, value))
    text = block(value, 0).strip(" \n")
    if "\n" in text or kind not in {FieldKind.VALUE, FieldKind.TARGET}:
        return text
    if isinstance(value, list) and value:
        return "\n".join(item(each, 0) for each in value)
    return flow(value)


def fitting(kind: FieldKind, value: JsonValue) -> FieldKind:
    """The kind in which this value can be shown: one that the field was not made for needs a freer field."""
    is_text = isinstance(value, str)
    match kind:
        case _ if value is None:
            return kind
        case FieldKind.TEXT if is_text and "\n" in str(value):
            return FieldKind.LONG_TEXT
        case FieldKind.TEXT | FieldKind.LONG_TEXT | FieldKind.EXPRESSION | FieldKind.CHOICE if not is_text:
            return FieldKind.VALUE
        case FieldKind.LIST if not is_text and not _is_list_of_texts(value):
            return FieldKind.VALUE
        case FieldKind.LIST if is_text and "${{" not in str(value):
            return FieldKind.VALUE
    return kind


def _is_list_of_texts(value: JsonValue) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) and "\n" not in each for each in value)


def _means(kind: FieldKind, text: str) -> bool:
    try:
        return parsed(kind, text) == text
    except FieldError:
        return False


def _number(text: str, kind: type[int] | type[float], complaint: str) -> JsonValue:
    try:
        number = kind(text)
    except ValueError:
        raise FieldError(complaint) from None
    if number != number or number in (float("inf"), float("-inf")):  # noqa: PLR0124 - only nan differs from itself
        raise FieldError(complaint)
    return int(number) if isinstance(number, float) and number.is_integer() and "." not in text else number


def _switch(text: str) -> JsonValue:
    if text.lower() in {YES, "true"}:
        return True
    if text.lower() in {NO, "false"}:
        return False
    raise FieldError(tr("Write yes, no, or an expression in ${{ }}."))


def _mapping(text: str) -> JsonValue:
    value = _read(text)
    if not isinstance(value, dict | list):
        raise FieldError(tr("Write names and values, one a line, such as `name: value`."))
    return value


def _anything(kind: FieldKind, text: str) -> JsonValue:
    """A selector may begin with any sign; so one line is a text unless it clearly is data."""
    if "\n" in text:
        try:
            value = _read(text)
        except FieldError:
            return text
        return value if isinstance(value, dict | list) else text
    is_selector = kind is FieldKind.TARGET and not text.startswith(_BEGINS_NO_SELECTOR)
    if is_selector or not (text.startswith(_BEGINS_DATA) or _is_plain_data(text)):
        return text
    return _read(text)


def _is_plain_data(text: str) -> bool:
    try:
        return not isinstance(json.loads(text), str)
    except ValueError:
        return False


def _read(text: str) -> JsonValue:
    try:
        return read_document(text).value
    except WorkflowError as error:
        raise FieldError(error.problems[0].message) from None
