"""Secrets are masked in everything that a run reports, in the forms in which they travel."""

from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.patterns import ItemResult
from orchestrator.contract.protocol.jobs import StepProgress
from orchestrator.contract.results import JobResult, LogLevel, StepResult
from orchestrator.contract.states import JobStatus, StepStatus
from orchestrator.contract.variables import MASK
from orchestrator.contract.workflow import WorkflowDefinition
from robot.masking import Mask, MaskedListener

SECRET = 'p@ss "w/rd" ü'
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "form",
    [SECRET, quote(SECRET, safe=""), "p%40ss+%22w%2Frd%22+%C3%BC", 'p@ss \\"w/rd\\" ü', "cEBzcyAidy9yZCIgw7w="],
    ids=["raw", "url", "form", "json", "base64"],
)
def test_a_secret_is_recognised_in_its_forms(form: str) -> None:
    assert Mask([SECRET]).text(f"before {form} after") == f"before {MASK} after"


def test_only_secret_variables_are_masked_and_short_ones_only_as_whole_values() -> None:
    definition = WorkflowDefinition.model_validate(
        {"steps": [{"id": "a", "action": "set"}], "variables": {"pin": {"secret": True}, "user": {"default": "anna"}}}
    )
    mask = Mask.of(definition, {"pin": 42, "user": "anna"})
    assert mask.value({"pin": 42, "text": "42", "sum": "142", "user": "anna", "yes": True}) == {
        "pin": MASK, "text": MASK, "sum": "142", "user": "anna", "yes": True,
    }  # fmt: skip


@pytest.mark.feature("X16")
def test_a_report_carries_no_secret() -> None:
    error = ErrorInfo(kind=ErrorKind.TIMEOUT, message=f"typing {SECRET}", call_log=(SECRET,), details={"value": SECRET})
    item = ItemResult(index=0, status=StepStatus.FAILED, value={"text": SECRET}, error=error, note=SECRET)
    step = StepResult(
        step_id="a", status=StepStatus.FAILED, value=[SECRET], error=error, url=f"http://x/?p={SECRET}", items=(item,)
    )
    result = JobResult(
        job_id="j", attempt=1, status=JobStatus.FAILED, outputs={"o": {"deep": SECRET}}, step_results=(step,),
        error=error, started_at=NOW, finished_at=NOW, execution_time_s=1,
    )  # fmt: skip
    hidden = Mask([SECRET]).result(result)
    assert "w/rd" not in hidden.model_dump_json()
    assert hidden.outputs == {"o": {"deep": MASK}}
    assert JobResult.model_validate_json(hidden.model_dump_json()) == hidden


def test_progress_and_log_lines_carry_no_secret() -> None:
    heard: list[str] = []

    class Listener:
        def step_changed(self, step: StepProgress, *, progress: float, running: tuple[str, ...]) -> None:
            heard.append(step.message)

        def log(self, level: LogLevel, message: str, *, step_id: str | None = None, **fields: JsonValue) -> None:
            heard.append(f"{message} {fields}")

        def wrapping_up(self, what: str) -> None:
            heard.append(what)

    listener = MaskedListener(Listener(), Mask([SECRET]))
    listener.step_changed(StepProgress(step_id="a", status=StepStatus.RUNNING, message=SECRET), progress=0, running=())
    listener.log(LogLevel.INFO, f"x {SECRET}", value=[SECRET])
    listener.wrapping_up("gathering evidence")
    assert heard == [MASK, f"x {MASK} {{'value': ['{MASK}']}}", "gathering evidence"]


@given(st.text(min_size=3, max_size=30), st.text(max_size=50), st.text(max_size=50))
def test_no_secret_survives_in_a_text(secret: str, before: str, after: str) -> None:
    hidden = Mask([secret]).text(before + secret + after)
    assert MASK in hidden
