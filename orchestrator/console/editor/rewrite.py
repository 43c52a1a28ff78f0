"""The same text saying something else: only what differs is written anew; comments, order and layout stay.

The old and the new value are compared as trees. Each difference becomes a splice of the text; splices that would touch
each other wait for the next round, which reads the text again. The result is read back before it is given out.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from orchestrator.console.editor.places import Layout
from orchestrator.console.editor.spans import (
    Entry,
    Kind,
    Node,
    UnreadableSpansError,
    column,
    line_end,
    read_spans,
)
from orchestrator.console.editor.wording import block, entry, flow, item, json_text, key_text, scalar
from orchestrator.contract.document import read_document
from orchestrator.contract.errors import UserError, WorkflowError
from orchestrator.contract.ids import JsonValue

_ROUNDS = 24
_STEP = 2


class EditError(UserError):
    """The change cannot be written into this text without rewriting what it leaves alone."""


@dataclass(frozen=True, slots=True, order=True)
class Splice:
    """Replace the characters from `start` to `end`."""

    start: int
    end: int
    text: str


def rewritten(text: str, value: JsonValue) -> str:
    """The text with the least change that makes it say `value`. EditError when there is no such change.

    Aliases whose anchor changes are written out; the text itself must be one that `read_document` accepts.
    """
    if is_json(text):
        return _or_else(text, value, json.dumps(value, indent=2, ensure_ascii=False) + "\n")
    try:
        return _rounds(text, value)
    except (WorkflowError, UnreadableSpansError, EditError):
        pass
    try:
        return _rounds(_without_aliases(text), value)
    except (WorkflowError, UnreadableSpansError):
        raise EditError("This cannot be changed here without touching the rest; change it in the text.") from None


def same(one: JsonValue, other: JsonValue) -> bool:
    """Equality as JSON has it: 1, 1.0 and true are three values."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(each, other[key]) for key, each in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


def is_json(text: str) -> bool:
    """True for a text that is read as JSON."""
    if text.lstrip()[:1] not in {"{", "["}:
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def spliced(text: str, splices: Sequence[Splice]) -> str:
    """The text with those splices that do not overlap an earlier one."""
    parts: list[str] = []
    done = 0
    for each in sorted(splices):
        if each.start < done:
            continue
        parts += [text[done : each.start], each.text]
        done = each.end
    return "".join([*parts, text[done:]])


def _or_else(text: str, value: JsonValue, whole: str) -> str:
    try:
        return _rounds(text, value)
    except (WorkflowError, UnreadableSpansError, EditError):
        return whole


def _rounds(text: str, value: JsonValue) -> str:
    for _ in range(_ROUNDS):
        said = read_document(text).value
        if same(said, value):
            return text
        differ = _Differ(text)
        differ.root(read_spans(text), said, value)
        text = spliced(text, differ.splices)
    raise EditError("This cannot be changed here without touching the rest; change it in the text.")


def _without_aliases(text: str) -> str:
    """The text with what `*name` stands for in each of its places."""
    value = read_document(text).value
    differ = _Differ(text)
    differ.expand(read_spans(text), value)
    return spliced(text, differ.splices)


class _Differ:
    """Collects the splices that lead from one value to another."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._layout = Layout(text)
        self._is_json = is_json(text)
        self.splices: list[Splice] = []

    def root(self, node: Node, old: JsonValue, new: JsonValue) -> None:
        """Compare the document as a whole."""
        whole = Entry(key=None, start=node.start, mark_end=node.start, value=node)
        if not self._inside(node, old, new):
            text = self._flow(new) if node.is_flow else block(new, 0).lstrip("\n ")
            self._splice(whole.value.start, whole.value.end, text)

    def _splice(self, start: int, end: int, text: str) -> None:
        self.splices.append(Splice(start, end, text))

    def _inside(self, node: Node, old: JsonValue, new: JsonValue) -> bool:
        """Write the difference inside a list or mapping; False when the value has to be written as a whole."""
        if isinstance(old, dict) and isinstance(new, dict) and node.kind is Kind.MAPPING and node.entries and new:
            return self._mapping(node, old, new)
        if isinstance(old, list) and isinstance(new, list) and node.kind is Kind.SEQUENCE and node.entries and new:
            return self._sequence(node, old, new)
        return False

    def _value(self, owner: Node, each: Entry, old: JsonValue, new: JsonValue) -> None:
        if same(old, new):
            return
        before = len(self.splices)
        if each.value.kind is not Kind.ALIAS and self._inside(each.value, old, new):
            return
        del self.splices[before:]
        self._replace(owner, each, old, new)

    def _replace(self, owner: Node, each: Entry, old: JsonValue, new: JsonValue) -> None:
        if owner.is_flow:
            self._replace_in_flow(each, new)
        else:
            self._replace_in_block(owner, each, old, new)

    def expand(self, node: Node, value: JsonValue) -> None:
        """Write out what `*name` and `<<` stand for, everywhere below a node."""
        for place, each in enumerate(node.entries):
            if each.key == "<<" and isinstance(value, dict):
                self._expand_merge(node, each, value)
                continue
            inner: JsonValue = None
            if isinstance(value, dict):
                inner = value.get(each.key or "")
            elif isinstance(value, list):
                inner = value[place]
            if each.value.kind is Kind.ALIAS:
                self._replace(node, each, inner, inner)
            else:
                self.expand(each.value, inner)

    def _expand_merge(self, node: Node, each: Entry, value: dict[str, JsonValue]) -> None:
        written = {other.key for other in node.entries}
        merged = {key: one for key, one in value.items() if key not in written}
        if node.is_flow:
            words = ", ".join(self._flow_entry(key, one, -1) for key, one in merged.items())
        else:
            indent = column(self._text, each.start)
            words = ("\n" + " " * indent).join(entry(key, one, indent) for key, one in merged.items())
        self._splice(each.start, each.value.end, words)

    def _replace_in_flow(self, each: Entry, new: JsonValue) -> None:
        node = each.value
        words = self._flow(new)
        if isinstance(new, str) and not self._is_json and node.style == "'" and "\n" not in new:
            words = scalar(new, style="'")
        gap = " " if node.start == node.end and each.key is not None else ""
        self._splice(node.start, node.end, gap + words)

    def _replace_in_block(self, owner: Node, each: Entry, old: JsonValue, new: JsonValue) -> None:
        node, text = each.value, self._text
        indent = column(text, owner.entries[0].start) + _STEP
        words = block(new, indent)
        is_inline = node.start <= line_end(text, each.mark_end)
        if node.kind in (Kind.SCALAR, Kind.ALIAS) and words.startswith(" ") and is_inline and node.start < node.end:
            # Quotes that the old text did not need were somebody's choice.
            is_kept = node.style in {"'", '"'} and isinstance(old, str) and scalar(old) == old
            style = node.style if is_kept else ""
            self._splice(node.start, node.end, scalar(new, indent, style=style))
            return
        remark = "" if is_inline else text[each.mark_end : line_end(text, each.mark_end)].strip()
        remark = f"  {remark}" if remark.startswith("#") else ""
        if each.key is None and words.startswith("\n"):
            words = f" {words.lstrip()}"
        whole = remark + words if words.startswith("\n") else words + remark
        self._splice(each.mark_end, max(node.end, each.mark_end), whole)

    def _flow(self, value: JsonValue) -> str:
        return json_text(value) if self._is_json else flow(value)

    # mappings

    def _mapping(self, node: Node, old: dict[str, JsonValue], new: dict[str, JsonValue]) -> bool:
        written = {each.key: each for each in node.entries if each.key is not None}
        gone = [key for key in old if key not in new]
        if any(key not in written for key in gone):
            return False
        for key, value in new.items():
            if key in written and key in old:
                self._value(node, written[key], old[key], value)
        for key in gone:
            if not self._remove(node, node.entries.index(written[key])):
                return False
        self._insert_keys(node, [key for key in written if key not in gone], old, new)
        return True

    def _insert_keys(self, node: Node, kept: list[str], old: dict[str, JsonValue], new: dict[str, JsonValue]) -> None:
        """New keys go behind the key that they follow in the new value."""
        places = {each.key: place for place, each in enumerate(node.entries)}
        behind = -1
        found: dict[int, list[str]] = {}
        for key, value in new.items():
            if key in places:
                behind = places[key] if key in kept else behind
            elif key not in old or not same(old[key], value):
                found.setdefault(behind, []).append(key)
        for place, keys in found.items():
            self._insert(node, place, [(key, new[key]) for key in keys], is_spaced=False)

    # lists

    def _sequence(self, node: Node, old: list[JsonValue], new: list[JsonValue]) -> bool:
        matcher = SequenceMatcher(None, [_identity(each) for each in old], [_identity(each) for each in new], False)
        spaced = self._layout.is_spaced(node)
        for tag, i1, i2, j1, j2 in matcher.get_opcodes():
            if tag == "equal" or i2 - i1 == j2 - j1:
                for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
                    self._value(node, node.entries[i], old[i], new[j])
                continue
            if i2 - i1 == len(old) or not all(self._remove(node, place) for place in range(i1, i2)):
                return False
            if j2 > j1:
                behind = i1 - 1 if i1 > 0 or i2 == i1 else -1
                self._insert(node, behind, [(None, each) for each in new[j1:j2]], is_spaced=spaced)
        return True

    # entries

    def _remove(self, node: Node, place: int) -> bool:
        """Take an entry out, with the comments that are its own; False where its line begins with something else."""
        found = self._layout.extent_in_flow(node, place) if node.is_flow else self._layout.extent(node, place)
        if found is None:
            return False
        self._splice(*found, "")
        return True

    def _insert(
        self, node: Node, behind: int, values: Sequence[tuple[str | None, JsonValue]], *, is_spaced: bool
    ) -> None:
        """Write entries behind the one at this place; -1: before all."""
        if node.is_flow:
            self._insert_in_flow(node, behind, values)
            return
        indent = column(self._text, node.entries[0].start)
        made = [item(each, indent) if key is None else entry(key, each, indent) for key, each in values]
        gap = "\n\n" if is_spaced else "\n"
        if behind >= 0:
            at = self._layout.tail(node.entries[behind])
            self._splice(at, at, "".join(gap + " " * indent + each for each in made))
            return
        first = node.entries[0]
        at = self._layout.head(first)
        if at == first.start:
            self._splice(at, at, "".join(each + gap + " " * indent for each in made))
        else:
            self._splice(at, at, "".join(" " * indent + each + gap for each in made))

    def _insert_in_flow(self, node: Node, behind: int, values: Sequence[tuple[str | None, JsonValue]]) -> None:
        first = node.entries[0]
        lines = "\n" in self._text[node.start : first.start]
        indent = column(self._text, first.start)
        gap = "\n" + " " * indent if lines else " "
        made = [self._flow_entry(key, value, indent if lines else -1) for key, value in values]
        if behind >= 0:
            at = node.entries[behind].value.end
            self._splice(at, at, "".join(f",{gap}{each}" for each in made))
        else:
            self._splice(first.start, first.start, "".join(f"{each},{gap}" for each in made))

    def _flow_entry(self, key: str | None, value: JsonValue, indent: int) -> str:
        words = self._flow(value)
        if indent >= 0 and self._is_json:
            words = json.dumps(value, indent=2, ensure_ascii=False).replace("\n", "\n" + " " * indent)
        if key is None:
            return words
        return f"{json.dumps(key, ensure_ascii=False) if self._is_json else key_text(key)}: {words}"


def _identity(value: JsonValue) -> str:
    """What makes an entry of a list the same one although something of it has changed."""
    if isinstance(value, dict):
        for word in ("id", "step_id", "name"):
            if isinstance(value.get(word), str):
                return f"{word}={value[word]}"
    return json.dumps(value, sort_keys=True)
