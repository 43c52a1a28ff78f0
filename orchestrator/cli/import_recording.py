"""`botswain import`: a recording of another tool as a workflow."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.cli.output import AsJson, count_text, error_console, write_json
from orchestrator.cli.source import STANDARD_INPUT
from orchestrator.contract.api.recordings import MAX_RECORDING_CHARACTERS, ImportReport, RecordingKind
from orchestrator.contract.errors import UserError, WorkflowError
from orchestrator.contract.workflow_source import decoded
from orchestrator.recordings.read import import_recording as read_recording
from orchestrator.recordings.recording import Choice, ImportedRecording
from orchestrator.recordings.yaml_text import report_of, yaml_text

EXIT_GAPS = 1

Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the workflow here, not to standard output.")
]
Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]
AllowGaps = Annotated[
    bool, typer.Option("--allow-gaps", help="Exit code 0 also when something could not be carried over.")
]
Named = Annotated[str | None, typer.Option("--name", help="Name of the workflow; the recording's own without it.")]


def import_recording(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A recording, or - for standard input.", show_default=False)
    ],
    *,
    output: Output = None,
    test: Annotated[str | None, typer.Option(help="Which test, when the recording has several.")] = None,
    suite: Annotated[str | None, typer.Option(help="All tests of this suite, one after the other.")] = None,
    name: Named = None,
    kind: Annotated[RecordingKind | None, typer.Option(help="Which tool wrote it; found out without it.")] = None,
    allow_gaps: AllowGaps = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Turn a recording into a workflow: Chrome DevTools Recorder JSON, Selenium IDE .side, Playwright codegen Python.

    What cannot be carried over is named with its place, and the exit code is 1 unless --allow-gaps; the workflow is
    written all the same, with a step that says so in each gap. Passwords become secret variables.

    Example:  botswain import login.side --test "valid credentials" -o login.yaml
    """
    source = "standard input" if file == STANDARD_INPUT else Path(file).name
    refuse_overwriting(output, force=force)
    imported = read_recording(
        recording_text(file), source=source, kind=kind, choice=Choice(test=test, suite=suite, name=name)
    )
    deliver(imported, source=source, output=output, allow_gaps=allow_gaps, as_json=as_json)


def recording_text(file: str) -> str:
    """What a file or standard input holds; UserError when it cannot be read."""
    if file == STANDARD_INPUT:
        data = sys.stdin.buffer.read(MAX_RECORDING_CHARACTERS + 1)
    else:
        try:
            data = Path(file).read_bytes()
        except OSError as error:
            raise UserError(f"FILE: {file} cannot be read: {error.strerror}.", field="FILE") from None
    if len(data) > MAX_RECORDING_CHARACTERS:
        raise UserError(f"FILE: {file} has more than {MAX_RECORDING_CHARACTERS:,} bytes.", field="FILE")
    try:
        return decoded(data, source=file)
    except WorkflowError as error:
        raise UserError(f"FILE: {error}", field="FILE") from None


def refuse_overwriting(output: Path | None, *, force: bool) -> None:
    """UserError before any work is done for a file that may not be written."""
    if output is not None and output.exists() and not force:
        raise UserError(f"--output: {output} is there already; choose another name, or --force.", field="--output")


def deliver(
    imported: ImportedRecording, *, source: str, output: Path | None, allow_gaps: bool, as_json: bool = False
) -> None:
    """Write the workflow, say what it lacks, and end with 1 when that was not allowed."""
    if output is not None:
        _write(output, yaml_text(imported, source=source))
    if as_json:
        write_json(report_of(imported, source=source))
    elif output is None:
        sys.stdout.write(yaml_text(imported, source=source))
    _tell(report_of(imported, source=source), output)
    if imported.gaps and not allow_gaps:
        sys.exit(EXIT_GAPS)


def _write(output: Path, text: str) -> None:
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"--output: {output} cannot be written: {error.strerror}.", field="--output") from None


def _tell(report: ImportReport, output: Path | None) -> None:
    console = error_console()
    steps = report.definition.get("steps")
    number = count_text(len(steps) if isinstance(steps, list) else 0, "step")
    place = f" in {output}" if output is not None else ""
    lines = [f"{number}{place}, {count_text(len(report.gaps), 'gap')}."]
    lines += [f"  not carried over: {gap}" for gap in report.gaps]
    lines += [f"  note: {remark}" for remark in report.remarks]
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)
