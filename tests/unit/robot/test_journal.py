"""The journal keeps a robot from starting one attempt twice, whatever happened to the process in between."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from orchestrator.contract.protocol.message import AttemptRef
from robot import journal as journal_module
from robot.durable_file import TEMPORARY_SUFFIX
from robot.journal import AlreadyStartedError, Journal, JournalState

FIRST = AttemptRef(job_id="job-1", attempt=1)
SECOND = AttemptRef(job_id="job-1", attempt=2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def opened(path: Path) -> Iterator[Callable[[], Journal]]:
    """Opens the journal, as each start of the robot does."""
    with ExitStack() as journals:

        def open_it() -> Journal:
            journal = Journal.open(path)
            journals.callback(journal.close)
            return journal

        yield open_it


def test_an_attempt_is_started_once_also_after_a_restart(opened: Callable[[], Journal]) -> None:
    journal = opened()
    journal.accept(FIRST)
    journal.start(FIRST)
    with pytest.raises(AlreadyStartedError, match="was started here before"):
        journal.start(FIRST)
    journal.close()
    again = opened()
    with pytest.raises(AlreadyStartedError):
        again.start(FIRST)
    again.start(SECOND)


def test_an_ended_attempt_is_neither_accepted_nor_started_again(opened: Callable[[], Journal]) -> None:
    journal = opened()
    journal.start(FIRST)
    journal.end(FIRST)
    with pytest.raises(AlreadyStartedError):
        journal.accept(FIRST)
    with pytest.raises(AlreadyStartedError):
        opened().start(FIRST)


def test_accepting_twice_is_one_acceptance(path: Path, opened: Callable[[], Journal]) -> None:
    journal = opened()
    journal.accept(FIRST)
    size = path.stat().st_size
    journal.accept(FIRST)
    assert path.stat().st_size == size
    assert opened().unended() == ((FIRST, JournalState.ACCEPTED),)


def test_a_torn_last_line_is_cut_off_and_the_rest_is_kept(path: Path, opened: Callable[[], Journal]) -> None:
    journal = opened()
    journal.start(FIRST)
    journal.close()
    whole = path.read_bytes()
    path.write_bytes(whole + whole[: len(whole) // 2])
    again = opened()
    assert again.damaged_lines == 0
    again.accept(SECOND)
    assert opened().unended() == ((FIRST, JournalState.STARTED), (SECOND, JournalState.ACCEPTED))


def test_a_flipped_bit_costs_one_line_and_is_counted(path: Path, opened: Callable[[], Journal]) -> None:
    journal = opened()
    journal.start(FIRST)
    journal.start(SECOND)
    journal.close()
    content = bytearray(path.read_bytes())
    content[12] ^= 1
    path.write_bytes(content)
    again = opened()
    assert again.damaged_lines == 1
    assert again.state(FIRST) is None
    assert again.state(SECOND) is JournalState.STARTED


def test_the_file_stays_bounded_and_open_attempts_outlive_ended_ones(
    path: Path, opened: Callable[[], Journal], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "KEPT_ENDED", 10)
    monkeypatch.setattr(journal_module, "_REWRITE_AFTER_LINES", 60)
    journal = opened()
    journal.start(FIRST)
    for number in range(200):
        ref = AttemptRef(job_id=f"other-{number}", attempt=1)
        journal.start(ref)
        journal.end(ref)
    assert len(path.read_bytes().splitlines()) < 60
    again = opened()
    assert again.state(FIRST) is JournalState.STARTED
    assert again.state(AttemptRef(job_id="other-199", attempt=1)) is JournalState.ENDED


def test_ids_from_outside_cannot_break_the_format(opened: Callable[[], Journal]) -> None:
    odd = AttemptRef(job_id='a "b"\n\\c ü', attempt=7)
    opened().start(odd)
    assert opened().unended() == ((odd, JournalState.STARTED),)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, the disk that is always full")
def test_a_full_disk_is_an_error_and_the_next_line_is_not_glued_to_half_a_line(
    path: Path, opened: Callable[[], Journal]
) -> None:
    journal = opened()
    whole = journal._file
    with Path("/dev/full").open("ab", buffering=0) as full:
        journal._file = full
        with pytest.raises(OSError, match="No space left"):
            journal.start(FIRST)
    assert whole is not None
    whole.write(b"1234abcd [half a li")
    journal._file = whole
    journal.start(FIRST)
    assert opened().unended() == ((FIRST, JournalState.STARTED),)


def test_many_moves_share_a_sync_and_each_is_judged_by_those_before_it(
    opened: Callable[[], Journal], monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened()
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    refusals = journal.note_all(
        [(FIRST, JournalState.STARTED), (SECOND, JournalState.ACCEPTED), (FIRST, JournalState.STARTED)]
    )
    assert [isinstance(each, AlreadyStartedError) for each in refusals] == [False, False, True]
    assert len(synced) == 1
    assert opened().unended() == ((FIRST, JournalState.STARTED), (SECOND, JournalState.ACCEPTED))


def test_an_end_alone_is_written_and_not_waited_for(
    opened: Callable[[], Journal], monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened()
    synced: list[int] = []
    journal.start(FIRST)
    monkeypatch.setattr(os, "fsync", synced.append)
    journal.end(FIRST)
    assert synced == []
    journal.close()
    monkeypatch.undo()
    assert opened().state(FIRST) is JournalState.ENDED


def test_a_disk_that_has_no_room_for_a_shorter_file_does_not_stop_the_journal(
    opened: Callable[[], Journal], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened()
    monkeypatch.setattr(journal_module, "_REWRITE_AFTER_LINES", 1)
    in_the_way = path.with_name(path.name + TEMPORARY_SUFFIX)
    in_the_way.mkdir()
    journal.start(FIRST)
    journal.start(SECOND)
    in_the_way.rmdir()
    assert opened().unended() == ((FIRST, JournalState.STARTED), (SECOND, JournalState.STARTED))
