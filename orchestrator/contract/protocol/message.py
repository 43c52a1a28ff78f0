"""What every message has in common."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from orchestrator.contract.results import MAX_ATTEMPT

JobName = Annotated[str, Field(min_length=1, max_length=100)]
AttemptNumber = Annotated[int, Field(ge=1, le=MAX_ATTEMPT)]


class MessageType(StrEnum):
    """The `type` of an envelope."""

    ROBOT_HELLO = "robot_hello"
    ROBOT_REGISTERED = "robot_registered"
    ROBOT_GOODBYE = "robot_goodbye"
    HEARTBEAT = "heartbeat"
    HEARTBEAT_ACK = "heartbeat_ack"
    JOB_ASSIGNMENT = "job_assignment"
    JOB_ACCEPTED = "job_accepted"
    JOB_REFUSED = "job_refused"
    JOB_START = "job_start"
    STATUS_UPDATE = "status_update"
    LOG_BATCH = "log_batch"
    JOB_RESULT = "job_result"
    RESULT_ACK = "result_ack"
    CANCEL_JOB = "cancel_job"
    REVOKE_JOB = "revoke_job"
    TAKE_CHECKPOINT = "take_checkpoint"
    PAUSE_JOB = "pause_job"
    UNPAUSE_JOB = "unpause_job"
    ASK_PERSON = "ask_person"
    PERSON_ANSWERED = "person_answered"
    QUESTION_DROPPED = "question_dropped"
    DRAIN_ROBOT = "drain_robot"
    RESTART_ROBOT = "restart_robot"
    DEPLOY_WORKFLOW = "deploy_workflow"
    UNDEPLOY_WORKFLOW = "undeploy_workflow"
    DEPLOYMENT_STATUS = "deployment_status"
    CAPTURE_RUN = "capture_run"
    RUN_CAPTURED = "run_captured"
    WATCH_RUN = "watch_run"
    UNWATCH_RUN = "unwatch_run"
    LIVE_FRAME = "live_frame"
    LIVE_NEWS = "live_news"
    TAKE_OVER = "take_over"
    RUN_INPUT = "run_input"
    WORK_ITEM_ASK = "work_item_ask"
    WORK_ITEM_ANSWER = "work_item_answer"
    ERROR = "error"


class Payload(BaseModel):
    """Base of all payloads; `message_type` ties the class to its envelope."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)
    message_type: ClassVar[MessageType]


class AttemptRef(BaseModel):
    """One attempt of one job."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    job_id: JobName
    attempt: AttemptNumber
