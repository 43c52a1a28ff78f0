"""The log is one line of key=value pairs for each event, whatever the values hold."""

import logging

import pytest

from orchestrator.contract.protocol.message import AttemptRef
from robot.logs import AttemptFilter, KeyValueFormatter, current_attempt, quoted


@pytest.mark.feature("O39", "O58")
def test_a_record_becomes_one_line_with_its_context() -> None:
    record = logging.LogRecord("robot.runner", logging.INFO, "", 0, "Ended as %s\nat last", ("failed",), None)
    record.step = "search"
    token = current_attempt.set(AttemptRef(job_id="job-1", attempt=2))
    AttemptFilter().filter(record)
    current_attempt.reset(token)
    text = KeyValueFormatter("robot 1").format(record)
    assert text.endswith(
        'level=INFO robot="robot 1" job=job-1 attempt=2 step=search logger=robot.runner '
        'message="Ended as failed\\nat last"'
    )
    assert "\n" not in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        (3, "3"),
        ("", '""'),
        ('say "hi"', '"say \\"hi\\""'),
        ("a=b", '"a=b"'),
        ("back\\slash", '"back\\\\slash"'),
        ("\x1b[31m", '"\\x1b[31m"'),
    ],
)
def test_values_stay_one_word_and_cannot_forge_others(value: object, text: str) -> None:
    assert quoted(value) == text
