"""Expressions over a page: the same language as everywhere, with what the page shows as the data.

`page.count['.row'] >= 5 and page.text['#state'] == 'Ready'`: what stands in brackets is a target, written as in any
step. What is read is known from the text, so that the page is asked for nothing else.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from pydantic import ValidationError

from orchestrator.contract.actions.targets import Target
from orchestrator.contract.expression_check import surely_wrong
from orchestrator.contract.expression_language import ExpressionError, evaluate_tree, nearest, parse
from orchestrator.contract.ids import JsonValue

PLAIN = ("url", "title")
"""Read as they are: `page.url`."""
OF_TARGET = ("count", "exists", "visible", "text", "value")
"""Read of a target: `page.text['#state']`."""
MAX_READS = 20
_WORDS = frozenset({"true", "false", "null"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PageExpression:
    """One condition, and what has to be read of the page to judge it."""

    text: str
    plain: frozenset[str]
    """Of `PLAIN`."""
    reads: Mapping[tuple[str, str], Target]
    """By what is read (of `OF_TARGET`) and the target as it is written."""
    tree: ast.expr

    @classmethod
    def of(cls, text: str) -> Self:
        """Read a condition; ExpressionError for one that cannot be read, or asks for what no page has."""
        tree = parse(text)
        wrong = surely_wrong(tree)
        if wrong:
            raise ExpressionError(wrong)
        found = [_read(node) for node in ast.walk(tree) if _is_about_page(node)]
        _refuse_others(tree, len(found))
        reads = {each: _target(each[1]) for each in found if isinstance(each, tuple)}
        if not found:
            raise ExpressionError(f"The expression reads nothing of the page; write {_EXAMPLE}.")
        if len(reads) > MAX_READS:
            raise ExpressionError(f"An expression may read {MAX_READS} things of a page; this one reads {len(reads)}.")
        return cls(text=text, plain=frozenset(each for each in found if isinstance(each, str)), reads=reads, tree=tree)

    def holds(self, page: JsonValue) -> bool:
        """Whether it is true of what was read: an object with url, title, and what else is read by target."""
        return bool(evaluate_tree(self.tree, {"page": page}))


_EXAMPLE = "page.count['.row'] > 0, page.text['#state'] == 'Ready' or page.url"


def _is_about_page(node: ast.AST) -> bool:
    """True for the outermost part that reads something: `page.url`, `page.text['#state']`, and what goes wrong."""
    match node:
        case ast.Attribute(value=ast.Name(id="page"), attr=word):
            return word not in OF_TARGET
        case ast.Subscript(value=ast.Attribute(value=ast.Name(id="page"), attr=word)):
            return word in OF_TARGET
        case _:
            return False


def _read(node: ast.AST) -> str | tuple[str, str]:
    match node:
        case ast.Attribute(attr=word):
            if word not in PLAIN:
                raise ExpressionError(f"A page has no {word!r}.{nearest(word, (*PLAIN, *OF_TARGET))}")
            return word
        case ast.Subscript(value=ast.Attribute(attr=word), slice=ast.Constant(value=str() as target)):
            return word, target
        case _:
            raise ExpressionError("What stands in the brackets is a target in quotes, such as page.text['#state'].")


def _refuse_others(tree: ast.expr, reads: int) -> None:
    """Nothing else has a name there, and `page` only stands before a dot."""
    names = [each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and each.id not in _WORDS]
    called = [each.func for each in ast.walk(tree) if isinstance(each, ast.Call)]
    functions = {each.id for each in called if isinstance(each, ast.Name)}
    for name in names:
        if name != "page" and name not in functions:
            raise ExpressionError(f"There is no {name!r} here; a variable is written ${{{{ {name} }}}}.")
    if names.count("page") > reads:
        raise ExpressionError(f"Something of the page is read with its name, and of a target: {_EXAMPLE}.")


def _target(written: str) -> Target:
    try:
        return Target.model_validate(written)
    except ValidationError as error:
        reason = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        raise ExpressionError(f"{written!r} is no target: {reason}.") from None
