"""Values are put together in the shape of a schema, or refused."""

from typing import Any

import pytest

from robot.ai.shape import ShapeError, built, has_list, leaf_at

SHAPE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "stock": {"type": "integer"},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "size": {"type": "string", "enum": ["S", "L"]}},
                "required": ["name"],
            },
        },
    },
    "required": ["title"],
}


def test_single_finds_grow_into_the_whole() -> None:
    finds = [(["title"], "Shop"), (["items", "10", "name"], "b"), (["items", "2", "name"], "a")]
    assert built(SHAPE, [*finds, (["items", "2", "size"], "L")]) == {
        "title": "Shop",
        "stock": None,
        "items": [{"name": "a", "size": "L"}, {"name": "b", "size": None}],
    }
    assert built({"type": "number"}, [([], 2.5)]) == 2.5


@pytest.mark.parametrize(
    ("finds", "problem"),
    [
        ([], "title is required"),
        ([(["title"], 3)], "title is no string"),
        ([(["title"], "x"), (["stock"], 2.5)], "stock is no integer"),
        ([(["title"], "x"), (["stock"], True)], "stock is no integer"),
        ([(["title"], "x"), (["items", "0", "size"], "S")], "items.0.name is required"),
        ([(["title"], "x"), (["items", "0", "name"], "a"), (["items", "0", "size"], "XL")], "not one of"),
    ],
)
def test_what_does_not_fit_is_refused_and_says_where(finds: list[tuple[list[str], Any]], problem: str) -> None:
    with pytest.raises(ShapeError, match=problem):
        built(SHAPE, finds)


@pytest.mark.parametrize("path", [["price"], ["items"], ["items", "x", "name"], ["items", "99999", "name"], []])
def test_paths_that_lead_nowhere_are_refused(path: list[str]) -> None:
    with pytest.raises(ShapeError):
        leaf_at(SHAPE, path)


def test_what_lies_in_a_list_is_known() -> None:
    assert has_list(SHAPE, ["items", "0", "name"])
    assert not has_list(SHAPE, ["title"])
