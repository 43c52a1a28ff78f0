"""Backups: complete while somebody writes, usable in place of the database, and never instead of another file."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.store.backup import BackupError, back_up
from orchestrator.store.services import OrchestratorService
from orchestrator.store.sqlite import SqliteFile

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def entry(message: str) -> AuditEntry:
    return AuditEntry(at=NOW, kind="test", message=message)


async def messages(path: Path) -> list[str]:
    file = SqliteFile(path)
    try:
        found = await OrchestratorService(file.database).activity(limit=10)
        return [each.message for _, each in found]
    finally:
        await file.close()


async def test_a_running_database_is_copied_and_the_copy_can_take_its_place(tmp_path: Path) -> None:
    file = SqliteFile(tmp_path / "botswain.db")
    store = OrchestratorService(file.database)
    await store.add_audit(entry("before"))
    assert back_up(tmp_path / "botswain.db", tmp_path / "copy.db") > 0
    await store.add_audit(entry("after"))
    await file.close()
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    assert await messages(tmp_path / "copy.db") == ["before"]


async def test_another_file_is_never_overwritten(tmp_path: Path) -> None:
    await SqliteFile(tmp_path / "botswain.db").close()
    (tmp_path / "copy.db").write_text("precious")
    with pytest.raises(BackupError, match="is there already"):
        back_up(tmp_path / "botswain.db", tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "precious"
    with pytest.raises(BackupError, match="cannot be written"):
        back_up(tmp_path / "botswain.db", tmp_path / "nowhere" / "copy.db")


def test_what_is_no_database_is_not_copied_and_no_half_is_left(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("no database " * 100)
    with pytest.raises(BackupError, match="cannot be copied"):
        back_up(tmp_path / "notes.db", tmp_path / "notes-copy.db")
    assert not list(tmp_path.glob("*.part"))


def test_a_folder_without_a_database_is_named(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="There is no database"):
        back_up(tmp_path / "botswain.db", tmp_path / "copy.db")
