"""A definition as a person would write it: what it leaves to the defaults is not said."""

from collections.abc import Mapping

import yaml

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.workflow import Step, WorkflowDefinition

_WIDTH = 110


class _Dumper(yaml.SafeDumper):
    """Indents lists below their key, and writes texts of several lines as blocks."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002  the library's signature
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text.rstrip("\n") else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def text_of(definition: Mapping[str, JsonValue]) -> str:
    """A stored definition as YAML. A definition that this version cannot read is written as it is."""
    try:
        document = document_of(WorkflowDefinition.model_validate(definition))
    except ValueError:
        document = dict(definition)
    return yaml_of(document)


def yaml_of(document: Mapping[str, JsonValue]) -> str:
    """A document as YAML, a blank line in front of each step and of the parts around them."""
    head = {key: value for key, value in document.items() if key != "steps"}
    parts = [_dumped({key: value}) for key, value in head.items() if key != "outputs"]
    steps = document.get("steps")
    if isinstance(steps, list):
        entries = [_dumped({"steps": [each]}).removeprefix("steps:\n") for each in steps]
        parts.append("\nsteps:\n" + "\n".join(entries) if entries else "\nsteps: []\n")
    if "outputs" in document:
        parts.append("\n" + _dumped({"outputs": document["outputs"]}))
    return "".join(parts).lstrip("\n")


def document_of(definition: WorkflowDefinition) -> dict[str, JsonValue]:
    """What the definition says, without what it leaves to the defaults and what the orchestrator adds."""
    document: dict[str, JsonValue] = definition.model_dump(mode="json", exclude_defaults=True)
    for key in ("steps", "linked", "id"):
        document.pop(key, None)
    if document.pop("workflows", None):
        document["workflows"] = {name: document_of(each) for name, each in definition.workflows.items()}
    for name, word in (("repeat_while", "while"), ("timeout_s", "timeout")):
        if name in document:
            document[word] = document.pop(name)
    document["steps"] = [_step(each) for each in definition.steps]
    if "outputs" in document:
        document["outputs"] = document.pop("outputs")
    return {"name": document.pop("name", definition.name), **document}


def _step(step: Step) -> dict[str, JsonValue]:
    """What a step says; one that runs a workflow as a person writes it."""
    said: dict[str, JsonValue] = step.model_dump(mode="json")
    for name, word in (("otherwise", "else"), ("timeout_s", "timeout")):
        if name in said:
            said[word] = said.pop(name)
    call = said.pop("parameters", None) if step.runs_workflow else None
    if not isinstance(call, dict):
        return said
    rest = {key: value for key, value in said.items() if key not in {"action", "retry", "timeout"}}
    return {key: rest.pop(key) for key in ("id", "name") if key in rest} | call | rest


def _dumped(document: Mapping[str, JsonValue]) -> str:
    written: str = yaml.dump(dict(document), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return written
