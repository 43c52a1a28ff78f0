"""What the engine switches off hangs on the board until somebody undoes or dismisses it, also across restarts."""

import pytest
from fake_clock import FakeClock, settle
from fake_store import FakeStore

from orchestrator.domain.events import NoticeChanged, SwitchedOff, SwitchedOn
from orchestrator.domain.notices import Notice, NoticeEnd
from orchestrator.engine.bus import EventBus
from orchestrator.engine.errors import ConflictError, NotFoundError
from orchestrator.engine.loops import Loops
from orchestrator.engine.notices import NoticeBoard


class House:
    """A board on a store, and a lamp that can be switched on again."""

    def __init__(self) -> None:
        self.store, self.bus, self.clock = FakeStore(), EventBus(), FakeClock()
        self.told: list[Notice] = []
        self.lit: list[tuple[str, str]] = []
        self.bus.subscribe(NoticeChanged, lambda event: self.told.append(event.notice))
        self.board = self.new_board()

    def new_board(self) -> NoticeBoard:
        board = NoticeBoard(self.store, self.bus, self.clock)
        board.undo_with("lamp", self.light)
        return board

    async def light(self, notice: Notice, actor: str) -> None:
        if notice.subject == "broken":
            raise ConflictError("The bulb is gone.")
        self.lit.append((notice.subject, actor))
        self.bus.publish(SwitchedOn(kind="lamp", subject=notice.subject))

    def switch_off(self, subject: str, kind: str = "lamp", reason: str = "It was hot.") -> None:
        self.bus.publish(SwitchedOff(kind=kind, subject=subject, title=f"{subject} is off.", reason=reason))


@pytest.mark.feature("X25")
async def test_an_undo_really_undoes_and_takes_the_notice_down() -> None:
    house = House()
    house.switch_off("hall")
    (notice,) = house.board.open()
    assert (notice.title, notice.reason, notice.raised_at) == ("hall is off.", "It was hot.", house.clock.now())
    ended = await house.board.undo(notice.notice_id, actor="ada")
    assert house.lit == [("hall", "ada")]
    assert (ended.end, ended.ended_by, house.board.open()) == (NoticeEnd.UNDONE, "ada", ())
    assert [entry.kind for entry in house.store.audit] == ["notice.undone"]
    with pytest.raises(NotFoundError):
        await house.board.undo(notice.notice_id)


async def test_an_undo_that_cannot_be_done_leaves_the_notice_hanging() -> None:
    house = House()
    house.switch_off("broken")
    house.switch_off("door", kind="door")
    for notice in house.board.open():
        with pytest.raises(ConflictError):
            await house.board.undo(notice.notice_id)
    assert len(house.board.open()) == 2
    assert [house.board.can_undo(each) for each in house.board.open()] == [
        each.kind == "lamp" for each in house.board.open()
    ]


async def test_the_same_thing_hangs_once_and_is_over_when_it_works_again() -> None:
    house = House()
    house.switch_off("hall")
    house.switch_off("hall", reason="It was hot again.")
    (notice,) = house.board.open()
    assert (notice.times, notice.reason) == (2, "It was hot again.")
    house.bus.publish(SwitchedOn(kind="lamp", subject="hall"))
    house.bus.publish(SwitchedOn(kind="lamp", subject="hall"))
    assert house.board.open() == ()
    assert [each.end for each in house.told] == [None, None, NoticeEnd.OVER]


@pytest.mark.feature("X25")
async def test_notices_survive_a_restart_also_when_the_store_was_full_for_a_while() -> None:
    house = House()
    loops = Loops(house.clock)
    house.store.is_full = True
    loops.start("notices", house.board.run)
    house.switch_off("hall")
    await settle()
    house.store.is_full = False
    await house.clock.advance(6)
    await loops.stop()
    again = house.new_board()
    await again.load()
    (notice,) = again.open()
    assert notice.subject == "hall"
    dismissed = await again.dismiss(notice.notice_id, actor="ada")
    assert [each.end for each in await again.history()] == [NoticeEnd.DISMISSED]
    assert (dismissed.ended_by, house.lit) == ("ada", [])
