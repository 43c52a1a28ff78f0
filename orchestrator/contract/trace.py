"""Trace context: one id from a request to the last log line of the robot that ran its job.

The words are those of W3C Trace Context, level 1: `traceparent` is `00-<trace id>-<parent id>-<flags>` in lower-case
hex. A job that came without one gets an id made of its own, so that every job can be followed.
"""

import hashlib
import re

HEADER = "traceparent"
_FORM = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")
_ID = re.compile("[0-9a-f]{32}")


def read_traceparent(text: str | None) -> str:
    """The header as it is kept; empty when it is missing or breaks the form, which the standard says to ignore."""
    given = (text or "").strip()
    return given[:55] if len(given) <= 512 and _FORM.fullmatch(given) else ""


def traceparent_of(job_id: str, given: str = "") -> str:
    """What a job's robot is told: the trace that the submitter gave, or one of the job's own."""
    span = hashlib.blake2b(job_id.encode(), digest_size=8).hexdigest()
    if given:
        return f"00-{trace_id(given)}-{span}-{given[53:55]}"
    own = job_id.replace("-", "")
    if _ID.fullmatch(own) is None:
        own = hashlib.blake2b(job_id.encode(), digest_size=16).hexdigest()
    return f"00-{own}-{span}-01"


def trace_id(traceparent: str) -> str:
    """The 32 hex digits that every line of one trace shares."""
    return traceparent[3:35]
