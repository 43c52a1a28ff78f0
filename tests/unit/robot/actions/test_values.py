"""Values are found, compared and ordered as a person would."""

import pytest

from orchestrator.contract.actions.operators import Operator
from orchestrator.contract.ids import JsonValue
from robot.actions.values import compare, first_number, number_of, ordered, value_at


@pytest.mark.parametrize(
    ("text", "number"),
    [("1,200.50", 1200.5), ("$75", 75), ("40 %", 40), ("-3", -3), ("€ 1,000", 1000), (7, 7), ("3 apples", None),
     ("1.2.3", None), ("", None), (True, None), (None, None), (float("nan"), None), ("2026-03-01", None)],
)  # fmt: skip
def test_a_number_is_read_where_it_stands_alone(text: JsonValue, number: float | None) -> None:
    assert number_of(text) == number


def test_the_first_number_of_a_sentence_is_found() -> None:
    assert first_number("about 1,234.5 of 9") == 1234.5
    assert first_number("12 jobs") == 12
    assert first_number("none") is None


def test_a_path_goes_through_objects_and_lists() -> None:
    item: JsonValue = {"client": {"name": "Ada", "tags": ["x", "y"]}, "a.b": 1}
    assert value_at(item, "client.name") == "Ada"
    assert value_at(item, "client.tags.1") == "y"
    assert value_at(item, "a.b") == 1
    assert value_at(item, "client.age.years") is None


def test_missing_values_are_last_in_both_directions() -> None:
    items: list[JsonValue] = [{"s": None}, {"s": "10"}, {"s": 9}, {}, {"s": "b"}, {"s": "A"}]
    assert [value_at(each, "s") for each in ordered(items, "s", descending=False)] == [9, "10", "A", "b", None, None]
    assert [value_at(each, "s") for each in ordered(items, "s", descending=True)] == ["b", "A", "10", 9, None, None]


def test_equal_items_keep_their_order_in_both_directions() -> None:
    items: list[JsonValue] = [{"s": 1, "n": 1}, {"s": 1, "n": 2}, {"s": 2, "n": 3}]
    assert [value_at(each, "n") for each in ordered(items, "s", descending=True)] == [3, 1, 2]


@pytest.mark.parametrize(
    ("left", "op", "right", "holds"),
    [
        ("5", "==", 5, True), ("5", "==", "5.0", False), (1, "==", True, False), ("a", "!=", "b", True),
        ("$1,200", ">", 1000, True), ("9", "<", "10", True), ("b", ">", "a", True), (None, ">", 0, False),
        ("hello", "contains", "ell", True), (["a", 2], "contains", "2", True), ("x", "in", ["x", "y"], True),
        ("x", "not in", ["y"], True), ("2026-01-02", "matches", r"^\d{4}-", True), ("abc", "starts_with", "ab", True),
        ([], "empty", None, True), ("no", "false", None, True), ("yes", "true", None, True),
        (0, "not_empty", None, True),
        (3, "<=", 3, True), (3, ">=", 4, False), ("abc", "ends_with", "bc", True), ("abc", "not contains", "x", True),
    ],
)  # fmt: skip
def test_comparisons(left: JsonValue, op: str, right: JsonValue, holds: bool) -> None:
    assert compare(Operator(op), left, right) is holds
