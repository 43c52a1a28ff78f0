"""A power cut: whatever was not synced when it came is gone, names of files included."""

import ctypes
from collections.abc import Mapping
from pathlib import Path

from tests.faults.small_disk import compiled


class Mains:
    """Processes that are started with its `environment` lose by `cut` what they have not synced.

    Folders themselves stay: file systems with a journal write a folder's own entry along with its first synced file.
    """

    def __init__(self, folder: Path) -> None:
        self._synced = folder / "synced"
        self._synced.mkdir()
        self._library = compiled(folder, "synced.c")
        self._identity_of = ctypes.CDLL(str(self._library)).identity_of

    @property
    def environment(self) -> Mapping[str, str]:
        """What makes a process one of those."""
        return {"LD_PRELOAD": str(self._library), "SYNCED": str(self._synced)}

    def cut(self, folder: Path) -> int:
        """Leave of a folder what was synced, once its processes are dead; how many files lost something."""
        lost = 0
        for place in [folder, *(each for each in folder.rglob("*") if each.is_dir())]:
            lost += self._cut_one(place)
        return lost

    def _cut_one(self, folder: Path) -> int:
        record, lost = self._synced / f"{self._identity(folder)}.names", 0
        lines = record.read_text().splitlines() if record.exists() else []
        contents = {name: self._content(who) for who, _, name in (line.partition(" ") for line in lines)}
        for each in [each for each in folder.iterdir() if each.is_file()]:
            lost += each.read_bytes() != contents.get(each.name)
            (self._synced / self._identity(each)).unlink(missing_ok=True)
            each.unlink()
        for name, content in contents.items():
            if content is not None and not (folder / name).is_dir():
                (folder / name).write_bytes(content)
        self._note_anew(folder, record)
        return lost

    def _note_anew(self, folder: Path, record: Path) -> None:
        """What has just been written back stands on the disk, as files of their own."""
        left = sorted(each for each in folder.iterdir() if each.is_file())
        record.write_text("".join(f"{self._identity(each)} {each.name}\n" for each in left))
        for each in left:
            (self._synced / self._identity(each)).write_bytes(each.read_bytes())

    def _content(self, who: str) -> bytes | None:
        kept = self._synced / who
        return kept.read_bytes() if kept.is_file() else None

    def _identity(self, path: Path) -> str:
        room = ctypes.create_string_buffer(128)
        self._identity_of(str(path).encode(), room, ctypes.c_size_t(len(room)))
        return room.value.decode()
