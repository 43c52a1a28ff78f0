"""The steps that a document says, read leniently: a graph and a form show also what is not right yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.patterns import TEMPLATE_WORDS, with_patterns
from orchestrator.contract.workflow import Step
from orchestrator.contract.workflow_words import accepted_words, free_id, join_action, slug

Path = tuple[str | int, ...]
Data = dict[str, JsonValue]

_WORDS = accepted_words(Step)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineStep:
    """A step as far as the document tells."""

    place: int
    """Among the steps, from 0."""
    path: Path
    """Of its mapping in the document."""
    step_id: str
    has_id: bool
    """False: the id comes from the name or the place."""
    name: str
    action: str
    needs: tuple[str, ...]
    """Ids of steps that exist; what cannot be found is in `lost`."""
    then: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    """References that name no step."""
    group: str = ""
    is_loop: bool = False
    is_conditional: bool = False
    is_milestone: bool = False
    data: Mapping[str, JsonValue]
    """The mapping as it is written."""

    @property
    def title(self) -> str:
        """What people read."""
        return self.name or self.step_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """All steps, and where their list stands."""

    steps: tuple[OutlineStep, ...]
    list_path: Path | None
    """None: there is no list of steps yet."""
    head_path: Path
    """Of the mapping that holds name and options of the workflow."""

    def find(self, step_id: str) -> OutlineStep | None:
        """The first step with this id."""
        return next((step for step in self.steps if step.step_id == step_id), None)

    @property
    def ids(self) -> tuple[str, ...]:
        """Of all steps, in the order of the document."""
        return tuple(step.step_id for step in self.steps)


def outline_of(value: JsonValue) -> Outline:
    """The steps of a document's value; entries that are no mappings are left out."""
    list_path, entries = _list_of(value)
    head = ("definition",) if list_path is not None and list_path[:1] == ("definition",) else ()
    written = [(place, entry) for place, entry in enumerate(entries) if isinstance(entry, dict)]
    ids = _ids([entry for _, entry in written])
    names = _by_name(ids, [entry for _, entry in written])
    steps = tuple(
        _step(place, (*(list_path or ()), place), entry, step_id, names)
        for (place, entry), step_id in zip(written, ids, strict=True)
    )
    return Outline(steps=steps, list_path=list_path, head_path=head)


def word_for(data: Mapping[str, JsonValue], field: str, preferred: str = "") -> str:
    """The word that a step uses for a field of the model; the preferred one where it has none yet."""
    for word in data:
        if _WORDS.get(word) == field:
            return word
    return preferred or field


def texts(value: JsonValue) -> tuple[str, ...]:
    """A text or a list of texts."""
    if isinstance(value, str):
        return (value,)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def action_of(data: Mapping[str, JsonValue]) -> str:
    """The action, also where it is said in other words: `component`, `workflow`, `then`."""
    step: dict[str, Any] = with_patterns(dict(data))
    join_action(step)
    action = step.get("action")
    return action if isinstance(action, str) else ""


def _list_of(value: JsonValue) -> tuple[Path | None, list[JsonValue]]:
    if isinstance(value, list):
        return (), value
    path: Path = ()
    if isinstance(value, dict) and isinstance(value.get("definition"), dict):
        path, value = ("definition",), value["definition"]
    if isinstance(value, dict):
        for word in ("steps", "tasks"):
            found = value.get(word)
            if isinstance(found, list):
                return (*path, word), found
    return None, []


def _ids(entries: Sequence[Data]) -> list[str]:
    """As the contract names steps that have no id of their own."""
    taken = {each for entry in entries if (each := _written_id(entry))}
    ids: list[str] = []
    for place, entry in enumerate(entries, start=1):
        step_id = _written_id(entry)
        if not step_id:
            step_id = free_id(slug(entry.get("name")) or f"step_{place}", taken)
            taken.add(step_id)
        ids.append(step_id)
    return ids


def _written_id(entry: Mapping[str, JsonValue]) -> str:
    for word in ("id", "step_id"):
        found = entry.get(word)
        if isinstance(found, str) and found:
            return found
    return ""


def _by_name(ids: Sequence[str], entries: Sequence[Data]) -> dict[str, str]:
    names: dict[str, str] = {}
    for step_id, entry in zip(ids, entries, strict=True):
        name = entry.get("name")
        if isinstance(name, str) and name:
            names.setdefault(name, step_id)
    return names | {step_id: step_id for step_id in ids}


def _step(place: int, path: Path, data: Data, step_id: str, names: Mapping[str, str]) -> OutlineStep:
    whole = _merged(data)
    found = {field: texts(whole.get(word_for(whole, field))) for field in ("dependencies", "then", "otherwise")}
    known = {field: tuple(dict.fromkeys(names[w] for w in words if w in names)) for field, words in found.items()}
    return OutlineStep(
        place=place,
        path=path,
        step_id=step_id,
        has_id=bool(_written_id(data)),
        name=_text(data.get("name")),
        action=action_of(data),
        needs=tuple(each for each in known["dependencies"] if each != step_id),
        then=known["then"],
        otherwise=known["otherwise"],
        lost=tuple(word for words in found.values() for word in words if word not in names),
        group=_text(whole.get("parallel_group")),
        is_loop="for_each" in with_patterns(dict(data)),
        is_conditional=whole.get(word_for(whole, "when")) is not None,
        is_milestone=whole.get("milestone") is True or action_of(data) == "checkpoint",
        data=data,
    )


def _merged(data: Data) -> Data:
    """What a template says counts for the step too."""
    template = next((data[word] for word in TEMPLATE_WORDS if isinstance(data.get(word), dict)), None)
    return {**template, **data} if isinstance(template, dict) else data


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""
