"""The orchestrator's log: the same ids on each line, in two formats, and channels that speak at DEBUG."""

import json
import logging
import sys
from collections.abc import Iterator

import pytest

from orchestrator.log_lines import (
    ContextFilter,
    JsonFormatter,
    LogLevels,
    TextFormatter,
    log_fields,
    loggers_of,
    pairs,
    read_pairs,
)


@pytest.fixture
def lines() -> Iterator[list[logging.LogRecord]]:
    """What the logger of this test writes, with the fields of its work."""
    records: list[logging.LogRecord] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    handler = Keep()
    handler.addFilter(ContextFilter())
    logger = logging.getLogger("orchestrator.test")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield records
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)


@pytest.mark.feature("O39", "O58")
def test_a_line_carries_the_ids_of_its_work_in_both_formats(lines: list[logging.LogRecord]) -> None:
    with log_fields(RequestID="r1"), log_fields(TraceID="t1"):
        logging.getLogger("orchestrator.test").info("%s", pairs(Action="submit", Workflow="Job Discovery", JobID="j1"))
    logging.getLogger("orchestrator.test").info("Nobody asked.")
    text = TextFormatter().format(lines[0])
    assert text.endswith('Action=submit Workflow="Job Discovery" JobID=j1 RequestID=r1 TraceID=t1')
    document = json.loads(JsonFormatter().format(lines[0]))
    assert {name: document[name] for name in ("level", "logger", "Action", "Workflow", "JobID", "RequestID")} == {
        "level": "info", "logger": "orchestrator.test", "Action": "submit", "Workflow": "Job Discovery",
        "JobID": "j1", "RequestID": "r1",
    }  # fmt: skip
    assert "RequestID" not in TextFormatter().format(lines[1])


def test_an_error_is_one_line_with_its_traceback(lines: list[logging.LogRecord]) -> None:
    try:
        int("two\nlines")
    except ValueError:
        logging.getLogger("orchestrator.test").info("It broke.", exc_info=sys.exc_info())
    line = JsonFormatter().format(lines[0])
    assert "\n" not in line
    assert "ValueError: invalid literal" in json.loads(line)["error"]


@pytest.mark.parametrize("value", ["plain", "two words", 'a "quoted" one', "a=b", "line\nend", "ümläut", "back\\slash"])
def test_what_pairs_wrote_can_be_read_back(value: str) -> None:
    assert read_pairs(f"Said {pairs(First=value, Second=2)} and more") == {"First": value, "Second": "2"}


@pytest.mark.feature("D66", "E63")
def test_a_channel_speaks_at_debug_and_is_quiet_again_afterwards() -> None:
    scheduler, store = (
        logging.getLogger("orchestrator.engine.scheduler"),
        logging.getLogger("orchestrator.store.sqlite"),
    )
    before = scheduler.getEffectiveLevel()
    levels = LogLevels()
    levels.set("warning", ("scheduler",))
    assert (scheduler.getEffectiveLevel(), store.getEffectiveLevel()) == (logging.DEBUG, logging.WARNING)
    levels.set("info", ())
    assert scheduler.getEffectiveLevel() == logging.INFO
    levels.restore()
    assert scheduler.getEffectiveLevel() == before


def test_any_part_of_the_program_is_a_channel() -> None:
    assert loggers_of("director") == ("orchestrator.engine",)
    assert loggers_of("engine.inbox") == loggers_of("orchestrator.engine.inbox") == ("orchestrator.engine.inbox",)
