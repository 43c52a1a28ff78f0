"""screenshot, download, upload: files that go from the page into the job's folder and back."""

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import FilePayload
from playwright.async_api import Locator as PageLocator
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from orchestrator.contract.actions.interact import FileContent, Upload
from orchestrator.contract.actions.read import Download, Screenshot
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.actions.covering import COLOUR, covers
from robot.actions.downloads import file_after, media_type, name_of
from robot.actions.input_files import input_file
from robot.actions.locating import locate
from robot.actions.work import Work
from robot.errors import ActionError


async def screenshot(work: Work, parameters: Screenshot) -> JsonValue:
    """Takes a picture of the page or of an element."""
    wait_ms = work.wait_ms(parameters)
    ending = "png" if parameters.format == "png" else "jpg"
    name = parameters.name or f"{work.call.step_id}-screenshot"
    path = work.folder.place(name if name.endswith(f".{ending}") else f"{name}.{ending}")
    if parameters.target is not None:
        found = await locate(work, parameters.target, wait_ms=wait_ms)
        hidden = await covers(found.page, work.mask)
        await found.screenshot(path=path, type=parameters.format, timeout=wait_ms, mask=list(hidden), mask_color=COLOUR)
    else:
        page = await work.page()
        hidden = await covers(page, work.mask)
        await page.screenshot(
            path=path,
            type=parameters.format,
            full_page=parameters.full_page,
            timeout=wait_ms,
            mask=list(hidden),
            mask_color=COLOUR,
        )
    return await work.keep(path, kind="screenshot", media_type=f"image/{parameters.format}")


async def download(work: Work, parameters: Download) -> JsonValue:
    """Saves what a click gives, or what lies at an address, with the session's login."""
    if parameters.url is not None:
        return await _fetch(work, parameters, parameters.url)
    assert parameters.target is not None
    wait_ms = work.wait_ms(parameters)
    page = await work.page()
    found = await locate(work, parameters.target, wait_ms=wait_ms)
    return await file_after(work, page, found.click(timeout=wait_ms), patience=parameters, name=parameters.name)


async def _fetch(work: Work, parameters: Download, url: str) -> JsonValue:
    session = await work.session()
    address = await work.address(url, session.page)
    response = await session.context.request.get(address, timeout=work.wait_ms(parameters))
    try:
        if response.status >= 400:
            raise ActionError.of(ErrorKind.NAVIGATION, f"{address} answered with status {response.status}.")
        path = work.folder.place(parameters.name or name_of(response))
        path.write_bytes(await response.body())
    finally:
        await response.dispose()
    kind = response.headers.get("content-type", "").partition(";")[0]
    return await work.keep(path, kind="download", media_type=kind or media_type(path.name))


async def upload(work: Work, parameters: Upload) -> JsonValue:
    """Gives files of the job, or new ones, to a file field."""
    wait_ms = work.wait_ms(parameters)
    files = parameters.files if isinstance(parameters.files, tuple) else (parameters.files,)
    payloads = [payload(work, each) for each in files]
    found = await locate(work, parameters.target, wait_ms=wait_ms)
    await give(work, found, payloads, wait_ms)
    return [each["name"] for each in payloads]


async def give(work: Work, found: PageLocator, payloads: list[FilePayload], wait_ms: float) -> None:
    """Gives files to a field, or to the one that belongs to an element."""
    try:
        await found.set_input_files(payloads, timeout=wait_ms)
    except PlaywrightError as error:
        if "not an HTMLInputElement" not in error.message:
            raise
        await _choose(work, found, payloads, wait_ms)


_OWN_FIELD = """element => {
  const inside = element.querySelectorAll('input[type=file]');
  return inside.length === 1 ? inside[0] : null;
}"""
_NEAR_FIELD = """element => {
  for (let each = element; each && each !== document.body; each = each.parentElement) {
    const inside = each.querySelectorAll('input[type=file]');
    if (inside.length) return inside.length === 1 ? inside[0] : null;
  }
  return null;
}"""
_CHOOSER_MS = 5_000.0


async def _choose(work: Work, found: PageLocator, payloads: list[FilePayload], wait_ms: float) -> None:
    """For an area that holds the field, a button that opens the browser's own window, or words beside the field."""
    own = (await found.evaluate_handle(_OWN_FIELD, timeout=wait_ms)).as_element()
    if own is not None:
        await own.set_input_files(payloads, timeout=wait_ms)
        return
    page = await work.page()
    near = (await found.evaluate_handle(_NEAR_FIELD, timeout=wait_ms)).as_element()
    limit_ms = wait_ms if near is None else min(wait_ms, _CHOOSER_MS)
    try:
        async with page.expect_file_chooser(timeout=limit_ms) as opening:
            await found.click(timeout=limit_ms)
        await (await opening.value).set_files(payloads, timeout=wait_ms)
    except PlaywrightTimeoutError:
        if near is None:
            raise
        await near.set_input_files(payloads, timeout=wait_ms)


def payload(work: Work, file: str | FileContent) -> FilePayload:
    """A file as a browser takes it."""
    if isinstance(file, FileContent):
        return FilePayload(name=file.name, mimeType=file.media_type, buffer=file.content.encode())
    path = input_file(work, file)
    return FilePayload(name=path.name, mimeType=media_type(path.name), buffer=path.read_bytes())
