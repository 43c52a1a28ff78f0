"""The note of where an orchestrator runs: private, replaced by the newest, and never in the way."""

from pathlib import Path

import pytest

from orchestrator.client.endpoint import Endpoint
from orchestrator.client.errors import ClientError

HERE = Endpoint(url="http://127.0.0.1:1", key="k", pid=1)
THERE = Endpoint(url="http://127.0.0.1:2", key="k", pid=2)


def test_a_note_is_read_as_it_was_written_and_is_private(tmp_path: Path) -> None:
    assert Endpoint.of(tmp_path) is None
    HERE.write(tmp_path / "new")
    assert Endpoint.of(tmp_path / "new") == HERE
    assert (tmp_path / "new" / "endpoint.json").stat().st_mode & 0o077 == 0


def test_an_orchestrator_removes_its_own_note_and_nobody_elses(tmp_path: Path) -> None:
    HERE.write(tmp_path)
    THERE.write(tmp_path)
    HERE.remove(tmp_path)
    assert Endpoint.of(tmp_path) == THERE
    THERE.remove(tmp_path)
    assert Endpoint.of(tmp_path) is None


def test_a_damaged_note_is_explained_and_does_not_disturb_an_orderly_end(tmp_path: Path) -> None:
    (tmp_path / "endpoint.json").write_bytes(b"\xff{")
    with pytest.raises(ClientError, match=r"damaged: remove it"):
        Endpoint.of(tmp_path)
    HERE.remove(tmp_path)
