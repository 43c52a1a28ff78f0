"""Where each value of a YAML text stands, to the character: what a change may touch, and what it must leave alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

import yaml

_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Kind(Enum):
    """What a value is."""

    SCALAR = auto()
    MAPPING = auto()
    SEQUENCE = auto()
    ALIAS = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A value and its place; offsets count characters, `end` is just behind its last one."""

    kind: Kind
    start: int
    end: int
    is_flow: bool = False
    style: str = ""
    """Of a scalar: empty, or one of ' " | >."""
    entries: "tuple[Entry, ...]" = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A key with its value, or an entry of a list; `start` is that of the key, or of a block list's dash."""

    key: str | None
    start: int
    mark_end: int
    """Behind the colon or the dash: where the value may begin."""
    value: Node


class UnreadableSpansError(ValueError):
    """The text has no places that can be told; `read_document` says what is wrong with it."""


def read_spans(text: str) -> Node:
    """The places in a text that `read_document` accepts. UnreadableSpansError when there are none to tell."""
    try:
        events = iter(list(yaml.parse(text, Loader=_LOADER)))
        return _root(events, text)
    except yaml.YAMLError as error:
        raise UnreadableSpansError(str(error)) from None


def line_start(text: str, place: int) -> int:
    """Where the line of a place begins."""
    return text.rfind("\n", 0, place) + 1


def line_end(text: str, place: int) -> int:
    """Where the line of a place ends, in front of its line break."""
    found = text.find("\n", place)
    return len(text) if found < 0 else found


def column(text: str, place: int) -> int:
    """How far a place is from the beginning of its line."""
    return place - line_start(text, place)


def first_mark(text: str, place: int, mark: str) -> int:
    """The first dash, colon or comma behind a place, past blanks, comments, anchors and tags; -1 without one."""
    while place < len(text):
        if text[place] == "#":
            place = line_end(text, place)
        elif text[place] in "&!":
            while place < len(text) and not text[place].isspace():
                place += 1
        elif text[place].isspace():
            place += 1
        else:
            return place if text[place] == mark else -1
    return -1


def _root(events: Iterator[yaml.Event], text: str) -> Node:
    for event in events:
        if isinstance(event, yaml.NodeEvent):
            return _node(event, events, text)
    raise UnreadableSpansError("There is no value.")


def _node(event: yaml.Event, events: Iterator[yaml.Event], text: str) -> Node:
    start, end = _index(event.start_mark), _index(event.end_mark)
    match event:
        case yaml.MappingStartEvent():
            return _mapping(event, start, events, text)
        case yaml.SequenceStartEvent():
            return _sequence(event, start, events, text)
        case yaml.AliasEvent():
            return Node(kind=Kind.ALIAS, start=start, end=end)
        case yaml.ScalarEvent():
            return _scalar(event, start, end, text)
        case _:
            raise UnreadableSpansError("A value was expected.")


def _scalar(event: yaml.ScalarEvent, start: int, end: int, text: str) -> Node:
    style = str(event.style or "")
    if style in {"|", ">"} and "+" not in text[start : line_end(text, start)].partition("#")[0]:
        end = start + len(text[start:end].rstrip())
    return Node(kind=Kind.SCALAR, start=_behind_properties(text, start, end), end=end, style=style)


def _behind_properties(text: str, start: int, end: int) -> int:
    """An anchor or a tag stays where it is when its value changes."""
    while start < end and text[start] in "&!":
        while start < end and not text[start].isspace():
            start += 1
        while start < end and text[start] in " \t":
            start += 1
    return start


def _mapping(event: yaml.MappingStartEvent, start: int, events: Iterator[yaml.Event], text: str) -> Node:
    entries: list[Entry] = []
    for each in events:
        if isinstance(each, yaml.MappingEndEvent):
            end = _index(each.end_mark) if event.flow_style else _end_of(entries, start)
            return Node(kind=Kind.MAPPING, start=start, end=end, is_flow=bool(event.flow_style), entries=tuple(entries))
        if not isinstance(each, yaml.ScalarEvent):
            raise UnreadableSpansError("A key must be a text.")
        behind = first_mark(text, _index(each.end_mark), ":")
        value = _node(next(events), events, text)
        mark_end = behind + 1 if behind >= 0 else _index(each.end_mark)
        entries.append(Entry(key=str(each.value), start=_index(each.start_mark), mark_end=mark_end, value=value))
    raise UnreadableSpansError("A mapping does not end.")


def _sequence(event: yaml.SequenceStartEvent, start: int, events: Iterator[yaml.Event], text: str) -> Node:
    entries: list[Entry] = []
    place = start
    for each in events:
        if isinstance(each, yaml.SequenceEndEvent):
            end = _index(each.end_mark) if event.flow_style else _end_of(entries, start)
            return Node(
                kind=Kind.SEQUENCE, start=start, end=end, is_flow=bool(event.flow_style), entries=tuple(entries)
            )
        if event.flow_style:
            value = _node(each, events, text)
            entries.append(Entry(key=None, start=value.start, mark_end=value.start, value=value))
            continue
        dash = first_mark(text, place, "-")
        if dash < 0:
            raise UnreadableSpansError("An entry has no dash.")
        value = _node(each, events, text)
        entries.append(Entry(key=None, start=dash, mark_end=dash + 1, value=value))
        place = max(value.end, dash + 1)
    raise UnreadableSpansError("A list does not end.")


def _end_of(entries: list[Entry], start: int) -> int:
    """A block ends with its last value, not with the comments and blank lines that the parser counts to it."""
    return max(entries[-1].value.end, entries[-1].mark_end) if entries else start


def _index(mark: object) -> int:
    """Both of PyYAML's parsers have marks, of a class of their own each."""
    return int(getattr(mark, "index", 0))
