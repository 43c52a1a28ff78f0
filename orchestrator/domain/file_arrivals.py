"""Which files of a watched folder have arrived: seen, and unchanged for long enough to be whole."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A file as a look into the folder shows it."""

    path: str
    size: int
    modified_ns: int

    @property
    def key(self) -> str:
        """The same for the same content at the same place: a file that is written anew is another one."""
        said = f"{self.path}\n{self.size}\n{self.modified_ns}"
        return hashlib.sha256(said.encode("utf-8", "surrogateescape")).hexdigest()[:40]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A file that may still be written."""

    file: FoundFile
    since_s: float
    """Monotonic: since when it looks like this."""


def settled(
    before: Mapping[str, Waiting], found: Sequence[FoundFile], *, now_s: float, settle_s: float
) -> tuple[Sequence[FoundFile], dict[str, Waiting]]:
    """The files that have not changed for `settle_s`, and what to remember of all until the next look."""
    after: dict[str, Waiting] = {}
    ready: list[FoundFile] = []
    for file in found:
        known = before.get(file.path)
        waiting = known if known is not None and known.file == file else Waiting(file=file, since_s=now_s)
        after[file.path] = waiting
        if now_s - waiting.since_s >= settle_s:
            ready.append(file)
    return ready, after
