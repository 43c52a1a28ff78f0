"""Which workflows may use a kept login."""

from datetime import UTC, datetime

import pytest

from orchestrator.contract.memory import MemoryKind
from orchestrator.domain.memory import Memory, may_use


def login(*allowed: str) -> Memory:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    return Memory(kind=MemoryKind.LOGIN, name="shop", size=1, changed_at=now, changed_by="W", allowed=allowed)


@pytest.mark.parametrize(
    ("allowed", "workflow", "folder", "may"),
    [
        ((), "Pay", "", False),
        (("Pay",), "Pay", "Shop", True),
        (("Pay",), "Pay more", "", False),
        (("Pay*",), "Pay more", "", True),
        (("Shop/*",), "Pay", "Shop", True),
        (("Shop/*",), "Pay", "Shop/Inner", True),
        (("Shop/*",), "Pay", "Shopping", False),
        (("Shop/Pay",), "Pay", "/Shop/", True),
        (("[a]",), "a", "", False),
        (("*",), "Anything", "", True),
    ],
)
def test_a_pattern_is_a_name_or_a_folder_and_a_name(
    allowed: tuple[str, ...], workflow: str, folder: str, *, may: bool
) -> None:
    assert may_use(login(*allowed), workflow=workflow, folder=folder) is may
