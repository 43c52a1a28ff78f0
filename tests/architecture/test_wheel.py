"""The wheel carries everything that a program needs at run time, and nothing that only a work tree needs."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("orchestrator", "robot", "resources")


def tracked_files() -> set[str]:
    """Paths of the packages' files as git knows them."""
    listing = subprocess.run(
        ["git", "ls-files", "--", *SHIPPED], cwd=ROOT, capture_output=True, text=True, timeout=20, check=False
    )
    if listing.returncode != 0:
        pytest.skip("this is not a git work tree, so there is no list of files to compare with")
    return {name for name in listing.stdout.splitlines() if (ROOT / name).exists()}


def test_the_wheel_holds_every_file_of_the_packages_and_no_test(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    finished = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert finished.returncode == 0, finished.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert tracked_files() - names == set()
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == set(SHIPPED)
    assert any(name.endswith("licenses/LICENSE") for name in names)
