"""Frames of one page as its browser sends them: only when something changes, and only as fast as they are taken.

CDP's screencast (`Page.startScreencast`) sends a frame at once and then one for each change, and waits for
acknowledgements after two; what changes while it waits is not sent later. So whoever throttles must ask anew when the
page has become quiet: `restart` gives a frame of how it looks now.
"""

import asyncio
from dataclasses import dataclass
from typing import Any, Self

from playwright.async_api import CDPSession, Page
from playwright.async_api import Error as PlaywrightError

from orchestrator.contract.live import ViewWish
from robot.browser.curtain import Curtain

ANSWER_LIMIT_S = 5.0
END_LIMIT_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFrame:
    """One frame."""

    data: str
    """Base64 of a JPEG."""
    page_width: float
    page_height: float
    is_first: bool
    """True for the frame of a start: it shows the page as it is, nothing older."""
    may_be_shown: bool
    """False when it arrived while the curtain was down."""
    falls: int
    """Of the curtain, when it arrived."""
    moves: int
    """Of the page to other addresses, when it arrived."""


class Screencast:
    """An asynchronous context manager around one page; `begin` starts it.

    Whoever wants a frame now and then keeps it open and stops it in between: opening and closing take the browser and
    its driver half as long again as the frame does.
    """

    def __init__(self, page: Page, wish: ViewWish, curtain: Curtain) -> None:
        self._page = page
        self._wish = wish
        self._curtain = curtain
        self._newest: RawFrame | None = None
        self._arrived = asyncio.Event()
        self._unanswered = 0
        self._cast = 0
        """The number that the browser gives to a start; frames of earlier ones may still be under way."""
        self._over = 0
        self._is_first = True
        self._moves = 0
        self.has_ended = False
        """True once the page is closed or has crashed."""
        self.devtools: CDPSession

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Connect to the page. PlaywrightError, or TimeoutError when it does not answer."""
        async with asyncio.timeout(ANSWER_LIMIT_S):
            self.devtools = await self._page.context.new_cdp_session(self._page)
        self.devtools.on("Page.screencastFrame", self._take)
        self._page.on("close", self._end)
        self._page.on("crash", self._end)
        self._page.on("framenavigated", self._moved)

    async def close(self) -> None:
        """Let go of the page; what fails is over anyway."""
        for event, listener in (("close", self._end), ("crash", self._end), ("framenavigated", self._moved)):
            self._page.remove_listener(event, listener)
        self.devtools.remove_listener("Page.screencastFrame", self._take)
        try:
            async with asyncio.timeout(END_LIMIT_S):
                await self.devtools.send("Page.stopScreencast")
                await self.devtools.detach()
        except (PlaywrightError, TimeoutError):
            pass  # it ends with its page

    @property
    def moves(self) -> int:
        """How often the page has gone to another address since the beginning."""
        return self._moves

    def shows(self, page: Page, wish: ViewWish) -> bool:
        """True while it can be begun for this page and this wish."""
        return not self.has_ended and self._page is page and self._wish == wish

    async def begin(self) -> None:
        """Start, or start anew: a frame of how the page looks now comes first."""
        self._newest, self._unanswered, self._is_first = None, 0, True
        self._over = self._cast
        self._arrived.clear()
        async with asyncio.timeout(ANSWER_LIMIT_S):
            await self.devtools.send(
                "Page.startScreencast",
                {
                    "format": "jpeg",
                    "quality": self._wish.quality,
                    "maxWidth": self._wish.width,
                    "maxHeight": self._wish.width * 4,
                },
            )

    async def stop(self) -> None:
        """No more frames until it is begun again."""
        async with asyncio.timeout(ANSWER_LIMIT_S):
            await self.devtools.send("Page.stopScreencast")

    async def restart(self) -> None:
        """Stop and start anew."""
        await self.stop()
        await self.begin()

    async def next(self, limit_s: float) -> RawFrame | None:
        """The newest frame; None when none has come in time, or the page is gone."""
        try:
            async with asyncio.timeout(limit_s):
                await self._arrived.wait()
        except TimeoutError:
            return None
        self._arrived.clear()
        newest, self._newest = self._newest, None
        return newest

    async def more(self) -> None:
        """Let the browser send the next one. One acknowledgement is kept back, so that it captures one at a time."""
        if self._unanswered > 1 and not self.has_ended:
            self._unanswered -= 1
            async with asyncio.timeout(ANSWER_LIMIT_S):
                await self.devtools.send("Page.screencastFrameAck", {"sessionId": self._cast})

    def _take(self, event: dict[str, Any]) -> None:
        """CDP's event, as its protocol describes it."""
        seen = event["metadata"]
        if event["sessionId"] <= self._over:
            return
        self._cast = event["sessionId"]
        self._unanswered += 1
        self._newest = RawFrame(
            data=event["data"],
            page_width=max(1.0, float(seen["deviceWidth"])),
            page_height=max(1.0, float(seen["deviceHeight"])),
            is_first=self._is_first,
            may_be_shown=not self._curtain.is_down,
            falls=self._curtain.falls,
            moves=self._moves,
        )
        self._is_first = False
        self._arrived.set()

    def _moved(self, _: object) -> None:
        self._moves += 1

    def _end(self, _: object) -> None:
        self.has_ended = True
        self._arrived.set()
