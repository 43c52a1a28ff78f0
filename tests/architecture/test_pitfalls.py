"""Constructs that mean different things on the Pythons that we support are not in the code."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_nothing_is_raised_inside_an_except_star() -> None:
    """Before Python 3.11.4 it comes out wrapped in a group, later ones unwrap it; Debian 12 ships 3.11.2."""
    found = [
        f"{path.relative_to(ROOT)}:{raised.lineno}"
        for package in ("orchestrator", "robot", "resources", "tests")
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.TryStar)
        for handler in node.handlers
        for raised in ast.walk(handler)
        if isinstance(raised, ast.Raise)
    ]
    assert found == []
