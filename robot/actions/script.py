"""script.call: asks the script that started this robot to run a method of one of its objects.

One connection for each call: a line of JSON there, a line of JSON back. A call that is not wanted any more is hung up.
"""

import asyncio
import json
import os
from contextlib import suppress

from pydantic import BaseModel, ValidationError

from orchestrator.contract.actions.script import COMPONENTS_VARIABLE, MAX_CALL_BYTES, CallComponent
from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.actions.work import Work
from robot.errors import ActionError


class _Answer(BaseModel):
    value: JsonValue = None
    error: ErrorInfo | None = None


async def call(work: Work, parameters: CallComponent) -> JsonValue:
    """What the method returned; ActionError for what it raised."""
    host, port, token = _address()
    request = {
        "token": token,
        "component": parameters.component,
        "operation": parameters.operation,
        "arguments": parameters.arguments,
        "step_id": work.call.step_id,
    }
    try:
        answer = await _asked(host, port, json.dumps(request).encode() + b"\n")
    except (OSError, ValueError) as error:
        message = f"The script that runs {parameters.component}.{parameters.operation} is not there: {error}"
        raise ActionError.of(ErrorKind.NETWORK, message) from error
    if answer.error is not None:
        raise ActionError(answer.error)
    return answer.value


def _address() -> tuple[str, int, str]:
    host, _, rest = os.environ.get(COMPONENTS_VARIABLE, "").partition(":")
    port, _, token = rest.partition(":")
    if not (host and port.isdecimal() and token):
        message = "No Python script runs this robot, so script.call has nobody to ask."
        raise ActionError.of(ErrorKind.BAD_WORKFLOW, message)
    return host, int(port), token


async def _asked(host: str, port: int, line: bytes) -> _Answer:
    reader, writer = await asyncio.open_connection(host, port, limit=MAX_CALL_BYTES)
    try:
        writer.write(line)
        await writer.drain()
        answer = await reader.readline()
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    if not answer.endswith(b"\n"):
        raise ConnectionResetError("it hung up.")
    try:
        return _Answer.model_validate_json(answer)
    except ValidationError as error:
        raise ValueError("it answered something that is no answer.") from error
