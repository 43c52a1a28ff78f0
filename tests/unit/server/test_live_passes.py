"""Passes open one run's live page for an hour after their last use."""

from datetime import UTC, datetime, timedelta

from orchestrator.contract.ids import JobId
from orchestrator.server.live_passes import LIFE, MOST_PASSES, LivePasses

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
JOB = JobId("j")


def test_a_pass_is_good_for_longer_with_each_use_and_then_for_nothing() -> None:
    passes = LivePasses()
    token, issued = passes.issue(JOB, actor="anna", may_act=True, now=NOON)
    assert issued.expires_at == NOON + LIFE
    almost = LIFE - timedelta(seconds=1)
    shown = passes.shown(token, now=NOON + almost)
    assert shown is not None
    assert (shown.job_id, shown.actor, shown.may_act) == (JOB, "anna", True)
    assert passes.shown(token, now=NOON + 2 * almost) is not None
    assert passes.shown(token, now=NOON + 2 * almost + LIFE) is None
    assert passes.shown("a guess", now=NOON) is None


def test_what_is_kept_of_a_pass_does_not_open_anything_and_has_a_bound() -> None:
    passes = LivePasses()
    first, _ = passes.issue(JOB, actor="anna", may_act=False, now=NOON)
    assert first not in repr(vars(passes))
    for _ in range(MOST_PASSES):
        passes.issue(JOB, actor="anna", may_act=False, now=NOON)
    assert passes.shown(first, now=NOON) is None
