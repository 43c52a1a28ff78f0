"""`${{ ... }}` in a workflow: finding expressions, checking them before a run, and giving their values in one.

A text that is nothing but one expression takes the expression's value with its type; inside other text a value is
written out: texts as they are, anything else as JSON. Expressions see plain data (`Scope`) and nothing else.
"""

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from orchestrator.contract.errors import Problem
from orchestrator.contract.expression_check import surely_wrong
from orchestrator.contract.expression_functions import FUNCTIONS, as_text
from orchestrator.contract.expression_language import (
    MAX_RESULT_CHARACTERS,
    ExpressionError,
    MissingError,
    evaluate_tree,
    nearest,
    parse,
)
from orchestrator.contract.ids import JsonValue

__all__ = [
    "ExpressionError",
    "FoundExpression",
    "MissingError",
    "References",
    "Scope",
    "check_expression",
    "condition_text",
    "evaluate",
    "find_expressions",
    "holds",
    "references",
    "render",
    "short",
]

RESERVED_NAMES = frozenset({"steps", "results", "variables", "vars", "iteration", "item", "true", "false", "null"})
LOOP_NAMES = frozenset({"item", "input", "index"})
"""What expressions of a fan-out see besides everything else."""
_STEP_FIELDS = ("result", "status", "error", "items")
RUN_FIELDS = ("workflow", "iteration", "iterations", "stage", "metadata")
"""What `run` knows; a variable of that name hides it."""
_OPEN = "${{"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What expressions can see."""

    steps: Mapping[str, JsonValue] = field(default_factory=dict)
    """By step id: an object with `result`, `status` and `error`; of a fan-out also `items`."""
    variables: Mapping[str, JsonValue] = field(default_factory=dict)
    iteration: int = 1
    item: JsonValue = None
    """The entry that a loop is at; null outside loops."""
    local: Mapping[str, JsonValue] = field(default_factory=dict)
    """What has a name only here, such as the entries of a fan-out; goes before variables."""
    run: Mapping[str, JsonValue] = field(default_factory=dict)
    """About the run itself: workflow, iteration, iterations, stage, metadata."""

    def names(self, text: str) -> dict[str, JsonValue]:
        """Every name that this expression may begin with."""
        steps = self.steps if isinstance(self.steps, dict) else dict(self.steps)
        variables = self.variables if isinstance(self.variables, dict) else dict(self.variables)
        # Collecting the results of thousands of steps for each expression would take seconds.
        read = steps.items() if "results" in text else ()
        return {
            "run": dict(self.run),
            **variables,
            "steps": steps,
            "results": {step_id: each.get("result") for step_id, each in read if isinstance(each, dict)},
            "variables": variables,
            "vars": variables,
            "iteration": self.iteration,
            "item": self.item,
            **self.local,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundExpression:
    """One expression and where it stands."""

    path: str
    """Such as `[0].filters.minimum`; empty when the value itself is the text."""
    text: str
    """Without the braces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """What an expression reads, as far as its text tells."""

    steps: frozenset[str]
    variables: frozenset[str]
    """Read as `variables.name` or `vars.name`."""
    names: frozenset[str]
    """Read by their bare names; variables, or mistakes."""


def evaluate(text: str, scope: Scope) -> JsonValue:
    """The value of one expression, written without braces; ExpressionError when it has none."""
    try:
        return evaluate_tree(parse(text), scope.names(text))
    except ExpressionError as error:
        raise type(error)(f"In `{short(text)}`: {error.message}") from None


def holds(condition: str, scope: Scope) -> bool:
    """Whether a condition is true, as Python counts truth: null, 0, "" and what is empty are false."""
    return bool(evaluate(condition_text(condition), scope))


def condition_text(condition: str) -> str:
    """A condition without the braces that may stand around it; ExpressionError for more than one expression."""
    parts = _split(condition)
    if all(isinstance(part, str) for part in parts):
        return condition
    whole = [part for part in parts if not (isinstance(part, str) and not part.strip())]
    if len(whole) == 1 and isinstance(whole[0], _Expression):
        return whole[0].text
    raise ExpressionError(f"A condition is one expression; {short(condition)!r} mixes expressions and text.")


def render(value: JsonValue, scope: Scope) -> JsonValue:
    """The value with every expression in its texts replaced; keys stay as they are."""
    match value:
        case str():
            return _render_text(value, scope) if _OPEN in value else value
        case list():
            return [render(each, scope) for each in value]
        case dict():
            return {key: render(each, scope) for key, each in value.items()}
        case _:
            return value


def find_expressions(value: JsonValue, path: str = "") -> Iterator[FoundExpression]:
    """Every expression in a value, in order. ExpressionError for one that is never closed."""
    match value:
        case str() if _OPEN in value:
            for part in _split(value):
                if isinstance(part, _Expression):
                    yield FoundExpression(path=path, text=part.text)
        case list():
            for place, each in enumerate(value):
                yield from find_expressions(each, f"{path}[{place}]")
        case dict():
            for key, each in value.items():
                yield from find_expressions(each, f"{path}.{key}" if path else key)
        case _:
            return


def references(text: str) -> References:
    """What an expression reads; ExpressionError when it cannot be read."""
    steps: set[str] = set()
    variables: set[str] = set()
    names: set[str] = set()
    for node in _nodes(parse(text)):
        owner, key = _looked_up(node)
        if owner in {"steps", "results"} and key is not None:
            steps.add(key)
        elif owner in {"variables", "vars"} and key is not None:
            variables.add(key)
        elif isinstance(node, ast.Name) and node.id not in RESERVED_NAMES:
            names.add(node.id)
    return References(steps=frozenset(steps), variables=frozenset(variables), names=frozenset(names))


def check_expression(
    text: str, known_steps: Collection[str], known_variables: Collection[str], known_names: Collection[str] = ()
) -> Problem | None:
    """The first mistake in an expression that can be seen before a run, or None.

    `known_names` are those that mean something only here.
    """
    dashed = _dashed_step(text, known_steps)
    if dashed is not None:
        return Problem(message=f"In `{short(text)}`: write steps[{dashed!r}], since a dash means minus.")
    try:
        tree, read = parse(text), references(text)
    except ExpressionError as error:
        return Problem(message=error.message)
    for step in sorted(read.steps - set(known_steps)):
        return Problem(message=f"In `{short(text)}`: there is no step {step!r}.{nearest(step, list(known_steps))}")
    for name in sorted(read.variables - set(known_variables)):
        return Problem(
            message=f"In `{short(text)}`: there is no variable {name!r}.{nearest(name, list(known_variables))}"
        )
    for name in sorted(read.names - {*known_variables, *known_names, "run"}):
        near = nearest(name, [*known_variables, *known_names], also=[*RESERVED_NAMES, *_calls(name)])
        return Problem(
            message=f"In `{short(text)}`: there is no variable {name!r}.{near}{_step_hint(name, known_steps)}"
        )
    return _check_parts(text, tree, known_variables)


def _check_parts(text: str, tree: ast.expr, known_variables: Collection[str]) -> Problem | None:
    wrong = surely_wrong(tree)
    if wrong:
        return Problem(message=f"In `{short(text)}`: {wrong}")
    problem = _check_step_fields(text, tree)
    return problem if problem is not None or "run" in known_variables else _check_run_fields(text, tree)


def _check_run_fields(text: str, tree: ast.expr) -> Problem | None:
    for node in _nodes(tree):
        owner, key = _looked_up(node)
        if owner == "run" and key is not None and key not in RUN_FIELDS:
            return Problem(message=f"In `{short(text)}`: a run has no {key!r}.{nearest(key, RUN_FIELDS)}")
    return None


def _calls(name: str) -> list[str]:
    return [f"{name}()"] if name in FUNCTIONS else []


def _step_hint(name: str, known_steps: Collection[str]) -> str:
    return f" A step's value is read as steps.{name}.result." if name in known_steps else ""


def _check_step_fields(text: str, tree: ast.expr) -> Problem | None:
    """`steps.search.rows` is a mistake: a step has a result, a status and an error."""
    for node in _nodes(tree):
        inner, key = _inner_and_key(node)
        if inner is None or key is None or key in _STEP_FIELDS:
            continue
        owner, step = _looked_up(inner)
        if owner == "steps" and step is not None:
            return Problem(
                message=f"In `{short(text)}`: a step has no {key!r}; write steps.{step}.result, .status or .error."
            )
    return None


def _dashed_step(text: str, known_steps: Collection[str]) -> str | None:
    """The step id with dashes that was written after a dot, if one was."""
    for written in re.findall(r"(?:steps|results)\.([A-Za-z_][\w]*(?:-\w+)+)", text):
        fitting = [step for step in known_steps if "-" in step and written.startswith(step)]
        if fitting:
            return max(fitting, key=len)
    return None


def _nodes(tree: ast.expr) -> Iterator[ast.AST]:
    """Every node but the names of called functions."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.args if isinstance(node, ast.Call) else ast.iter_child_nodes(node))


def _inner_and_key(node: ast.AST) -> tuple[ast.expr | None, str | None]:
    if isinstance(node, ast.Attribute):
        return node.value, node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        return node.value, node.slice.value
    return None, None


def _looked_up(node: ast.AST) -> tuple[str | None, str | None]:
    """`("steps", "search")` for `steps.search` and `steps["search"]`."""
    inner, key = _inner_and_key(node)
    return (inner.id, key) if isinstance(inner, ast.Name) else (None, None)


@dataclass(frozen=True, slots=True)
class _Expression:
    text: str


def _render_text(text: str, scope: Scope) -> JsonValue:
    parts = _split(text)
    if len(parts) == 1 and isinstance(parts[0], _Expression):
        return evaluate(parts[0].text, scope)
    written: list[str] = []
    for part in parts:
        written.append(part if isinstance(part, str) else as_text(evaluate(part.text, scope)))
        if sum(map(len, written)) > MAX_RESULT_CHARACTERS:
            raise ExpressionError(f"`{short(text)}` gives a text of more than {MAX_RESULT_CHARACTERS:,} characters.")
    return "".join(written)


def _split(text: str) -> list[str | _Expression]:
    """Texts and expressions in turn; empty texts are left out."""
    parts: list[str | _Expression] = []
    place = 0
    while (start := text.find(_OPEN, place)) >= 0:
        end = _closing(text, start + len(_OPEN))
        if end < 0:
            raise ExpressionError(f"`{short(text[start:])}` is never closed; write }}}} behind the expression.")
        if start > place:
            parts.append(text[place:start])
        parts.append(_Expression(text[start + len(_OPEN) : end].strip()))
        place = end + 2
    if place < len(text):
        parts.append(text[place:])
    return parts


_MARKS = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[{}]""", re.DOTALL)


def _closing(text: str, start: int) -> int:
    """Where the `}}` stands that closes the expression; braces in strings and of objects do not count."""
    depth, place = 0, start
    while (mark := _MARKS.search(text, place)) is not None:
        place = mark.end()
        if mark[0] == "{":
            depth += 1
        elif mark[0] == "}" and depth:
            depth -= 1
        elif mark[0] == "}" and text.startswith("}", mark.end()):
            return mark.start()
    return -1


def short(text: str) -> str:
    """An expression for a sentence: on one line, and not long."""
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:77]}..."
