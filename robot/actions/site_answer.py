"""What a site does about something that was clicked or sent: its status, whether it is still at it, how it stays so."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.async_api import Page, Request, Response

_SETTLED_S = 0.4
_LONG_S = 5.0
"""A request that takes longer is how the page listens for news, and no answer to the form."""
_ANSWERS = frozenset({"document", "fetch", "xhr"})
_REFUSALS = frozenset({400, 401, 403, 422, 423, 429})


class SiteAnswer:
    """The requests of a page since it was told to do something."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._open: dict[Request, float] = {}
        self._last_s = time.monotonic()
        self.status = 0
        """Of the newest document; 0 while the page is the same."""
        self.has_begun = False
        """True once the page has asked the site for anything."""
        self.is_refused = False
        """True when the site has answered something that changes data with a status that refuses it."""

    @property
    def is_settled(self) -> bool:
        """True when the page has waited for nothing for a moment."""
        now_s = time.monotonic()
        waits = any(now_s - began_s < _LONG_S for began_s in self._open.values())
        return not waits and now_s - self._last_s >= _SETTLED_S

    def asked(self, request: Request) -> None:
        """A request goes out."""
        if request.resource_type in _ANSWERS:
            self._open[request] = self._last_s = time.monotonic()
            self.has_begun = True

    def heard(self, response: Response) -> None:
        """A status came."""
        if response.request.is_navigation_request() and response.frame is self._page.main_frame:
            self.status = response.status
        elif response.request in self._open and response.request.method != "GET":
            self.is_refused = self.is_refused or response.status in _REFUSALS

    def ended(self, request: Request) -> None:
        """All of an answer is there, or none will come."""
        if self._open.pop(request, None) is not None:
            self._last_s = time.monotonic()


@contextmanager
def listening(page: Page) -> Iterator[SiteAnswer]:
    """Hears what the page asks and gets from now on."""
    answer = SiteAnswer(page)
    page.on("request", answer.asked)
    page.on("response", answer.heard)
    page.on("requestfinished", answer.ended)
    page.on("requestfailed", answer.ended)
    try:
        yield answer
    finally:
        page.remove_listener("request", answer.asked)
        page.remove_listener("response", answer.heard)
        page.remove_listener("requestfinished", answer.ended)
        page.remove_listener("requestfailed", answer.ended)


class Held:
    """For how long signs have been there without a break."""

    def __init__(self) -> None:
        self._since_s: dict[str, float] = {}

    def __call__(self, sign: str, is_there: object, at_least_s: float = 1.0) -> bool:
        """True when the sign has been there for so long."""
        if not is_there:
            self._since_s.pop(sign, None)
            return False
        return time.monotonic() - self._since_s.setdefault(sign, time.monotonic()) >= at_least_s


async def a_moment() -> None:
    """A foreign page has no event that says what it asks for now: it is looked at again."""
    await asyncio.sleep(0.1)
