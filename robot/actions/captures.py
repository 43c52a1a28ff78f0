"""A look at a run from outside: pictures of its pages, or a trace of some seconds; the run goes on meanwhile."""

import asyncio
import base64
import logging
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Error as PlaywrightError

from orchestrator.contract.ids import new_id
from orchestrator.contract.protocol.captures import CaptureKind
from orchestrator.contract.results import Artifact
from robot.actions.artifacts import ArtifactFolder
from robot.actions.covering import COLOUR, covers
from robot.actions.flight import forget_trace
from robot.browser.session import Session
from robot.errors import ActionError
from robot.file_masking import cleaned_artifact
from robot.masking import Mask
from robot.ports import Captured

PICTURE_LIMIT_S = 10.0
TRACE_END_LIMIT_S = 20.0
JPEG_QUALITY = 60
STEP_ID = "standstill"
"""What the artifacts say they belong to: no step made them."""

logger = logging.getLogger(__name__)


async def capture_sessions(
    sessions: Sequence[Session], folder: Path, what: CaptureKind, *, trace_s: float, mask: Mask
) -> Captured:
    """An artifact for each session that can be seen, and why not for the others; never raises."""
    alive = [session for session in sessions if not session.is_lost and not session.has_crashed]
    if not alive:
        return Captured(problem="The run has no page at the moment.")
    place = ArtifactFolder(folder)
    found = await asyncio.gather(*(_one(session, place, what, trace_s, mask) for session in alive))
    files = [each for each in found if isinstance(each, Artifact)]
    return Captured(
        artifacts=tuple([await asyncio.to_thread(cleaned_artifact, each, folder, mask) for each in files]),
        problem=" ".join(dict.fromkeys(each for each in found if isinstance(each, str))),
    )


async def _one(
    session: Session, place: ArtifactFolder, what: CaptureKind, trace_s: float, mask: Mask
) -> Artifact | str:
    try:
        match what:
            case CaptureKind.SCREENSHOT:
                return await (_picture(session, place) if mask.is_empty else _covered_picture(session, place, mask))
            case CaptureKind.TRACE:
                return await _trace(session, place, trace_s, mask)
    except TimeoutError:
        return "A page does not answer: it is busy with itself, or hangs."
    except (PlaywrightError, ActionError, OSError) as error:
        return f"A page could not be captured: {str(error).partition(chr(10))[0]}"


async def _picture(session: Session, place: ArtifactFolder) -> Artifact:
    """By the browser's own protocol: Playwright's screenshot waits for pages that are about to load, for ever here."""
    async with asyncio.timeout(PICTURE_LIMIT_S):
        devtools = await session.context.new_cdp_session(session.page)
        told = await devtools.send("Page.captureScreenshot", {"format": "jpeg", "quality": JPEG_QUALITY})
    path = place.place(f"standstill-{session.number}.jpg")
    await asyncio.to_thread(path.write_bytes, base64.b64decode(told["data"]))
    return await place.describe(path, kind="screenshot", media_type="image/jpeg", step_id=STEP_ID)


async def _covered_picture(session: Session, place: ArtifactFolder, mask: Mask) -> Artifact:
    """Of a page that may show a secret: it has to say first what it shows."""
    hidden = await covers(session.page, mask)
    path = place.place(f"standstill-{session.number}.jpg")
    await session.page.screenshot(
        path=path, type="jpeg", quality=JPEG_QUALITY, timeout=PICTURE_LIMIT_S * 1_000, mask=list(hidden),
        mask_color=COLOUR,
    )  # fmt: skip
    return await place.describe(path, kind="screenshot", media_type="image/jpeg", step_id=STEP_ID)


async def _trace(session: Session, place: ArtifactFolder, trace_s: float, mask: Mask) -> Artifact:
    path, tracing = place.place(f"standstill-{session.number}.zip"), session.context.tracing
    name = f"capture-{new_id()}"
    async with asyncio.timeout(PICTURE_LIMIT_S):
        # without snapshots: they ask each page, and one that hangs never answers
        await tracing.start(name=name, screenshots=mask.is_empty, snapshots=False)
    try:
        await asyncio.sleep(trace_s)  # what is recorded is what happens in this time
    finally:
        async with asyncio.timeout(TRACE_END_LIMIT_S):
            await tracing.stop(path=path)
        await asyncio.to_thread(forget_trace, session.slot.driver.folder, name, is_alone=session.slot.traces == 0)
    return await place.describe(path, kind="trace", media_type="application/zip", step_id=STEP_ID)
