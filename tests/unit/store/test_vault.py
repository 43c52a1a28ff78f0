"""The key file: only its owner's, never replaced by chance, and old keys open what they sealed."""

from pathlib import Path

import pytest

from orchestrator.engine.errors import SealedError
from orchestrator.store.vault import VAULT_FILE, FileVault, VaultError, rotate


def test_the_first_start_makes_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    sealed = FileVault.of(tmp_path).seal(b"hunter2")
    assert (tmp_path / VAULT_FILE).stat().st_mode & 0o777 == 0o600
    assert b"hunter2" not in sealed
    assert FileVault.of(tmp_path).open(sealed) == b"hunter2"


def test_the_same_content_is_sealed_differently_each_time(tmp_path: Path) -> None:
    vault = FileVault.of(tmp_path)
    assert vault.seal(b"x") != vault.seal(b"x")


def test_a_rotated_key_seals_anew_and_opens_what_is_old(tmp_path: Path) -> None:
    before = FileVault.of(tmp_path)
    old = before.seal(b"old")
    assert rotate(tmp_path) == 2
    after = FileVault.of(tmp_path)
    assert after.open(old) == b"old"
    with pytest.raises(SealedError):
        before.open(after.seal(b"new"))


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 60])
def test_what_no_key_opens_is_an_error(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(SealedError, match=r"secrets\.key"):
        FileVault.of(tmp_path).open(content)


def test_a_damaged_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / VAULT_FILE).write_text("no key\n")
    for use in (FileVault.of, rotate):
        with pytest.raises(VaultError, match="put the right file back"):
            use(tmp_path)
    assert (tmp_path / VAULT_FILE).read_text() == "no key\n"


def test_a_folder_without_a_key_is_not_an_orchestrators_and_stays_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="--data-dir"):
        rotate(tmp_path / "elsewhere")
    assert list(tmp_path.iterdir()) == []
