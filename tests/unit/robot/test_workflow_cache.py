"""The robot's kept workflows: found by hash, also after a restart, and only when they are what their hash says."""

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.contract.protocol.jobs import JobAssignment
from orchestrator.contract.workflow import WorkflowDefinition
from robot.workflow_cache import WorkflowCache


def workflow(name: str) -> WorkflowDefinition:
    return WorkflowDefinition.model_validate(
        {
            "name": name,
            "variables": {"site": "http://x"},
            "steps": [{"id": "a", "action": "goto", "params": {"u": "1"}}],
        }
    )


def opened(folder: Path, **limits: int) -> WorkflowCache:
    cache = WorkflowCache(folder, **limits)
    cache.open()
    return cache


def offer(definition: WorkflowDefinition | None, workflow_hash: str) -> JobAssignment:
    return JobAssignment(job_id="j", attempt=1, workflow=definition, workflow_hash=workflow_hash, timeout_s=9)


@pytest.mark.feature("C83")
def test_an_offer_that_came_with_its_workflow_completes_the_next_one_also_after_a_restart(tmp_path: Path) -> None:
    wanted = workflow("Prices")
    assert opened(tmp_path).complete(offer(wanted, wanted.content_hash)) is not None
    completed = opened(tmp_path).complete(offer(None, wanted.content_hash))
    assert completed is not None
    assert completed.definition == wanted


def test_an_offer_of_an_unknown_workflow_cannot_be_completed(tmp_path: Path) -> None:
    assert opened(tmp_path).complete(offer(None, "0123456789abcdef")) is None


def test_a_workflow_under_a_wrong_hash_is_run_as_offered_and_not_kept(tmp_path: Path) -> None:
    cache = opened(tmp_path)
    wrong = offer(workflow("Prices"), "0123456789abcdef")
    assert cache.complete(wrong) == wrong
    assert cache.complete(offer(None, "0123456789abcdef")) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", [b"", b"{", b'{"name": "Other", "steps": [{"id": "a", "action": "goto"}]}'])
def test_a_damaged_file_is_removed_and_the_others_are_kept(
    tmp_path: Path, damage: bytes, expected_warnings: Callable[..., None]
) -> None:
    expected_warnings("is damaged and was removed")
    good, bad = workflow("Good"), workflow("Bad")
    cache = opened(tmp_path)
    for each in (good, bad):
        cache.keep(each.content_hash, each)
    (tmp_path / f"{bad.content_hash}.workflow.json").write_bytes(damage)
    (tmp_path / "half.workflow.json.partial").write_bytes(b"{")
    assert opened(tmp_path).hashes == (good.content_hash,)
    assert [file.name for file in tmp_path.iterdir()] == [f"{good.content_hash}.workflow.json"]


def test_the_least_lately_used_workflow_leaves_memory_and_disk(tmp_path: Path) -> None:
    first, second, third = (workflow(name) for name in ("1", "2", "3"))
    cache = opened(tmp_path, most=2)
    cache.keep(first.content_hash, first)
    cache.keep(second.content_hash, second)
    cache.get(first.content_hash)
    cache.keep(third.content_hash, third)
    assert cache.hashes == (first.content_hash, third.content_hash)
    assert len(list(tmp_path.iterdir())) == 2


def test_bytes_are_bounded_too(tmp_path: Path) -> None:
    cache = opened(tmp_path, most_bytes=300)
    for name in "abc":
        cache.keep(workflow(name).content_hash, workflow(name))
    assert 1 <= len(cache.hashes) < 3


@pytest.mark.feature("C84")
def test_a_forgotten_workflow_is_not_there_after_a_restart(tmp_path: Path) -> None:
    wanted = workflow("Prices")
    cache = opened(tmp_path)
    cache.keep(wanted.content_hash, wanted)
    assert cache.forget(wanted.content_hash)
    assert not cache.forget(wanted.content_hash)
    assert opened(tmp_path).hashes == ()


def test_a_disk_that_refuses_leaves_the_workflow_in_memory(tmp_path: Path) -> None:
    wanted = workflow("Prices")
    cache = opened(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert cache.keep(wanted.content_hash, wanted)
    assert cache.get(wanted.content_hash) == wanted
