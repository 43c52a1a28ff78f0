"""Mistakes in an expression that show without its data: calls that cannot be right, and parts that always fail."""

import ast
import inspect
from collections.abc import Iterator

from orchestrator.contract.expression_functions import FUNCTIONS
from orchestrator.contract.expression_language import ExpressionError, evaluate_tree

_CALCULATED = (ast.BinOp, ast.UnaryOp, ast.Compare, ast.Call, ast.Subscript, ast.Attribute)


def surely_wrong(tree: ast.expr) -> str:
    """Why a part of the expression can never have a value, in a sentence; empty when nothing of that kind is seen."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            problem = _wrong_call(node)
            if problem:
                return problem
    for part in _parts_without_names(tree):
        try:
            evaluate_tree(part, {})
        except ExpressionError as error:
            return error.message
    return ""


def _wrong_call(call: ast.Call) -> str:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name not in FUNCTIONS:
        return ""  # the language itself has looked at it
    try:
        signature = inspect.signature(FUNCTIONS[name])
    except ValueError:
        return ""  # written in C: it says so when it is called
    try:
        signature.bind(*call.args)
    except TypeError:
        names = ", ".join(_shown(each) for each in signature.parameters.values())
        return f"{name}() is called with {len(call.args)} values; write {name}({names})."
    return ""


def _shown(parameter: inspect.Parameter) -> str:
    if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
        return f"{parameter.name}, ..."
    return parameter.name if parameter.default is inspect.Parameter.empty else f"[{parameter.name}]"


def _parts_without_names(tree: ast.expr) -> Iterator[ast.expr]:
    """The largest parts that read no data, and are more than a value."""
    reading = _reading(tree)
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, _CALCULATED) and id(node) not in reading:
            yield node
            continue
        waiting.extend(_inside(node))


def _reading(tree: ast.expr) -> set[int]:
    """The nodes that read data, or have one that does inside."""
    found: set[int] = set()
    for node in reversed(list(ast.walk(tree))):
        is_name = isinstance(node, ast.Name) and node.id not in {"true", "false", "null"}
        if is_name or any(id(each) in found for each in _inside(node)):
            found.add(id(node))
    return found


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a node; a function's name is none."""
    return iter(node.args) if isinstance(node, ast.Call) else ast.iter_child_nodes(node)
