"""YAML and JSON texts as plain data that still knows its lines.

The text is read as a stream of events and built up without recursion, so that a deep, huge or self-repeating document
is refused as soon as it passes a limit. Scalars follow YAML 1.2: only `true` and `false` are booleans, and a date is a
text. `<<` merges a mapping, as YAML 1.1 has it.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from orchestrator.contract.errors import WorkflowError
from orchestrator.contract.ids import JsonValue

MAX_BYTES = 1_048_576
MAX_NODES = 200_000
MAX_DEPTH = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Plain data and where each part of it stands."""

    value: JsonValue
    lines: Mapping[tuple[str | int, ...], int]
    """Line, counted from 1, by path; the path of a mapping's entry gives the line of its key."""

    def line(self, path: tuple[str | int, ...]) -> int | None:
        """The line of a place or, when it is not there, of the nearest place around it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return None


def read_document(text: str, *, is_json: bool | None = None) -> Document:
    """The data in a YAML or JSON text; WorkflowError tells line and column of what cannot be read.

    `is_json` None: a text that begins like JSON and is JSON is read as JSON, anything else as YAML.
    """
    if len(text) > MAX_BYTES or len(text.encode(errors="replace")) > MAX_BYTES:
        raise WorkflowError.one(f"The document has more than {MAX_BYTES:,} bytes.")
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise WorkflowError.one("The document is empty; a workflow needs `steps:` with at least one step.")
    if is_json is None:
        is_json = text.lstrip()[0] in "{[" and _is_json(text)
    builder = _Builder()
    for event in _json_events(text) if is_json else _yaml_events(text):
        builder.take(event)
    return builder.document()


@dataclass(frozen=True, slots=True)
class _Scalar:
    value: JsonValue
    line: int
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class _Open:
    is_mapping: bool
    line: int
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class _Close:
    line: int


@dataclass(frozen=True, slots=True)
class _Alias:
    name: str
    line: int


_Event = _Scalar | _Open | _Close | _Alias


@dataclass(slots=True)
class _Frame:
    """A list or mapping that is being filled."""

    value: list[JsonValue] | dict[str, JsonValue]
    path: tuple[str | int, ...]
    line: int
    anchor: str | None
    key: str | None = None
    merged: list[JsonValue] = field(default_factory=list)


class _Builder:
    """Puts events together; refuses duplicate keys, and what is too deep or too large."""

    def __init__(self) -> None:
        self._frames: list[_Frame] = []
        self._lines: dict[tuple[str | int, ...], int] = {}
        self._anchors: dict[str, JsonValue] = {}
        self._weights: dict[str, int] = {}
        self._nodes = 0
        self._root: list[JsonValue] = []

    def take(self, event: _Event) -> None:
        match event:
            case _Scalar():
                self._place(event.value, event.line, event.anchor, weight=1)
            case _Alias():
                self._take_alias(event)
            case _Open():
                self._open(event)
            case _Close():
                self._close()

    def document(self) -> Document:
        if not self._root:
            raise WorkflowError.one("The document is empty; a workflow needs `steps:` with at least one step.")
        return Document(value=self._root[0], lines=self._lines)

    def _open(self, event: _Open) -> None:
        frame = self._frames[-1] if self._frames else None
        if frame is not None and isinstance(frame.value, dict) and frame.key is None:
            raise WorkflowError.one("A key must be a text, not a list or an object.", line=event.line)
        if len(self._frames) >= MAX_DEPTH:
            raise WorkflowError.one(f"The document is nested more than {MAX_DEPTH} levels deep.", line=event.line)
        path = self._next_path()
        self._lines.setdefault(path, event.line)
        self._frames.append(_Frame({} if event.is_mapping else [], path, event.line, event.anchor))
        self._count(1, event.line)

    def _close(self) -> None:
        frame = self._frames.pop()
        if isinstance(frame.value, dict):
            _merge(frame.value, frame.merged, frame.line)
        self._add(frame.value, frame.line)
        self._remember(frame.anchor, frame.value)

    def _place(self, value: JsonValue, line: int, anchor: str | None, *, weight: int) -> None:
        self._count(weight, line)
        frame = self._frames[-1] if self._frames else None
        if frame is not None and isinstance(frame.value, dict) and frame.key is None:
            self._take_key(frame, frame.value, value, line)
            return
        self._lines.setdefault(self._next_path(), line)
        self._add(value, line)
        self._remember(anchor, value)

    def _take_key(self, frame: _Frame, owner: dict[str, JsonValue], key: JsonValue, line: int) -> None:
        if isinstance(key, list | dict):
            raise WorkflowError.one("A key must be a text, not a list or an object.", line=line)
        name = key if isinstance(key, str) else json.dumps(key)
        if name in owner and name != "<<":
            first = self._lines.get((*frame.path, name))
            raise WorkflowError.one(
                f"The key {name!r:.80} stands here a second time; the first is in line {first}.", line=line
            )
        frame.key = name
        self._lines[(*frame.path, name)] = line

    def _take_alias(self, event: _Alias) -> None:
        if event.name not in self._anchors:
            raise WorkflowError.one(
                f"*{event.name} refers to an anchor that does not stand before it.", line=event.line
            )
        self._place(self._anchors[event.name], event.line, None, weight=self._weights[event.name])

    def _next_path(self) -> tuple[str | int, ...]:
        if not self._frames:
            return ()
        frame = self._frames[-1]
        return (*frame.path, len(frame.value) if isinstance(frame.value, list) else frame.key or "")

    def _add(self, value: JsonValue, line: int) -> None:
        if not self._frames:
            if self._root:
                raise WorkflowError.one("The file holds more than one document; keep one workflow per file.", line=line)
            self._root.append(value)
            return
        frame = self._frames[-1]
        if isinstance(frame.value, list):
            frame.value.append(value)
        elif frame.key == "<<":
            frame.merged.append(value)
            frame.key = None
        else:
            frame.value[frame.key or ""] = value
            frame.key = None

    def _remember(self, anchor: str | None, value: JsonValue) -> None:
        if anchor is not None:
            self._anchors[anchor] = value
            self._weights[anchor] = _weight(value)

    def _count(self, weight: int, line: int) -> None:
        self._nodes += weight
        if self._nodes > MAX_NODES:
            raise WorkflowError.one(
                f"The document has more than {MAX_NODES:,} values, repeated ones counted.", line=line
            )


def _weight(value: JsonValue) -> int:
    """How many values there are in a value; bounded, since building it was."""
    if isinstance(value, dict):
        return 1 + sum(_weight(each) + 1 for each in value.values())
    if isinstance(value, list):
        return 1 + sum(_weight(each) for each in value)
    return 1


def _merge(owner: dict[str, JsonValue], merged: list[JsonValue], line: int) -> None:
    """What `<<` brings in does not replace what is written."""
    for each in merged:
        for source in each if isinstance(each, list) else [each]:
            if not isinstance(source, dict):
                raise WorkflowError.one("<< merges objects only.", line=line)
            for key, value in source.items():
                owner.setdefault(key, value)


_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _yaml_events(text: str) -> Iterator[_Event]:
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            made = _from_yaml(event)
            if made is not None:
                yield made
    except yaml.MarkedYAMLError as error:
        raise _yaml_error(error) from None
    except yaml.YAMLError as error:
        raise WorkflowError.one(f"This is not YAML: {' '.join(str(error).split())}.") from None


def _yaml_error(error: yaml.MarkedYAMLError) -> WorkflowError:
    mark = error.problem_mark or error.context_mark
    what = " ".join(part for part in (error.context, error.problem) if part)
    if mark is None:
        return WorkflowError.one(f"This is not YAML: {what}.")
    fix = " YAML is indented with spaces, not with tabs." if "cannot start any token" in what else ""
    return WorkflowError.one(f"This is not YAML: {what} (column {mark.column + 1}).{fix}", line=mark.line + 1)


def _from_yaml(event: yaml.Event) -> _Event | None:
    line = event.start_mark.line + 1 if event.start_mark is not None else 1
    match event:
        case yaml.ScalarEvent():
            return _Scalar(_scalar(event, line), line, event.anchor)
        case yaml.AliasEvent():
            return _Alias(str(event.anchor), line)
        case yaml.MappingStartEvent():
            _refuse_tag(event.tag, line)
            return _Open(True, line, event.anchor)
        case yaml.SequenceStartEvent():
            _refuse_tag(event.tag, line)
            return _Open(False, line, event.anchor)
        case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
            return _Close(line)
        case _:
            return None


_STANDARD = "tag:yaml.org,2002:"
_TAGS = frozenset(f"{_STANDARD}{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq"))


def _refuse_tag(tag: str | None, line: int) -> None:
    if tag not in {None, "!"} and tag not in _TAGS:
        raise WorkflowError.one(f"The tag {tag!r:.80} cannot be used; write plain values.", line=line)


_INTEGER = re.compile(r"[-+]?\d{1,30}|0o[0-7]{1,30}|0x[0-9a-fA-F]{1,30}")
_FLOAT = re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?")
_WORDS: Mapping[str, JsonValue] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


def _scalar(event: yaml.ScalarEvent, line: int) -> JsonValue:
    """The core schema of YAML 1.2, chapter 10.3.2."""
    _refuse_tag(event.tag, line)
    text = str(event.value)
    if event.tag == f"{_STANDARD}str" or not (event.implicit[0] or event.tag in _TAGS):
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)
    if _FLOAT.fullmatch(text):
        return _finite(float(text), text, line)
    return text


def _finite(number: float, text: str, line: int) -> float:
    if not math.isfinite(number):
        raise WorkflowError.one(f"The number {text!r:.80} is too large.", line=line)
    return number


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


_TOKEN = re.compile(r'[ \t\r]*(?:(\n)|("(?:[^"\\\x00-\x1f]|\\.)*")|([\[{])|([\]}])|([,:])|([^\s\[\]{},:"]+))')


def _json_events(text: str) -> Iterator[_Event]:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise _json_error(error) from None
    except (ValueError, RecursionError):
        raise WorkflowError.one("This is not JSON that can be read: it is nested too deeply.") from None
    line, place = 1, 0
    while (token := _TOKEN.match(text, place)) is not None:
        place = token.end()
        newline, string, opened, closed, _, word = token.groups()
        if newline:
            line += 1
        elif opened:
            yield _Open(opened == "{", line)
        elif closed:
            yield _Close(line)
        elif string:
            yield _Scalar(json.loads(string), line)
        elif word:
            yield _Scalar(_json_word(word, line), line)


def _json_error(error: json.JSONDecodeError) -> WorkflowError:
    # Python 3.13 points to the comma, older ones to what closes behind it.
    comma = error.pos if "trailing comma" in error.msg else len(error.doc[: error.pos].rstrip()) - 1
    end = error.doc[comma + 1 :].lstrip()[:1]
    if error.doc[max(comma, 0)] == "," and end in {"]", "}"}:
        what = f"This is not JSON: the last entry before {end!r} has a comma behind it; remove the comma."
        return WorkflowError.one(what, line=error.doc.count("\n", 0, comma) + 1)
    return WorkflowError.one(f"This is not JSON: {error.msg} (column {error.colno}).", line=error.lineno)


def _json_word(word: str, line: int) -> JsonValue:
    if word in {"NaN", "Infinity", "-Infinity"}:
        raise WorkflowError.one(f"{word} is no JSON value.", line=line)
    value: JsonValue = json.loads(word)
    return _finite(value, word, line) if isinstance(value, float) else value
