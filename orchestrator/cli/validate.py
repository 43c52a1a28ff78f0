"""`botswain validate`: every mistake of a workflow file, with its line, step and field."""

import sys
from typing import Annotated

import typer

from orchestrator.cli.output import AsJson, count_text, error_console, say, write_json
from orchestrator.cli.source import STANDARD_INPUT, load_source
from orchestrator.contract.api.workflows import ValidationReport
from orchestrator.contract.errors import Problem, UserError, WorkflowError
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.contract.workflow_check import check, resolve

EXIT_USAGE = 2


def validate(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="A YAML or JSON file, a sample's name, or - for standard input.", show_default=False
        ),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Check a workflow file without running it; exit code 2 when it has mistakes.

    Examples:  botswain validate job-search.yaml  |  botswain validate - --json < job-search.yaml
    """
    definition, problems = _looked_at(file)
    source = "Standard input" if file == STANDARD_INPUT else file
    if as_json:
        write_json(_report(definition, problems))
    elif not problems and definition is not None:
        steps = count_text(len(definition.steps), "step")
        say(f"{source} is right: {definition.name!r}, {steps}, version {definition.content_hash}.")
    else:
        _complain(source, problems)
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


def _complain(source: str, problems: tuple[Problem, ...]) -> None:
    console = error_console()
    console.print(
        f"{source}: {count_text(len(problems), 'mistake')}", style="red", highlight=False, markup=False, soft_wrap=True
    )
    for problem in problems:
        console.print(f"  {problem}", highlight=False, markup=False, soft_wrap=True)
