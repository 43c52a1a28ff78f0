"""Texts of Selenium IDE: `${name}` for variables, `${KEY_ENTER}` for keys, and the little JavaScript of conditions."""

import json
import re
from collections.abc import Callable

from orchestrator.contract.expressions import ExpressionError, references
from orchestrator.contract.ids import JsonValue
from orchestrator.recordings.recording import NotCarriedOverError

_VARIABLE = re.compile(r"\$\{([A-Za-z_]\w*)((?:\.[A-Za-z_]\w*|\[\d+\])*)\}")
_KEY = re.compile(r"\$\{KEY_(\w+)\}")
_BARE_KEY = re.compile(r"([{,]\s*)([A-Za-z_]\w*)\s*:")
_STRINGS = re.compile(r"(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')")

_KEYS = {
    "ENTER": "Enter", "RETURN": "Enter", "TAB": "Tab", "ESC": "Escape", "ESCAPE": "Escape", "BACKSPACE": "Backspace",
    "BKSP": "Backspace", "DELETE": "Delete", "DEL": "Delete", "INSERT": "Insert", "INS": "Insert", "HOME": "Home",
    "END": "End", "PAGE_UP": "PageUp", "PGUP": "PageUp", "PAGE_DOWN": "PageDown", "PGDN": "PageDown",
    "UP": "ArrowUp", "DOWN": "ArrowDown", "LEFT": "ArrowLeft", "RIGHT": "ArrowRight", "SPACE": "Space",
    "ARROW_UP": "ArrowUp", "ARROW_DOWN": "ArrowDown", "ARROW_LEFT": "ArrowLeft", "ARROW_RIGHT": "ArrowRight",
    "CTRL": "Control", "CONTROL": "Control", "SHIFT": "Shift", "ALT": "Alt", "META": "Meta", "COMMAND": "Meta",
    **{f"F{number}": f"F{number}" for number in range(1, 13)},
    **{f"{start}{number}": f"Numpad{number}" for number in range(10) for start in ("N", "NUM")},
    "MUL": "NumpadMultiply", "ADD": "NumpadAdd", "SUB": "NumpadSubtract", "DIV": "NumpadDivide", "DEC": "NumpadDecimal",
}  # fmt: skip
_HELD = frozenset({"Control", "Shift", "Alt", "Meta"})

NameOf = Callable[[str], str]
"""What a recording's variable is called in the workflow; it is declared when it was not."""


def interpolated(text: str, name_of: NameOf) -> str:
    """The text with its variables as our expressions."""
    return _VARIABLE.sub(lambda found: f"${{{{ {name_of(found[1])}{found[2]} }}}}", text)


def keys_and_texts(text: str) -> list[tuple[str, str]]:
    """What `sendKeys` types: ("text", ...) and ("keys", ...) in their order; NotCarriedOverError for unknown keys."""
    parts: list[tuple[str, str]] = []
    held: list[str] = []
    place = 0
    for found in _KEY.finditer(text):
        _add_text(parts, held, text[place : found.start()])
        place = found.end()
        key = _KEYS.get(found[1].upper())
        if key is None:
            raise NotCarriedOverError(f"the key {found[1]!r} is not known.")
        if key in _HELD:
            held.append(key)
        else:
            parts.append(("keys", "+".join([*held, key])))
    _add_text(parts, held, text[place:])
    return parts


def _add_text(parts: list[tuple[str, str]], held: list[str], text: str) -> None:
    """Text after a held key is pressed with it, one character at a time, until the end (as Selenium does)."""
    if held:
        parts.extend(("keys", "+".join([*held, each])) for each in text)
    elif text:
        parts.append(("text", text))


def expression_of(script: str, name_of: NameOf) -> str:
    """A JavaScript expression as one of ours; NotCarriedOverError when it is more than that."""
    bare = _VARIABLE.sub(lambda found: f"{name_of(found[1])}{found[2]}", script.strip().rstrip(";").strip())
    texts = _STRINGS.split(bare)
    said = "".join(part if place % 2 else _BARE_KEY.sub(r'\1"\2":', part) for place, part in enumerate(texts))
    if not said:
        raise NotCarriedOverError("there is no expression.")
    try:
        references(said)
    except ExpressionError:
        raise NotCarriedOverError(
            "robots do not run a recording's JavaScript; only simple expressions are read."
        ) from None
    return said


def returned(script: str) -> str:
    """What a script returns. NotCarriedOverError for a script that does more than return."""
    match = re.fullmatch(r"\s*return\s+([^;\n]+?)\s*;?\s*", script)
    if match is None:
        raise NotCarriedOverError("robots do not run a recording's JavaScript; only `return` of an expression is read.")
    return match[1]


def json_or_text(text: str) -> JsonValue:
    """The value of a JSON text, or the text itself when it is none."""
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        return text
    return value
