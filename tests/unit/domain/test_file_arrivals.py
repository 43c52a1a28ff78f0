"""Files that have arrived, and how many calls there is room for."""

import pytest

from orchestrator.domain.call_rate import CallRate
from orchestrator.domain.file_arrivals import FoundFile, Waiting, settled


def file(size: int = 1, modified_ns: int = 1) -> FoundFile:
    return FoundFile(path="/in/a.csv", size=size, modified_ns=modified_ns)


def test_a_file_has_arrived_when_it_has_not_changed_for_long_enough() -> None:
    seen: dict[str, Waiting] = {}
    looks = [(0, file(1)), (1, file(2)), (2, file(2)), (3, file(2)), (4, file(2))]
    ready_at = []
    for now_s, found in looks:
        ready, seen = settled(seen, [found], now_s=now_s, settle_s=2)
        ready_at += [now_s for _ in ready]
    assert ready_at == [3, 4]


def test_a_file_that_was_taken_away_and_comes_back_begins_anew() -> None:
    _, seen = settled({}, [file()], now_s=0, settle_s=2)
    _, seen = settled(seen, [], now_s=1, settle_s=2)
    ready, _ = settled(seen, [file()], now_s=2, settle_s=2)
    assert not ready


def test_a_file_is_the_same_until_it_is_written_anew() -> None:
    assert file().key == file().key
    assert len({file().key, file(size=2).key, file(modified_ns=2).key}) == 3


def test_calls_beyond_the_rate_are_told_when_there_is_room() -> None:
    rate = CallRate.full(2, 0.0)
    waits = []
    for now_s in (0.0, 0.0, 0.0, 15.0, 30.0, 31.0):
        rate, wait_s = rate.called(now_s)
        waits.append(wait_s)
    assert waits == [None, None, 30.0, pytest.approx(15.0), None, pytest.approx(29.0)]
