"""Shows what a run's browser shows, for as long as somebody looks: live, or as a thumbnail now and then."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from orchestrator.contract.live import MOST_ADDRESS, FrameFacts, ViewKind, ViewWish
from robot.browser.concealment import Concealment
from robot.browser.curtain import Curtain
from robot.browser.screencast import RawFrame, Screencast
from robot.browser.session import Session
from robot.errors import ActionError

LOOK_S = 0.5
"""Nothing tells when a run goes on in another page or session: while somebody looks, it is asked so often."""
SETTLE_S = 0.3
"""After so long without a frame the page is taken to be quiet, and shown once more as it is."""
FIRST_LIMIT_S = 5.0
HIDE_LIMIT_S = 3.0
MOST_FAILURES = 4
HIDDEN_REST_S = 0.1
"""A page that brings up secrets again and again is not looked at without a pause."""

Keep = Callable[[str, FrameFacts], Awaitable[None]]
"""Takes a frame (base64 of a JPEG); returns when the next one may come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A run that can be shown."""

    sessions: Callable[[], Sequence[Session]]
    curtain: Curtain
    concealment: Concealment
    masked: Callable[[str], str]
    """A text without secrets."""


class Showing:
    """One run on show; `run` goes on until it is cancelled."""

    def __init__(self, shown: Shown, wish: ViewWish, *, keep: Keep, tell: Callable[[str], None]) -> None:
        """`tell`: hears why there is nothing to see, and an empty text when there is something again."""
        self._shown = shown
        self._keep = keep
        self._tell = tell
        self._wish = wish
        self._turned = asyncio.Event()
        self._number = 0
        self._last: bytes = b""
        self._cast: Screencast | None = None
        """Of the last glimpse."""

    def turn_to(self, wish: ViewWish) -> None:
        """Show it otherwise from now on."""
        if wish != self._wish:
            self._wish = wish
            self._turned.set()

    async def run(self) -> None:
        """Show until cancelled; a page that is gone or hangs is waited for."""
        try:
            await self._show_on()
        finally:
            await self._let_go()

    async def _show_on(self) -> None:
        failures = 0
        while True:
            self._turned.clear()
            session = self._session()
            if session is None:
                self._tell("The run has no page at the moment.")
                await self._rest(LOOK_S)
                continue
            try:
                await self._show(session)
                failures = 0
            except TimeoutError:
                self._tell("The page does not answer: it is busy with itself, or hangs.")
                await self._rest(LOOK_S)
            except (PlaywrightError, ActionError) as error:
                failures += 1
                if failures >= MOST_FAILURES:  # fewer come with every page that is just being closed
                    self._tell(f"The page cannot be shown: {str(error).partition(chr(10))[0][:500]}")
                await self._rest(LOOK_S)

    async def _show(self, session: Session) -> None:
        if self._wish.kind is ViewKind.THUMBNAIL:
            await self._glimpse(session)
            await self._rest(1 / self._wish.rate)
        else:
            await self._let_go()
            await self._stream(session)

    async def _glimpse(self, session: Session) -> None:
        """One frame, when it differs from the last one."""
        page = session.page
        await self._shown.curtain.until_up()
        cast = await self._cast_of(page)
        try:
            frame, is_clean = await self._taken(cast, page)
        except BaseException:
            await self._let_go()
            raise
        look = hashlib.sha256(frame.data.encode()).digest()
        self._tell("")
        if is_clean and look != self._last:
            self._last = look
            await self._pass_on(frame, session, page)

    async def _taken(self, cast: Screencast, page: Page) -> tuple[RawFrame, bool]:
        """One frame, and whether it may be seen."""
        await self._hidden(cast, page)
        await cast.begin()
        frame = await cast.next(FIRST_LIMIT_S)
        if frame is None:
            raise TimeoutError
        is_clean = await self._is_clean(frame, cast, page)
        await cast.stop()
        return frame, is_clean

    async def _cast_of(self, page: Page) -> Screencast:
        """The one of the last glimpse, as long as it fits."""
        if self._cast is None or not self._cast.shows(page, self._wish):
            await self._let_go()
            cast = Screencast(page, self._wish, self._shown.curtain)
            await cast.open()
            self._cast = cast
        return self._cast

    async def _let_go(self) -> None:
        cast, self._cast = self._cast, None
        if cast is not None:
            await cast.close()

    async def _stream(self, session: Session) -> None:
        """Frames until the run, or the wish, goes to another page."""
        page, wish = session.page, self._wish
        async with Screencast(page, wish, self._shown.curtain) as cast:
            await self._hidden(cast, page)
            await cast.begin()
            is_settled = False
            while not cast.has_ended and self._session() is session and session.page is page and self._wish == wish:
                frame = await cast.next(LOOK_S if is_settled else SETTLE_S)
                if frame is not None:
                    is_settled = await self._offered(frame, cast, session, page) and frame.is_first
                    if is_settled:
                        self._tell("")
                elif not is_settled and not cast.has_ended:
                    await cast.restart()
                    is_settled = True

    async def _offered(self, frame: RawFrame, cast: Screencast, session: Session, page: Page) -> bool:
        """Pass the frame on and let the next one come; False when this one must not be seen."""
        if not await self._is_clean(frame, cast, page):
            await self._rest(HIDDEN_REST_S)
            await cast.restart()
            return False
        began = asyncio.get_running_loop().time()
        await self._pass_on(frame, session, page)
        await self._rest(began + 1 / self._wish.rate - asyncio.get_running_loop().time())
        await cast.more()
        return True

    async def _pass_on(self, frame: RawFrame, session: Session, page: Page) -> None:
        self._number += 1
        pages = session.pages
        facts = FrameFacts(
            number=self._number,
            page_width=frame.page_width,
            page_height=frame.page_height,
            url=self._shown.masked(page.url)[:MOST_ADDRESS],
            session=session.number,
            sessions=tuple(each.number for each in self._able())[:1_000],
            tab=pages.index(page) if page in pages else 0,
            tabs=len(pages),
        )
        await self._keep(frame.data, facts)

    async def _is_clean(self, frame: RawFrame, cast: Screencast, page: Page) -> bool:
        """True when nothing secret can be on it: no secret was handled meanwhile, and none was found in the page."""
        curtain = self._shown.curtain
        if not self._shown.concealment.is_needed:
            return True
        if curtain.is_down:
            await curtain.until_up()
        found = await self._hidden(cast, page)
        is_same = frame.falls == curtain.falls and frame.moves == cast.moves
        return frame.may_be_shown and is_same and not curtain.is_down and not found

    async def _hidden(self, cast: Screencast, page: Page) -> int:
        if not self._shown.concealment.is_needed:
            return 0
        async with asyncio.timeout(HIDE_LIMIT_S):
            return await self._shown.concealment.hide(page, cast.devtools)

    def _able(self) -> list[Session]:
        found = (each for each in self._shown.sessions() if not each.is_lost and not each.has_crashed)
        return [each for each in found if _has_page(each)]

    def _session(self) -> Session | None:
        """The wanted session, or the run's first."""
        able = self._able()
        wanted = next((each for each in able if each.number == self._wish.session), None)
        return wanted or next(iter(able), None)

    async def _rest(self, limit_s: float) -> None:
        """Wait, unless somebody wants to see something else."""
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, limit_s)):
                await self._turned.wait()


def _has_page(session: Session) -> bool:
    try:
        return not session.page.is_closed()
    except ActionError:
        return False
