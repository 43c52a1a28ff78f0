"""Files leave a robot without secrets, or not at all, and always with the truth about their bytes."""

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from orchestrator.contract.results import Artifact
from robot.file_masking import clean_file, cleaned_artifact, without_credentials
from robot.masking import Mask

SECRET = "hunter2-hunter2"
MASK = Mask([SECRET])


def file(folder: Path, name: str, content: bytes, media_type: str = "text/plain", kind: str = "file") -> Artifact:
    (folder / name).write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    return Artifact(name=name, kind=kind, media_type=media_type, size=len(content), sha256=digest)


@pytest.mark.feature("X16")
def test_a_text_is_rewritten_with_its_new_size_and_checksum(tmp_path: Path) -> None:
    artifact = cleaned_artifact(file(tmp_path, "a.csv", f"user,{SECRET}\n".encode()), tmp_path, MASK)
    content = (tmp_path / "a.csv").read_bytes()
    assert content == b"user,********\n"
    assert (artifact.size, artifact.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert artifact.note == "1 places with secrets were masked."


@pytest.mark.parametrize("content", [b"nothing in it", b"\x00\x01binary"])
def test_a_file_without_secrets_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    artifact = file(tmp_path, "a.bin", content)
    assert cleaned_artifact(artifact, tmp_path, MASK) == artifact
    assert (tmp_path / "a.bin").read_bytes() == content


@pytest.mark.feature("X16")
def test_what_is_no_text_and_holds_a_secret_is_only_told_of(tmp_path: Path) -> None:
    artifact = cleaned_artifact(file(tmp_path, "a.bin", b"\x00\xff" + SECRET.encode()), tmp_path, MASK)
    assert (artifact.is_kept, artifact.size, artifact.sha256) == (False, 0, "")
    assert "no text" in artifact.note
    assert list(tmp_path.iterdir()) == []


@pytest.mark.feature("X16")
def test_members_of_archives_and_their_names_are_rewritten(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{SECRET}.txt", f"<c>{SECRET}</c>")
        archive.writestr("other.bin", b"\x00" * 10)
    assert clean_file(tmp_path / "a.xlsx", MASK).masked == 2
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "********.txt": b"<c>********</c>", "other.bin": b"\x00" * 10,
        }  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]


@pytest.mark.feature("X16")
def test_a_trace_loses_its_cookies_and_authorisations_too(tmp_path: Path) -> None:
    headers = [{"name": "Cookie", "value": "sid=abc123"}, {"name": "Accept", "value": "*/*"}]
    line = {"snapshot": {"request": {"headers": headers, "cookies": [{"name": "sid", "value": "abc123"}]}}}
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr("trace.network", f"{json.dumps(line)}\nno json with a cookie\n")
    assert not clean_file(tmp_path / "t.zip", MASK, is_trace=True).problem
    with zipfile.ZipFile(tmp_path / "t.zip") as archive:
        text = archive.read("trace.network").decode()
    assert "abc123" not in text
    assert json.loads(text.splitlines()[0])["snapshot"]["request"]["headers"][1]["value"] == "*/*"
    assert text.splitlines()[1] == "no json with a cookie"


def test_an_archive_that_is_locked_is_only_told_of(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a", "content")
    content = bytearray((tmp_path / "a.zip").read_bytes())
    for place in (content.index(b"PK\x03\x04") + 6, content.index(b"PK\x01\x02") + 8):
        content[place] |= 1  # the flag that says: encrypted
    artifact = file(tmp_path, "a.zip", bytes(content), "application/zip")
    assert "could not be searched" in cleaned_artifact(artifact, tmp_path, MASK).note


def test_lines_without_credentials_stay_bytes_for_bytes() -> None:
    content = b'{"a": 1,  "b": "\xc3\xa4"}\n\n{"type":"x"}'
    assert without_credentials(content) == content
