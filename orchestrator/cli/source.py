"""What a person names as a workflow: a file, a sample that ships with the product, or one that is stored."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.document import MAX_BYTES, read_document
from orchestrator.contract.errors import UserError, WorkflowError
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.variables import check_variables, given_variables
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.contract.workflow_check import check, resolve
from orchestrator.contract.workflow_source import LoadedWorkflow, decoded, load_workflow, load_workflow_file

STANDARD_INPUT = "-"
_SUFFIXES = (".yaml", ".yml", ".json")

Variables = Annotated[
    list[str] | None,
    typer.Option("--var", "-v", metavar="NAME=VALUE", help="A variable of the workflow; may be repeated."),
]
VariableFile = Annotated[
    Path | None,
    typer.Option(
        "--vars", metavar="FILE", help="A YAML or JSON file with variables (keeps secrets off the command line)."
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedWorkflow:
    """A workflow that may be stored and run."""

    definition: WorkflowDefinition
    document: JsonValue
    """What was written, for an orchestrator to read."""
    written: JsonValue
    """The same with its comments, as far as there are any, for one that keeps it."""


def sample_names() -> list[str]:
    """The names of the samples."""
    folder = resources.files("resources") / "workflows"
    return sorted(each.name.removesuffix(".yaml") for each in folder.iterdir() if each.name.endswith(".yaml"))


def load_source(text: str) -> LoadedWorkflow:
    """Read a file, a sample or standard input (`-`).

    WorkflowError with all mistakes of structure, UserError when there is no such thing.
    """
    if text == STANDARD_INPUT:
        data = sys.stdin.buffer.read(MAX_BYTES + 1)
        return load_workflow(decoded(data, source="standard input"), source="standard input")
    if looks_like_file(text):
        return load_workflow_file(text)
    names = sample_names()
    if text in names:
        content = (resources.files("resources") / "workflows" / f"{text}.yaml").read_text(encoding="utf-8")
        return load_workflow(content, source=f"{text}.yaml")
    near = get_close_matches(text, names, n=1)
    meant = f" Did you mean the sample {near[0]!r}?" if near else f" The samples are {', '.join(names)}."
    raise UserError(f"WORKFLOW: there is no file {text!r}.{meant}", field="WORKFLOW")


def checked_source(text: str) -> CheckedWorkflow:
    """Read a file or a sample that may be run; WorkflowError with every mistake and its line."""
    loaded = load_source(text)
    problems = loaded.located(check(loaded.definition))
    if problems:
        raise WorkflowError(problems)
    return CheckedWorkflow(definition=resolve(loaded.definition), document=loaded.named, written=loaded.written)


def looks_like_file(text: str) -> bool:
    """True for what is meant as a file or as standard input, whether it is there or not."""
    return text == STANDARD_INPUT or text.endswith(_SUFFIXES) or "/" in text or "\\" in text or Path(text).is_file()


def read_variables(
    definition: WorkflowDefinition, assignments: Sequence[str], file: Path | None
) -> dict[str, JsonValue]:
    """What the file gives and the assignments overrule, checked against the workflow; the defaults are left out."""
    given = {**_file_variables(file), **given_variables(definition, assignments)}
    checked = check_variables(definition, given)
    return {name: checked[name] for name in given}


async def workflow_request(
    client: OrchestratorClient, text: str, assignments: Sequence[str], file: Path | None
) -> SubmitRequest:
    """The order for a job of a file, or of a stored workflow when no file has this name."""
    if looks_like_file(text):
        workflow = checked_source(text)
        variables = read_variables(workflow.definition, assignments, file)
        return SubmitRequest(definition=workflow.document, variables=variables)
    return SubmitRequest(workflow=text, variables=await stored_variables(client, text, assignments, file))


async def stored_variables(
    client: OrchestratorClient, workflow: str, assignments: Sequence[str], file: Path | None
) -> dict[str, JsonValue]:
    """Variables for a workflow that the orchestrator has, read by their types."""
    if not assignments and file is None:
        return {}
    detail = await client.workflow(workflow)
    definition = WorkflowDefinition.model_validate(detail.definition)
    return {**_file_variables(file), **given_variables(definition, assignments)}


def _file_variables(file: Path | None) -> Mapping[str, JsonValue]:
    if file is None:
        return {}
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text; save it as UTF-8"
        raise UserError(f"--vars: {file} cannot be read: {reason}.", field="--vars") from None
    value = read_document(text, is_json=True if file.suffix.lower() == ".json" else None).value
    if not isinstance(value, dict):
        raise UserError(f"--vars: {file} must hold a mapping of names to values.", field="--vars")
    return value
