"""A log file loses no line while it is turned over or moved away, whoever writes."""

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from robot.log_file import LogFile


def record(text: str) -> logging.LogRecord:
    return logging.LogRecord("robot", logging.INFO, "", 0, text, None, None)


def lines(folder: Path) -> list[str]:
    return [line for file in folder.iterdir() for line in file.read_text().splitlines()]


def test_no_line_is_lost_while_threads_write_and_the_file_is_turned_over(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "robot.log", most_bytes=2_000, files_kept=100)
    with ThreadPoolExecutor(4) as writers:
        for turn in writers.map(lambda turn: [log.handle(record(f"{turn}-{n}")) for n in range(200)], range(4)):
            assert all(turn)
    log.close()
    assert len(list(tmp_path.iterdir())) > 2
    assert sorted(lines(tmp_path)) == sorted(f"{turn}-{n}" for turn in range(4) for n in range(200))


def test_a_file_that_was_moved_away_is_followed_by_a_new_one(tmp_path: Path) -> None:
    file = tmp_path / "robot.log"
    log = LogFile(file, most_bytes=1_000_000, files_kept=3)
    log.handle(record("before"))
    file.rename(tmp_path / "robot.log.old")
    log.handle(record("after"))
    file.unlink()
    log.handle(record("at last"))
    log.close()
    assert (file.read_text(), (tmp_path / "robot.log.old").read_text()) == ("at last\n", "before\n")


def test_a_file_that_cannot_be_opened_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "robot.log"
    log = LogFile(file, most_bytes=1_000_000, files_kept=3)
    monkeypatch.setattr(logging, "raiseExceptions", False)
    file.mkdir()
    log.handle(record("lost"))
    file.rmdir()
    log.handle(record("kept"))
    log.close()
    assert file.read_text() == "kept\n"
    assert capsys.readouterr().err == ""
