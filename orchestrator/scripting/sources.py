"""What a script may mean by a workflow: a stored one by its name, a file, or a definition in whatever form it has."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeAlias, runtime_checkable

from orchestrator.contract.errors import UserError
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.workflow import Variable, VariableType, WorkflowDefinition
from orchestrator.contract.workflow_source import load_workflow, load_workflow_file

SITE = "site"
"""The variable that says where a workflow works; robots also begin relative addresses with it."""


@runtime_checkable
class Buildable(Protocol):
    """What can be made into a workflow, such as a `WorkflowBuilder`."""

    def build(self) -> WorkflowDefinition:
        """The workflow; WorkflowError when it has mistakes."""
        ...


WorkflowSource: TypeAlias = (
    WorkflowDefinition | Buildable | Mapping[str, JsonValue] | Sequence[Mapping[str, JsonValue]] | Path | str
)
"""A text is the id or the name of a stored workflow; a path is a file; anything else is a definition."""


def read_source(source: WorkflowSource) -> WorkflowDefinition | str:
    """The definition, or the name of a stored workflow. WorkflowError names every mistake of structure."""
    match source:
        case str():
            return source
        case WorkflowDefinition():
            return source
        case Path():
            return load_workflow_file(source).definition
        case Buildable():
            return source.build()
        case _:
            return read_document(source)


def read_document(value: Mapping[str, JsonValue] | Sequence[Mapping[str, JsonValue]]) -> WorkflowDefinition:
    """Plain data as a definition, with the same sentences about mistakes that a file gets."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=_plain)
    except (TypeError, ValueError) as error:
        raise UserError(f"workflow: it is no plain data: {error}.", field="workflow") from None
    return load_workflow(text, source="workflow.json").definition


def to_document(definition: WorkflowDefinition) -> dict[str, JsonValue]:
    """What is said in a definition and no more, as plain data."""
    document: dict[str, JsonValue] = definition.model_dump(mode="json", by_alias=False, exclude_defaults=True)
    return {"name": definition.name, **document}


def with_site(definition: WorkflowDefinition) -> WorkflowDefinition:
    """The same workflow with a variable `site`, if it has none: robots read it."""
    if SITE in definition.variables:
        return definition
    variable = Variable(type=VariableType.STRING, description="Where the workflow works")
    return definition.model_copy(update={"variables": {**definition.variables, SITE: variable}})


def site_address(site: str, sites: Mapping[str, str]) -> str:
    """The address of a site that is given by its address or by its name. UserError for an unknown name."""
    address = sites.get(site, site)
    if not address.startswith(("http://", "https://")):
        known = f" Known names: {', '.join(sorted(sites))}." if sites else ""
        raise UserError(
            f"site: {site!r} is neither an address like https://host nor a name in `sites`.{known}", field="site"
        )
    return address


def _plain(value: object) -> object:
    """Tuples of models and mappings of other kinds, as JSON knows them."""
    if isinstance(value, Mapping):
        return dict(value)
    dumped = getattr(value, "model_dump", None)
    if callable(dumped):
        return dumped(mode="json", exclude_unset=True)
    raise TypeError(f"{type(value).__name__} is not JSON")
