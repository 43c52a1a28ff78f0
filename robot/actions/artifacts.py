"""The folder of one attempt: files that its steps make, under safe names, and nothing outside it."""

import asyncio
import hashlib
import re
import unicodedata
from pathlib import Path

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.results import Artifact
from robot.errors import ActionError

MAX_NAME = 120
MAX_BYTES = 100 * 1_024 * 1_024
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class ArtifactFolder:
    """Gives places to write to, and describes what was written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: set[str] = set()

    def place(self, name: str) -> Path:
        """A path for a new file: the wished name made safe, with a number when it is taken."""
        self._folder.mkdir(parents=True, exist_ok=True)
        wished = safe_name(name)
        stem, dot, ending = wished.rpartition(".")
        stem, ending = (stem, dot + ending) if stem else (wished, "")
        number = 1
        while wished in self._names or (self._folder / wished).exists():
            number += 1
            wished = f"{stem}-{number}{ending}"
        self._names.add(wished)
        return self._folder / wished

    def find(self, name: str) -> Path | None:
        """The run's file of this name; None when there is none inside the folder."""
        path = (self._folder / name).resolve()
        return path if path.is_relative_to(self._folder.resolve()) and path.is_file() else None

    async def describe(self, path: Path, *, kind: str, media_type: str, step_id: str) -> Artifact:
        """The artifact that a written file is; ActionError when it is larger than artifacts may be."""
        size, digest = await asyncio.to_thread(_measure, path)
        if size > MAX_BYTES:
            await asyncio.to_thread(path.unlink)
            message = f"{path.name} has {size:,} bytes; an artifact may have {MAX_BYTES:,}."
            raise ActionError.of(ErrorKind.BUSINESS, message)
        return Artifact(name=path.name, kind=kind, media_type=media_type, size=size, sha256=digest, step_id=step_id)


def safe_name(name: str) -> str:
    """Letters, digits, `.`, `_` and `-` only, not hidden, at most 120 characters; the ending stays."""
    plain = unicodedata.normalize("NFKD", name.replace("\\", "/").rpartition("/")[2]).encode("ascii", "ignore").decode()
    clean = _UNSAFE.sub("-", plain).strip("-.") or "file"
    if len(clean) <= MAX_NAME:
        return clean
    ending = Path(clean).suffix[:20]
    return clean[: MAX_NAME - len(ending)] + ending


def as_value(artifact: Artifact) -> dict[str, JsonValue]:
    """What a step's value says of a file."""
    return {"name": artifact.name, "size": artifact.size, "sha256": artifact.sha256}


def _measure(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return path.stat().st_size, digest.hexdigest()
