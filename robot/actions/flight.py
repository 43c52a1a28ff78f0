"""The flight recorder of one attempt: traces and films of its sessions, by the workflow's policy, and files at the end.

A session is recorded from its lease to its return. What a run that went well does not keep is thrown away; what is kept
has been searched for the run's secrets.
"""

import asyncio
import logging
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Error as PlaywrightError

from orchestrator.contract.evidence import EvidencePolicy
from orchestrator.contract.ids import new_id
from orchestrator.contract.results import Artifact, JobResult, StepResult
from robot.actions.artifacts import ArtifactFolder
from robot.browser.film import Film, write_avi
from robot.browser.session import Session
from robot.errors import ActionError
from robot.file_masking import cleaned_artifact
from robot.masking import Mask

START_LIMIT_S = 3.0
SAVE_LIMIT_S = 8.0
DROP_LIMIT_S = 1.0
FILM_NOTE = "Not filmed: the run uses secrets, and a film shows what the page shows (`evidence: film_secrets`)."

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Recording:
    name: str
    trace: str = ""
    """Its name inside the driver; empty without one."""
    film: Film | None = None


class FlightRecorder:
    """See the module; made for one attempt. No method raises but for a cancel."""

    def __init__(self, folder: ArtifactFolder, mask: Mask, policy: EvidencePolicy, *, attempt: int) -> None:
        self._folder = folder
        self._mask = mask
        self._policy = policy
        self._traces = policy.trace.records(attempt)
        self._films = policy.film.records(attempt)
        self._running: dict[Session, _Recording] = {}
        self._saved: list[Artifact] = []
        self._is_over = False

    async def begin(self, session: Session, name: str) -> None:
        """A session was leased under this name."""
        if self._is_over or not (self._traces or self._films):
            return
        recording = self._running[session] = _Recording(name)
        if self._traces:
            recording.trace = await self._trace(session)
        if self._films and self._may_film:
            film = Film(session.page)
            recording.film = film if await film.begin() else None

    async def end(self, session: Session) -> None:
        """A session is about to be given back: keep what was recorded of it, until the run's end says more."""
        recording = self._running.pop(session, None)
        if recording is None:
            return
        await self._end_trace(session, recording, is_wanted=not self._is_over)
        if not self._is_over:
            await self._save_film(recording)

    def stop(self) -> None:
        """Nothing is recorded or saved from now on: the run was cancelled, and whoever did waits for its end."""
        self._is_over = True

    async def finish(self, *, failed: bool) -> tuple[Artifact, ...]:
        """The run has ended: what stays of it."""
        keeps_trace = self._policy.trace.keeps(failed=failed)
        keeps_film = self._policy.film.keeps(failed=failed)
        for session, recording in tuple(self._running.items()):
            del self._running[session]
            await self._end_trace(session, recording, is_wanted=keeps_trace)
            if keeps_film:
                await self._save_film(recording)
        self._is_over = True
        kept = [each for each in self._saved if keeps_trace if each.kind == "trace"]
        kept += [each for each in self._saved if keeps_film if each.kind == "film"]
        if self._films and keeps_film and not self._may_film:
            kept.append(_told("film.avi", "film", FILM_NOTE))
        return tuple(kept)

    @property
    def _may_film(self) -> bool:
        return self._mask.is_empty or self._policy.film_secrets

    async def _trace(self, session: Session) -> str:
        """With snapshots of the page; its moving pictures only where nothing on them can be secret."""
        name = f"flight-{new_id()}"
        session.slot.traces += 1
        try:
            async with asyncio.timeout(START_LIMIT_S):
                await session.context.tracing.start(name=name, screenshots=self._mask.is_empty, snapshots=True)
        except (TimeoutError, PlaywrightError) as error:
            logger.info("The session cannot be traced: %s", str(error).partition("\n")[0] or "no answer")
        return name

    async def _end_trace(self, session: Session, recording: _Recording, *, is_wanted: bool) -> None:
        """Save it, or not; what the driver wrote meanwhile has not been searched for secrets and goes."""
        name, recording.trace = recording.trace, ""
        if not name:
            return
        if is_wanted:
            await self._save_trace(session, recording)
        else:
            await self._drop_trace(session)
        session.slot.traces -= 1
        is_alone = session.slot.traces == 0
        await asyncio.to_thread(forget_trace, session.slot.driver.folder, name, is_alone=is_alone)

    async def _drop_trace(self, session: Session) -> None:
        try:
            async with asyncio.timeout(DROP_LIMIT_S):
                await session.context.tracing.stop()
        except (TimeoutError, PlaywrightError):
            pass  # it ends with its context

    async def _save_trace(self, session: Session, recording: _Recording) -> None:
        path = self._folder.place(f"trace-{recording.name}.zip")
        try:
            async with asyncio.timeout(SAVE_LIMIT_S):
                await session.context.tracing.stop(path=path)
            self._saved.append(
                await self._folder.describe(path, kind="trace", media_type="application/zip", step_id="")
            )
        except (TimeoutError, PlaywrightError, ActionError, OSError) as error:
            said = str(error).partition("\n")[0] or "it was not written in time."
            self._saved.append(_told(path.name, "trace", f"The trace could not be kept: {said}"))

    async def _save_film(self, recording: _Recording) -> None:
        film, recording.film = recording.film, None
        frames = await film.end() if film is not None else ()
        if not frames:
            return
        path = self._folder.place(f"film-{recording.name}.avi")
        try:
            await asyncio.to_thread(write_avi, path, frames, end_s=time.monotonic())
            found = await self._folder.describe(path, kind="film", media_type="video/x-msvideo", step_id="")
            self._saved.append(found)
        except (ActionError, OSError, ValueError) as error:
            self._saved.append(_told(path.name, "film", f"The film could not be kept: {error}"))


async def cleaned_result(result: JobResult, recorded: Sequence[Artifact], folder: Path, mask: Mask) -> JobResult:
    """The report with the run's own files added, and every file searched for secrets."""
    cleaned: dict[str, Artifact] = {}

    async def clean(artifact: Artifact) -> Artifact:
        if artifact.name not in cleaned:
            cleaned[artifact.name] = await asyncio.to_thread(cleaned_artifact, artifact, folder, mask)
        return cleaned[artifact.name]

    async def step_of(step: StepResult) -> StepResult:
        if not step.artifacts:
            return step
        return step.model_copy(update={"artifacts": tuple([await clean(each) for each in step.artifacts])})

    own = tuple([await clean(each.model_copy(update={"step_id": None})) for each in recorded])
    steps = tuple([await step_of(step) for step in result.step_results])
    return result.model_copy(update={"step_results": steps, "artifacts": own})


def forget_trace(folder: Path, name: str, *, is_alone: bool) -> None:
    """Remove a recording's parts, which Playwright leaves below the driver's folder until the browser ends; other
    recordings in the same browser may still need the pages and answers that lie beside them."""
    for part in folder.glob(f"*/{name}*"):
        if is_alone:
            shutil.rmtree(part.parent / "resources", ignore_errors=True)
        with suppress(OSError):  # it goes with the browser
            part.unlink()


def _told(name: str, kind: str, note: str) -> Artifact:
    return Artifact(name=name, kind=kind, size=0, is_kept=False, note=note[:500])
