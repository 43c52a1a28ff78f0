"""What an expression can give, judged without data: kinds of values, and uses that fail whatever the data are.

A type is a set of kinds, of which one is met in a run. Something is a mistake only when it fails for every one of them;
where nothing is known, nothing is said.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from orchestrator.contract.expression_language import nearest
from orchestrator.contract.ids import JsonValue

ANY, NULL, BOOLEAN, NUMBER, TEXT, LIST, OBJECT = "any", "null", "a boolean", "a number", "a text", "a list", "an object"


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueType:
    """The kinds that a value may have."""

    kinds: frozenset[str]
    fields: "Mapping[str, ValueType] | None" = field(default=None, compare=False)
    """Of an object: all that it has; None: nobody knows."""
    entry: "ValueType | None" = field(default=None, compare=False)
    """Of a list; None: nobody knows."""

    @classmethod
    def of(cls, *kinds: str) -> Self:
        """A type of these kinds."""
        return cls(kinds=frozenset(kinds))

    @property
    def is_open(self) -> bool:
        """True when it may be anything."""
        return ANY in self.kinds

    def may_be(self, *kinds: str) -> bool:
        """True when it can be one of these."""
        return self.is_open or not self.kinds.isdisjoint(kinds)

    def or_null(self) -> "ValueType":
        """The same, or null."""
        return ValueType(kinds=self.kinds | {NULL}, fields=self.fields, entry=self.entry)

    def __str__(self) -> str:
        """Such as `a number or null`."""
        return " or ".join(sorted(self.kinds - {NULL})) or NULL


UNKNOWN = ValueType.of(ANY)


def object_of(fields: Mapping[str, ValueType]) -> ValueType:
    """An object with these fields and no others."""
    return ValueType(kinds=frozenset({OBJECT}), fields=dict(fields))


def list_of(entry: ValueType) -> ValueType:
    """A list of such entries."""
    return ValueType(kinds=frozenset({LIST}), entry=entry)


def either(first: ValueType, second: ValueType) -> ValueType:
    """One or the other."""
    if first.is_open or second.is_open:
        return UNKNOWN
    fields, entry = _common(first, second, OBJECT), _common(first, second, LIST)
    return ValueType(
        kinds=first.kinds | second.kinds,
        fields=fields.fields if fields is not None else None,
        entry=entry.entry if entry is not None else None,
    )


def _common(first: ValueType, second: ValueType, kind: str) -> ValueType | None:
    """Whose fields or entries are known of the two together: only one of them may be of the kind."""
    having = [each for each in (first, second) if kind in each.kinds]
    return having[0] if len(having) == 1 else None


def type_of_value(value: JsonValue) -> ValueType:
    """The type of plain data."""
    match value:
        case None:
            return ValueType.of(NULL)
        case bool():
            return ValueType.of(BOOLEAN)
        case int() | float():
            return ValueType.of(NUMBER)
        case str():
            return ValueType.of(TEXT)
        case list():
            return ValueType.of(LIST)
        case _:
            return object_of({name: type_of_value(each) for name, each in value.items()})


class TypeMistakeError(Exception):
    """A part of an expression that fails whatever the data are, in a sentence."""


Look = Callable[[ast.expr], ValueType | None]
"""The type of what a part reads from the run, or None for a part that reads nothing as a whole."""


def type_of(tree: ast.expr, look: Look) -> ValueType:
    """The type of an expression; TypeMistakeError for the first part that can never have a value."""
    return _Judge(look).type_of(tree)


_NUMBERS = (NUMBER, BOOLEAN)
_SYMBOLS: Mapping[type[ast.operator], str] = {
    ast.Sub: "-", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**", ast.Mult: "*", ast.Add: "+",
}  # fmt: skip
_SIZED = (TEXT, LIST, OBJECT)
_FUNCTIONS: Mapping[str, tuple[tuple[tuple[str, ...], ...], str]] = {
    "abs": ((_NUMBERS,), NUMBER),
    "contains": ((_SIZED,), BOOLEAN),
    "ends_with": (((TEXT,), (TEXT,)), BOOLEAN),
    "first": (((LIST,),), ANY),
    "float": (((TEXT, *_NUMBERS),), NUMBER),
    "int": (((TEXT, *_NUMBERS),), NUMBER),
    "join": (((LIST,), (TEXT,)), TEXT),
    "keys": (((OBJECT,),), LIST),
    "last": (((LIST,),), ANY),
    "len": ((_SIZED,), NUMBER),
    "lower": (((TEXT,),), TEXT),
    "pluck": (((LIST,), (TEXT,)), LIST),
    "replace": (((TEXT,), (TEXT,), (TEXT,)), TEXT),
    "reversed": (((LIST,),), LIST),
    "round": ((_NUMBERS,), NUMBER),
    "sorted": (((LIST,),), LIST),
    "split": (((TEXT,), (TEXT,)), LIST),
    "starts_with": (((TEXT,), (TEXT,)), BOOLEAN),
    "sum": (((LIST,),), NUMBER),
    "trim": (((TEXT,),), TEXT),
    "unique": (((LIST,),), LIST),
    "upper": (((TEXT,),), TEXT),
    "values": (((OBJECT,),), LIST),
    "bool": ((), BOOLEAN),
    "json": ((), TEXT),
    "str": ((), TEXT),
}
"""What each function takes, as far as it must, and gives."""
_LITERALS = {"true": BOOLEAN, "false": BOOLEAN, "null": NULL}


class _Judge:
    def __init__(self, look: Look) -> None:
        self._look = look
        self._judges: Mapping[type[ast.expr], Callable[[Any], ValueType]] = {
            ast.Attribute: self._attribute,
            ast.Subscript: self._subscript,
            ast.Call: self._call,
            ast.BinOp: self._operation,
            ast.UnaryOp: self._unary,
            ast.BoolOp: self._one_of,
            ast.IfExp: self._choice,
            ast.Compare: self._comparison,
            ast.List: self._list,
            ast.Tuple: self._list,
            ast.Dict: self._object,
        }

    def type_of(self, node: ast.expr) -> ValueType:
        known = self._look(node)
        if known is not None:
            return known
        if isinstance(node, ast.Constant):
            return type_of_value(node.value)  # type: ignore[arg-type]  # the language allows plain values only
        if isinstance(node, ast.Name):
            return ValueType.of(_LITERALS[node.id]) if node.id in _LITERALS else UNKNOWN
        judge = self._judges.get(type(node))
        return judge(node) if judge is not None else UNKNOWN

    def _attribute(self, node: ast.Attribute) -> ValueType:
        return self._member(node, self.type_of(node.value), node.attr)

    def _one_of(self, node: ast.BoolOp) -> ValueType:
        return _any_of([self.type_of(each) for each in node.values])

    def _choice(self, node: ast.IfExp) -> ValueType:
        self.type_of(node.test)
        return either(self.type_of(node.body), self.type_of(node.orelse))

    def _list(self, node: ast.List | ast.Tuple) -> ValueType:
        types = [self.type_of(each) for each in node.elts]
        return list_of(_any_of(types)) if types else ValueType.of(LIST)

    def _object(self, node: ast.Dict) -> ValueType:
        fields: dict[str, ValueType] = {}
        is_known = True
        for key, value in zip(node.keys, node.values, strict=True):
            found = self.type_of(value)
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                fields[key.value] = found
            else:
                is_known = False
        return object_of(fields) if is_known else ValueType.of(OBJECT)

    def _subscript(self, node: ast.Subscript) -> ValueType:
        owner = self.type_of(node.value)
        if isinstance(node.slice, ast.Slice):
            self._must_be(
                owner, (LIST, TEXT), f"{_said(node.value)} is {owner}; a slice is taken from a list or a text"
            )
            return owner
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            return self._member(node, owner, node.slice.value)
        key = self.type_of(node.slice)
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int):
            text = f"{_said(node.value)} is {owner}; [{node.slice.value}] is read from a list or a text"
            self._must_be(owner, (LIST, TEXT), text)
        if owner.kinds <= {LIST, NULL} and owner.entry is not None and not key.may_be(TEXT):
            return owner.entry
        return UNKNOWN

    def _member(self, node: ast.Attribute | ast.Subscript, owner: ValueType, name: str) -> ValueType:
        if owner.is_open:
            return UNKNOWN
        shown = _said(node.value)
        if OBJECT not in owner.kinds:
            raise TypeMistakeError(f"{shown} is {owner}, so it has no {name!r}.{_list_hint(owner, name)}")
        if owner.fields is None:
            return UNKNOWN
        if name not in owner.fields:
            raise TypeMistakeError(f"{shown} has no {name!r}.{nearest(name, list(owner.fields))}")
        return owner.fields[name]

    def _call(self, node: ast.Call) -> ValueType:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name == "default":  # what is missing in its first value is what it is there for
            return UNKNOWN
        types = [self.type_of(each) for each in node.args]
        takes, gives = _FUNCTIONS.get(name, ((), ANY))
        for given, argument, kinds in zip(types, node.args, takes, strict=False):
            text = f"{name}() needs {' or '.join(sorted(set(kinds) - {BOOLEAN}))}; {_said(argument)} is {given}"
            self._must_be(given, kinds, text)
        if name in {"first", "last"} and types and types[0].entry is not None:
            return types[0].entry.or_null()
        if name in {"sorted", "reversed", "unique"} and types and types[0].entry is not None:
            return list_of(types[0].entry)
        return ValueType.of(gives)

    def _operation(self, node: ast.BinOp) -> ValueType:
        left, right = self.type_of(node.left), self.type_of(node.right)
        symbol = _SYMBOLS.get(type(node.op), "")
        match node.op:
            case ast.Add():
                fits = any(left.may_be(*each) and right.may_be(*each) for each in (_NUMBERS, (TEXT,), (LIST,)))
                fix = "; write str(value) to join texts" if left.may_be(TEXT) or right.may_be(TEXT) else ""
                gives = _sum_of(left, right)
            case ast.Mult():
                repeats = (left.may_be(TEXT) and right.may_be(*_NUMBERS)) or (
                    right.may_be(TEXT) and left.may_be(*_NUMBERS)
                )
                fits = repeats or (left.may_be(*_NUMBERS) and right.may_be(*_NUMBERS))
                fix, gives = "", UNKNOWN if left.may_be(TEXT) or right.may_be(TEXT) else ValueType.of(NUMBER)
            case _:
                fits, fix, gives = left.may_be(*_NUMBERS) and right.may_be(*_NUMBERS), "", ValueType.of(NUMBER)
        if not fits:
            raise TypeMistakeError(
                f"{symbol} cannot be used with {_said(node.left)}, which is {left}, and {_said(node.right)}, "
                f"which is {right}{fix}."
            )
        return gives

    def _unary(self, node: ast.UnaryOp) -> ValueType:
        operand = self.type_of(node.operand)
        if isinstance(node.op, ast.Not):
            return ValueType.of(BOOLEAN)
        self._must_be(operand, _NUMBERS, f"- works with numbers; {_said(node.operand)} is {operand}")
        return ValueType.of(NUMBER)

    def _comparison(self, node: ast.Compare) -> ValueType:
        types = [self.type_of(each) for each in (node.left, *node.comparators)]
        parts = (node.left, *node.comparators)
        for place, operator in enumerate(node.ops):
            left, right = types[place], types[place + 1]
            if isinstance(operator, ast.Eq | ast.NotEq):
                continue
            if isinstance(operator, ast.In | ast.NotIn):
                text = f"`in` looks into a text, a list or an object; {_said(parts[place + 1])} is {right}"
                self._must_be(right, _SIZED, text)
            elif not any(left.may_be(*each) and right.may_be(*each) for each in (_NUMBERS, (TEXT,))):
                raise TypeMistakeError(
                    f"{_said(parts[place])} is {left} and {_said(parts[place + 1])} is {right}: these have no order."
                )
        return ValueType.of(BOOLEAN)

    @staticmethod
    def _must_be(given: ValueType, kinds: tuple[str, ...], text: str) -> None:
        if not given.may_be(*kinds):
            raise TypeMistakeError(f"{text}.")


def _any_of(types: list[ValueType]) -> ValueType:
    found = types[0]
    for each in types[1:]:
        found = either(found, each)
    return found


def _sum_of(left: ValueType, right: ValueType) -> ValueType:
    kinds = left.kinds | right.kinds
    if kinds <= {NUMBER, BOOLEAN}:
        return ValueType.of(NUMBER)
    return ValueType.of(*kinds) if kinds in ({TEXT}, {LIST}) else UNKNOWN


def _list_hint(owner: ValueType, name: str) -> str:
    if LIST not in owner.kinds:
        return ""
    return f" It is about its entries: write [0].{name} for the first, or pluck(..., {name!r}) for all."


def _said(node: ast.expr) -> str:
    text = ast.unparse(node)
    return f"`{text if len(text) <= 60 else text[:57] + '...'}`"
