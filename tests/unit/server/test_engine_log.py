"""The orchestrator's own log, kept in memory: the newest lines, in order, about what, and without secrets."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.contract.variables import MASK
from orchestrator.log_lines import log_fields, pairs
from orchestrator.server.engine_log import LONGEST_LINE, LogRing, Wanted

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ALL = Wanted()
JOB = "019a0000-0000-7000-8000-000000000001"
LOG = logging.getLogger("orchestrator.engine.scheduler")
pytestmark = pytest.mark.feature("O58")


@pytest.fixture
def ring() -> Iterator[LogRing]:
    """It keeps four lines."""
    ring = LogRing(NOW, ("k3y-of-this-orchestrator",), most=4)
    root = logging.getLogger("orchestrator")
    root.addHandler(ring)
    before, is_told = root.level, root.propagate
    root.setLevel(logging.DEBUG)
    root.propagate = False
    yield ring
    root.propagate = is_told
    root.setLevel(before)
    root.removeHandler(ring)


def messages(ring: LogRing, wanted: Wanted = ALL, *, after: int = 0, limit: int = 500) -> list[str]:
    return [line.message for line in ring.page(wanted, after=after, limit=limit)[0]]


def test_the_newest_lines_stay_and_are_paged_by_their_numbers(ring: LogRing) -> None:
    for number in range(6):
        LOG.info("Line %d", number)
    assert messages(ring) == ["Line 2", "Line 3", "Line 4", "Line 5"]
    assert messages(ring, limit=2) == ["Line 4", "Line 5"]
    first = ring.page(ALL)[0][0].number
    page, cursor = ring.page(ALL, after=first, limit=2)
    assert [line.message for line in page] == ["Line 3", "Line 4"]
    assert messages(ring, after=cursor) == ["Line 5"]
    _, cursor = ring.page(ALL, after=cursor)
    assert messages(ring, after=cursor) == []
    LOG.info("Line 6")
    assert messages(ring, after=cursor) == ["Line 6"]


def test_whoever_waits_for_lines_that_do_not_come_goes_on_behind_what_was_looked_at(ring: LogRing) -> None:
    LOG.info("Quiet")
    page, cursor = ring.page(Wanted(lowest="error"), after=1)
    assert not page
    LOG.error("Loud")
    assert messages(ring, Wanted(lowest="error"), after=cursor) == ["Loud"]


def test_numbers_go_on_rising_after_a_restart(ring: LogRing) -> None:
    LOG.info("Before")
    _, cursor = ring.page(ALL)
    later = LogRing(NOW + timedelta(seconds=1))
    later.handle(logging.LogRecord("orchestrator", logging.INFO, "", 1, "After", None, None))
    assert messages(later, after=cursor) == ["After"]


def test_lines_say_what_they_are_about_and_are_chosen_by_it(ring: LogRing) -> None:
    with log_fields(RequestID="r-1"):
        LOG.info("%s", pairs(Action="submit", JobID=JOB))
    LOG.warning("Job %s cannot be claimed now: no robot", JOB)
    LOG.warning("robot=web-01 2 messages not handled: x")
    logging.getLogger("orchestrator.store.database").debug("Checkpoint")
    submit, *_ = ring.page(ALL)[0]
    assert (submit.job_id, submit.level, submit.logger) == (JOB, "info", "orchestrator.engine.scheduler")
    assert submit.fields == {"Action": "submit", "JobID": JOB, "RequestID": "r-1"}
    assert len(messages(ring, Wanted(job=JOB[:8]))) == 2
    assert messages(ring, Wanted(robot="web-01")) == ["robot=web-01 2 messages not handled: x"]
    assert messages(ring, Wanted(channel="store")) == ["Checkpoint"]
    assert len(messages(ring, Wanted(channel="scheduler", lowest="warning", text="CLAIMED"))) == 1


@pytest.mark.feature("X16")
def test_secrets_are_masked_wherever_they_stand(ring: LogRing) -> None:
    LOG.info("Shown k3y-of-this-orchestrator here")
    LOG.info("Connected to postgresql://ada:pa55word@db.example.com/botswain")
    LOG.info('Asked with Authorization: Bearer abc.def and {"password": "hunter2"} and token=t0ken&x=1')
    try:
        raise ValueError("k3y-of-this-orchestrator is refused")  # noqa: TRY301
    except ValueError:
        LOG.exception("It failed.")
    shown = ring.page(ALL)[0]
    told = " ".join(f"{line.message} {dict(line.fields)}" for line in shown)
    for secret in ("k3y-of", "pa55word", "abc.def", "hunter2", "t0ken"):
        assert secret not in told
    assert shown[0].message == f"Shown {MASK} here"
    assert shown[1].message == f"Connected to postgresql://ada:{MASK}@db.example.com/botswain"
    assert shown[3].message == f"It failed. ValueError: {MASK} is refused"
    assert "Traceback" in shown[3].fields["Error"]


def test_a_line_has_a_bound_and_one_that_cannot_be_said_breaks_nothing(
    ring: LogRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    LOG.info("x" * 100_000)
    LOG.info("%d", "not a number")
    assert [len(each) for each in messages(ring)] == [LONGEST_LINE]
