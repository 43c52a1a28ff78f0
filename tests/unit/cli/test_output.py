"""Values as people and programs read them."""

import pytest

from orchestrator.cli.output import count_text, duration_text, plain, size_text, value_text
from orchestrator.contract.errors import ErrorInfo, ErrorKind


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, ""),
        (0.0124, "12 ms"),
        (4.25, "4.2 s"),
        (61, "1 min 01 s"),
        (3_599.7, "1 h 00 min"),
        (7_500, "2 h 05 min"),
    ],
)
def test_durations_are_said_as_people_say_them(seconds: float | None, text: str) -> None:
    assert duration_text(seconds) == text


def test_sizes_and_counts_have_their_units() -> None:
    assert [size_text(size) for size in (None, 12, 2_048, 5 * 1_048_576)] == ["", "12 bytes", "2.0 KiB", "5.0 MiB"]
    assert [count_text(1, "file"), count_text(1_200, "file")] == ["1 file", "1,200 files"]


def test_long_values_are_cut_and_lists_of_texts_are_joined() -> None:
    assert value_text("x" * 200, 10) == "xxxxxxx..."
    assert value_text(["a", "b"]) == "a; b"
    assert value_text({"a": [1, None]}) == '{"a": [1, null]}'


def test_models_inside_lists_and_mappings_become_json() -> None:
    error = ErrorInfo(kind=ErrorKind.TIMEOUT, message="late")
    told = plain({"errors": [error], "count": 1, "none": None})
    assert isinstance(told, dict)
    assert isinstance(told["errors"], list)
    assert told["errors"][0] == error.model_dump(mode="json")
    with pytest.raises(TypeError, match="object is no JSON"):
        plain(object())
