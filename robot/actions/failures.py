"""What a browser's error means for the step: its kind, in words that a person can act on."""

import re

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from orchestrator.contract.errors import ErrorKind
from robot.actions.locating import not_found
from robot.actions.work import Work
from robot.browser.limits import limited
from robot.browser.place import Place
from robot.errors import ActionError, RobotSetupError

COUNT_LIMIT_S = 2.0
_MATCHES = re.compile(r"^\s*\d+\) (<[^>]*>)", re.MULTILINE)
_MOST_MATCHES, _MOST_OF_TAG = 4, 60
_TELLING = ("id", "name", "aria-label", "href", "class")
"""Attributes that tell an element from others, the best first."""
_NET_ERROR = re.compile(r"net::(ERR_[A-Z_]+)(?: at (\S+))?")
_SOCKET_ERROR = re.compile(
    r"\b(ECONN\w+|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE|socket hang up)\b"
)
"""What requests beside the page say, which are made by the driver and not by the browser."""
_NETWORK_ERRORS = (
    "CONNECTION", "NAME_NOT_RESOLVED", "INTERNET", "ADDRESS", "TIMED_OUT", "NETWORK", "EMPTY_RESPONSE", "PROXY", "SSL",
    "CERT",
)  # fmt: skip


async def as_action_error(error: Exception, work: Work) -> ActionError:
    """The failure to report for anything that an implementation raised."""
    if isinstance(error, ActionError) and error.info.kind is not ErrorKind.TIMEOUT:
        return error
    lost = next((found for place in work.used if (found := _loss(place)) is not None), None)
    if lost is not None:
        return ActionError.of(lost[0], lost[1], call_log=call_log(error))
    if isinstance(error, ActionError):
        return error
    if isinstance(error, RobotSetupError):
        return ActionError.of(ErrorKind.BROWSER_MISSING, error.message, hint=error.hint)
    if isinstance(error, PlaywrightError):
        return await _of_playwright(error, work)
    return ActionError.of(ErrorKind.INTERNAL, f"{work.call.action} failed inside: {type(error).__name__}: {error}")


def _loss(place: Place) -> tuple[ErrorKind, str] | None:
    session = place.session
    if session is None:
        return None
    if not session.slot.driver.is_alive:
        return ErrorKind.DRIVER_LOST, "Playwright's driver ended in the middle of the step."
    if not session.slot.running.is_alive:
        return ErrorKind.BROWSER_LOST, "The browser ended in the middle of the step."
    if session.has_crashed:
        return ErrorKind.PAGE_CRASHED, "The page crashed."
    return None


async def _of_playwright(error: PlaywrightError, work: Work) -> ActionError:
    log = call_log(error)
    if "strict mode violation" in error.message:
        return ActionError.of(ErrorKind.AMBIGUOUS_TARGET, _ambiguity(error.message, work), call_log=log)
    if isinstance(error, PlaywrightTimeoutError):
        return await _of_timeout(error, work, log)
    if (net := _NET_ERROR.search(error.message)) and net[1] == "ERR_INVALID_AUTH_CREDENTIALS":
        message = f"{net[2] or 'The site'} does not take the name and password of the session's `http_login`."
        return ActionError.of(ErrorKind.BUSINESS, message, call_log=log)
    if net:
        kind = ErrorKind.NETWORK if any(word in net[1] for word in _NETWORK_ERRORS) else ErrorKind.NAVIGATION
        return ActionError.of(kind, f"{net[2] or 'The page'} could not be opened: {net[1]}.", call_log=log)
    if socket := _SOCKET_ERROR.search(error.message):
        return ActionError.of(ErrorKind.NETWORK, f"The site could not be reached: {socket[1]}.", call_log=log)
    message = error.message.lower()
    kind = next((kind for words, kind in _WORDS if any(word in message for word in words)), ErrorKind.NOT_ACTIONABLE)
    return ActionError.of(kind, headline(error.message), call_log=log)


_WORDS = (
    (("page crashed", "target crashed"), ErrorKind.PAGE_CRASHED),
    (("has been closed", "target closed"), ErrorKind.SESSION_EXPIRED),
    (("not a valid selector", "parsing css selector", "unknown engine", "unexpected token"), ErrorKind.BAD_WORKFLOW),
    (("unknown key", "unknown key:"), ErrorKind.BAD_WORKFLOW),
    (("navigat", "frame was detached", "execution context was destroyed"), ErrorKind.NAVIGATION),
)
"""What Playwright writes, and what it means; the first that fits."""


def _ambiguity(message: str, work: Work) -> str:
    found = re.search(r"resolved to (\d+) elements", message)
    target = str(work.acting[0]) if work.acting else "The target"
    seen = [_told_by(tag) for tag in _MATCHES.findall(message)]
    shown = [*seen[:_MOST_MATCHES], *(["..."] if len(seen) > _MOST_MATCHES else [])]
    names = f" It matches {', '.join(shown)}." if shown else ""
    count = found[1] if found else "several"
    return f"{target} matches {count} elements; name one of them, for example with `nth`.{names}"


def _told_by(tag: str) -> str:
    """The tag with what tells it from others, such as `<input name="city">`."""
    sort = tag[1:].split(maxsplit=1)[0].rstrip(">/")
    found = next((each for name in _TELLING if (each := _attribute(tag, name))), "")
    return f"<{sort}{found}>"


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\s{name}="[^"]+"', tag)
    return found[0][:_MOST_OF_TAG] if found else ""


async def _of_timeout(error: PlaywrightTimeoutError, work: Work, log: tuple[str, ...]) -> ActionError:
    """Nothing there, or there but not usable, or something else that took too long."""
    if work.acting is None:
        return ActionError.of(ErrorKind.TIMEOUT, headline(error.message), call_log=log)
    target, locator = work.acting
    try:
        count = await limited(locator.count(), COUNT_LIMIT_S, "Looking for the target")
    except (ActionError, PlaywrightError):
        return ActionError.of(ErrorKind.TIMEOUT, headline(error.message), call_log=log)
    if count == 0:
        found = re.search(r"Timeout ([\d.]+)ms", error.message)
        return not_found(target, float(found[1]) if found else work.wait_ms(), log)
    reason = next((line for line in reversed(log) if "element is" in line or "intercepts" in line), "")
    reason = reason.strip("- ") or await _hindrance(locator)
    detail = f": {reason}" if reason else ""
    message = f"{target} is there but could not be used in time{detail}."
    return ActionError.of(
        ErrorKind.NOT_ACTIONABLE, message, hint=_COVERED if "intercepts" in reason else None, call_log=log
    )


_COVERED = (
    "Close what lies over it first: a calendar or a list with `press` (Tab or Escape) on the field that opened it, "
    "a notice with a `click` on its button."
)


async def _hindrance(locator: Locator) -> str:
    """What Playwright had no time to say: the element is hidden, or switched off; empty when neither is known."""
    element = locator.first
    try:
        if not await limited(element.is_visible(), COUNT_LIMIT_S, "Looking at the target"):
            return "element is not visible"
        is_enabled = element.is_enabled(timeout=COUNT_LIMIT_S * 1_000)
        return "" if await limited(is_enabled, COUNT_LIMIT_S, "Looking at the target") else "element is not enabled"
    except (ActionError, PlaywrightError):
        return ""


def headline(message: str) -> str:
    """The first line, without the name of Playwright's method."""
    first = message.strip().partition("\n")[0]
    return re.sub(r"^[A-Z]\w+\.\w+: ", "", first) or "The browser failed."


def call_log(error: BaseException) -> tuple[str, ...]:
    """What the browser was doing, from Playwright's message."""
    _, _, text = str(error).partition("Call log:")
    return tuple(line.strip() for line in text.splitlines() if line.strip())
