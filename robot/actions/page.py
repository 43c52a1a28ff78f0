"""pdf, storage, evaluate, sleep_until, checkpoint."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from playwright.async_api import Error as PlaywrightError

from orchestrator.contract.actions.page import Evaluate, Pdf, SleepUntil, Storage, TakeCheckpoint
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.actions.work import Work
from robot.browser.limits import limited
from robot.errors import ActionError

if TYPE_CHECKING:
    from playwright._impl._api_structures import SetCookieParam

NAP_S = 20.0
"""A clock may be set while it is waited for: it is looked at again and again."""

_STORAGE = """([kind, op, key, value]) => {
  const place = kind === 'local' ? localStorage : sessionStorage;
  if (op === 'set') place.setItem(key, value);
  else if (op === 'remove') place.removeItem(key);
  else return key === null ? Object.fromEntries(Object.entries(place)) : place.getItem(key);
  return null;
}"""


async def pdf(work: Work, parameters: Pdf) -> JsonValue:
    """Prints the page."""
    page = await work.page()
    name = parameters.name or work.call.step_id
    path = work.folder.place(name if name.endswith(".pdf") else f"{name}.pdf")
    printing = page.pdf(
        path=path,
        format=parameters.format,
        landscape=parameters.landscape,
        print_background=parameters.background,
    )
    try:
        await limited(printing, work.wait_s(parameters), "Printing the page")
    except PlaywrightError as error:
        if "printToPDF" not in error.message and "PDF generation" not in error.message:
            raise
        message = "This robot's browser cannot print as PDF: browsers do so only without a window."
        raise ActionError.of(ErrorKind.BAD_WORKFLOW, message, hint="Take a screenshot with full_page.") from error
    return await work.keep(path, kind="file", media_type="application/pdf")


async def storage(work: Work, parameters: Storage) -> JsonValue:
    """Reads or changes what the site keeps in the browser."""
    if parameters.kind == "cookie":
        return await _cookies(work, parameters)
    page = await work.page()
    asked = [parameters.kind, parameters.op, parameters.key, parameters.value]
    found: JsonValue = await limited(page.evaluate(_STORAGE, asked), work.wait_s(parameters), "Asking the storage")
    return found


async def _cookies(work: Work, parameters: Storage) -> JsonValue:
    session = await work.session()
    url, key = session.page.url, parameters.key
    if parameters.op == "set":
        cookie = cast("SetCookieParam", {"name": key, "value": parameters.value, "url": url})
        await limited(session.context.add_cookies([cookie]), work.wait_s(parameters), "Setting the cookie")
        return None
    found = {
        str(each.get("name")): str(each.get("value"))
        for each in await limited(session.context.cookies([url]), work.wait_s(parameters), "Reading the cookies")
    }
    if parameters.op == "remove":
        await limited(session.context.clear_cookies(name=key), work.wait_s(parameters), "Removing the cookie")
        return None
    return dict(found) if key is None else found.get(key)


async def evaluate(work: Work, parameters: Evaluate) -> JsonValue:
    """Runs a script, where the robot's operator lets workflows do so."""
    if not work.settings.allow_scripts:
        message = "This robot runs no scripts of workflows."
        hint = (
            "Its operator allows them with --allow-scripts; the workflow finds such a robot by `requires: [scripts]`."
        )
        raise ActionError.of(ErrorKind.BAD_WORKFLOW, message, hint=hint)
    page = await work.page()
    running = page.evaluate(parameters.script, parameters.argument)
    found = await limited(running, work.wait_s(parameters), "The script")
    try:
        value: JsonValue = json.loads(json.dumps(found, allow_nan=False))
    except (TypeError, ValueError):
        message = f"The script gave a {type(found).__name__}, which is no JSON."
        raise ActionError.of(ErrorKind.BAD_WORKFLOW, message) from None
    return value


async def sleep_until(work: Work, parameters: SleepUntil) -> JsonValue:
    """Waits for a moment; says at once when the step's time does not reach so far."""
    moment = next_moment(parameters, datetime.fromtimestamp(time.time(), tz=UTC))
    while (left_s := moment.timestamp() - time.time()) > 0:
        if left_s > work.left_s:
            message = f"{moment.isoformat()} is in {left_s:,.0f} s, and the step has {work.left_s:,.0f} s left."
            raise ActionError.of(
                ErrorKind.BAD_WORKFLOW, message, hint="Give the step, and the workflow, more `timeout`."
            )
        await asyncio.sleep(min(NAP_S, left_s))
        work.alive()
    return moment.isoformat()


def next_moment(parameters: SleepUntil, now: datetime) -> datetime:
    """The moment that is meant, in UTC; a time of day is the next one, today or tomorrow."""
    try:
        zone = ZoneInfo(parameters.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"timezone: {parameters.timezone!r} is no time zone; write it like Europe/Berlin."
        raise ActionError.of(ErrorKind.BAD_WORKFLOW, message) from None
    if "T" in parameters.at or "-" in parameters.at:
        given = datetime.fromisoformat(parameters.at)
        return (given if given.tzinfo is not None else given.replace(tzinfo=zone)).astimezone(UTC)
    here = now.astimezone(zone)
    hour, minute, *rest = (int(part) for part in parameters.at.split(":"))
    wished = here.replace(hour=hour, minute=minute, second=rest[0] if rest else 0, microsecond=0)
    if wished.astimezone(UTC) <= now:
        wished += timedelta(days=1)  # the same time on the clock, also where the clocks change that night
    return wished.astimezone(UTC)


async def checkpoint(_: Work, parameters: TakeCheckpoint) -> JsonValue:
    """The run takes the checkpoint once the step is done, since such a step is a milestone."""
    return parameters.note
