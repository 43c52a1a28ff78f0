"""`botswain validate`: every mistake of a workflow file, with its line, step and field."""

import sys
from typing import Annotated

import typer

from orchestrator.cli.output import AsJson, error_console, say, write_json
from orchestrator.cli.source import load_source
from orchestrator.contract.api import ValidationReport
from orchestrator.contract.errors import Problem, UserError, WorkflowError
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.contract.workflow_check import check, resolve

EXIT_USAGE = 2


def validate(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A YAML or JSON file, or a sample's name.", show_default=False)
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Check a workflow file without running it; exit code 2 when it has mistakes.

    Examples:  botswain validate job-search.yaml  |  botswain validate job-search.yaml --json
    """
    definition, problems = _looked_at(file)
    if as_json:
        write_json(_report(definition, problems))
    elif not problems and definition is not None:
        say(f"{file} is right: {definition.name!r}, {len(definition.steps)} steps, version {definition.content_hash}.")
    else:
        _complain(file, problems)
    if problems:
        sys.exit(EXIT_USAGE)


def _looked_at(file: str) -> tuple[WorkflowDefinition | None, tuple[Problem, ...]]:
    try:
        loaded = load_source(file)
    except WorkflowError as error:
        return None, error.problems
    except UserError as error:
        return None, (Problem(message=error.message, field=error.field),)
    problems = loaded.located(check(loaded.definition))
    return (loaded.definition if problems else resolve(loaded.definition)), problems


def _report(definition: WorkflowDefinition | None, problems: tuple[Problem, ...]) -> ValidationReport:
    if definition is None:
        return ValidationReport(problems=problems)
    return ValidationReport(
        problems=problems,
        name=definition.name,
        steps=len(definition.steps),
        workflow_hash="" if problems else definition.content_hash,
    )


def _complain(file: str, problems: tuple[Problem, ...]) -> None:
    console = error_console()
    count = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
    console.print(f"{file}: {count}", style="red", highlight=False, markup=False, soft_wrap=True)
    for problem in problems:
        console.print(f"  {problem}", highlight=False, markup=False, soft_wrap=True)
