"""Expressions of a Playwright script as values: read from the syntax tree, never run."""

import ast
from collections.abc import Callable
from dataclasses import dataclass, field

from orchestrator.contract.ids import JsonValue
from orchestrator.recordings.codegen_locators import located, located_by_word
from orchestrator.recordings.codegen_things import (
    Arguments,
    Awaited,
    LocatorThing,
    PageThing,
    PageTool,
    Part,
    Pattern,
    Thing,
    Unknown,
)
from orchestrator.recordings.draft import Draft
from orchestrator.recordings.recording import NotCarriedOverError
from orchestrator.recordings.typed_secrets import secret_name

_PARTS = {
    (Part.PLAYWRIGHT, "chromium"): Part.BROWSER_TYPE,
    (Part.PLAYWRIGHT, "firefox"): Part.BROWSER_TYPE,
    (Part.PLAYWRIGHT, "webkit"): Part.BROWSER_TYPE,
    (Part.PLAYWRIGHT, "devices"): Part.DEVICES,
    (Part.CONTEXT, "tracing"): Part.TRACING,
}


@dataclass(slots=True)
class Values:
    """The names of a script and what they stand for."""

    draft: Draft
    names: dict[str, Thing] = field(default_factory=dict)

    def of(self, node: ast.expr) -> Thing:
        """What an expression stands for; Unknown when only a run would tell."""
        read = _READERS.get(type(node))
        return read(self, node) if read is not None else Unknown(said=ast.unparse(node))

    def arguments(self, call: ast.Call) -> Arguments:
        """The arguments of a call; NotCarriedOverError for `*` and `**`."""
        if any(isinstance(each, ast.Starred) for each in call.args) or any(each.arg is None for each in call.keywords):
            raise NotCarriedOverError("arguments behind `*` are known only when the script runs.")
        return Arguments(
            positional=[self.of(each) for each in call.args],
            named={str(each.arg): self.of(each.value) for each in call.keywords},
        )

    def call(self, node: ast.Call) -> Thing:
        """What a call gives, when that is known without running it."""
        words = dotted(node.func)
        if words == "re.compile":
            return self._pattern(node)
        if words in {"os.getenv", "os.environ.get", "getenv"} and node.args:
            return self.environment(self.of(node.args[0]))
        if isinstance(node.func, ast.Attribute):
            owner = self.of(node.func.value)
            if isinstance(owner, PageThing | LocatorThing):
                found = located(owner, node.func.attr, self.arguments(node))
                if found is not None:
                    return found
        return Unknown(said=ast.unparse(node))

    def environment(self, name: Thing) -> Thing:
        """A variable of the script's environment is one of the workflow."""
        if not isinstance(name, str):
            return Unknown(said="os.environ")
        about = f"The script takes it from the environment ({name})."
        secret: dict[str, JsonValue] = {"secret": True} if secret_name(name) else {}
        variable = self.draft.variable(name.lower(), type="string", required=True, description=about, **secret)
        return f"${{{{ {variable} }}}}"

    def _pattern(self, node: ast.Call) -> Thing:
        text = self.of(node.args[0]) if node.args else None
        flags = ast.unparse(node.args[1]) if len(node.args) > 1 else ""
        if not isinstance(text, str) or flags not in {"", "re.I", "re.IGNORECASE"}:
            return Unknown(said=ast.unparse(node))
        return Pattern(text=text, ignores_case=bool(flags))


def dotted(node: ast.expr) -> str:
    """`a.b.c` as a text; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (owner := dotted(node.value)):
        return f"{owner}.{node.attr}"
    return ""


def _constant(_: Values, node: ast.Constant) -> Thing:
    value = node.value
    return value if value is None or isinstance(value, str | bool | int | float) else Unknown(said=repr(value))


def _name(values: Values, node: ast.Name) -> Thing:
    return values.names.get(node.id, Unknown(said=node.id))


def _awaited(values: Values, node: ast.Await) -> Thing:
    return values.of(node.value)


def _attribute(values: Values, node: ast.Attribute) -> Thing:
    owner = values.of(node.value)
    found: Thing = None
    if isinstance(owner, PageThing) and node.attr in {"keyboard", "mouse"}:
        found = PageTool(page=owner, tool=node.attr)
    elif isinstance(owner, PageThing | LocatorThing):
        found = located_by_word(owner, node.attr)
    elif isinstance(owner, Awaited) and node.attr == "value" and owner.window is not None:
        found = PageThing(window=owner.window)
    elif isinstance(owner, Part):
        found = _PARTS.get((owner, node.attr))
    return found if found is not None else Unknown(said=ast.unparse(node))


def _subscript(values: Values, node: ast.Subscript) -> Thing:
    if dotted(node.value) in {"os.environ", "environ"}:
        return values.environment(values.of(node.slice))
    return Unknown(said=ast.unparse(node))


def _list(values: Values, node: ast.List | ast.Tuple) -> Thing:
    found = [values.of(each) for each in node.elts]
    plain = [each for each in found if each is None or isinstance(each, str | int | float | list | dict)]
    return plain if len(plain) == len(found) else Unknown(said=ast.unparse(node))


def _dict(values: Values, node: ast.Dict) -> Thing:
    found: dict[str, JsonValue] = {}
    for key, each in zip(node.keys, node.values, strict=True):
        name = values.of(key) if key is not None else None
        value = values.of(each)
        if not isinstance(name, str) or not (value is None or isinstance(value, str | int | float | list | dict)):
            return Unknown(said=ast.unparse(node))
        found[name] = value
    return found


def _joined(values: Values, node: ast.JoinedStr) -> Thing:
    parts: list[str] = []
    for each in node.values:
        value = values.of(each.value if isinstance(each, ast.FormattedValue) else each)
        is_formatted = isinstance(each, ast.FormattedValue) and (each.format_spec is not None or each.conversion != -1)
        if is_formatted or not isinstance(value, str | int | float):
            return Unknown(said=ast.unparse(node))
        parts.append(str(value))
    return "".join(parts)


def _sum(values: Values, node: ast.BinOp) -> Thing:
    left, right = values.of(node.left), values.of(node.right)
    if isinstance(node.op, ast.Add) and isinstance(left, str) and isinstance(right, str):
        return f"{left}{right}"
    return Unknown(said=ast.unparse(node))


def _negative(values: Values, node: ast.UnaryOp) -> Thing:
    value = values.of(node.operand)
    if isinstance(node.op, ast.USub) and isinstance(value, int | float):
        return -value
    return Unknown(said=ast.unparse(node))


_READERS: dict[type, Callable[..., Thing]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Await: _awaited,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.List: _list,
    ast.Tuple: _list,
    ast.Dict: _dict,
    ast.JoinedStr: _joined,
    ast.BinOp: _sum,
    ast.UnaryOp: _negative,
    ast.Call: Values.call,
}
