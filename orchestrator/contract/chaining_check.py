"""What can be wrong with the expressions of follow-ups and triggers, which read an occurrence instead of a run."""

import ast
from collections.abc import Collection, Iterator, Mapping

from orchestrator.contract.chaining import JOB_FIELDS
from orchestrator.contract.errors import Problem
from orchestrator.contract.expression_language import nearest, parse
from orchestrator.contract.expressions import ExpressionError, condition_text, find_expressions, references
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.workflow import WorkflowDefinition


def chain_problems(definition: WorkflowDefinition) -> Iterator[Problem]:
    """Every mistake in a definition's `on_success` and `on_failure`."""
    for word, links in (("on_success", definition.on_success), ("on_failure", definition.on_failure)):
        for place, link in enumerate(links):
            yield from occurrence_problems(link.variables, link.when, names={"job"}, where=f"{word}[{place}].")


def occurrence_problems(
    variables: Mapping[str, JsonValue], when: str | None, *, names: Collection[str], where: str = ""
) -> Iterator[Problem]:
    """Every mistake in what a follow-up gives to its job, and in its condition; `names` is what they can read."""
    for name, value in variables.items():
        field = f"{where}variables.{name}"
        try:
            for found in find_expressions(value, field):
                yield from _problems(found.text, found.path, names)
        except ExpressionError as error:
            yield Problem(message=error.message, field=field)
    if when is not None:
        try:
            yield from _problems(condition_text(when), f"{where}when", names)
        except ExpressionError as error:
            yield Problem(message=error.message, field=f"{where}when")


def _problems(text: str, field: str, names: Collection[str]) -> Iterator[Problem]:
    try:
        read = references(text)
    except ExpressionError as error:
        yield Problem(message=error.message, field=field)
        return
    odd = sorted(read.names - set(names)) or sorted({*read.steps, *read.variables})
    if odd:
        readable = ", ".join(sorted(names))
        yield Problem(
            message=f"In `{text}`: {odd[0]!r} means nothing here; what can be read is {readable}.", field=field
        )
        return
    for word in sorted(_job_fields(text) - set(JOB_FIELDS)):
        yield Problem(message=f"In `{text}`: a job has no {word!r}.{nearest(word, JOB_FIELDS)}", field=field)


def _job_fields(text: str) -> set[str]:
    """What is read directly of `job`."""
    return {
        node.attr
        for node in ast.walk(parse(text))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "job"
    }
