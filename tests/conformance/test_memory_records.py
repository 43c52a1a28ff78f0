"""What every store promises about what runs remember; the engine's fake promises the same."""

from datetime import UTC, datetime

import pytest
from fake_store import FakeStore

from orchestrator.contract.ids import JobId
from orchestrator.contract.memory import MemoryKind
from orchestrator.domain.memory import Memory
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.store import Store
from orchestrator.store.services import OrchestratorService

NOW = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)
AUDIT = AuditEntry(at=NOW, kind="test", message="It happened.")


def memory_of(name: str, kind: MemoryKind = MemoryKind.VALUE, **changes: object) -> Memory:
    given: dict[str, object] = {"kind": kind, "name": name, "size": 2, "changed_at": NOW, "changed_by": "W", **changes}
    return Memory(**given)  # type: ignore[arg-type]


@pytest.fixture
def stores(store: OrchestratorService) -> tuple[Store, ...]:
    """A real store, and the one that the engine's tests use."""
    return (store, FakeStore())


async def test_a_memory_is_kept_replaced_and_removed(stores: tuple[Store, ...]) -> None:
    for store in stores:
        records = store.memory
        assert await records.one(MemoryKind.VALUE, "b") is None
        assert await records.keep(memory_of("b", job_id=JobId("j")), b"1", most=10)
        assert await records.keep(memory_of("a"), b"2", most=10, audit=AUDIT)
        assert await records.keep(memory_of("b", MemoryKind.LOGIN), b"3", most=10)
        newer = memory_of("b", size=9, changed_by="Ada", job_id=None)
        assert await records.keep(newer, b"4", most=10)
        assert await records.one(MemoryKind.VALUE, "b") == (newer, b"4")
        assert [(each.kind, each.name) for each in await records.listing()] == [
            (MemoryKind.LOGIN, "b"), (MemoryKind.VALUE, "a"), (MemoryKind.VALUE, "b"),
        ]  # fmt: skip
        assert await records.remove(MemoryKind.VALUE, "b", audit=AUDIT)
        assert not await records.remove(MemoryKind.VALUE, "b", audit=AUDIT)
        assert await records.one(MemoryKind.LOGIN, "b") is not None


async def test_one_more_than_may_be_is_not_kept_but_known_ones_change(stores: tuple[Store, ...]) -> None:
    for store in stores:
        assert await store.memory.keep(memory_of("a"), b"1", most=1)
        assert not await store.memory.keep(memory_of("b"), b"2", most=1)
        assert await store.memory.keep(memory_of("a"), b"3", most=1)
        found = await store.memory.one(MemoryKind.VALUE, "a")
        assert found is not None
        assert found[1] == b"3"


async def test_who_may_use_a_login_is_kept_with_it(stores: tuple[Store, ...]) -> None:
    for store in stores:
        records = store.memory
        assert await records.keep(memory_of("shop", MemoryKind.LOGIN, allowed=("One",)), b"1", most=10)
        allowed = ("One", "Shop/*")
        found = await records.allow(MemoryKind.LOGIN, "shop", allowed, audit=AUDIT)
        assert found == memory_of("shop", MemoryKind.LOGIN, allowed=allowed)
        assert await records.one(MemoryKind.LOGIN, "shop") == (found, b"1")
        assert (await records.allow(MemoryKind.LOGIN, "shop", None, audit=AUDIT)) == memory_of("shop", MemoryKind.LOGIN)
        assert await records.allow(MemoryKind.LOGIN, "none", (), audit=AUDIT) is None
