"""One zip file of everything about a job's failure, written while it is read: memory holds a piece, never the whole."""

import asyncio
import hashlib
import json
import zipfile
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path

from pydantic_core import to_json

from orchestrator.contract.api.jobs import ArtifactView
from orchestrator.contract.results import LogEntry
from orchestrator.domain.job import Job
from orchestrator.engine.errors import NotFoundError
from orchestrator.server.incident_facts import IncidentFacts, gather, log_lines
from orchestrator.server.incident_page import incident_page, read_me
from orchestrator.server.parts import Parts

PIECE = 262_144
MOST_SHOWN = 200_000
"""Bytes of a console's or a network's file that the page shows itself."""
_PACKED = frozenset({"image/jpeg", "image/png", "image/webp", "application/zip", "video/x-msvideo"})
_SHOWN = frozenset({"console", "network", "snapshot"})


class _Sink:
    """What the archive has written and nobody has taken yet; it cannot go back, so the archive does not try to."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing to wait for."""

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


class IncidentArchive:
    """A zip file as it grows; each member's checksum is kept for the list at its end."""

    def __init__(self, made_at: datetime) -> None:
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_DEFLATED)  # type: ignore[call-overload]  # it writes only
        self._made_at = made_at.timetuple()[:6]
        self.sums: dict[str, str] = {}

    async def add(self, name: str, pieces: AsyncIterator[bytes], *, is_packed: bool = False) -> AsyncIterator[bytes]:
        """Write a member, and give what there is of the archive after each piece; the packing is done in threads."""
        about = zipfile.ZipInfo(name, date_time=self._made_at)
        about.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
        about.external_attr = 0o644 << 16
        digest = hashlib.sha256()
        with self._zip.open(about, "w", force_zip64=True) as member:
            async for piece in pieces:
                digest.update(piece)
                await asyncio.to_thread(member.write, piece)
                yield self._sink.taken()
        self.sums[name] = digest.hexdigest()
        yield self._sink.taken()

    def end(self) -> bytes:
        """The archive's end, behind the list of checksums."""
        lines = "".join(f"{value}  {name}\n" for name, value in sorted(self.sums.items()))
        self._zip.writestr(zipfile.ZipInfo("SHA256SUMS", date_time=self._made_at), lines)
        self._zip.close()
        return self._sink.taken()


async def incident_zip(parts: Parts, job: Job) -> AsyncIterator[bytes]:
    """The whole file, piece by piece; what is missing is told of in it."""
    facts = await gather(parts, job)
    archive = IncidentArchive(facts.made_at)
    shown: dict[tuple[int, str], str] = {}
    for view in facts.files:
        path = _path(parts, job, view, facts)
        if path is None:
            continue
        if view.artifact.kind in _SHOWN:
            shown[view.attempt, view.artifact.name] = await asyncio.to_thread(_text, path)
        pieces = archive.add(member_name(view), _read(path), is_packed=view.artifact.media_type in _PACKED)
        async for piece in pieces:
            yield piece
    async for piece in archive.add("log.txt", _log(parts, job)):
        yield piece
    for name, content in _documents(facts, shown).items():
        async for piece in archive.add(name, _at_once(content)):
            yield piece
    yield archive.end()


def member_name(view: ArtifactView) -> str:
    """Where a file of the job is in the archive; a saved page as text, so that opening it runs nothing."""
    ending = ".txt" if view.artifact.name.endswith((".html", ".htm", ".svg", ".xhtml")) else ""
    return f"attempts/{view.attempt}/{view.artifact.name}{ending}"


def _path(parts: Parts, job: Job, view: ArtifactView, facts: IncidentFacts) -> Path | None:
    try:
        return parts.artifacts.existing(job.job_id, view.attempt, view.artifact.name)
    except NotFoundError:
        facts.missing.append(f"attempt {view.attempt}, {view.artifact.name}: its bytes are not there any more.")
        return None


def _documents(facts: IncidentFacts, shown: dict[tuple[int, str], str]) -> dict[str, bytes]:
    documents = {
        "job.json": facts.detail,
        "timeline.json": facts.timeline,
        "steps.json": {str(attempt): steps for attempt, steps in facts.steps.items()},
        "workflow.json": facts.workflow,
        "recoveries.json": facts.recoveries,
        "robots.json": facts.robots,
        "missing.json": facts.missing,
    }
    written = {name: to_json(document, indent=1) for name, document in documents.items() if document}
    return {
        **written,
        "README.txt": read_me(facts).encode(),
        "index.html": incident_page(facts, shown, member_name).encode("utf-8", "replace"),
    }


async def _log(parts: Parts, job: Job) -> AsyncIterator[bytes]:
    async for page in log_lines(parts, job):
        yield _log_text(page)


async def _at_once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _log_text(entries: Sequence[LogEntry]) -> bytes:
    return "".join(map(_log_line, entries)).encode("utf-8", "replace")


def _log_line(entry: LogEntry) -> str:
    place = " ".join(filter(None, (f"attempt {entry.attempt}" if entry.attempt else "", entry.step_id)))
    fields = f"  {json.dumps(entry.fields, ensure_ascii=False)}" if entry.fields else ""
    return f"{entry.at.isoformat(timespec='milliseconds')} {entry.level:8} [{place}] {entry.message}{fields}\n"


async def _read(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece


def _text(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(MOST_SHOWN + 1)
    more = "\n[...] the rest is in the file" if len(content) > MOST_SHOWN else ""
    return content[:MOST_SHOWN].decode("utf-8", "replace") + more
