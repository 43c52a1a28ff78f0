"""Identifiers: what they are called, and how new ones are made."""

import secrets
import time
from typing import NewType
from uuid import UUID

from pydantic import JsonValue

__all__ = [
    "AttemptNumber",
    "JobId",
    "JsonValue",
    "RobotId",
    "ScheduleId",
    "SessionId",
    "StepId",
    "WorkflowHash",
    "WorkflowId",
    "new_id",
]

JobId = NewType("JobId", str)
RobotId = NewType("RobotId", str)
WorkflowId = NewType("WorkflowId", str)
WorkflowHash = NewType("WorkflowHash", str)
ScheduleId = NewType("ScheduleId", str)
StepId = NewType("StepId", str)

SessionId = NewType("SessionId", str)
"""One connection of a robot; the newest wins, frames of older ones are ignored."""

AttemptNumber = NewType("AttemptNumber", int)
"""The fencing token of a claim: 1 for the first, never reused."""

_TIMESTAMP_BITS = 48
_RANDOM_BITS = 80


def new_id() -> str:
    """A new identifier: a version 7 UUID (RFC 9562), so that ids sort by the time of their making."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & ((1 << _TIMESTAMP_BITS) - 1)) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(UUID(int=value))
