"""Workflow files: from YAML or JSON to a definition, with every mistake named by line, step and field."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from orchestrator.contract.document import MAX_BYTES, Document, read_document
from orchestrator.contract.errors import Problem, WorkflowError
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.workflow import MAX_STEPS, WorkflowDefinition
from orchestrator.contract.workflow_mistakes import problems_of
from orchestrator.contract.workflow_places import Place, as_written, parse_place, steps_of, write_place


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedWorkflow:
    """A definition and the document that it was read from."""

    definition: WorkflowDefinition
    document: Document
    source: str
    text: str

    @property
    def named(self) -> JsonValue:
        """What was written, with the definition's name also where the document gives none."""
        return _with_name(self.document.value, self.definition.name)

    @property
    def written(self) -> JsonValue:
        """The text itself, with its comments; what it says where only the file's name gives it one."""
        named = self.named
        return self.text if named == self.document.value else named

    @property
    def lines(self) -> Mapping[Place, int]:
        """Line, counted from 1, by the path in the document as it is written."""
        return self.document.lines

    def line_of(self, field: str) -> int | None:
        """The line of a field such as `steps[2].dependencies[0]`, whatever words the document uses for it."""
        return self.document.line(as_written(self.document.value, parse_place(field)))

    def located(self, problems: Sequence[Problem]) -> tuple[Problem, ...]:
        """The same problems with their lines, in the order of the document."""
        placed = [
            problem if problem.line else problem.model_copy(update={"line": self.line_of(problem.field)})
            for problem in problems
        ]
        return tuple(sorted(placed, key=lambda problem: problem.line or 0))


def load_workflow_file(path: Path | str) -> LoadedWorkflow:
    """Read a workflow from a file; WorkflowError with all its mistakes. Without a name it is called like the file."""
    file = Path(path)
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise WorkflowError.one(f"There is no file {str(path)!r}.") from None
    except IsADirectoryError:
        raise WorkflowError.one(f"{str(path)!r} is a folder; name the workflow's file.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise WorkflowError.one(f"{str(path)!r} cannot be read: {reason}.") from None
    loaded = load_workflow(decoded(data, source=str(path)), source=str(path))
    if "name" in loaded.definition.model_fields_set:
        return loaded
    return replace(loaded, definition=loaded.definition.model_copy(update={"name": _stem(file)}))


def load_workflow(text: str, *, source: str = "<workflow>") -> LoadedWorkflow:
    """Read a workflow from YAML or JSON; WorkflowError with all its mistakes, at most 50.

    Structure only: whether actions, dependencies and expressions mean something is `workflow_check`'s business.
    """
    document = read_document(text, is_json=True if source.lower().endswith(".json") else None)
    _refuse_shape(document)
    try:
        definition = WorkflowDefinition.model_validate(document.value)
    except ValidationError as error:
        raise WorkflowError(problems_of(error, document)) from None
    return LoadedWorkflow(definition=definition, document=document, source=source, text=text)


def decoded(data: bytes, *, source: str) -> str:
    """The text of a workflow's file; WorkflowError when it is too large, no text or no UTF-8."""
    if len(data) > MAX_BYTES:
        raise WorkflowError.one(f"{source!r} has more than {MAX_BYTES:,} bytes.")
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise WorkflowError.one(f"{source!r} is UTF-16 text; save it as UTF-8.")
    if b"\0" in data:
        raise WorkflowError.one(f"{source!r} is a binary file, not text.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise WorkflowError.one(f"{source!r} is not UTF-8 text; save it as UTF-8.", line=line) from None


def _stem(file: Path) -> str:
    return file.stem.encode(errors="replace").decode()


def _with_name(value: JsonValue, name: str) -> JsonValue:
    if not isinstance(value, dict):
        return {"name": name, "steps": value}
    inner = value.get("definition")
    if isinstance(inner, dict):
        return {**value, "definition": {**inner, "name": name}}
    return {**value, "name": name}


def _refuse_shape(document: Document) -> None:
    value = document.value
    if not isinstance(value, dict | list):
        raise WorkflowError.one("A workflow is a mapping with `steps:`, or a list of steps; this is neither.", line=1)
    steps, place = steps_of(value)
    if isinstance(steps, list) and len(steps) > MAX_STEPS:
        raise WorkflowError.one(
            f"A workflow may have {MAX_STEPS:,} steps; this one has {len(steps):,}. Split it into several workflows.",
            field=write_place(place),
            line=document.line((*place, MAX_STEPS)),
        )
