"""`botswain logs --follow` goes on behind what it has shown, also when the orchestrator was away."""

from contextlib import aclosing
from datetime import UTC, datetime

import pytest

from orchestrator.cli.engine_log import line_of, pages
from orchestrator.client.errors import ConnectionBrokenError, UnreachableError
from orchestrator.contract.api.logs import LogLine, LogPage

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def page(message: str, cursor: int) -> LogPage:
    line = LogLine(at=NOW, level="info", logger="orchestrator.engine.inbox", message=message)
    return LogPage(lines=(line,), cursor=cursor)


async def test_it_goes_on_after_a_restart_and_says_once_that_it_waits(capsys: pytest.CaptureFixture[str]) -> None:
    away = UnreachableError("Nobody answers.")
    answers: list[LogPage | UnreachableError] = [page("Before", 7), away, away, page("After", 9)]
    asked: list[int] = []

    async def read(cursor: int) -> LogPage:
        asked.append(cursor)
        answer = answers.pop(0)
        if isinstance(answer, UnreachableError):
            raise answer
        return answer

    told = []
    async with aclosing(pages(read, every_s=0.0)) as found:
        async for each in found:
            told += [line.message for line in each.lines]
            if not answers:
                break
    assert told == ["Before", "After"]
    assert asked == [0, 7, 7, 7]
    assert capsys.readouterr().err.count("Trying again.") == 1


async def test_without_follow_it_asks_once_and_nobody_there_is_an_error() -> None:
    async def read(_: int) -> LogPage:
        return page("Only", 1)

    assert [each.cursor async for each in pages(read, every_s=None)] == [1]

    async def broken(_: int) -> LogPage:
        raise ConnectionBrokenError("It broke.")

    with pytest.raises(UnreachableError):
        _ = [each async for each in pages(broken, every_s=1.0)]


def test_a_line_shows_the_traceback_below_it() -> None:
    line = page("It failed.", 1).lines[0].model_copy(update={"fields": {"Error": "Traceback: x"}})
    assert line_of(line).splitlines()[1:] == ["Traceback: x"]
    assert line_of(line).splitlines()[0].endswith("INFO     orchestrator.engine.inbox: It failed.")
