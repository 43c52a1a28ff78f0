"""screenshot, download, upload: files that go from the page into the job's folder and back."""

import mimetypes

from playwright.async_api import Download as PageDownload
from playwright.async_api import FilePayload

from orchestrator.contract.actions.interact import FileContent, Upload
from orchestrator.contract.actions.read import Download, Screenshot
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.actions.input_files import input_file
from robot.actions.locating import locate
from robot.actions.work import Work
from robot.browser.limits import limited
from robot.errors import ActionError


async def screenshot(work: Work, parameters: Screenshot) -> JsonValue:
    """Takes a picture of the page or of an element."""
    wait_ms = work.wait_ms(parameters)
    ending = "png" if parameters.format == "png" else "jpg"
    name = parameters.name or f"{work.call.step_id}-screenshot"
    path = work.folder.place(name if name.endswith(f".{ending}") else f"{name}.{ending}")
    if parameters.target is not None:
        found = await locate(work, parameters.target, wait_ms=wait_ms)
        await found.screenshot(path=path, type=parameters.format, timeout=wait_ms)
    else:
        page = await work.page()
        await page.screenshot(path=path, type=parameters.format, full_page=parameters.full_page, timeout=wait_ms)
    return await work.keep(path, kind="screenshot", media_type=f"image/{parameters.format}")


async def download(work: Work, parameters: Download) -> JsonValue:
    """Saves what a click gives, or what lies at an address, with the session's login."""
    if parameters.url is not None:
        return await _fetch(work, parameters, parameters.url)
    assert parameters.target is not None
    wait_ms = work.wait_ms(parameters)
    page = await work.page()
    found = await locate(work, parameters.target, wait_ms=wait_ms)
    async with page.expect_download(timeout=wait_ms) as downloading:
        await found.click(timeout=wait_ms)
    return await save_download(work, await downloading.value, parameters.name)


async def save_download(work: Work, found: PageDownload, name: str) -> dict[str, JsonValue]:
    """Waits for a download to end and keeps it as an artifact."""
    path = work.folder.place(name or found.suggested_filename)
    failure = await limited(found.failure(), work.left_s, "The download")
    if failure is not None:
        raise ActionError.of(ErrorKind.NETWORK, f"The download of {found.suggested_filename} failed: {failure}.")
    await limited(found.save_as(path), work.left_s, "Saving the download")
    return await work.keep(path, kind="download", media_type=media_type(path.name))


async def _fetch(work: Work, parameters: Download, url: str) -> JsonValue:
    session = await work.session()
    address = await work.address(url, session.page)
    response = await session.context.request.get(address, timeout=work.wait_ms(parameters))
    try:
        if response.status >= 400:
            raise ActionError.of(ErrorKind.NAVIGATION, f"{address} answered with status {response.status}.")
        name = parameters.name or _name_of(response.headers.get("content-disposition", "")) or response.url
        path = work.folder.place(name.partition("?")[0].rstrip("/"))
        path.write_bytes(await response.body())
    finally:
        await response.dispose()
    kind = response.headers.get("content-type", "").partition(";")[0]
    return await work.keep(path, kind="download", media_type=kind or media_type(path.name))


def _name_of(disposition: str) -> str:
    """The file's name in a Content-Disposition header, as far as it is plain (RFC 6266)."""
    for part in disposition.split(";"):
        key, _, value = part.strip().partition("=")
        if key.lower() == "filename":
            return value.strip().strip('"')
    return ""


def media_type(name: str) -> str:
    """What a file is, by its name."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


async def upload(work: Work, parameters: Upload) -> JsonValue:
    """Gives files of the job, or new ones, to a file field."""
    wait_ms = work.wait_ms(parameters)
    files = parameters.files if isinstance(parameters.files, tuple) else (parameters.files,)
    payloads = [payload(work, each) for each in files]
    found = await locate(work, parameters.target, wait_ms=wait_ms)
    await found.set_input_files(payloads, timeout=wait_ms)
    return [each["name"] for each in payloads]


def payload(work: Work, file: str | FileContent) -> FilePayload:
    """A file as a browser takes it."""
    if isinstance(file, FileContent):
        return FilePayload(name=file.name, mimeType=file.media_type, buffer=file.content.encode())
    path = input_file(work, file)
    return FilePayload(name=path.name, mimeType=media_type(path.name), buffer=path.read_bytes())
