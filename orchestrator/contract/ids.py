"""Identifiers: what they are called, and how new ones are made."""

import os
import time
from typing import NewType

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


_RANDOM_AT_ONCE = 256
_randoms: list[int] = []
"""Random numbers that nobody has used yet: asking the system for each would let another thread in between."""


def new_id() -> str:
    """A new identifier: a version 7 UUID (RFC 9562), so that ids sort by the time of their making."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & ((1 << _TIMESTAMP_BITS) - 1)) << _RANDOM_BITS | _random()
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _random() -> int:
    while True:
        try:
            return _randoms.pop()  # one step for the interpreter: no two threads get the same
        except IndexError:
            size = _RANDOM_BITS // 8
            more = os.urandom(size * _RANDOM_AT_ONCE)
            _randoms.extend(int.from_bytes(more[at : at + size], "big") for at in range(0, len(more), size))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_randoms.clear)
