"""Workflows as templates: the same steps under another name, with other defaults for their variables."""

from collections.abc import Mapping

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.variables import check_variables
from orchestrator.contract.workflow import WorkflowDefinition


def instantiate(
    template: WorkflowDefinition, *, name: str, defaults: Mapping[str, JsonValue], description: str | None = None
) -> WorkflowDefinition:
    """A workflow made of a template. WorkflowError for a default that its variable does not take.

    A required variable that gets a default is not required any more; the template's name stays in the metadata.
    """
    check_variables(template, {**_placeholders(template), **defaults})
    variables = {
        word: variable.model_copy(update={"default": defaults[word], "required": False})
        if word in defaults
        else variable
        for word, variable in template.variables.items()
    }
    changes: dict[str, object] = {
        "id": None,
        "name": name,
        "variables": variables,
        "metadata": {**template.metadata, "template": template.name},
    }
    if description is not None:
        changes["description"] = description
    return template.model_copy(update=changes)


def _placeholders(template: WorkflowDefinition) -> dict[str, JsonValue]:
    """What was meant to be given with each job is not missing in a template."""
    fitting: dict[str, JsonValue] = {
        "any": None, "string": "", "integer": 0, "number": 0, "boolean": False, "list": [], "object": {},
    }  # fmt: skip
    return {
        name: variable.choices[0] if variable.choices else fitting[variable.type.value]
        for name, variable in template.variables.items()
        if variable.required
    }
