"""What a click gives as a file, whichever way a site hands it out: saved, shown in the page, or in a new one."""

import asyncio
import mimetypes
from collections.abc import Awaitable
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from playwright.async_api import APIResponse, Frame, Page, Response
from playwright.async_api import Download as PageDownload
from playwright.async_api import Error as PlaywrightError

from orchestrator.contract.actions.navigate import Patience
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.actions.work import Work
from robot.browser.limits import limited
from robot.errors import ActionError

PAGES = ("text/html", "application/xhtml+xml", "")
"""What is a page and not a file."""
LEAVE_LIMIT_S = 5.0


class FileWatch:
    """Waits for the first file that a page, or a page that it opens, is given."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._first: asyncio.Future[PageDownload | Response] = asyncio.get_running_loop().create_future()
        self._watched: list[Page] = []
        self._answers: list[Response] = []
        self._has_left = False

    def __enter__(self) -> "FileWatch":
        # of the context, since a new page has its answer before anybody can listen to it
        self._page.context.on("response", self._answered)
        self._watch(self._page)
        return self

    def __exit__(self, *_: object) -> None:
        self._page.context.remove_listener("response", self._answered)
        for page in self._watched:
            page.remove_listener("download", self._settle)
            page.remove_listener("popup", self._watch)
            page.remove_listener("framenavigated", self._look)
        self._first.cancel()

    async def file(self, wait_s: float) -> PageDownload | Response:
        """The download, or the answer that the page shows; ActionError of kind timeout when there is neither."""
        try:
            async with asyncio.timeout(wait_s):
                return await self._first
        except TimeoutError:
            hint = "Where a click only opens a page with a link, click that link instead, or give the file's `url`."
            message = f"The click gave no file within {wait_s:.1f} s."
            raise ActionError.of(ErrorKind.TIMEOUT, message, hint=hint) from None

    async def leave(self) -> None:
        """Be again where the click was: a file that was shown leaves no page behind."""
        for page in self._watched:
            try:
                if page is not self._page:
                    await limited(page.close(), LEAVE_LIMIT_S, "Closing the file's page")
                elif self._has_left:
                    await page.go_back(timeout=LEAVE_LIMIT_S * 1_000)
            except (PlaywrightError, ActionError):
                pass  # the file is there, which is what was asked for

    def _watch(self, page: Page) -> None:
        self._watched.append(page)
        page.on("download", self._settle)
        page.on("popup", self._watch)
        page.on("framenavigated", self._look)
        if page is not self._page:
            self._look(page.main_frame)

    def _answered(self, response: Response) -> None:
        """An answer that is no page may become what is shown; one that is saved instead is never navigated to."""
        if response.request.is_navigation_request() and _kind(response) not in PAGES:
            self._answers.append(response)

    def _look(self, frame: Frame) -> None:
        """Whether a page shows what one of the answers held."""
        shown = next((each for each in self._answers if _plain(each.url) == _plain(frame.url)), None)
        if shown is not None and frame.parent_frame is None:
            self._has_left = self._has_left or frame.page is self._page
            self._settle(shown)

    def _settle(self, found: PageDownload | Response) -> None:
        if not self._first.done():
            self._first.set_result(found)


def _plain(url: str) -> str:
    return url.partition("#")[0]


def _kind(response: Response) -> str:
    return response.headers.get("content-type", "").partition(";")[0].strip().lower()


async def file_after(
    work: Work, page: Page, act: Awaitable[None], *, patience: Patience, name: str = ""
) -> dict[str, JsonValue]:
    """Acts, waits for the file that this gives, and keeps it as an artifact."""
    with FileWatch(page) as watch:
        await act
        found = await watch.file(work.wait_s(patience))
        if isinstance(found, Response):
            kept = await _save_shown(work, found, name)
        else:
            kept = await save_download(work, found, name)
        await watch.leave()
    return kept


async def save_download(work: Work, found: PageDownload, name: str) -> dict[str, JsonValue]:
    """Waits for a download to end and keeps it as an artifact."""
    path = work.folder.place(name or found.suggested_filename)
    failure = await limited(found.failure(), work.left_s, "The download")
    if failure is not None:
        raise ActionError.of(ErrorKind.NETWORK, f"The download of {found.suggested_filename} failed: {failure}.")
    await limited(found.save_as(path), work.left_s, "Saving the download")
    return await work.keep(path, kind="download", media_type=media_type(path.name))


async def _save_shown(work: Work, found: Response, name: str) -> dict[str, JsonValue]:
    if found.status >= 400:
        raise ActionError.of(ErrorKind.NAVIGATION, f"{found.url} answered with status {found.status}.")
    path = work.folder.place(name or name_of(found))
    content = await limited(_bytes_of(work, found), work.left_s, "Reading the file that the page shows")
    await asyncio.to_thread(path.write_bytes, content)
    return await work.keep(path, kind="download", media_type=_kind(found))


async def _bytes_of(work: Work, found: Response) -> bytes:
    """The file as it lies there. What a browser shows as text it has decoded by its own guess, so it is asked for again
    where that does nothing."""
    if found.request.method != "GET":
        return await found.body()
    session = await work.session()
    again = await session.context.request.get(found.url, timeout=work.wait_ms())
    try:
        return await again.body() if again.ok else await found.body()
    finally:
        await again.dispose()


def name_of(response: Response | APIResponse) -> str:
    """What the site calls the file, or the last part of its address."""
    return _said(response.headers.get("content-disposition", "")) or _last_part(response.url)


def _said(disposition: str) -> str:
    """The file's name in a Content-Disposition header, as far as it is plain (RFC 6266)."""
    for part in disposition.split(";"):
        key, _, value = part.strip().partition("=")
        if key.lower() == "filename":
            return value.strip().strip('"')
    return ""


def _last_part(url: str) -> str:
    return unquote(PurePosixPath(urlsplit(url).path).name)


def media_type(name: str) -> str:
    """What a file is, by its name."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
