"""The language inside `${{ }}`: what may be written, what it means over plain JSON data, and how much of it.

simpleeval walks Python's own syntax tree; everything that reaches beyond data has been taken away from it here. A dot
or a bracket looks a key up in a mapping and never an attribute of a Python object, there are no loops and no
assignments, so that no part of an expression runs twice, and every part has a bound on what it makes.
"""

import ast
import re
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache

from simpleeval import SimpleEval

from orchestrator.contract.errors import UserError
from orchestrator.contract.expression_functions import FUNCTIONS, FunctionError, kind_of, size_of
from orchestrator.contract.expression_operators import OPERATORS, SYMBOLS, bounded
from orchestrator.contract.ids import JsonValue

MAX_EXPRESSION_LENGTH = 4_096
MAX_NODES = 1_000
MAX_DEPTH = 80
MAX_RESULT_CHARACTERS = 1_048_576
TIME_LIMIT_S = 2.0


class ExpressionError(UserError):
    """An expression that cannot be read or has no value; the text says what to write instead."""


class MissingError(ExpressionError):
    """An expression that reads something which is not there: a key, an index, a name."""


def parse(text: str) -> ast.expr:
    """The syntax tree of an expression; ExpressionError when it is no expression or uses what is not allowed."""
    tree = _parsed(text.strip())
    if isinstance(tree, ExpressionError):
        raise ExpressionError(tree.message)
    return tree


def evaluate_tree(tree: ast.expr, names: Mapping[str, JsonValue]) -> JsonValue:
    """The value of a parsed expression, plain JSON of at most 1 MiB; ExpressionError when there is none."""
    try:
        value: JsonValue = _Evaluator(names)._eval(tree)  # noqa: SLF001  its `eval` would parse once more
    except ExpressionError:
        raise
    except FunctionError as error:
        raise ExpressionError(str(error)) from None
    except (TypeError, ValueError, ArithmeticError, LookupError, RecursionError, MemoryError) as error:
        raise ExpressionError(f"This cannot be calculated: {error}.") from None
    if size_of(value, MAX_RESULT_CHARACTERS) > MAX_RESULT_CHARACTERS:
        raise ExpressionError(f"The value is longer than {MAX_RESULT_CHARACTERS:,} characters.")
    return value


def nearest(word: str, known: Iterable[str], *, also: Iterable[str] = ()) -> str:
    """` Did you mean ...?`, or what there is; empty when nothing is known. `also` is meant but not listed."""
    names = sorted(known)
    close = get_close_matches(word, [*names, *also], n=1, cutoff=0.6)
    if close:
        return f" Did you mean {close[0]!r}?"
    if not names:
        return ""
    shown = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
    return f" There is: {shown}."


_OTHER_WORDS = {"&&": " and ", "||": " or ", "===": "==", "!==": "!="}
_FOREIGN = re.compile(r"""('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")|(!==|===|&&|\|\|)""", re.DOTALL)
_LITERAL_NAMES: Mapping[str, JsonValue] = {"true": True, "false": False, "null": None}


@lru_cache(maxsize=2_048)
def _parsed(text: str) -> ast.expr | ExpressionError:
    try:
        return _parse(text)
    except ExpressionError as error:
        return error


def _parse(text: str) -> ast.expr:
    if not text:
        raise ExpressionError("The expression is empty.")
    if len(text) > MAX_EXPRESSION_LENGTH:
        raise ExpressionError(
            f"An expression may have {MAX_EXPRESSION_LENGTH:,} characters; this one has {len(text):,}."
        )
    # Conditions written for JavaScript engines are common; these four operators mean the same in both languages.
    python = _FOREIGN.sub(lambda match: match[1] or _OTHER_WORDS[match[2]], text).replace("\n", " ").strip()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(python, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise ExpressionError(_why_unreadable(text, error)) from None
    _refuse_forbidden(tree)
    return tree


def _why_unreadable(text: str, error: Exception) -> str:
    bare = _FOREIGN.sub(" ", text)
    if "?" in bare:
        return f"{text!r:.200} is no expression: write `A if condition else B` instead of `condition ? A : B`."
    if re.search(r"!(?!=)", bare):
        return f"{text!r:.200} is no expression: write `not x` instead of `!x`."
    if re.search(r"(?<![=!<>])=(?!=)", bare):
        return f"{text!r:.200} is no expression: write `==` to compare."
    reason = error.msg if isinstance(error, SyntaxError) else "it is nested too deeply"
    return f"{text!r:.200} is no expression: {reason}."


_ALLOWED_NODES = (
    ast.Name, ast.Constant, ast.UnaryOp, ast.BinOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Call, ast.Subscript,
    ast.Slice, ast.Attribute, ast.List, ast.Tuple, ast.Dict, ast.Load, ast.boolop, ast.cmpop, ast.operator, ast.unaryop,
)  # fmt: skip
_NODE_NAMES: Mapping[type[ast.AST], str] = {
    ast.Lambda: "lambda",
    ast.ListComp: "a loop; use pluck(), sorted(), unique() or a step of its own",
    ast.GeneratorExp: "a loop; use pluck(), sorted(), unique() or a step of its own",
    ast.SetComp: "a loop",
    ast.DictComp: "a loop",
    ast.Set: "a set; write [..] for a list",
    ast.JoinedStr: "an f-string; join texts with +",
    ast.NamedExpr: "an assignment",
    ast.Starred: "a star",
    ast.keyword: "a named argument",
}


def _refuse_forbidden(tree: ast.expr) -> None:
    """Look at every node without recursion, since a tree may be deeper than Python's stack."""
    waiting: list[tuple[ast.AST, int]] = [(tree, 1)]
    seen = 0
    while waiting:
        node, depth = waiting.pop()
        seen += 1
        if seen > MAX_NODES or depth > MAX_DEPTH:
            raise ExpressionError("The expression is too long or nested too deeply; split it over several steps.")
        _refuse_node(node)
        children = ast.iter_child_nodes(node)
        if isinstance(node, ast.Call):
            children = iter([*node.args, *node.keywords])
        waiting.extend((child, depth + 1) for child in children)


def _refuse_node(node: ast.AST) -> None:
    if not isinstance(node, _ALLOWED_NODES):
        what = _NODE_NAMES.get(type(node), type(node).__name__)
        raise ExpressionError(f"An expression cannot contain {what}.")
    if isinstance(node, ast.Constant):
        _refuse_constant(node.value)
    if isinstance(node, ast.Call):
        _refuse_call(node)
    if isinstance(node, ast.Name | ast.Attribute):
        word = node.id if isinstance(node, ast.Name) else node.attr
        if word.startswith("__"):
            raise ExpressionError(f"{word!r} cannot be read: expressions see data only.")
    kind = getattr(node, "op", None)
    operators = node.ops if isinstance(node, ast.Compare) else [kind] if kind is not None else []
    for each in operators:
        if not isinstance(each, ast.boolop) and type(each) not in OPERATORS:
            raise ExpressionError(f"The operator {SYMBOLS.get(type(each), type(each).__name__)} cannot be used here.")


def _refuse_constant(value: object) -> None:
    if not isinstance(value, str | int | float | bool | None):
        raise ExpressionError(f"{value!r:.80} is no JSON value.")
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            bounded(value)
        except FunctionError as error:
            raise ExpressionError(str(error)) from None


def _refuse_call(node: ast.Call) -> None:
    if isinstance(node.func, ast.Attribute):
        word = node.func.attr
        fix = f"; write {word}(value)" if word in FUNCTIONS else ""
        raise ExpressionError(f"There are no methods such as .{word}(){fix}.")
    if not isinstance(node.func, ast.Name):
        raise ExpressionError("Only functions can be called, by their names.")
    if node.func.id not in FUNCTIONS and node.func.id != "default":
        raise ExpressionError(f"There is no function {node.func.id}().{nearest(node.func.id, [*FUNCTIONS, 'default'])}")
    if node.func.id == "default" and len(node.args) != 2:
        raise ExpressionError("default() takes two values: the one to read and the one to use when it is missing.")


class _Evaluator(SimpleEval):  # type: ignore[misc, unused-ignore]  # simpleeval has no types
    """simpleeval with the nodes and operators of this language."""

    def __init__(self, names: Mapping[str, JsonValue]) -> None:
        super().__init__(operators=dict(OPERATORS), functions=dict(FUNCTIONS), names={})
        self.values = names
        self.deadline = time.monotonic() + TIME_LIMIT_S
        inherited = (ast.UnaryOp, ast.BinOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Constant)
        nodes: dict[type[ast.AST], Callable[..., JsonValue]] = vars(self)["nodes"]
        self.nodes = {kind: nodes[kind] for kind in inherited} | {
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Subscript: self._subscript,
            ast.Call: self._call,
            ast.List: self._list,
            ast.Tuple: self._list,
            ast.Dict: self._dict,
        }

    def _check_disallowed_items(self, item: object) -> None:
        """Nothing to look for: the names hold plain JSON, and walking all of it at every node takes seconds."""

    def _eval(self, node: ast.AST) -> JsonValue:
        if time.monotonic() > self.deadline:
            raise ExpressionError(f"The expression took longer than {TIME_LIMIT_S:g} s.")
        result: JsonValue = super()._eval(node)
        return result

    def _name(self, node: ast.Name) -> JsonValue:
        if node.id in self.values:
            return self.values[node.id]
        if node.id in _LITERAL_NAMES:
            return _LITERAL_NAMES[node.id]
        raise MissingError(f"There is nothing called {node.id!r}.{nearest(node.id, self.values)}")

    def _attribute(self, node: ast.Attribute) -> JsonValue:
        return _member(self._eval(node.value), node.attr)

    def _subscript(self, node: ast.Subscript) -> JsonValue:
        owner = self._eval(node.value)
        if isinstance(node.slice, ast.Slice):
            return _sliced(
                owner, *(self._bound(each) for each in (node.slice.lower, node.slice.upper, node.slice.step))
            )
        return _member(owner, self._eval(node.slice))

    def _bound(self, node: ast.expr | None) -> int | None:
        value = self._eval(node) if node is not None else None
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise ExpressionError(f"A slice counts with whole numbers, not with {kind_of(value)}.")
        return value

    def _call(self, node: ast.Call) -> JsonValue:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name == "default":
            return self._default(*node.args)
        arguments = [self._eval(each) for each in node.args]
        try:
            return FUNCTIONS[name](*arguments)
        except TypeError:
            raise ExpressionError(
                f"{name}() cannot be used with {', '.join(map(kind_of, arguments)) or 'nothing'}."
            ) from None

    def _default(self, wanted: ast.expr, otherwise: ast.expr) -> JsonValue:
        try:
            value = self._eval(wanted)
        except MissingError:
            value = None
        return self._eval(otherwise) if value is None else value

    def _list(self, node: ast.List | ast.Tuple) -> JsonValue:
        return [self._eval(each) for each in node.elts]

    def _dict(self, node: ast.Dict) -> JsonValue:
        made: dict[str, JsonValue] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            name = self._eval(key) if key is not None else None
            if not isinstance(name, str):
                raise ExpressionError(f"The keys of an object are texts, not {kind_of(name)}.")
            made[name] = self._eval(value)
        return made


def _member(owner: JsonValue, key: JsonValue) -> JsonValue:
    """`owner.key` and `owner[key]`: a look-up in data, nothing else."""
    if isinstance(owner, dict):
        if not isinstance(key, str):
            raise ExpressionError(f"An object is read by a name, not by {kind_of(key)}.")
        if key not in owner:
            raise MissingError(f"There is no {key!r} in it.{nearest(key, owner)}")
        return owner[key]
    if isinstance(owner, list | str) and isinstance(key, int) and not isinstance(key, bool):
        if not -len(owner) <= key < len(owner):
            raise MissingError(f"There is no [{key}]: it has {len(owner)} entries.")
        return owner[key]
    if key == "length":
        raise ExpressionError("There is no .length; write len(value).")
    shown = f".{key}" if isinstance(key, str) else f"[{key!r:.40}]"
    raise MissingError(f"{shown} cannot be read from {kind_of(owner)}.")


def _sliced(owner: JsonValue, lower: int | None, upper: int | None, step: int | None) -> JsonValue:
    if not isinstance(owner, list | str):
        raise ExpressionError(f"A slice is taken from a list or a text, not from {kind_of(owner)}.")
    return owner[lower:upper:step]
