"""Workflows written in Python: each call adds something and gives a new builder, `build` gives the definition.

prices = (
    workflow("Prices")
    .variable("site", type="string", required=True)
    .step("open", "goto", {"url": "${{ site }}"})
    .step("rows", "extract_table", {"target": "table"}, needs="open", retries=2)
    .output("rows", "${{ steps.rows.result }}")
)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any, Self

import yaml

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.retry import RetryPolicy
from orchestrator.contract.states import JobPriority
from orchestrator.contract.workflow import ExecutionStrategy, OnError, VariableType, WorkflowDefinition
from orchestrator.contract.workflow_check import checked
from orchestrator.scripting.sources import read_document

_ONLY_TEXT_HERE = tuple("0123456789+-.")
"""First characters of texts that the product's YAML might read as numbers; such texts are quoted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowBuilder:
    """A workflow so far. Builders never change: keep one and go on from it in several ways."""

    fields: Mapping[str, JsonValue]
    variables: Mapping[str, JsonValue] = field(default_factory=dict)
    steps: tuple[Mapping[str, JsonValue], ...] = ()
    outputs: Mapping[str, JsonValue] = field(default_factory=dict)

    def describe(
        self,
        *,
        description: str | None = None,
        folder: str | None = None,
        tags: Sequence[str] | None = None,
        parallel: bool | None = None,
        max_concurrent_steps: int | None = None,
        strategy: ExecutionStrategy | str | None = None,
        timeout_s: float | None = None,
        priority: JobPriority | str | None = None,
        on_error: OnError | str | None = None,
        iterations: int | None = None,
        until: str | None = None,
        requires: Sequence[str] | None = None,
        retry_safe: bool | None = None,
        **fields: JsonValue,
    ) -> Self:
        """Say something of the workflow as a whole; `fields` are any others that a workflow has."""
        said = _said(
            description=description, folder=folder, tags=_listed(tags), parallel_execution=parallel,
            max_concurrent_steps=max_concurrent_steps, strategy=strategy, timeout_s=timeout_s, priority=priority,
            on_error=on_error, iterations=iterations, until=until, requires=_listed(requires), retry_safe=retry_safe,
        )  # fmt: skip
        return replace(self, fields={**self.fields, **said, **fields})

    def variable(
        self,
        name: str,
        default: JsonValue = None,
        *,
        type: VariableType | str = VariableType.ANY,  # noqa: A002  what a workflow's file calls it
        required: bool = False,
        secret: bool = False,
        choices: Sequence[JsonValue] = (),
        description: str = "",
    ) -> Self:
        """Declare an input."""
        said = _said(default=default, choices=_listed(choices) or None, description=description or None)
        said |= {"type": VariableType(type).value, "required": required, "secret": secret}
        return replace(self, variables={**self.variables, name: said})

    def step(
        self,
        step_id: str,
        action: str,
        parameters: Mapping[str, JsonValue] | None = None,
        *,
        needs: str | Sequence[str] = (),
        name: str | None = None,
        when: str | None = None,
        retries: int | None = None,
        retry: RetryPolicy | None = None,
        timeout_s: float | None = None,
        critical: bool | None = None,
        priority: int | None = None,
        session: str | None = None,
        save_as: str | None = None,
        safe_to_repeat: bool | None = None,
        milestone: bool | None = None,
        **fields: JsonValue,
    ) -> Self:
        """Add a step that does `action`, after those that it `needs`; `fields` are any others that a step has."""
        said = _said(
            parameters=dict(parameters) if parameters else None,
            dependencies=([needs] if isinstance(needs, str) else list(needs)) or None,
            name=name, when=when, max_retries=retries, timeout_s=timeout_s, critical=critical, priority=priority,
            session=session, save_as=save_as, safe_to_repeat=safe_to_repeat, milestone=milestone,
            retry=retry.model_dump(mode="json", exclude_unset=True) if retry is not None else None,
        )  # fmt: skip
        return replace(self, steps=(*self.steps, {"id": step_id, "action": action, **said, **fields}))

    def output(self, name: str, value: JsonValue) -> Self:
        """Name a result, usually by an expression."""
        return replace(self, outputs={**self.outputs, name: value})

    def build(self) -> WorkflowDefinition:
        """The definition, as a file of the same content gives it. WorkflowError names every mistake of structure."""
        parts: dict[str, JsonValue] = {
            "variables": dict(self.variables),
            "steps": [dict(step) for step in self.steps],
            "outputs": dict(self.outputs),
        }
        return read_document({**self.fields, **{name: part for name, part in parts.items() if part}})

    def check(self) -> WorkflowDefinition:
        """The definition once it is known to be without any mistake: references, circles, expressions, actions."""
        return checked(self.build())

    def to_yaml(self) -> str:
        """The definition as a file of the product; reading it gives the same definition."""
        return write_yaml(self.build())

    def save(self, path: Path | str) -> Path:
        """Write the YAML file; where it is."""
        file = Path(path)
        file.write_text(self.to_yaml(), encoding="utf-8")
        return file


def workflow(name: str, description: str | None = None) -> WorkflowBuilder:
    """Begin a workflow."""
    return WorkflowBuilder(fields=_said(name=name, description=description))


def write_yaml(definition: WorkflowDefinition) -> str:
    """A definition as YAML that says only what is not the default."""
    said: dict[str, JsonValue] = definition.model_dump(mode="json", exclude_defaults=True)
    document = {"name": definition.name, **said}
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


class _Dumper(yaml.SafeDumper):
    """Writes for a reader of YAML 1.2, where more texts look like numbers."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  the base class's signature
        """Values that are equal are written out each time: nobody meant them to be one."""
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    if "\n" in value:
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style='"')
    style = "'" if value.startswith(_ONLY_TEXT_HERE) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def _said(**given: object) -> dict[str, JsonValue]:
    """What was given; enumerations as their words."""
    return {name: _json(value) for name, value in given.items() if value is not None}


def _json(value: Any) -> JsonValue:
    plain: JsonValue = value.value if isinstance(value, Enum) else value
    return plain


def _listed(values: Sequence[JsonValue] | Sequence[str] | None) -> list[JsonValue] | None:
    return list(values) if values is not None else None
