"""The robot's side of watching and taking over: what is shown on this session, and what people do in pages.

Nothing is captured while nobody looks, and what is captured never stands in the way: the newest frame of a run takes
the place of one that has not gone yet, and each of its parts waits until everything else has been said. A watch ends
when it is not said again in time, and with the session.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from orchestrator.contract.live import FrameFacts, ViewWish
from orchestrator.contract.protocol.live import (
    MOST_PARTS,
    PART_CHARACTERS,
    WATCH_LEASE_S,
    LiveFramePart,
    LiveNews,
    RunInput,
    TakeOver,
    UnwatchRun,
    WatchRun,
)
from orchestrator.contract.protocol.message import AttemptRef, Payload
from robot.attempts import attempt_of
from robot.browser.showing import Showing
from robot.clock import Clock
from robot.live_pages import LivePages

MOST_WATCHED = 32
"""Runs on show at once."""
MOST_ORDERS = 1_000
MOST_INPUTS = 500
"""Messages of input that may wait for one page."""
LOOK_S = 5.0
"""Safety tick: a watch that nobody repeats ends this much late at most."""

logger = logging.getLogger(__name__)

LiveOrder = WatchRun | UnwatchRun | RunInput | TakeOver
Say = Callable[[Payload], Awaitable[None]]


@dataclass(slots=True, eq=False)
class _Watched:
    """One run on show."""

    ref: AttemptRef
    until_s: float
    showing: Showing
    task: asyncio.Task[None] | None = None
    frame: tuple[str, FrameFacts] | None = None
    """The newest one, while it has not gone."""
    gone: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True, eq=False)
class _Inputs:
    """What people do in one run's page, in order."""

    waiting: asyncio.Queue[RunInput]
    task: asyncio.Task[None]


class LiveDesk:
    """One for the robot's life; `run` is one session of it."""

    def __init__(self, pages: LivePages, clock: Clock) -> None:
        self._pages = pages
        self._clock = clock
        self._orders: asyncio.Queue[LiveOrder] = asyncio.Queue(MOST_ORDERS)
        self._watched: OrderedDict[AttemptRef, _Watched] = OrderedDict()
        self._inputs: dict[AttemptRef, _Inputs] = {}
        self._problems: dict[AttemptRef, str] = {}
        self._told: dict[AttemptRef, LiveNews] = {}
        self._news: set[AttemptRef] = set()
        self._bell = asyncio.Event()
        pages.stirred = self.stirred

    def heed(self, order: LiveOrder) -> None:
        """Take an order; one that comes when far too many wait is left out, and will be said again."""
        try:
            self._orders.put_nowait(order)
        except asyncio.QueueFull:
            logger.warning("Too many orders about live views wait; one was left out.")
            return
        if isinstance(order, RunInput) and (hold := self._pages.hold_of(attempt_of(order))) is not None:
            hold.input_begins()

    def stirred(self, ref: AttemptRef) -> None:
        """Something about a run that a person has, or that is watched, may have changed."""
        self._news.add(ref)
        self._bell.set()

    async def run(self, say: Say, say_in_time: Say) -> None:
        """One session: show what is asked for until it ends. `say_in_time` waits until everything else is said."""
        self._told.clear()
        self._news.update(ref for ref in self._problems)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._obey(group), name="live orders")
                group.create_task(self._send(say, say_in_time), name="live frames")
        finally:
            while not self._orders.empty():
                self._drop(self._orders.get_nowait())
            for inputs in self._inputs.values():
                while not inputs.waiting.empty():
                    self._drop(inputs.waiting.get_nowait())
            self._watched.clear()
            self._inputs.clear()
            self._problems.clear()

    @property
    def watched(self) -> tuple[AttemptRef, ...]:
        """Runs on show."""
        return tuple(self._watched)

    # --- orders ---------------------------------------------------------------------------------------------------

    async def _obey(self, group: asyncio.TaskGroup) -> None:
        while True:
            try:
                async with asyncio.timeout(LOOK_S):
                    order = await self._orders.get()
            except TimeoutError:
                self._end_forgotten()
                continue
            match order:
                case WatchRun():
                    self._watch(group, attempt_of(order), order.wish)
                case UnwatchRun():
                    self._end(attempt_of(order))
                case RunInput():
                    self._take_input(group, order)
                case TakeOver():
                    self._pages.take_over(attempt_of(order), order)
            self._end_forgotten()

    def _watch(self, group: asyncio.TaskGroup, ref: AttemptRef, wish: ViewWish) -> None:
        known, until_s = self._watched.get(ref), self._clock.monotonic() + WATCH_LEASE_S
        if known is not None:
            known.until_s = until_s
            known.showing.turn_to(wish)
            return
        if len(self._watched) >= MOST_WATCHED:
            self._problem(ref, f"This robot shows {MOST_WATCHED} runs already.")
            return
        showing = self._pages.showing(
            ref,
            wish,
            keep=lambda data, facts: self._keep(ref, data, facts),
            tell=lambda problem: self._problem(ref, problem),
        )
        if showing is None:
            self._problem(ref, "The run is not here: it has not begun yet, or has just ended.")
            return
        watched = self._watched[ref] = _Watched(ref, until_s, showing)
        watched.task = group.create_task(self._show(ref, showing), name=f"show {ref.job_id}")
        self.stirred(ref)

    async def _show(self, ref: AttemptRef, showing: Showing) -> None:
        try:
            await showing.run()
        except Exception:  # a defect here must not cost the robot its connection
            logger.exception("A run cannot be shown.", extra={"job": ref.job_id, "attempt": ref.attempt})
            self._problem(ref, "The robot made a mistake; its log says which.")

    def _end(self, ref: AttemptRef) -> None:
        watched = self._watched.pop(ref, None)
        self._problems.pop(ref, None)
        if watched is not None and watched.task is not None:
            watched.task.cancel()

    def _end_forgotten(self) -> None:
        now_s = self._clock.monotonic()
        for ref, watched in tuple(self._watched.items()):
            if watched.until_s <= now_s or self._pages.hold_of(ref) is None:
                self._end(ref)

    # --- input ----------------------------------------------------------------------------------------------------

    def _take_input(self, group: asyncio.TaskGroup, order: RunInput) -> None:
        ref = attempt_of(order)
        inputs = self._inputs.get(ref)
        if inputs is None or inputs.task.done():
            queue: asyncio.Queue[RunInput] = asyncio.Queue(MOST_INPUTS)
            inputs = _Inputs(queue, group.create_task(self._do(ref, queue), name=f"input of {ref.job_id}"))
            self._inputs[ref] = inputs
        try:
            inputs.waiting.put_nowait(order)
        except asyncio.QueueFull:
            self._drop(order)
            self._problem(ref, "The page does not keep up; some input was left out.")

    async def _do(self, ref: AttemptRef, waiting: asyncio.Queue[RunInput]) -> None:
        """Work off what waits; ends when nothing does."""
        while not waiting.empty():
            order = waiting.get_nowait()
            hold = self._pages.hold_of(ref)
            try:
                if hold is None or not hold.takes_input:
                    self._problem(ref, "Nobody has taken the run over: its page takes no input.")
                else:
                    self._problem(ref, await self._pages.act(ref, order.session, order.events))
            except Exception:  # a defect here must not cost the robot its connection
                logger.exception("Input cannot be given.", extra={"job": ref.job_id, "attempt": ref.attempt})
                self._problem(ref, "The robot made a mistake; its log says which.")
            finally:
                self._drop(order)

    def _drop(self, order: LiveOrder) -> None:
        """An order of input is done, or never will be."""
        if isinstance(order, RunInput) and (hold := self._pages.hold_of(attempt_of(order))) is not None:
            hold.input_ends()

    def _problem(self, ref: AttemptRef, problem: str) -> None:
        if problem != self._problems.get(ref, ""):
            self._problems[ref] = problem
            self.stirred(ref)

    # --- frames ---------------------------------------------------------------------------------------------------

    async def _keep(self, ref: AttemptRef, data: str, facts: FrameFacts) -> None:
        """Put a frame in the place of the last one; returns when it has gone."""
        watched = self._watched.get(ref)
        if watched is None:
            return
        watched.gone.clear()
        watched.frame = (data, facts)
        self._bell.set()
        await watched.gone.wait()

    async def _send(self, say: Say, say_in_time: Say) -> None:
        while True:
            await self._bell.wait()
            self._bell.clear()
            await self._tell_news(say)
            while (watched := self._next()) is not None:
                assert watched.frame is not None
                (data, facts), watched.frame = watched.frame, None
                await self._send_frame(watched, data, facts, say_in_time)
                watched.gone.set()
                await self._tell_news(say)

    def _next(self) -> _Watched | None:
        """One with a frame that has not gone; each gets its turn."""
        found = next((each for each in self._watched.values() if each.frame is not None), None)
        if found is not None:
            self._watched.move_to_end(found.ref)
        return found

    async def _send_frame(self, watched: _Watched, data: str, facts: FrameFacts, say_in_time: Say) -> None:
        parts = [data[at : at + PART_CHARACTERS] for at in range(0, len(data), PART_CHARACTERS)]
        if len(parts) > MOST_PARTS:
            self._problem(watched.ref, "A frame was too large to be sent: ask for a smaller width or quality.")
            return
        for place, part in enumerate(parts):
            if self._watched.get(watched.ref) is not watched:
                return  # nobody looks any more
            piece = LiveFramePart(
                job_id=watched.ref.job_id,
                attempt=watched.ref.attempt,
                number=facts.number,
                part=place,
                parts=len(parts),
                facts=facts if place == 0 else None,
                data=part,
            )
            await say_in_time(piece)

    async def _tell_news(self, say: Say) -> None:
        while self._news:
            ref = self._news.pop()
            news = self._news_of(ref)
            if self._told.get(ref) != news:
                self._told[ref] = news
                await say(news)
            if self._pages.hold_of(ref) is None:
                self._told.pop(ref, None)

    def _news_of(self, ref: AttemptRef) -> LiveNews:
        hold = self._pages.hold_of(ref)
        has_it = hold is not None and hold.is_on
        return LiveNews(
            job_id=ref.job_id,
            attempt=ref.attempt,
            problem=self._problems.get(ref, "")[:1_000],
            parked=hold.parked[:200] if hold is not None and has_it else (),
            running=hold.at_work[:200] if hold is not None and has_it else (),
        )
