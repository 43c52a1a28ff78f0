"""What a failed step leaves to look at: a picture, the accessible contents, the page itself, its console and requests.

Each part has its own limit, and all together have one; what could not be had is told of with the reason. Nothing of
this is gathered while a run goes well: the browser's driver keeps the newest messages and requests anyway.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, Request

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.results import Artifact
from robot.actions.artifacts import ArtifactFolder
from robot.actions.covering import COLOUR, covers
from robot.errors import ActionError
from robot.masking import Mask
from robot.workflow.ports import ActionCall

EVIDENCE_LIMIT_S = 8.0
PICTURE_LIMIT_S = 3.0
PART_LIMIT_S = 2.0
MAX_TEXT = 2_000_000
MAX_LINES = 200
JPEG_QUALITY = 60

Text = Callable[[Page], Awaitable[str]]


class Evidence:
    """Gathers for one failed try of a step; `mask` covers the run's secrets."""

    def __init__(self, folder: ArtifactFolder, mask: Mask, call: ActionCall) -> None:
        self._folder = folder
        self._mask = mask
        self._call = call
        self._found: list[Artifact] = []

    async def of(self, page: Page) -> tuple[Artifact, ...]:
        """All that can be had of a page; never raises, bounded in time."""
        try:
            async with asyncio.timeout(EVIDENCE_LIMIT_S):
                await self._text(page, "console.txt", "console", "text/plain", console_text)
                await self._text(page, "network.json", "network", "application/json", network_text)
                await self._picture(page)
                await self._text(page, "aria.yaml", "snapshot", "text/yaml", snapshot_text)
                await self._text(page, "page.html", "page", "text/html", page_text)
        except TimeoutError:
            pass  # what could be had is there
        return tuple(self._found)

    async def _picture(self, page: Page) -> None:
        path = self._place("picture.jpg")
        try:
            hidden = await covers(page, self._mask)
            await page.screenshot(
                path=path, type="jpeg", quality=JPEG_QUALITY, timeout=PICTURE_LIMIT_S * 1_000,
                mask=list(hidden), mask_color=COLOUR, animations="disabled",
            )  # fmt: skip
            self._found.append(await self._described(path, "screenshot", "image/jpeg"))
        except (PlaywrightError, ActionError, OSError) as error:
            self._missing(path, "screenshot", "image/jpeg", error)

    async def _text(self, page: Page, name: str, kind: str, media_type: str, read: Text) -> None:
        path = self._place(name)
        try:
            async with asyncio.timeout(PART_LIMIT_S):
                text = self._mask.text(await read(page))[:MAX_TEXT]
            if text:
                await asyncio.to_thread(path.write_text, text, "utf-8", "replace")
                self._found.append(await self._described(path, kind, media_type))
        except (TimeoutError, PlaywrightError, ActionError, OSError) as error:
            self._missing(path, kind, media_type, error)

    async def _described(self, path: Path, kind: str, media_type: str) -> Artifact:
        artifact = await self._folder.describe(path, kind=kind, media_type=media_type, step_id=self._call.step_id)
        return artifact.model_copy(update={"step_try": self._call.attempt})

    def _missing(self, path: Path, kind: str, media_type: str, error: Exception) -> None:
        said = str(error).partition("\n")[0]
        reason = said or "the page did not answer in time."
        self._found.append(
            Artifact(
                name=path.name,
                kind=kind,
                media_type=media_type,
                size=0,
                step_id=self._call.step_id,
                step_try=self._call.attempt,
                is_kept=False,
                note=self._mask.text(f"It could not be had: {reason}")[:500],
            )
        )

    def _place(self, name: str) -> Path:
        return self._folder.place(f"{self._call.step_id}-failure-{self._call.attempt}-{name}")


async def console_text(page: Page) -> str:
    """The newest lines of the page's console, and errors that its scripts did not catch; empty without any."""
    lines = [_line(each.type, each.text, each.location) for each in await page.console_messages()]
    lines += [f"[uncaught] {error}" for error in await page.page_errors()]
    return "".join(f"{line}\n" for line in lines[-MAX_LINES:])


def _line(kind: str, text: str, location: object) -> str:
    where = ""
    if isinstance(location, dict) and location.get("url"):
        where = f"  ({location['url']}:{location.get('lineNumber', '')})"
    return f"[{kind}] {text}{where}"


async def network_text(page: Page) -> str:
    """Requests of the page that failed, were refused or are still open, as JSON; empty without any."""
    requests = await page.requests()
    found = await asyncio.gather(*(_trouble(request) for request in requests))
    troubles = [each for each in found if each is not None]
    return json.dumps(troubles, ensure_ascii=False, indent=1) if troubles else ""


async def _trouble(request: Request) -> dict[str, JsonValue] | None:
    about: dict[str, JsonValue] = {
        "method": request.method,
        "url": request.url,
        "type": request.resource_type,
    }
    if request.failure:
        return {**about, "outcome": request.failure}
    response = request.existing_response
    if response is None:
        return {**about, "outcome": "no answer yet"}
    return {**about, "outcome": response.status} if response.status >= 400 else None


async def snapshot_text(page: Page) -> str:
    """What the page is to somebody who cannot see it."""
    return f"# {page.url}\n{await page.locator('body').aria_snapshot(timeout=PART_LIMIT_S * 1_000)}\n"


async def page_text(page: Page) -> str:
    """The page as it was, as HTML."""
    return await page.content()
