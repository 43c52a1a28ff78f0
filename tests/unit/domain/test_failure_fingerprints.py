"""Failures that are the same have one fingerprint, however their numbers, ids and addresses differ."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.domain.failures import MOST_KEPT, fingerprint, normalised


@pytest.mark.parametrize(
    ("message", "plain"),
    [
        ("No element fits 'Buy now' after 30.5 s", "No element fits <text> after <n> s"),
        ('The value of "price" is 12,50', "The value of <text> is <n>"),
        ("https://shop.example/a?b=1 answered 503", "<url> answered <n>"),
        ("Order 019a8c52-7e1f-7c3a-9d2e-0123456789ab is gone", "Order <id> is gone"),
        ("Session deadbeef01234567 ended", "Session <id> ended"),
        ("/tmp/robot/jobs/7/file.pdf cannot be read", "<path> cannot be read"),
        ("mail to anna@example.org bounced", "mail to <address> bounced"),
        ("It didn't load, and won't", "It didn't load, and won't"),
        ("two\n  lines", "two lines"),
    ],
)
def test_what_differs_each_time_is_left_out_of_a_message(message: str, plain: str) -> None:
    assert normalised(message) == plain


def failure(message: str, *, step: str | None = "pay", kind: ErrorKind = ErrorKind.TIMEOUT) -> ErrorInfo:
    return ErrorInfo(kind=kind, message=message, step_id=step)


@pytest.mark.feature("X11")
def test_the_same_failure_of_another_order_has_the_same_fingerprint() -> None:
    assert fingerprint(failure("Order 17 was not paid in 30 s")) == fingerprint(
        failure("Order 4711 was not paid in 9 s")
    )


def test_step_kind_and_message_all_tell_failures_apart() -> None:
    first = failure("It hangs")
    others = (failure("It falls"), failure("It hangs", step="buy"), failure("It hangs", kind=ErrorKind.NETWORK))
    assert len({fingerprint(each) for each in (first, *others)}) == 4


def test_a_vanished_robot_is_told_apart_by_the_step_that_was_running() -> None:
    lost = failure("The robot vanished", step=None, kind=ErrorKind.ROBOT_LOST)
    assert fingerprint(lost, "Pay") != fingerprint(lost, "Search")


@given(st.text(max_size=5_000))
def test_any_message_is_normalised_to_a_bounded_text_that_stays_itself(message: str) -> None:
    once = normalised(message)
    assert len(once) <= MOST_KEPT
    assert len(fingerprint(ErrorInfo(kind=ErrorKind.INTERNAL, message=message))) == 16
