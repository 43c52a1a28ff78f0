"""A workflow's variables: what a job must give, of which type, and how a command line writes it."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence

from orchestrator.contract.errors import Problem, UserError, WorkflowError
from orchestrator.contract.expression_functions import kind_of
from orchestrator.contract.expression_language import nearest
from orchestrator.contract.expressions import RESERVED_NAMES
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.workflow import Variable, VariableType, WorkflowDefinition

MASK = "********"
"""What stands where a secret value is not shown; given back in a change it means "as it was"."""

_EXPECTED: Mapping[VariableType, str] = {
    VariableType.ANY: "any value",
    VariableType.STRING: "a text",
    VariableType.INTEGER: "a whole number",
    VariableType.NUMBER: "a number",
    VariableType.BOOLEAN: "true or false",
    VariableType.LIST: "a list",
    VariableType.OBJECT: "an object",
}


def check_variables(definition: WorkflowDefinition, given: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The variables that a run begins with: what is given, and defaults for the rest.

    Raises WorkflowError that names each variable that is missing, unknown, of the wrong type or no choice.
    """
    problems = [*_unknown(definition, given)]
    values: dict[str, JsonValue] = {}
    for name, variable in definition.variables.items():
        if name not in given:
            values[name] = variable.default
            if variable.required:
                message = f"The variable {name!r} is missing; give {expected(variable)}{_described(variable)}."
                problems.append(Problem(message=message, field=f"variables.{name}"))
            continue
        problem = _mismatch(name, variable, given[name])
        if problem is not None:
            problems.append(problem)
            continue
        values[name] = _exact(variable.type, given[name])
    if problems:
        raise WorkflowError(problems)
    return values


def parse_variable(text: str, variable_type: VariableType, *, name: str = "the variable") -> JsonValue:
    """A value as it is written on a command line; UserError says what is expected.

    Texts stand for themselves, everything else is JSON; a list may also be written `a, b, c`. For `any` whatever is
    JSON is read as JSON, the rest is a text.
    """
    if variable_type is VariableType.STRING:
        return text
    try:
        value: JsonValue = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        if variable_type is VariableType.ANY:
            return text
        if variable_type is VariableType.LIST and text.lstrip()[:1] != "[":
            return [part.strip() for part in text.split(",")] if text.strip() else []
        value = {"true": True, "yes": True, "false": False, "no": False}.get(text.strip().lower(), text)
    if not fits(variable_type, value):
        raise UserError(f"{name} must be {_EXPECTED[variable_type]}, not {text!r:.80}.", field=name)
    return _exact(variable_type, value)


def given_variables(definition: WorkflowDefinition, assignments: Sequence[str]) -> dict[str, JsonValue]:
    """What `--var name=value` gives, each value read by the type of its variable; UserError names the wrong one."""
    values: dict[str, JsonValue] = {}
    for assignment in assignments:
        name, sign, text = assignment.partition("=")
        name = name.strip()
        if not sign or not name:
            raise UserError(f"{assignment!r:.80} is no assignment; write name=value.", field="var")
        variable = definition.variables.get(name, Variable())
        values[name] = parse_variable(text, variable.type, name=name)
    return values


def fits(variable_type: VariableType, value: JsonValue) -> bool:
    """True when the value has the type; 3.0 is a whole number, true is none."""
    if isinstance(value, bool):
        return variable_type in {VariableType.ANY, VariableType.BOOLEAN}
    if variable_type is VariableType.INTEGER:
        return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return isinstance(value, _CLASSES[variable_type])


_CLASSES: Mapping[VariableType, type | tuple[type, ...]] = {
    VariableType.ANY: object,
    VariableType.STRING: str,
    VariableType.NUMBER: (int, float),
    VariableType.BOOLEAN: bool,
    VariableType.LIST: list,
    VariableType.OBJECT: dict,
}


def expected(variable: Variable) -> str:
    """What a person should give, in words."""
    if variable.choices:
        return f"one of {', '.join(json.dumps(choice, ensure_ascii=False) for choice in variable.choices)}"
    return _EXPECTED[variable.type]


def value_problem(name: str, variable: Variable, value: JsonValue) -> str:
    """Why a variable cannot have the value, in a sentence; empty when it can."""
    problem = _mismatch(name, variable, value)
    return problem.message if problem is not None else ""


def default_problems(definition: WorkflowDefinition) -> Iterator[Problem]:
    """What is wrong with the declarations themselves."""
    for name, variable in definition.variables.items():
        if name in RESERVED_NAMES:
            message = f"{name!r} already means something in expressions; give the variable another name."
            yield Problem(message=message, field=f"variables.{name}")
        if variable.default is not None:
            problem = _mismatch(name, variable, variable.default)
            if problem is not None:
                message = f"The default of {name!r} does not fit: it must be {expected(variable)}."
                yield Problem(message=message, field=f"variables.{name}.default")


def _unknown(definition: WorkflowDefinition, given: Mapping[str, JsonValue]) -> Iterator[Problem]:
    for name in given:
        if name not in definition.variables:
            near = nearest(name, list(definition.variables)) or " The workflow has no variables."
            yield Problem(message=f"The workflow has no variable {name!r}.{near}", field=f"variables.{name}")


def _mismatch(name: str, variable: Variable, value: JsonValue) -> Problem | None:
    if not _is_finite(value):
        message = f"The variable {name!r} has a number in it that is too large."
        return Problem(message=message, field=f"variables.{name}")
    if variable.choices:
        fitting = value in variable.choices
    elif value is None and not variable.required:
        fitting = True
    else:
        fitting = fits(variable.type, value)
    if fitting:
        return None
    shown = kind_of(value) if variable.secret or isinstance(value, list | dict) else f"{json.dumps(value):.80}"
    return Problem(
        message=f"The variable {name!r} must be {expected(variable)}, not {shown}.", field=f"variables.{name}"
    )


def _is_finite(value: JsonValue) -> bool:
    """JSON can write numbers such as 1e999, which become infinite when they are read; JSON cannot write these."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, list):
        return all(map(_is_finite, value))
    return not isinstance(value, dict) or all(map(_is_finite, value.values()))


def _exact(variable_type: VariableType, value: JsonValue) -> JsonValue:
    return int(value) if variable_type is VariableType.INTEGER and isinstance(value, float) else value


def _described(variable: Variable) -> str:
    return f" ({variable.description.rstrip('.')})" if variable.description else ""


def _refuse_constant(word: str) -> JsonValue:
    raise ValueError(word)
