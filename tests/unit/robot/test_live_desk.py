"""A robot's live views end by themselves: when nobody repeats the wish, with the run, and with the session."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.contract.live import KeyEvent, ViewWish
from orchestrator.contract.protocol.live import WATCH_LEASE_S, LiveNews, RunInput, TakeOver, UnwatchRun, WatchRun
from orchestrator.contract.protocol.message import AttemptRef, Payload
from orchestrator.contract.protocol.questions import PersonAnswered
from orchestrator.contract.questions import QuestionStatus, QuestionText
from robot.live import MOST_WATCHED, LiveDesk
from robot.live_pages import LivePages
from robot.masking import Mask
from robot.workflow.hold import RunHold

REF = AttemptRef(job_id="j", attempt=1)
LIMIT_S = 10.0


@dataclass
class StillClock:
    """Moves only when told."""

    seconds: float = 0.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


@dataclass
class Bench:
    """A desk on a session, and what it says there."""

    clock: StillClock = field(default_factory=StillClock)
    pages: LivePages = field(default_factory=LivePages)
    hold: RunHold = field(default_factory=RunHold)
    news: asyncio.Queue[LiveNews] = field(default_factory=asyncio.Queue)
    answer: "asyncio.Future[PersonAnswered] | None" = None

    def __post_init__(self) -> None:
        self.desk = LiveDesk(self.pages, self.clock)

    def open(self, ref: AttemptRef = REF) -> None:
        self.pages.open(ref, tuple, Mask(()), self.hold, allow_private_networks=True, ask=self._ask)

    async def _ask(self, step_id: str, text: QuestionText) -> PersonAnswered:
        self.answer = asyncio.get_running_loop().create_future()
        return await self.answer

    async def say(self, payload: Payload) -> None:
        assert isinstance(payload, LiveNews)
        self.news.put_nowait(payload)

    async def heard(self, problem: str) -> LiveNews:
        async with asyncio.timeout(LIMIT_S):
            while problem not in (news := await self.news.get()).problem:
                pass
        return news

    @asynccontextmanager
    async def session(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            running = group.create_task(self.desk.run(self.say, self.say))
            yield
            running.cancel()

    def watch(self, job_id: str = "j") -> None:
        self.desk.heed(WatchRun(job_id=job_id, attempt=1, wish=ViewWish()))

    async def until_obeyed(self, marker: str) -> None:
        """Orders are obeyed one after the other: what this one complains of comes after all others."""
        self.desk.heed(RunInput(job_id=marker, attempt=1, events=(KeyEvent(key="a"),)))
        async with asyncio.timeout(LIMIT_S):
            while (await self.news.get()).job_id != marker:
                pass


@pytest.mark.feature("X03")
async def test_a_watch_that_nobody_repeats_ends() -> None:
    bench = Bench()
    bench.open()
    async with bench.session():
        bench.watch()
        await bench.heard("no page at the moment")
        bench.clock.seconds += WATCH_LEASE_S - 1
        bench.watch()
        await bench.until_obeyed("w")
        bench.clock.seconds += WATCH_LEASE_S - 1
        await bench.until_obeyed("x")
        assert list(bench.desk.watched) == [REF]
        bench.clock.seconds += 1
        await bench.until_obeyed("y")
        assert list(bench.desk.watched) == []


@pytest.mark.feature("X03")
async def test_a_watch_ends_with_its_run_and_with_the_session() -> None:
    bench = Bench()
    bench.open()
    async with bench.session():
        bench.watch()
        await bench.heard("no page")
        bench.pages.close(REF)
        await bench.until_obeyed("x")
        assert list(bench.desk.watched) == []
        bench.open()
        bench.watch()
        bench.watch("other")
        await bench.heard("has not begun yet")
        assert list(bench.desk.watched) == [REF]
    assert list(bench.desk.watched) == []


async def test_a_robot_shows_so_many_runs_and_no_more() -> None:
    bench = Bench()
    for number in range(MOST_WATCHED + 1):
        bench.open(AttemptRef(job_id=f"j{number}", attempt=1))
    async with bench.session():
        for number in range(MOST_WATCHED + 1):
            bench.watch(f"j{number}")
        assert (await bench.heard("runs already")).job_id == f"j{MOST_WATCHED}"
        bench.desk.heed(UnwatchRun(job_id="j0", attempt=1))
        bench.watch(f"j{MOST_WATCHED}")
        await bench.until_obeyed("x")
        assert len(bench.desk.watched) == MOST_WATCHED


@pytest.mark.feature("X04")
async def test_a_run_that_is_taken_over_stands_until_the_word_comes_also_over_a_reconnect() -> None:
    bench = Bench()
    bench.open()
    async with bench.session():
        bench.desk.heed(TakeOver(job_id="j", attempt=1, by="anna", deadline_s=60))
        bench.desk.heed(TakeOver(job_id="j", attempt=1, by="anna", deadline_s=60))
        await bench.until_obeyed("x")
        assert bench.hold.is_on
    assert bench.hold.is_on
    async with bench.session():
        assert bench.answer is not None
        bench.answer.set_result(
            PersonAnswered(
                job_id="j",
                attempt=1,
                question_id="q",
                status=QuestionStatus.ANSWERED,
                answer="skip",
                answered_by="anna",
            )
        )
        word = await bench.hold.passed("a")
    assert (word.then, word.by) == ("skip", "anna")


async def test_a_run_that_ends_while_a_person_has_it_asks_no_longer() -> None:
    bench = Bench()
    bench.open()
    async with bench.session():
        bench.desk.heed(TakeOver(job_id="j", attempt=1, by="anna", deadline_s=60))
        await bench.until_obeyed("x")
        bench.pages.close(REF)
        async with asyncio.timeout(LIMIT_S):
            await bench.hold.passed("a")
    assert bench.answer is not None
    assert bench.answer.cancelled()
