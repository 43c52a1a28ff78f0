"""Disks that a test can fill, and disks that fail on command."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.far_robot import needs_root, run


class SmallDisk:
    """A file system in memory with a size."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._filler = path / "filler"

    def fill(self) -> None:
        """Leave no room at all."""
        with self._filler.open("ab", buffering=0) as file:
            for size in (65_536, 4_096, 512, 1):
                try:
                    while file.write(b"x" * size) == size:
                        pass
                except OSError:
                    continue

    def empty(self) -> None:
        """Give the room back."""
        self._filler.unlink()

    def use_up_names(self) -> int:
        """Leave no inode; how many files that took."""
        made = 0
        with_names = self.path / "names"
        with_names.mkdir()
        while True:
            try:
                (with_names / str(made)).touch()
            except OSError:
                return made
            made += 1

    def free_names(self) -> None:
        """Give the inodes back."""
        shutil.rmtree(self.path / "names")


@contextmanager
def small_disk(path: Path, size: str = "16m", names: int = 0) -> Iterator[SmallDisk]:
    """A disk mounted there for as long as the context lasts."""
    needs_root("mount")
    path.mkdir(parents=True, exist_ok=True)
    options = f"size={size}" + (f",nr_inodes={names}" if names else "")
    try:
        run("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path))
    except subprocess.CalledProcessError as error:
        pytest.skip(f"the system mounts nothing: {error.stderr.decode(errors='replace').strip()}")
    try:
        yield SmallDisk(path)
    finally:
        run("umount", "-l", str(path))


def failing_disk(folder: Path, files: str) -> tuple[Path, Mapping[str, str]]:
    """A flag, and the environment of a process whose such files fail while the flag exists."""
    library, flag = compiled(folder, "failing_disk.c"), folder / "disk-fails"
    return flag, {"LD_PRELOAD": str(library), "FAILING_DISK": str(flag), "FAILING_DISK_FILES": files}


def compiled(folder: Path, source: str) -> Path:
    """A library for LD_PRELOAD; skips without a compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("needs a C compiler")
    library = folder / f"{source}.so"
    run(compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(Path(__file__).with_name(source)), "-ldl")
    return library
