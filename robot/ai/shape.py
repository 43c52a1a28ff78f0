"""Values in the shape of a JSON Schema, put together from single finds; pure.

Read are `type`, `properties`, `required`, `items` and `enum`; other words of JSON Schema only tell the model more.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from orchestrator.contract.ids import JsonValue

MAX_ITEMS = 1_000
Shape = Mapping[str, Any]


class ShapeError(ValueError):
    """A find that does not fit; one sentence that says where and why."""


def leaf_at(shape: Shape, path: Sequence[str]) -> Shape:
    """The shape of the value at a path; ShapeError when the path leads nowhere or not to a single value."""
    here = shape
    for part in path:
        match here["type"]:
            case "object" if part in here["properties"]:
                here = here["properties"][part]
            case "array" if part.isdecimal() and int(part) < MAX_ITEMS:
                here = here["items"]
            case _:
                raise ShapeError(f"{_written(path)} is not in the schema")
    if here["type"] in {"object", "array"}:
        raise ShapeError(f"{_written(path)} is no single value")
    return here


def has_list(shape: Shape, path: Sequence[str]) -> bool:
    """True when the path leads through a list, whose length another page need not share."""
    here = shape
    for part in path:
        if here["type"] == "array":
            return True
        here = here["properties"][part]
    return False


def built(shape: Shape, finds: Sequence[tuple[Sequence[str], JsonValue]]) -> JsonValue:
    """The value; lists are as long as there were finds for them. ShapeError when something required is missing."""
    tree: dict[str, Any] = {}
    for path, value in finds:
        here = tree
        for part in path:
            here = here.setdefault(part, {})
        here[""] = value
    return _grown(shape, tree, ())


def _grown(shape: Shape, tree: Mapping[str, Any], path: tuple[str, ...]) -> JsonValue:
    match shape["type"]:
        case "object":
            required = shape.get("required", [])
            properties: Mapping[str, Shape] = shape["properties"]
            grown: dict[str, JsonValue] = {}
            for name, each in properties.items():
                if name in tree or each["type"] == "array":
                    grown[name] = _grown(each, tree.get(name, {}), (*path, name))
                elif name in required:
                    raise ShapeError(f"{_written((*path, name))} is required and was not found")
                else:
                    grown[name] = None
            return grown
        case "array":
            return [_grown(shape["items"], tree[each], (*path, each)) for each in sorted(tree, key=int)]
        case _:
            if "" not in tree:
                raise ShapeError(f"{_written(path)} was not found")
            return _checked(shape, tree[""], path)


def _checked(shape: Shape, value: JsonValue, path: Sequence[str]) -> JsonValue:
    """A single value, which has to be of its type and among the allowed ones."""
    wanted = {"string": (str,), "number": (int, float), "integer": (int,), "boolean": (bool,)}[shape["type"]]
    is_wrong_bool = isinstance(value, bool) and shape["type"] != "boolean"
    if not isinstance(value, wanted) or is_wrong_bool:
        raise ShapeError(f"{_written(path)} is no {shape['type']}: {str(value)[:80]!r}")
    if "enum" in shape and value not in shape["enum"]:
        raise ShapeError(f"{_written(path)} is {str(value)[:80]!r}, not one of {shape['enum']}")
    return value


def _written(path: Sequence[str]) -> str:
    return ".".join(path) or "the value"
