"""Messages survive the way there and back, and nothing that arrives can do more than be refused."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contract.errors import ProtocolError
from orchestrator.contract.live import FrameFacts, PointerEvent, TextEvent, ViewKind, ViewWish
from orchestrator.contract.protocol.codec import PAYLOADS, decode, encode
from orchestrator.contract.protocol.jobs import (
    CancelJob,
    JobAccepted,
    JobAssignment,
    JobRefused,
    JobResultReport,
    LogBatch,
    RefusalReason,
    ResultAck,
    ResultOutcome,
    StatusUpdate,
    StepProgress,
)
from orchestrator.contract.protocol.live import LiveFramePart, LiveNews, RunInput, TakeOver, UnwatchRun, WatchRun
from orchestrator.contract.protocol.message import AttemptRef, MessageType, Payload
from orchestrator.contract.protocol.robots import (
    ErrorReport,
    Heartbeat,
    HeartbeatAck,
    RestartRobot,
    RobotHello,
    RobotRegistered,
)
from orchestrator.contract.protocol.terms import MAX_MESSAGE_BYTES
from orchestrator.contract.protocol.workflows import (
    DeploymentOutcome,
    DeploymentStatus,
    DeployWorkflow,
    UndeployWorkflow,
)
from orchestrator.contract.results import JobResult, LogEntry, LogLevel
from orchestrator.contract.states import JobStatus, StepStatus
from orchestrator.contract.workflow import WorkflowDefinition

NOW = datetime(2026, 1, 1, tzinfo=UTC)
REF = AttemptRef(job_id="j", attempt=3)
WORKFLOW = WorkflowDefinition.model_validate({"name": "W", "steps": [{"id": "a", "action": "goto"}]})
RESULT = JobResult(
    job_id="j", attempt=3, status=JobStatus.COMPLETED, outputs={"a": [1, None]}, started_at=NOW, finished_at=NOW,
    execution_time_s=1.5,
)  # fmt: skip
EXAMPLES: tuple[Payload, ...] = (
    RobotHello(robot_id="r", name="Änna", slots=2, tags=("eu",), running=(REF,), spooled=(REF,)),
    RobotRegistered(robot_id="r", session_id="s", revoked=(REF,)),
    Heartbeat(running=(REF,), slots_busy=1, cpu_percent=3.5),
    HeartbeatAck(cancels=(REF,), draining=True),
    JobAssignment(job_id="j", attempt=3, workflow=WORKFLOW, variables={"x": {"deep": [True]}}, timeout_s=60),
    JobAccepted(job_id="j", attempt=3),
    JobRefused(job_id="j", attempt=3, reason=RefusalReason.BUSY),
    StatusUpdate(
        job_id="j", attempt=3, sequence=7, progress=0.5, steps=(StepProgress(step_id="a", status=StepStatus.RUNNING),)
    ),
    LogBatch(entries=(LogEntry(at=NOW, level=LogLevel.INFO, message="😀"),), dropped=2),
    JobResultReport(result=RESULT),
    ResultAck(job_id="j", attempt=3, outcome=ResultOutcome.STALE),
    CancelJob(job_id="j", attempt=3, reason="no"),
    ErrorReport(code="x", message="y", about="z"),
    JobAssignment(job_id="j", attempt=3, workflow_hash="0a", timeout_s=60),
    JobRefused(job_id="j", attempt=3, reason=RefusalReason.UNKNOWN_WORKFLOW),
    RestartRobot(reason="new browser"),
    DeployWorkflow(workflow_hash=WORKFLOW.content_hash, workflow=WORKFLOW),
    UndeployWorkflow(workflow_hash="0a"),
    WatchRun(job_id="j", attempt=3, wish=ViewWish(kind=ViewKind.THUMBNAIL, rate=0.5)),
    UnwatchRun(job_id="j", attempt=3),
    LiveFramePart(
        job_id="j",
        attempt=3,
        number=2,
        part=0,
        parts=2,
        data="/9j/",
        facts=FrameFacts(number=2, page_width=9, page_height=5),
    ),
    LiveNews(job_id="j", attempt=3, problem="no page", parked=("a",)),
    TakeOver(job_id="j", attempt=3, by="anna", deadline_s=60),
    RunInput(job_id="j", attempt=3, events=(PointerEvent(what="down", x=0.5, y=1), TextEvent(text="Ä"))),
    DeploymentStatus(workflow_hash="0a", outcome=DeploymentOutcome.FAILED, detail="no room"),
)


@pytest.mark.feature("C82")
@pytest.mark.parametrize("payload", EXAMPLES, ids=lambda payload: payload.message_type)
def test_a_message_comes_out_as_it_went_in(payload: Payload) -> None:
    frame = encode(payload, message_id="7", at=NOW)
    outside = json.loads(frame)
    assert (outside["type"], outside["id"], outside["timestamp"]) == (payload.message_type, "7", NOW.isoformat())
    message = decode(frame)
    assert (message.id, message.payload) == ("7", payload)


def test_every_type_has_its_payload() -> None:
    assert set(PAYLOADS) == set(MessageType)


def test_the_references_own_example_is_understood() -> None:
    frame = {
        "type": "job_assignment",
        "id": "msg-uuid",
        "timestamp": "2025-01-01T00:00:00Z",
        "payload": {
            "job_id": "job-uuid", "attempt": 1, "timeout_s": 3600, "variables": {},
            "workflow": {"name": "W", "steps": [{"name": "a", "action": "goto"}]},
        },
    }  # fmt: skip
    payload = decode(json.dumps(frame)).payload
    assert isinstance(payload, JobAssignment)
    assert payload.job_id == "job-uuid"


@pytest.mark.parametrize(
    ("frame", "code", "says"),
    [
        (b"{}", "binary", "JSON texts"),
        ("", "malformed", ""),
        ("[]", "malformed", ""),
        ('{"type": "heartbeat"}', "malformed", "id"),
        ('{"type": "dance", "id": "1", "timestamp": "2026-01-01T00:00:00Z", "payload": {}}', "unknown_type", "dance"),
        ("x" * (MAX_MESSAGE_BYTES + 1), "too_large", "bytes"),
        ("😀" * (MAX_MESSAGE_BYTES // 3), "too_large", "bytes"),
        ('{"a": ' + "[" * 65 + "]" * 65 + "}", "too_deep", "64"),
        ("[" * 1_000_000, "too_deep", "64"),
        ('{"type": "job_accepted", "id": "9", "timestamp": "2026-01-01T00:00:00Z", "payload": {"job_id": "j"}}',
         "bad_payload", "attempt"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named(frame: str | bytes, code: str, says: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        decode(frame)
    assert refused.value.code == code
    assert says in refused.value.message


def test_brackets_inside_strings_do_not_count_as_depth() -> None:
    report = ErrorReport(code="x", message='"\\' + "[{" * 500)
    assert decode(encode(report)).payload == report


def refusal(frame: str | bytes) -> str | None:
    """The code with which a frame is refused; None when it is understood."""
    try:
        decode(frame)
    except ProtocolError as refused:
        return refused.code
    return None


@given(st.one_of(st.text(max_size=200), st.binary(max_size=50)))
def test_no_frame_does_anything_but_decode_or_be_refused(frame: str | bytes) -> None:
    assert refusal(frame) != ""


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=5)


@given(st.sampled_from(EXAMPLES), st.data())
def test_a_message_with_one_field_replaced_decodes_or_names_the_field(payload: Payload, data: st.DataObject) -> None:
    message = json.loads(encode(payload))
    field = data.draw(st.sampled_from(sorted(message["payload"])))
    message["payload"][field] = data.draw(JSON)
    assert refusal(json.dumps(message)) in {None, "bad_payload", "malformed"}
