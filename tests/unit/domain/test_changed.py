"""A changed value is what `dataclasses.replace` would have made."""

from dataclasses import FrozenInstanceError, dataclass, replace

import pytest

from orchestrator.domain.changed import changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    x: int
    y: int = 0
    name: str = ""


def test_it_equals_what_replace_makes_and_leaves_the_first_alone() -> None:
    before = Point(x=1, y=2)
    after = changed(before, y=3, name="b")
    assert after == replace(before, y=3, name="b")
    assert before == Point(x=1, y=2)


def test_the_new_value_is_as_frozen_and_as_hashable_as_the_first() -> None:
    after = changed(Point(x=1), x=2)
    assert hash(after) == hash(Point(x=2))
    with pytest.raises(FrozenInstanceError):
        after.x = 5  # type: ignore[misc]


def test_a_field_that_there_is_not_is_named() -> None:
    with pytest.raises(TypeError, match="Point has no field 'z'"):
        changed(Point(x=1), z=1)


def test_a_class_that_checks_itself_when_it_is_made_is_refused() -> None:
    @dataclass(frozen=True, slots=True)
    class Checked:
        x: int
        y: int

        def __post_init__(self) -> None:
            """Would be skipped."""

    with pytest.raises(TypeError, match=r"Checked is changed by dataclasses\.replace"):
        changed(Checked(1, 2), x=2)
