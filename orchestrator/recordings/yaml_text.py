"""A workflow as the YAML file that a person would write, and the report of an import."""

from orchestrator.contract.api.recordings import ImportReport
from orchestrator.contract.workflow_text import document_of, yaml_of
from orchestrator.recordings.recording import ImportedRecording


def yaml_text(imported: ImportedRecording, *, source: str) -> str:
    """The file: what it was made of and what it lacks as comments, then the definition."""
    lines = [f"# Imported from {source} ({imported.kind.value})."]
    if imported.gaps:
        lines += ["# Not carried over:", *(f"#   {gap}" for gap in imported.gaps)]
    lines += [f"# {remark}" for remark in imported.remarks]
    head = "\n".join(" ".join(line.splitlines()) for line in lines)
    return f"{head}\n{yaml_of(document_of(imported.definition))}"


def report_of(imported: ImportedRecording, *, source: str) -> ImportReport:
    """The same for programs."""
    return ImportReport(
        kind=imported.kind,
        definition=document_of(imported.definition),
        yaml=yaml_text(imported, source=source),
        gaps=imported.gaps,
        remarks=imported.remarks,
    )
