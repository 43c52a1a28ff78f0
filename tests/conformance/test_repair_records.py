"""What every store promises about looks of elements and repairs of targets; the engine's fake promises the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fake_store import FakeStore

from orchestrator.contract.ids import JobId, RobotId, WorkflowHash, WorkflowId
from orchestrator.contract.sightings import ElementLook, LocatorCandidate
from orchestrator.domain.repairs import Repair, RepairCause, RepairState
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.store import Store
from orchestrator.store.services import OrchestratorService

NOW = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)
FLOW = WorkflowId("w")


def repair_of(repair_id: str, *, minutes: int = 0, state: RepairState = RepairState.OPEN) -> Repair:
    at = NOW + timedelta(minutes=minutes)
    return Repair(
        repair_id=repair_id,
        workflow_id=FLOW,
        workflow_name="Send a form",
        workflow_hash=WorkflowHash("0123"),
        number=2,
        step_id="send",
        parameter="target",
        cause=RepairCause.FALLBACK,
        locator="#old",
        before=({"css": "#old"}, {"text": "Send", "exact": True}),
        candidates=(LocatorCandidate(locator={"role": "button", "name": "Send"}, found='button "Send"'),),
        look=ElementLook(tag="button", role="button", name="Send", attributes={"type": "submit"}),
        state=state,
        robots=(RobotId("r"),),
        first_seen_at=at,
        last_seen_at=at,
        job_id=JobId("j"),
        rejected=("#other",),
    )


@pytest.fixture
def stores(store: OrchestratorService) -> tuple[Store, ...]:
    """A real store, and the one that the engine's tests use."""
    return (store, FakeStore())


async def test_a_look_is_kept_replaced_and_the_oldest_ones_give_way(stores: tuple[Store, ...]) -> None:
    first, second = ElementLook(tag="button", name="Send"), ElementLook(tag="button", name="Submit")
    for store in stores:
        records = store.repairs
        assert await records.look(FLOW, "send", "#send") is None
        await records.keep_look(FLOW, "send", "#send", first, at=NOW, most=2)
        await records.keep_look(FLOW, "send", "#send", second, at=NOW + timedelta(seconds=1), most=2)
        assert await records.look(FLOW, "send", "#send") == second
        await records.keep_look(FLOW, "other", "#a", first, at=NOW + timedelta(seconds=2), most=2)
        await records.keep_look(FLOW, "other", "#b", first, at=NOW + timedelta(seconds=3), most=2)
        assert await records.look(FLOW, "send", "#send") is None
        assert await records.look(FLOW, "other", "#b") == first


async def test_a_repair_is_kept_as_it_is_and_listed_by_state_newest_first(stores: tuple[Store, ...]) -> None:
    audit = AuditEntry(at=NOW, kind="repair.approved", message="It was approved.")
    for store in stores:
        records = store.repairs
        older, newer = repair_of("a"), repair_of("b", minutes=1)
        await records.save(older, most=10)
        await records.save(newer, most=10)
        assert await records.repair("a") == older
        assert await records.repair("c") is None
        assert [each.repair_id for each in await records.repairs(frozenset())] == ["b", "a"]
        decided = replace(older, state=RepairState.APPROVED, decided_at=NOW, decided_by="Ada", made=3)
        await records.save(decided, most=10, audit=audit)
        assert list(await records.repairs(frozenset({RepairState.APPROVED}))) == [decided]
        assert [each.repair_id for each in await records.repairs(frozenset({RepairState.OPEN}))] == ["b"]
        assert [each.repair_id for each in await records.repairs(frozenset(), limit=1)] == ["b"]


async def test_of_too_many_repairs_decided_ones_are_forgotten_and_open_ones_stay(stores: tuple[Store, ...]) -> None:
    for store in stores:
        records = store.repairs
        for minutes in range(3):
            await records.save(repair_of(f"open {minutes}", minutes=minutes), most=2)
        for minutes in range(4):
            await records.save(repair_of(f"no {minutes}", minutes=minutes, state=RepairState.REJECTED), most=2)
        assert {each.repair_id for each in await records.repairs(frozenset())} == {
            "open 0", "open 1", "open 2", "no 2", "no 3",
        }  # fmt: skip
