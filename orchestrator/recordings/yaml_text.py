"""A workflow as the YAML file that a person would write, and the report of an import."""

import yaml

from orchestrator.contract.api.recordings import ImportReport
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.workflow import Step, WorkflowDefinition
from orchestrator.recordings.recording import ImportedRecording


class _Dumper(yaml.SafeDumper):
    """Writes small lists and mappings on one line."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002  the library's signature
        """Lists are indented below their key."""
        super().increase_indent(flow, indentless=False)


def yaml_text(imported: ImportedRecording, *, source: str) -> str:
    """The file: what it was made of and what it lacks as comments, then the definition."""
    lines = [f"# Imported from {source} ({imported.kind.value})."]
    if imported.gaps:
        lines += ["# Not carried over:", *(f"#   {gap}" for gap in imported.gaps)]
    lines += [f"# {remark}" for remark in imported.remarks]
    body = yaml.dump(document_of(imported.definition), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return "\n".join(" ".join(line.splitlines()) for line in lines) + "\n" + body


def report_of(imported: ImportedRecording, *, source: str) -> ImportReport:
    """The same for programs."""
    return ImportReport(
        kind=imported.kind,
        definition=document_of(imported.definition),
        yaml=yaml_text(imported, source=source),
        gaps=imported.gaps,
        remarks=imported.remarks,
    )


def document_of(definition: WorkflowDefinition) -> dict[str, JsonValue]:
    """What the definition says, without what it leaves to the defaults."""
    document: dict[str, JsonValue] = definition.model_dump(mode="json", exclude_defaults=True)
    del document["steps"]
    if document.pop("workflows", None):
        document["workflows"] = {name: document_of(each) for name, each in definition.workflows.items()}
    if "repeat_while" in document:
        document["while"] = document.pop("repeat_while")
    document["steps"] = [_step(each) for each in definition.steps]
    if "outputs" in document:
        document["outputs"] = document.pop("outputs")
    return document


def _step(step: Step) -> dict[str, JsonValue]:
    """What a step says; one that runs a workflow as a person writes it."""
    said: dict[str, JsonValue] = step.model_dump(mode="json")
    call = said.pop("parameters") if step.runs_workflow else None
    if not isinstance(call, dict):
        return said
    rest = {key: value for key, value in said.items() if key not in {"action", "retry", "timeout_s"}}
    return {key: rest.pop(key) for key in ("id", "name") if key in rest} | call | rest
