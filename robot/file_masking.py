"""Files without secrets: texts and archives are rewritten, and what cannot be rewritten is not kept.

Steps may work with a file as it is for as long as the run lasts; what leaves the robot has been through here.
"""

import hashlib
import json
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from orchestrator.contract.results import Artifact
from robot.masking import Mask

MOST_MEMBER = 256 * 1_048_576
"""Bytes that one member of an archive may have; a larger one cannot be searched."""
MOST_UNPACKED = 1_024 * 1_048_576
PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})
"""Bytes of pictures mean nothing as text: what they show is covered when they are taken."""
_TRACE_LISTS = (".trace", ".network", ".stacks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What became of a file."""

    masked: int = 0
    """Places where a secret was taken out."""
    problem: str = ""
    """Why it must not be kept; empty when it may."""


def cleaned_artifact(artifact: Artifact, folder: Path, mask: Mask) -> Artifact:
    """The artifact as it may leave: rewritten with its new size and checksum, or only told of. Blocking."""
    if mask.is_empty or not artifact.is_kept or artifact.media_type in PICTURES:
        return artifact
    path = folder / artifact.name
    try:
        found = clean_file(path, mask, is_trace=artifact.kind == "trace")
        if not found.problem and not found.masked:
            return artifact
        if not found.problem:
            return _measured(artifact, path, f"{found.masked} places with secrets were masked.")
    except OSError as error:
        found = Cleaned(problem=f"it could not be searched for secrets: {error.strerror}.")
    with suppress(OSError):
        path.unlink(missing_ok=True)
    return artifact.model_copy(update={"is_kept": False, "size": 0, "sha256": "", "note": f"Not kept: {found.problem}"})


def clean_file(path: Path, mask: Mask, *, is_trace: bool = False) -> Cleaned:
    """Rewrite a file without secrets where it has any. Blocking; raises OSError."""
    if zipfile.is_zipfile(path):
        return _clean_archive(path, mask, is_trace=is_trace)
    content = path.read_bytes()
    rewritten, count = mask.data(content)
    if not count:
        return Cleaned()
    if not _is_text(content):
        return Cleaned(problem="a secret is in it, and it is no text that could be masked.")
    _replace(path, rewritten)
    return Cleaned(masked=count)


def _clean_archive(path: Path, mask: Mask, *, is_trace: bool) -> Cleaned:
    """Every member anew: recorded traces, workbooks and archives are zip files."""
    temporary = path.with_name(f".{path.name}.part")
    count = 0
    try:
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as new:
            if sum(each.file_size for each in old.infolist()) > MOST_UNPACKED:
                return Cleaned(problem="it is too large to be searched for secrets.")
            for member in old.infolist():
                if member.file_size > MOST_MEMBER or member.flag_bits & 1:
                    return Cleaned(problem=f"its part {member.filename:.80} could not be searched for secrets.")
                content = old.read(member)
                if is_trace and member.filename.endswith(_TRACE_LISTS):
                    content = without_credentials(content)
                rewritten, found = mask.data(content)
                name, in_name = mask.data(member.filename.encode())
                count += found + in_name
                new.writestr(name.decode(), rewritten)
        if count or is_trace:
            temporary.replace(path)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, UnicodeError) as error:
        return Cleaned(problem=f"it could not be searched for secrets: {error}.")
    finally:
        temporary.unlink(missing_ok=True)
    return Cleaned(masked=count)


def without_credentials(content: bytes) -> bytes:
    """Lines of a trace in which cookies and authorisations have no values; lines that cannot be read stay as they
    are."""
    return b"\n".join(_without_credentials(line) for line in content.split(b"\n"))


_CREDENTIALS = frozenset({"cookie", "set-cookie", "authorization", "proxy-authorization"})
_WITHHELD = "********"


def _without_credentials(line: bytes) -> bytes:
    lower = line.lower()
    if not any(name.encode() in lower for name in _CREDENTIALS):
        return line
    try:
        document = json.loads(line)
    except ValueError:
        return line
    _withhold(document)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _withhold(value: object) -> None:
    """Headers are lists of `{"name": ..., "value": ...}`, as HAR writes them; HAR lists cookies by themselves too."""
    if isinstance(value, list):
        for each in value:
            _withhold(each)
        return
    if not isinstance(value, dict):
        return
    if str(value.get("name", "")).lower() in _CREDENTIALS and "value" in value:
        value["value"] = _WITHHELD
    for name, each in value.items():
        if name == "cookies" and isinstance(each, list):
            for cookie in each:
                if isinstance(cookie, dict) and "value" in cookie:
                    cookie["value"] = _WITHHELD
        _withhold(each)


def _is_text(content: bytes) -> bool:
    try:
        content.decode("utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8")
    except UnicodeDecodeError:
        return False
    return b"\x00" not in content or content[:2] in {b"\xff\xfe", b"\xfe\xff"}


def _measured(artifact: Artifact, path: Path, note: str) -> Artifact:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return artifact.model_copy(update={"size": path.stat().st_size, "sha256": digest, "note": note})


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
