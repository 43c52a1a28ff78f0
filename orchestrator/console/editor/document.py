"""The document that graph, form and text share: YAML, and changes of its steps that give new YAML.

Every change is made in the plain data and written into the text by `rewritten`, so that nothing else of it moves.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from orchestrator.console.editor.outline import Data, Outline, OutlineStep, Path, outline_of, texts, word_for
from orchestrator.console.editor.references import mentions, renamed
from orchestrator.console.editor.rewrite import EditError, rewritten
from orchestrator.contract.document import read_document
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.workflow_words import free_id, slug

_WAITS, _BRANCHES = ("dependencies",), ("then", "otherwise")
_LINKS = (*_WAITS, *_BRANCHES)
_PREFERRED = {"otherwise": "else"}
NEW_WORKFLOW = """\
name: New workflow
description: ""

steps: []
"""


# No slots: the outline is worked out once, when it is first asked for.
@dataclass(frozen=True, kw_only=True)
class WorkflowText:
    """A text that can be read, and what its changes would make of it. Changes raise EditError."""

    text: str
    value: JsonValue
    lines: Mapping[Path, int] = dataclasses.field(default_factory=dict)
    """Line, from 1, by place."""

    @classmethod
    def read(cls, text: str) -> "WorkflowText":
        """Raises WorkflowError for a text that is neither YAML nor JSON."""
        document = read_document(text)
        return cls(text=text, value=document.value, lines=document.lines)

    @cached_property
    def outline(self) -> Outline:
        """Its steps."""
        return outline_of(self.value)

    @property
    def name(self) -> str:
        """As the text says it; empty where it does not."""
        name = self.at((*self.outline.head_path, "name"))
        return name if isinstance(name, str) else ""

    def at(self, path: Path) -> JsonValue:
        """The value at a place; None where there is none."""
        value = self.value
        for part in path:
            if isinstance(value, dict) and isinstance(part, str):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                value = value[part]
            else:
                return None
        return value

    def lines_of(self, step_id: str) -> range:
        """The lines of a step, from 1; empty for an unknown one."""
        step = self.outline.find(step_id)
        if step is None or step.path not in self.lines:
            return range(0)
        depth = len(step.path)
        last = max(line for path, line in self.lines.items() if path[:depth] == step.path)
        return range(self.lines[step.path], last + 1)

    def step_at(self, line: int) -> str:
        """The id of the step in whose lines this one is; empty for none."""
        found = ""
        for step in self.outline.steps:
            if self.lines.get(step.path, line + 1) > line:
                break
            found = step.step_id
        lines = self.lines_of(found)
        return found if lines and line < lines.stop else ""

    def with_value(self, path: Path, value: JsonValue) -> str:
        """The text with this value at a place; mappings on the way are made."""
        return self._changed(lambda whole: _put(whole, path, value))

    def without(self, path: Path) -> str:
        """The text without the entry at a place, and without mappings that this leaves empty."""
        return self._changed(lambda whole: _take(whole, path))

    def with_changes(self, changes: Mapping[Path, JsonValue], gone: Sequence[Path] = ()) -> str:
        """Several of both at once."""

        def change(whole: JsonValue) -> None:
            for path, value in changes.items():
                _put(whole, path, value)
            for path in gone:
                _take(whole, path)

        return self._changed(change)

    def with_step(self, step: Data, *, behind: str | None = None) -> str:
        """The text with one more step, behind that of an id or at the end; its id must be free."""

        def change(whole: JsonValue) -> None:
            self._pin_ids(whole)
            steps = _steps(whole, self.outline)
            after = self.outline.find(behind) if behind is not None else None
            steps.insert(after.place + 1 if after is not None else len(steps), dict(step))

        return self._changed(change)

    def free_step_id(self, wanted: str) -> str:
        """An id that no step has, as near to the wanted one as can be."""
        return free_id(slug(wanted) or "step", {*self.outline.ids})

    def without_steps(self, ids: Sequence[str]) -> str:
        """The text without these steps; who waited for one waits for what that waited for."""

        def change(whole: JsonValue) -> None:
            self._pin_ids(whole)
            steps = _steps(whole, self.outline)
            for step in self.outline.steps:
                if step.step_id not in ids:
                    own = steps[step.place]
                    self._relink(own, step, {each: self._before(each, ids) for each in ids}, fields=_WAITS)
                    self._relink(own, step, dict.fromkeys(ids, ()), fields=_BRANCHES)
            for step in reversed(self.outline.steps):
                if step.step_id in ids:
                    del steps[step.place]

        return self._changed(change)

    def with_copies(self, ids: Sequence[str]) -> tuple[str, tuple[str, ...]]:
        """The text with a copy of each of these steps behind the last of them, and the copies' ids."""
        chosen = [step for step in self.outline.steps if step.step_id in ids]
        taken = {*self.outline.ids}
        new: dict[str, str] = {}
        for step in chosen:
            new[step.step_id] = free_id(step.step_id, taken)
            taken.add(new[step.step_id])

        def change(whole: JsonValue) -> None:
            self._pin_ids(whole)
            steps = _steps(whole, self.outline)
            copies = [self._copy(steps[step.place], step, new) for step in chosen]
            steps[chosen[-1].place + 1 : chosen[-1].place + 1] = copies

        return self._changed(change) if chosen else self.text, tuple(new.values())

    def with_link(self, source: str, target: str, field: str = "dependencies") -> str:
        """The text in which `target` waits for `source`; or `source` is among the `then`, `otherwise` of `target`."""
        step = self.step(target)
        return self.with_value(*self._links(step, (*self._linked(step, field), source), field))

    def without_link(self, source: str, target: str) -> str:
        """The text in which `target` does not wait for `source`, and is in no branch of it."""

        def change(whole: JsonValue) -> None:
            steps = _steps(whole, self.outline)
            ahead, behind = self.step(source), self.step(target)
            self._relink(steps[behind.place], behind, {source: ()}, fields=_WAITS)
            self._relink(steps[ahead.place], ahead, {target: ()}, fields=_BRANCHES)

        return self._changed(change)

    def with_links(self, step_id: str, field: str, ids: Sequence[str]) -> str:
        """The text in which these are all that a step waits for, or all of a branch."""
        step = self.step(step_id)
        path, value = self._links(step, ids, field)
        return self.with_value(path, value) if value else self.without(path)

    def with_id(self, step_id: str, new: str) -> str:
        """The text with another id for a step, also in all references and expressions. EditError for a taken one."""
        step = self.step(step_id)
        if new != step_id and self.outline.find(new) is not None:
            raise EditError(f"Another step has the id {new!r}.")
        if not new:
            raise EditError("A step needs an id.")

        def change(whole: JsonValue) -> None:
            steps = _steps(whole, self.outline)
            own = steps[step.place]
            assert isinstance(own, dict)
            word = "step_id" if "step_id" in own else "id"
            rest = dict(own)
            own.clear()
            own.update({word: new, **rest} if word not in rest else {**rest, word: new})
            for other in self.outline.steps:
                self._relink(steps[other.place], other, {step_id: (new,)})
            _rename_everywhere(whole, step_id, new)

        return self._changed(change)

    def with_name(self, step_id: str, name: str) -> str:
        """The text with another name for a step; one that has its id from its name keeps that id."""
        step = self.step(step_id)
        changes: dict[Path, JsonValue] = {(*step.path, "name"): name}
        if not step.has_id:
            changes[(*step.path, "id")] = step_id
        return self.with_changes(changes) if name else self.without((*step.path, "name"))

    def step(self, step_id: str) -> OutlineStep:
        """The step of this id; EditError when it is not there any more."""
        found = self.outline.find(step_id)
        if found is None:
            raise EditError(f"There is no step {step_id!r} any more.")
        return found

    def _changed(self, change: Callable[[JsonValue], None]) -> str:
        whole = deepcopy(self.value)
        change(whole)
        return rewritten(self.text, whole)

    def _linked(self, step: OutlineStep, field: str) -> tuple[str, ...]:
        return {"dependencies": step.needs, "then": step.then, "otherwise": step.otherwise}[field]

    def _links(self, step: OutlineStep, ids: Sequence[str], field: str) -> tuple[Path, list[JsonValue]]:
        """Where they stand, and what to write: words that mean a step stay as they are written."""
        word = word_for(step.data, field, _PREFERRED.get(field, field))
        meant = {self._meaning(each): each for each in texts(step.data.get(word))}
        return (*step.path, word), [meant.get(each, each) for each in dict.fromkeys(ids)]

    def _meaning(self, word: str) -> str:
        if self.outline.find(word) is not None:
            return word
        return next((step.step_id for step in self.outline.steps if step.name == word), word)

    def _relink(
        self,
        data: JsonValue,
        step: OutlineStep,
        instead: Mapping[str, Sequence[str]],
        fields: Sequence[str] = _LINKS,
    ) -> None:
        """Put other ids for some in the references of a step; a field that ends up empty goes."""
        assert isinstance(data, dict)
        for field in fields:
            word = word_for(data, field)
            given = texts(data.get(word))
            if not any(self._meaning(each) in instead for each in given):
                continue
            found: dict[str, None] = {}
            for each in given:
                others = instead.get(self._meaning(each), (each,))
                found.update(dict.fromkeys(new for new in others if new != step.step_id))
            if len(found) == 1 and isinstance(data[word], str):
                data[word] = next(iter(found))
            elif found:
                data[word] = list(found)
            else:
                data.pop(word, None)

    def _before(self, step_id: str, gone: Sequence[str]) -> tuple[str, ...]:
        """What a step waits for, through others that go as well."""
        found: dict[str, None] = {}
        waiting, seen = [step_id], {step_id}
        while waiting:
            step = self.outline.find(waiting.pop(0))
            for need in step.needs if step is not None else ():
                if need not in gone:
                    found[need] = None
                elif need not in seen:
                    seen.add(need)
                    waiting.append(need)
        return tuple(found)

    def _copy(self, data: JsonValue, step: OutlineStep, new: Mapping[str, str]) -> JsonValue:
        assert isinstance(data, dict)
        copy: JsonValue = deepcopy(data)
        assert isinstance(copy, dict)
        self._relink(copy, step, {old: (each,) for old, each in new.items()})
        for old, each in new.items():
            copy = renamed(copy, old, each)
        assert isinstance(copy, dict)
        rest = {word: value for word, value in copy.items() if word not in {"id", "step_id"}}
        return {"step_id" if "step_id" in copy else "id": new[step.step_id], **rest}

    def _pin_ids(self, whole: JsonValue) -> None:
        """Ids that come from a step's place are written down where something refers to them, before places change."""
        steps = _steps(whole, self.outline)
        for step in self.outline.steps:
            if step.has_id or step.name:
                continue
            is_linked = any(step.step_id in (*each.needs, *each.then, *each.otherwise) for each in self.outline.steps)
            if is_linked or mentions(self.value, step.step_id):
                own = steps[step.place]
                assert isinstance(own, dict)
                steps[step.place] = {"id": step.step_id, **own}


def _steps(whole: JsonValue, outline: Outline) -> list[JsonValue]:
    """The list of steps in a copy of the document, made when there is none."""
    if outline.list_path is None:
        if not isinstance(whole, dict):
            raise EditError("Write `name:` and `steps:` first; this text is no workflow yet.")
        head = whole.get("definition") if isinstance(whole.get("definition"), dict) else whole
        assert isinstance(head, dict)
        made: list[JsonValue] = []
        head["tasks" if "tasks" in head else "steps"] = made
        return made
    found = whole
    for part in outline.list_path:
        assert isinstance(found, dict)
        found = found[str(part)]
    assert isinstance(found, list)
    return found


def _put(whole: JsonValue, path: Path, value: JsonValue) -> None:
    for part, following in pairwise(path):
        if isinstance(whole, dict):
            if not isinstance(whole.get(str(part)), dict | list):
                whole[str(part)] = [] if isinstance(following, int) else {}
            whole = whole[str(part)]
        elif isinstance(whole, list) and isinstance(part, int):
            whole = whole[part]
    last = path[-1]
    if isinstance(whole, dict):
        whole[str(last)] = value
    elif isinstance(whole, list) and isinstance(last, int):
        whole[last] = value


def _take(whole: JsonValue, path: Path) -> None:
    owners: list[tuple[JsonValue, str | int]] = []
    for part in path:
        owners.append((whole, part))
        if isinstance(whole, dict):
            whole = whole.get(str(part))
        elif isinstance(whole, list) and isinstance(part, int) and part < len(whole):
            whole = whole[part]
        else:
            return
    for number, (owner, part) in enumerate(reversed(owners)):
        if isinstance(owner, dict) and (number == 0 or not owner.get(str(part))):
            owner.pop(str(part), None)
        elif isinstance(owner, list) and isinstance(part, int) and number == 0:
            del owner[part]
        if owner or isinstance(owner, list):
            return


def _rename_everywhere(whole: JsonValue, old: str, new: str) -> None:
    if isinstance(whole, dict):
        for key in list(whole):
            inner = renamed({key: whole[key]}, old, new)
            assert isinstance(inner, dict)
            whole[key] = inner[key]
    elif isinstance(whole, list):
        whole[:] = [renamed(each, old, new) for each in whole]
