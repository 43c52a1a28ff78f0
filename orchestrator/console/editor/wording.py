"""Values as YAML text: a plain scalar where that is read back as the same value, quotes where it is not."""

import json
import re
from collections.abc import Mapping

import yaml

from orchestrator.contract.document import read_document
from orchestrator.contract.errors import WorkflowError
from orchestrator.contract.ids import JsonValue

_SHORT_LIST = 72
_STEP = 2
_SAFE = re.compile(r"[A-Za-z_/.$(][^\n\r\t\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]*")
_PLAIN_KEY = re.compile(r"[A-Za-z_][\w.-]*")
_ODD = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
_LITERAL = re.compile(r"[^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]*")


def block(value: JsonValue, indent: int) -> str:
    """What stands behind a key or a dash at this depth: `` 5``, `` [a, b]``, or lines that begin with a break."""
    if isinstance(value, dict) and value:
        return "".join(f"\n{' ' * indent}{entry(key, each, indent)}" for key, each in value.items())
    if isinstance(value, list) and value and not _fits_one_line(value):
        return "".join(f"\n{' ' * indent}{item(each, indent)}" for each in value)
    return f" {scalar(value, indent)}"


def entry(key: str, value: JsonValue, indent: int) -> str:
    """`key: value`, its further lines deeper than `indent`."""
    return f"{key_text(key)}:{block(value, indent + _STEP)}"


def item(value: JsonValue, indent: int) -> str:
    """`- value`; a mapping begins on the line of the dash."""
    text = block(value, indent + _STEP)
    return f"- {text.lstrip()}" if text.startswith("\n") else f"-{text}"


def key_text(key: str) -> str:
    """A key as it is read back."""
    if _PLAIN_KEY.fullmatch(key) and _reads_back(f"{key}: 1", {key: 1}):
        return key
    return _quoted(key)


def scalar(value: JsonValue, indent: int = 0, *, style: str = "") -> str:
    """A value on one line, or a text of several lines as a literal block below `indent`; `style` as it was quoted."""
    if isinstance(value, dict | list):
        return flow(value)
    if not isinstance(value, str):
        return _number(value)
    if "\n" in value:
        return _literal(value, indent) or _quoted(value)
    if style == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    if style == '"' or not _is_plain(value):
        return _quoted(value)
    return value


def flow(value: JsonValue) -> str:
    """A value in one line, as a person writes it: `[a, b]`, `{name: Send}`."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key_text(key)}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, str):
        return value if _is_plain(value) and _reads_back(f"[{value}]", [value]) else _quoted(value)
    return _number(value)


def json_text(value: JsonValue) -> str:
    """A value inside JSON."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_quoted(key)}: {json_text(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(json_text, value)) + "]"
    return _quoted(value) if isinstance(value, str) else _number(value)


def _fits_one_line(value: list[JsonValue]) -> bool:
    is_flat = not any(isinstance(each, dict | list) and each for each in value)
    return is_flat and len(flow(value)) <= _SHORT_LIST


def _number(value: JsonValue) -> str:
    return json.dumps(value)


def _quoted(text: str) -> str:
    """Double quotes as JSON has them; what cannot stand in YAML as it is is written as `\\uXXXX`."""
    return _ODD.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def _is_plain(text: str) -> bool:
    if not _SAFE.fullmatch(text) or text != text.strip():
        return False
    return _reads_back(f"k: {text}", {"k": text})


def _reads_back(line: str, value: JsonValue) -> bool:
    try:
        return read_document(line, is_json=False).value == value and not _looks_otherwise(line)
    except WorkflowError:
        return False


def _looks_otherwise(line: str) -> bool:
    """True where other readers of YAML see something else, such as `no` or a date."""
    try:
        value = yaml.safe_load(line)
    except (yaml.YAMLError, ValueError):
        return True
    only = next(iter(value.values() if isinstance(value, dict) else value), "")
    return not isinstance(only, str | int) or isinstance(only, bool)


def _literal(text: str, indent: int) -> str:
    """The text as a `|` block, its lines as they are; empty where that would lose something."""
    body = text.rstrip("\n")
    if not body or not _LITERAL.fullmatch(text) or body[0] in " \n\t":
        return ""
    ends = len(text) - len(body)
    mark = {0: "|-", 1: "|"}.get(ends, "|+")
    lines = text[: -1 if ends else None].split("\n")
    return mark + "".join(f"\n{' ' * indent}{line}" if line else "\n" for line in lines)
