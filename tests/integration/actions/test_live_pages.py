"""Real pages on show: what they look like, what they hide, and what a person does in them."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from picture import colour_at, is_like

from orchestrator.contract.live import (
    THUMBNAIL,
    InputEvent,
    KeyEvent,
    NavigateEvent,
    PointerEvent,
    TabEvent,
    TextEvent,
    ViewWish,
    WheelEvent,
)
from orchestrator.contract.protocol.live import LiveFramePart, LiveNews, RunInput, UnwatchRun, WatchRun
from orchestrator.contract.protocol.message import AttemptRef, Payload
from robot.browser.session import Session
from robot.browser.session_pool import SessionPool
from robot.clock import SystemClock
from robot.live import LiveDesk
from robot.live_pages import LivePages
from robot.masking import Mask
from robot.workflow.hold import RunHold

REF = AttemptRef(job_id="j", attempt=1)
GREEN, BLUE = (10, 125, 60), (20, 40, 200)
SECRET = "geheim-123"
LIMIT_S = 60.0


@dataclass
class Line:
    """What a robot says about its live views."""

    frames: list[tuple[LiveFramePart, bytes]] = field(default_factory=list)
    news: list[LiveNews] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def say(self, payload: Payload) -> None:
        assert isinstance(payload, LiveNews)
        async with self._changed:
            self.news.append(payload)
            self._changed.notify_all()

    async def say_in_time(self, payload: Payload) -> None:
        assert isinstance(payload, LiveFramePart)
        self._parts = [*(self._parts if payload.part else []), payload.data]
        if payload.part == payload.parts - 1:
            async with self._changed:
                self.frames.append((payload, base64.b64decode("".join(self._parts))))
                self._changed.notify_all()

    async def until(self, is_so: object) -> None:
        assert callable(is_so)
        async with asyncio.timeout(LIMIT_S), self._changed:
            await self._changed.wait_for(is_so)

    async def until_colour(self, wanted: tuple[int, int, int]) -> bytes:
        await self.until(lambda: self.frames and is_like(colour_at(self.frames[-1][1], 0.9, 0.9), wanted))
        return self.frames[-1][1]

    async def until_problem(self, word: str) -> None:
        await self.until(lambda: any(word in each.problem for each in self.news))


@dataclass
class Show:
    """One run on show."""

    line: Line
    desk: LiveDesk
    pages: LivePages
    session: Session
    hold: RunHold

    def watch(self, wish: ViewWish | None = None) -> None:
        self.desk.heed(WatchRun(job_id="j", attempt=1, wish=wish or ViewWish(rate=10, width=640)))

    def act(self, *events: InputEvent) -> None:
        self.desk.heed(RunInput(job_id="j", attempt=1, events=events))

    async def place(self, selector: str) -> tuple[float, float]:
        box = await self.session.page.locator(selector).bounding_box()
        assert box is not None
        return (box["x"] + box["width"] / 2) / 1280, (box["y"] + box["height"] / 2) / 800

    async def click(self, selector: str) -> None:
        x, y = await self.place(selector)
        self.act(PointerEvent(what="down", x=x, y=y), PointerEvent(what="up", x=x, y=y))


@asynccontextmanager
async def on_show(pool: SessionPool, html: str, *secrets: str) -> AsyncIterator[Show]:
    session = await pool.lease("j/1")
    await session.page.set_content(html)
    pages, hold, line = LivePages(), RunHold(), Line()
    pages.open(REF, lambda: pool.sessions_of("j/1"), Mask(secrets), hold, allow_private_networks=False, ask=None)
    desk = LiveDesk(pages, SystemClock())
    async with asyncio.TaskGroup() as group:
        running = group.create_task(desk.run(line.say, line.say_in_time))
        yield Show(line, desk, pages, session, hold)
        running.cancel()
    pages.close(REF)
    await pool.release(session)


def page(colour: tuple[int, int, int], body: str = "") -> str:
    return f"<body style='margin:0;background:rgb{colour}'>{body}</body>"


@pytest.mark.feature("X03")
async def test_frames_show_the_page_and_every_change_of_it_and_nothing_is_captured_unasked(pool: SessionPool) -> None:
    async with on_show(pool, page(GREEN)) as show:
        show.watch()
        await show.line.until_colour(GREEN)
        part, _ = show.line.frames[-1]
        facts = show.line.frames[-1][0].facts or show.line.frames[0][0].facts
        assert facts is not None
        assert (facts.page_width, facts.page_height, facts.tabs) == (1280, 800, 1)
        await show.session.page.evaluate("document.body.style.background = 'rgb(20, 40, 200)'")
        await show.line.until_colour(BLUE)
        show.desk.heed(UnwatchRun(job_id="j", attempt=1))
        show.desk.heed(RunInput(job_id="j", attempt=1, events=(KeyEvent(key="a"),)))
        await show.line.until_problem("takes no input")
        assert show.desk.watched == (), "the last word said so before the input was judged"
        seen = len(show.line.frames)
        for _ in range(3):
            await show.session.page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 100)))")
        assert len(show.line.frames) == seen
        assert part.job_id == "j"


async def test_the_last_state_of_a_page_that_changed_too_fast_is_shown(pool: SessionPool) -> None:
    async with on_show(pool, page(GREEN)) as show:
        show.watch(ViewWish(rate=2, width=320))
        await show.line.until_colour(GREEN)
        await show.session.page.evaluate(
            "new Promise(done => { let count = 0; const each = () => { "
            "document.body.style.background = ++count < 40 ? `rgb(${count * 5}, 0, 0)` : 'rgb(20, 40, 200)'; "
            "count < 40 ? requestAnimationFrame(each) : done() }; each() })"
        )
        await show.line.until_colour(BLUE)


@pytest.mark.feature("X03")
async def test_thumbnails_come_when_the_page_looks_different(pool: SessionPool) -> None:
    async with on_show(pool, page(GREEN)) as show:
        show.watch(THUMBNAIL.model_copy(update={"rate": 10.0}))
        jpeg = await show.line.until_colour(GREEN)
        assert len(jpeg) < 10_000
        for colour in (BLUE, GREEN, BLUE):
            await show.session.page.evaluate(f"document.body.style.background = 'rgb{colour}'")
            await show.line.until_colour(colour)
        assert len(show.line.frames) <= 8, "a page that looks the same is not sent again"


@pytest.mark.feature("X03", "X16")
async def test_secrets_are_dots_in_every_frame_also_where_the_page_shows_them_as_text(pool: SessionPool) -> None:
    fields = "<input id=a style='font-size:40px'><textarea id=t></textarea><p id=p></p><div id=host></div>"
    async with on_show(pool, page(GREEN, fields), SECRET) as show:
        tab = show.session.page
        await tab.evaluate("document.querySelector('#host').attachShadow({mode: 'open'}).innerHTML = '<p>x</p>'")
        show.watch()
        await show.line.until_colour(GREEN)
        await tab.fill("#a", SECRET)
        await tab.fill("#t", f"my word is {SECRET}.")
        await tab.evaluate(f"document.querySelector('#p').textContent = 'You are {SECRET}'")
        await tab.evaluate(f"document.querySelector('#host').shadowRoot.firstChild.textContent = '{SECRET}'")
        await tab.evaluate("document.body.style.background = 'rgb(20, 40, 200)'")
        await show.line.until_colour(BLUE)
        styles = await tab.evaluate(
            "[...document.querySelectorAll('#a, #t, #p'), document.querySelector('#host').shadowRoot.firstChild]"
            ".map(each => getComputedStyle(each).webkitTextSecurity)"
        )
        assert styles == ["disc"] * 4
        await tab.fill("#a", "no secret")
        await tab.evaluate("document.body.style.background = 'rgb(10, 125, 60)'")
        await show.line.until_colour(GREEN)
        assert await tab.evaluate("getComputedStyle(document.querySelector('#a')).webkitTextSecurity") == "none"


@pytest.mark.feature("X16")
async def test_nothing_is_shown_while_an_action_types_a_secret(pool: SessionPool) -> None:
    async with on_show(pool, page(GREEN, "<input id=a>"), SECRET) as show:
        show.watch()
        await show.line.until_colour(GREEN)
        run = show.pages._runs[REF]
        with run.curtain_over({"value": f"{SECRET}!"}):
            seen = len(show.line.frames)
            await show.session.page.evaluate("document.body.style.background = 'rgb(20, 40, 200)'")
            await show.session.page.fill("#a", f"{SECRET}!")
            for _ in range(3):
                await show.session.page.evaluate(
                    "new Promise(done => requestAnimationFrame(() => setTimeout(done, 100)))"
                )
            assert not any(is_like(colour_at(jpeg, 0.9, 0.9), BLUE) for _, jpeg in show.line.frames[seen:])
        await show.line.until_colour(BLUE)
        with run.curtain_over({"value": "plain"}):
            assert not run.shown.curtain.is_down


@pytest.mark.feature("X04")
async def test_mouse_keys_text_and_wheel_reach_the_page_once_somebody_has_it(pool: SessionPool) -> None:
    body = (
        "<input id=a style='width:300px;height:60px'><button id=b onclick='this.textContent=1'>0</button>"
        "<div style='height:4000px'></div>"
    )
    async with on_show(pool, page(GREEN, body)) as show:
        await show.click("#a")
        await show.line.until_problem("takes no input")
        show.hold.take()
        await show.click("#a")
        show.act(KeyEvent(key="H"), TextEvent(text="allo "), KeyEvent(key="ü"), KeyEvent(key="Enter"))
        await show.click("#b")
        show.act(WheelEvent(x=0.5, y=0.5, dy=300))
        tab = show.session.page
        await tab.wait_for_function("document.querySelector('#a').value === 'Hallo ü'")
        await tab.wait_for_function("document.querySelector('#b').textContent === '1'")
        await tab.wait_for_function("scrollY > 0")


@pytest.mark.feature("X04")
async def test_a_person_may_go_where_the_run_may_go_and_turn_to_other_tabs(pool: SessionPool) -> None:
    async with on_show(pool, page(GREEN)) as show:
        show.hold.take()
        show.act(NavigateEvent(what="goto", url="file:///etc/passwd"))
        await show.line.until_problem("http and https")
        show.act(NavigateEvent(what="goto", url="http://127.0.0.1:9/"))
        await show.line.until_problem("private network")
        show.act(NavigateEvent(what="goto", url="about:blank"), TabEvent(index=0), TabEvent(index=99))
        other = await show.session.context.new_page()
        await other.set_content(page(BLUE))
        show.watch()
        show.act(TabEvent(index=1))
        await show.line.until_colour(BLUE)
        assert show.session.page is other


async def test_a_run_that_is_over_or_has_no_page_says_so(pool: SessionPool) -> None:
    async with on_show(pool, page(GREEN)) as show:
        await show.session.page.close()
        show.watch()
        await show.line.until_problem("no page at the moment")
        await show.session.open_page()
        await show.session.page.set_content(page(GREEN))
        await show.line.until_colour(GREEN)
        show.desk.heed(WatchRun(job_id="other", attempt=1, wish=ViewWish()))
        await show.line.until_problem("has just ended")
