"""What can be wrong with a workflow's concurrency keys before a job is submitted."""

from collections.abc import Iterator

from orchestrator.contract.errors import Problem
from orchestrator.contract.expressions import ExpressionError, check_expression, find_expressions, references
from orchestrator.contract.workflow import WorkflowDefinition


def key_problems(definition: WorkflowDefinition) -> Iterator[Problem]:
    """Expressions of a key may read the job's variables and nothing else; no secrets, since everybody sees keys."""
    for place, named in enumerate(definition.concurrency):
        field = f"concurrency[{place}]"
        try:
            found = list(find_expressions(named.key))
        except ExpressionError as error:
            yield Problem(message=error.message, field=field)
            continue
        for each in found:
            problem = check_expression(each.text, (), definition.variables)
            if problem is not None:
                yield problem.model_copy(update={"field": field})
                continue
            yield from _secrets(definition, each.text, field)


def _secrets(definition: WorkflowDefinition, text: str, field: str) -> Iterator[Problem]:
    read = references(text)
    for name in sorted(read.variables | read.names):
        if definition.variables[name].secret:
            message = f"A concurrency key is shown to everybody; {name!r} is a secret. Use a variable that is none."
            yield Problem(message=message, field=field)
