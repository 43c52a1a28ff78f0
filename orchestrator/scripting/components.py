"""A script's objects as components of a workflow: robots call their methods, one connection for each call."""

import asyncio
import hmac
import inspect
import json
import logging
import secrets
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticSerializationError, to_jsonable_python

from orchestrator.contract.actions.script import COMPONENTS_VARIABLE, MAX_CALL_BYTES
from orchestrator.contract.errors import ErrorInfo, ErrorKind, UserError
from orchestrator.contract.ids import JsonValue

log = logging.getLogger(__name__)

_HELLO_LIMIT_S = 10.0
_CALLED_ITSELF = "__call__"

Operation = tuple[str, str]
"""Component and operation."""


class _Call(BaseModel):
    model_config = ConfigDict(frozen=True)

    token: str
    component: str
    operation: str
    arguments: dict[str, JsonValue]
    step_id: str = ""


class ComponentHost:
    """Listens on a loopback port for calls of the script's own robots; only named operations can be called."""

    def __init__(self) -> None:
        self._token = secrets.token_hex(32)
        self._server: asyncio.Server | None = None
        self._calls: set[asyncio.Task[None]] = set()
        self._instance: object = None
        self._allowed: frozenset[Operation] = frozenset()

    async def open(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0, limit=MAX_CALL_BYTES)

    async def close(self) -> None:
        """Listen no more, and end the calls that are under way."""
        if self._server is None:
            return
        self._server.close()
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    @property
    def environment(self) -> dict[str, str]:
        """What robots' processes need in order to call."""
        if self._server is None:
            return {}
        host, port = self._server.sockets[0].getsockname()[:2]
        return {COMPONENTS_VARIABLE: f"{host}:{port}:{self._token}"}

    def serve(self, instance: object, operations: Iterable[Operation]) -> None:
        """Let these operations of an object be called. UserError for one that it has not."""
        wanted = tuple(operations)
        for component, operation in wanted:
            _target(instance, component, operation)
        self._instance, self._allowed = instance, frozenset(wanted)

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = asyncio.get_running_loop().create_task(self._answer(reader, writer))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_HELLO_LIMIT_S):
                call = _Call.model_validate_json(await reader.readline())
            if hmac.compare_digest(call.token, self._token):
                writer.write(await self._called(call, reader))
                await writer.drain()
        except (OSError, ValueError, TimeoutError) as error:
            log.debug("A call of a component broke off: %s", error)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _called(self, call: _Call, reader: asyncio.StreamReader) -> bytes:
        """The answer; when the robot hangs up, the method is cancelled."""
        loop = asyncio.get_running_loop()
        working = loop.create_task(self._outcome(call))
        hung_up = loop.create_task(reader.read(1))
        try:
            await asyncio.wait({working, hung_up}, return_when=asyncio.FIRST_COMPLETED)
            return json.dumps(working.result()).encode() + b"\n" if working.done() else b""
        finally:
            for task in (working, hung_up):
                task.cancel()
            await asyncio.gather(working, hung_up, return_exceptions=True)

    async def _outcome(self, call: _Call) -> dict[str, JsonValue]:
        try:
            return {"value": _as_json(await self._result(call))}
        except Exception as error:  # what a script's method raises is its step's failure
            log.info("%s.%s failed in step %s.", call.component, call.operation, call.step_id, exc_info=error)
            return {"error": error_info(error).model_dump(mode="json")}

    async def _result(self, call: _Call) -> object:
        if (call.component, call.operation) not in self._allowed:
            raise UserError(f"{call.component}.{call.operation} is no step of the workflow that the script runs.")
        target = _target(self._instance, call.component, call.operation)
        if inspect.iscoroutinefunction(target) or inspect.iscoroutinefunction(getattr(target, _CALLED_ITSELF, None)):
            return await target(**call.arguments)
        found = await asyncio.to_thread(target, **call.arguments)
        return await found if inspect.isawaitable(found) else found


def error_info(error: Exception) -> ErrorInfo:
    """What a method raised, in the product's kinds: they decide whether and how it is recovered."""
    match error:
        case UserError():
            kind = ErrorKind.BAD_WORKFLOW
        case TimeoutError():
            kind = ErrorKind.TIMEOUT
        case ConnectionError():
            kind = ErrorKind.NETWORK
        case ValidationError() | AssertionError():
            kind = ErrorKind.ASSERTION_FAILED
        case _:
            kind = ErrorKind.INTERNAL
    return ErrorInfo(kind=kind, message=f"{type(error).__name__}: {error}"[:16_384])


def _target(instance: object, component: str, operation: str) -> Any:
    """The method; UserError when there is none."""
    part = getattr(instance, component, None)
    target = part if operation == _CALLED_ITSELF else getattr(part, operation, None)
    if not callable(target):
        called = f"{component}.{operation}" if operation != _CALLED_ITSELF else component
        raise UserError(f"{type(instance).__name__} has no {called} that could be called.", field="component")
    return target


def _as_json(value: object) -> JsonValue:
    try:
        plain: JsonValue = to_jsonable_python(value)
        json.dumps(plain, allow_nan=False)
    except (PydanticSerializationError, ValueError) as error:
        raise UserError(f"A {type(value).__name__} is no JSON value; return plain data.") from error
    return plain
