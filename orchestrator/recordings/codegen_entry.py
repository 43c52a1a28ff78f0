"""Which part of a Playwright script is the recording: a test, the function that opens the pages, or the file itself."""

import ast
from collections.abc import Iterator, Sequence

from orchestrator.recordings.recording import Choice, RecordingError

Function = ast.FunctionDef | ast.AsyncFunctionDef


def entry_of(module: ast.Module, *, source: str, choice: Choice) -> Function | ast.Module:
    """The chosen test, or the only part that works with pages; RecordingError when there are several."""
    functions = list(_functions(module.body))
    if choice.test is not None:
        wanted = choice.test.rpartition(".")[2]
        found = [each for each in functions if each.name == wanted]
        return found[0] if found else _no_such_test(functions, choice.test, source)
    tests = [each for each in functions if each.name.startswith("test") and _takes_page(each)]
    if len(tests) > 1:
        names = ", ".join(each.name for each in tests)
        raise RecordingError(f"{source} has {len(tests)} tests; choose one. Tests: {names}.", field="test")
    if tests:
        return tests[0]
    working = [each for each in functions if _opens_pages(each)]
    if len(working) > 1:
        named = [each for each in working if each.name in {"run", "main"}]
        working = named[:1] or working[:1]
    return working[0] if working else module


def _functions(body: Sequence[ast.stmt]) -> Iterator[Function]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node.body)


def _takes_page(function: Function) -> bool:
    return any(each.arg == "page" for each in function.args.args)


def _opens_pages(function: Function) -> bool:
    functions = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return any(isinstance(each, ast.Attribute) and each.attr in {"new_page", "goto"} for each in functions)


def _no_such_test(functions: Sequence[Function], wanted: str, source: str) -> Function:
    names = ", ".join(each.name for each in functions) or "none"
    raise RecordingError(f"{source} has no test {wanted!r}; its functions: {names}.", field="test")
