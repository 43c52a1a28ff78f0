"""Watching: one stream for many, nothing while nobody looks, and the newest frame for who is slow."""

import base64

import pytest
from fake_fleet import UNSAFE, FakeRobot, Fleet

from orchestrator.contract.ids import JobId
from orchestrator.contract.live import THUMBNAIL, FrameFacts, ViewKind, ViewWish
from orchestrator.contract.protocol.live import PART_CHARACTERS, LiveFramePart, LiveNews, UnwatchRun, WatchRun
from orchestrator.contract.protocol.message import Payload
from orchestrator.contract.protocol.terms import FEATURES, LIVE
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.engine.errors import ConflictError, TooManyRequestsError
from orchestrator.engine.live_frames import Frame, RunLook, Watcher
from orchestrator.engine.live_view import MOST_WATCHERS, REPEAT_S

JPEG = b"\xff\xd8" + b"picture" * 2_000


def parts_of(job: Job, number: int, jpeg: bytes = JPEG) -> list[LiveFramePart]:
    text = base64.b64encode(jpeg).decode()
    pieces = [text[at : at + PART_CHARACTERS] for at in range(0, len(text), PART_CHARACTERS)]
    facts = FrameFacts(number=number, page_width=1280, page_height=800)
    return [
        LiveFramePart(
            job_id=job.job_id,
            attempt=1,
            number=number,
            part=place,
            parts=len(pieces),
            facts=facts if not place else None,
            data=piece,
        )
        for place, piece in enumerate(pieces)
    ]


async def show(robot: FakeRobot, job: Job, number: int, jpeg: bytes = JPEG) -> None:
    for part in parts_of(job, number, jpeg):
        await robot.say(part)


async def at_work(fleet: Fleet, features: tuple[str, ...] = FEATURES) -> tuple[FakeRobot, Job]:
    robot = await fleet.robot("r", features=features, slots=4)
    job = await fleet.submit(definition=UNSAFE)
    return robot, job


def orders(robot: FakeRobot) -> list[Payload]:
    return [each for each in robot.told if isinstance(each, WatchRun | UnwatchRun)]


async def frame_of(watcher: Watcher) -> Frame:
    while True:
        if isinstance(news := await watcher.next(), Frame):
            return news


@pytest.mark.feature("X03")
async def test_a_robot_is_asked_while_somebody_looks_and_told_when_nobody_does(fleet: Fleet) -> None:
    robot, job = await at_work(fleet)
    view = fleet.engine.live_rooms.view
    assert orders(robot) == []
    with view.watching(job.job_id, ViewWish(rate=2)) as watcher:
        await fleet.settle()
        (asked,) = orders(robot)
        assert isinstance(asked, WatchRun)
        assert (asked.job_id, asked.attempt, asked.wish.rate) == (job.job_id, 1, 2)
        await show(robot, job, 1)
        frame = await frame_of(watcher)
        assert (frame.jpeg, frame.facts.page_width) == (JPEG, 1280)
    await fleet.settle()
    assert isinstance(orders(robot)[-1], UnwatchRun)
    assert view.streams == {}
    await show(robot, job, 2)
    await fleet.settle()
    assert isinstance(orders(robot)[-1], UnwatchRun), "a frame that nobody wants is answered so"


@pytest.mark.feature("X03")
async def test_many_look_at_one_stream_and_the_best_that_anybody_wants_is_asked_for(fleet: Fleet) -> None:
    robot, job = await at_work(fleet)
    view = fleet.engine.live_rooms.view
    with view.watching(job.job_id, THUMBNAIL) as small:
        with view.watching(job.job_id, ViewWish(rate=8, width=1_000)) as large:
            await fleet.settle()
            last = orders(robot)[-1]
            assert isinstance(last, WatchRun)
            assert (last.wish.kind, last.wish.rate, last.wish.width) == (ViewKind.LIVE, 8, 1_000)
            await show(robot, job, 1)
            assert (await frame_of(small)).jpeg == (await frame_of(large)).jpeg
        await fleet.settle()
        last = orders(robot)[-1]
        assert isinstance(last, WatchRun)
        assert last.wish == THUMBNAIL


async def test_who_reads_slowly_gets_the_newest_frame_only(fleet: Fleet) -> None:
    robot, job = await at_work(fleet)
    with fleet.engine.live_rooms.view.watching(job.job_id, ViewWish()) as watcher:
        for number in range(1, 50):
            await show(robot, job, number, JPEG + bytes([number]))
        assert (await frame_of(watcher)).facts.number == 49
        assert watcher.dropped == 48


async def test_a_frame_that_lacks_a_part_is_left_out(fleet: Fleet) -> None:
    robot, job = await at_work(fleet)
    with fleet.engine.live_rooms.view.watching(job.job_id, ViewWish()) as watcher:
        for part in parts_of(job, 1)[:1] + parts_of(job, 1)[2:] + parts_of(job, 2):
            await robot.say(part)
        assert (await frame_of(watcher)).facts.number == 2


async def test_another_robot_cannot_show_a_picture_for_a_job(fleet: Fleet) -> None:
    _, job = await at_work(fleet)
    other = await fleet.robot("other", features=FEATURES)
    with fleet.engine.live_rooms.view.watching(job.job_id, ViewWish()) as watcher:
        await show(other, job, 1)
        await other.say(LiveNews(job_id=job.job_id, attempt=1, problem="lies"))
        look = await watcher.next()
        assert isinstance(look, RunLook)
        assert look.problem == ""
        assert not watcher._news.is_set() or watcher._frames == {}


async def test_the_robot_hears_again_and_again_that_somebody_looks_also_after_it_was_away(fleet: Fleet) -> None:
    robot, job = await at_work(fleet)
    with fleet.engine.live_rooms.view.watching(job.job_id, ViewWish()):
        await fleet.settle()
        before = len(orders(robot))
        await fleet.advance(REPEAT_S)
        assert len(orders(robot)) == before + 1
        await robot.lose_connection()
        await fleet.settle()
        robot.told.clear()
        await robot.connect()
        await fleet.settle()
        assert [type(each) for each in orders(robot)][:1] == [WatchRun]


async def test_when_the_job_ends_who_looks_hears_how(fleet: Fleet) -> None:
    robot, job = await at_work(fleet)
    view = fleet.engine.live_rooms.view
    with view.watching(job.job_id, ViewWish()) as watcher:
        await robot.finish()
        await fleet.settle()
        while True:
            look = await watcher.next()
            if isinstance(look, RunLook) and look.status == JobStatus.COMPLETED:
                break
        assert view.streams == {}
    with pytest.raises(ConflictError, match="has ended"), view.watching(job.job_id, ViewWish()):
        pass


async def test_a_job_without_a_page_and_a_robot_of_an_old_release_are_refused(fleet: Fleet) -> None:
    waiting = await fleet.submit(definition=UNSAFE)
    view = fleet.engine.live_rooms.view
    with pytest.raises(ConflictError, match="does not run"), view.watching(waiting.job_id, ViewWish()):
        pass
    await fleet.robot("old", features=tuple(each for each in FEATURES if each != LIVE))
    with pytest.raises(ConflictError, match="update it"), view.watching(waiting.job_id, ViewWish()):
        pass


async def test_only_so_many_may_look(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    _, job = await at_work(fleet)
    view = fleet.engine.live_rooms.view
    view._watchers = MOST_WATCHERS
    with pytest.raises(TooManyRequestsError, match="views are open"), view.watching(job.job_id, ViewWish()):
        pass


@pytest.mark.feature("X03")
async def test_the_wall_shows_runs_as_they_come_and_go(fleet: Fleet) -> None:
    robot, first = await at_work(fleet)
    view = fleet.engine.live_rooms.view
    with view.watching_all(THUMBNAIL) as wall:
        await show(robot, first, 1)
        assert (await frame_of(wall)).job_id == first.job_id
        second = await fleet.submit(definition=UNSAFE)
        await show(robot, second, 1)
        assert (await frame_of(wall)).job_id == second.job_id
        await robot.finish()
        await fleet.settle()
        gone: object = None
        while gone != first.job_id:
            gone = await wall.next()
        assert list(view.streams) == [JobId(second.job_id)]
    await fleet.settle()
    assert isinstance(orders(robot)[-1], UnwatchRun)
