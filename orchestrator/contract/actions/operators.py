"""Comparisons that `assert` and `filter` share, with the signs that people write for them."""

from enum import StrEnum
from typing import Self


class Operator(StrEnum):
    """How a value is compared with what is expected; the last six need no expected value."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    CONTAINS = "contains"
    """A text holds the expected text, a list the expected item."""
    NOT_CONTAINS = "not_contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    MATCHES = "matches"
    """The expected regular expression is found in the text."""
    IN = "in"
    """The value is one of the expected list."""
    NOT_IN = "not_in"
    GREATER = "greater"
    GREATER_OR_EQUAL = "greater_or_equal"
    LESS = "less"
    LESS_OR_EQUAL = "less_or_equal"
    VISIBLE = "visible"
    HIDDEN = "hidden"
    ENABLED = "enabled"
    DISABLED = "disabled"
    CHECKED = "checked"
    UNCHECKED = "unchecked"
    EXISTS = "exists"
    MISSING = "missing"
    EMPTY = "empty"
    NOT_EMPTY = "not_empty"
    TRUE = "true"
    FALSE = "false"

    @property
    def needs_expected(self) -> bool:
        """True when there must be something to compare with."""
        return self not in _ALONE

    @property
    def is_about_element(self) -> bool:
        """True when it asks for the state of an element, not for a value."""
        return self in ELEMENT_STATES

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        word = value.strip().lower()
        word = _SIGNS.get(word, word)
        return next((each for each in cls if each.value == word), None)


ELEMENT_STATES = frozenset(
    {
        Operator.VISIBLE, Operator.HIDDEN, Operator.ENABLED, Operator.DISABLED, Operator.CHECKED, Operator.UNCHECKED,
        Operator.EXISTS, Operator.MISSING,
    }
)  # fmt: skip
_ALONE = ELEMENT_STATES | {Operator.EMPTY, Operator.NOT_EMPTY, Operator.TRUE, Operator.FALSE}
_SIGNS = {
    "==": "equals",
    "=": "equals",
    "!=": "not_equals",
    "<>": "not_equals",
    ">": "greater",
    ">=": "greater_or_equal",
    "<": "less",
    "<=": "less_or_equal",
    "not in": "not_in",
    "not contains": "not_contains",
}
