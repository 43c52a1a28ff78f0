"""Files of a run have safe names and stay in its folder."""

from pathlib import Path

import pytest

from robot.actions.artifacts import ArtifactFolder, safe_name


@pytest.mark.parametrize(
    ("wished", "name"),
    [("report.csv", "report.csv"), ("../../etc/passwd", "passwd"), ("..\\evil.exe", "evil.exe"), ("", "file"),
     ("Übersicht Mai.pdf", "Ubersicht-Mai.pdf"), (".hidden", "hidden"), ("a" * 200 + ".pdf", "a" * 116 + ".pdf")],
)  # fmt: skip
def test_names_are_made_safe(wished: str, name: str) -> None:
    assert safe_name(wished) == name


def test_a_taken_name_gets_a_number(tmp_path: Path) -> None:
    folder = ArtifactFolder(tmp_path)
    assert [folder.place("a.csv").name for _ in range(3)] == ["a.csv", "a-2.csv", "a-3.csv"]


async def test_an_artifact_tells_size_and_hash(tmp_path: Path) -> None:
    folder = ArtifactFolder(tmp_path)
    path = folder.place("a.txt")
    path.write_text("abc")
    found = await folder.describe(path, kind="file", media_type="text/plain", step_id="s")
    assert (found.name, found.size, found.sha256[:8]) == ("a.txt", 3, "ba7816bf")


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "missing.txt", "link"])
def test_files_outside_the_folder_are_not_found(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("x")
    inside = tmp_path / "job"
    inside.mkdir()
    (inside / "link").symlink_to(tmp_path / "secret")
    assert ArtifactFolder(inside).find(name) is None
