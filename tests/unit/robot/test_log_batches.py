"""Log lines on their way out are bounded in number and size, and the oldest go first."""

import logging
from datetime import UTC, datetime

import pytest

from orchestrator.contract.protocol.codec import encode
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.protocol.terms import MAX_MESSAGE_BYTES
from orchestrator.contract.results import LogEntry, LogLevel
from robot.log_batches import BATCH_LINES, LogBuffer, forwarded
from robot.logs import current_attempt, current_trace

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def line(text: str) -> LogEntry:
    return LogEntry(at=NOON, level=LogLevel.INFO, message=text)


async def test_the_oldest_lines_are_dropped_and_counted() -> None:
    buffer = LogBuffer(kept=3)
    for number in range(5):
        buffer.add(line(str(number)))
    batch = buffer.take()
    assert batch is not None
    assert ([entry.message for entry in batch.entries], batch.dropped) == (["2", "3", "4"], 2)
    assert buffer.take() is None


async def test_a_batch_that_could_not_be_sent_comes_first_again() -> None:
    buffer = LogBuffer(kept=3)
    buffer.add(line("a"))
    buffer.add(line("b"))
    batch = buffer.take()
    assert batch is not None
    buffer.add(line("c"))
    buffer.give_back(batch)
    again = buffer.take()
    assert again is not None
    assert [entry.message for entry in again.entries] == ["a", "b", "c"]


async def test_every_batch_fits_into_a_message() -> None:
    buffer = LogBuffer()
    for _ in range(400):
        buffer.add(line("ü" * 8_192))
    sent = 0
    while (batch := buffer.take()) is not None:
        assert len(batch.entries) <= BATCH_LINES
        assert len(encode(batch).encode()) < MAX_MESSAGE_BYTES
        sent += len(batch.entries)
    assert sent == 400


async def test_records_carry_the_attempt_of_their_task_and_what_went_wrong() -> None:
    buffer = LogBuffer()
    token = current_attempt.set(AttemptRef(job_id="job-1", attempt=2))
    with forwarded("robot.test", buffer):
        logging.getLogger("robot.test.deep").info("it went on", exc_info=ValueError("oops"), extra={"step": "s1"})
    current_attempt.reset(token)
    logging.getLogger("robot.test.deep").info("unheard")
    batch = buffer.take()
    assert batch is not None
    (entry,) = batch.entries
    assert (entry.job_id, entry.attempt, entry.step_id) == ("job-1", 2, "s1")
    assert entry.fields == {"error": "ValueError('oops')"}


@pytest.mark.feature("O54")
async def test_lines_below_a_run_carry_the_trace_of_their_job() -> None:
    buffer = LogBuffer()
    token = current_trace.set("4bf92f3577b34da6a3ce929d0e0e4736")
    with forwarded("robot.traced", buffer):
        logging.getLogger("robot.traced").info("Inside.")
        current_trace.reset(token)
        logging.getLogger("robot.traced").info("Outside.")
    batch = buffer.take()
    assert batch is not None
    assert [entry.fields.get("trace_id") for entry in batch.entries] == ["4bf92f3577b34da6a3ce929d0e0e4736", None]
