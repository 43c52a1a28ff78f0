"""`/api/v1/triggers`: what starts jobs besides people and schedules; `/hooks`: the addresses that others call."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from orchestrator.contract.api.common import ErrorBody
from orchestrator.contract.api.triggers import (
    AddedTrigger,
    FiringView,
    HookAnswer,
    TestedTrigger,
    TestTriggerRequest,
    TriggerRequest,
    TriggerView,
)
from orchestrator.contract.errors import UserError
from orchestrator.contract.expressions import ExpressionError
from orchestrator.contract.ids import JsonValue
from orchestrator.domain.triggers import FiringOutcome, Trigger, of_trigger
from orchestrator.engine.errors import InvalidRequestError, OrchestratorError, StorageError
from orchestrator.engine.webhooks import HookCall, TooManyCallsError
from orchestrator.server.parts import Actor, Parts, parts
from orchestrator.server.trigger_views import firing_view, trigger_view

router = APIRouter(prefix="/triggers", tags=["triggers"])
hooks_router = APIRouter(tags=["hooks"])

Using = Annotated[Parts, Depends(parts)]
MOST_HOOK_BYTES = 262_144
HOOKS = "/hooks"


@router.get("")
async def list_triggers(using: Using) -> list[TriggerView]:
    """All triggers, by name."""
    return [_view(using, trigger) for trigger in using.engine.triggers.triggers()]


@router.post("", status_code=201)
async def add_trigger(request: TriggerRequest, using: Using, actor: Actor) -> AddedTrigger:
    """Add a trigger; the address of a webhook is told this once."""
    drafted = await using.engine.trigger_desk.draft(request)
    trigger = await using.engine.triggers.add(drafted.trigger, present=drafted.present, actor=actor)
    path = f"{HOOKS}/{trigger.trigger_id}/{drafted.secret}" if drafted.secret else ""
    return AddedTrigger(trigger=_view(using, trigger), path=path)


@router.get("/{trigger}")
async def one_trigger(trigger: str, using: Using) -> TriggerView:
    """A trigger by id or name."""
    return _view(using, using.engine.triggers.named(trigger))


@router.delete("/{trigger}", status_code=204)
async def remove_trigger(trigger: str, using: Using, actor: Actor) -> None:
    """Remove a trigger; its jobs stay."""
    await using.engine.triggers.remove(using.engine.triggers.named(trigger).trigger_id, actor=actor)


@router.post("/{trigger}/pause")
async def pause_trigger(trigger: str, using: Using, actor: Actor) -> TriggerView:
    """Let a trigger rest."""
    known = using.engine.triggers.named(trigger)
    return _view(using, await using.engine.triggers.pause(known.trigger_id, actor=actor))


@router.post("/{trigger}/resume")
async def resume_trigger(trigger: str, using: Using, actor: Actor) -> TriggerView:
    """Let a trigger watch again."""
    known = using.engine.triggers.named(trigger)
    return _view(using, await using.engine.triggers.resume(known.trigger_id, actor=actor))


@router.get("/{trigger}/firings")
async def firings(trigger: str, using: Using, limit: Annotated[int, Query(ge=1, le=1_000)] = 100) -> list[FiringView]:
    """What a trigger did, newest first."""
    known = using.engine.triggers.named(trigger)
    found = await using.engine.triggers.firings(known.trigger_id, limit=limit)
    return [firing_view(each, trigger_name=known.name) for each in found]


@router.post("/{trigger}/test")
async def try_trigger(trigger: str, request: TestTriggerRequest, using: Using) -> TestedTrigger:
    """What an occurrence would start; nothing is started."""
    known = using.engine.triggers.named(trigger)
    occurrence = await using.engine.trigger_desk.played(known, request)
    try:
        variables = await using.engine.triggers.rehearse(of_trigger(known), occurrence)
    except StorageError:
        raise
    except (OrchestratorError, UserError, ExpressionError) as error:
        return TestedTrigger(would_fire=False, problem=str(error))
    return TestedTrigger(would_fire=variables is not None, variables=variables or {})


@hooks_router.post(HOOKS + "/{trigger}/{secret}", status_code=202, response_model=HookAnswer)
async def call_hook(trigger: str, secret: str, request: Request, using: Using) -> HookAnswer | JSONResponse:
    """Start what the trigger asks for; a delivery that was numbered is taken once."""
    try:
        known = using.engine.webhooks.admit(trigger, secret)
    except TooManyCallsError as error:
        return _too_many(error)
    call = HookCall(
        body=_read_body(await _body(request), request.headers.get("content-type", "")),
        query=dict(request.query_params),
        headers={name.lower(): value for name, value in request.headers.items()},
    )
    firing = await using.engine.webhooks.call(known, call)
    if firing.outcome is FiringOutcome.REFUSED:
        raise InvalidRequestError(f"The call was understood, but no job could be made: {firing.note}")
    return HookAnswer(accepted=firing.outcome is FiringOutcome.FIRED, job_id=firing.job_id)


async def _body(request: Request) -> bytes:
    """The body, read no further than it may be long."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_HOOK_BYTES:
            raise HTTPException(413, f"The body may have {MOST_HOOK_BYTES // 1_024} KiB.")
    return bytes(body)


def _read_body(body: bytes, content_type: str) -> JsonValue:
    """JSON as what it says, anything else as text; an empty body is null."""
    text = body.decode("utf-8", "replace")
    if not text.strip():
        return None
    try:
        value: JsonValue = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        if "json" in content_type:
            raise InvalidRequestError("The body says that it is JSON, and cannot be read as such.") from None
        return text
    return value


def _refuse_constant(word: str) -> JsonValue:
    raise ValueError(word)


def _too_many(error: TooManyCallsError) -> JSONResponse:
    body = ErrorBody(code="too_many", message=str(error))
    headers = {"Retry-After": str(max(1, round(error.wait_s)))}
    return JSONResponse(body.model_dump(mode="json"), status_code=429, headers=headers)


def _view(using: Parts, trigger: Trigger) -> TriggerView:
    return trigger_view(trigger, trouble=using.engine.triggers.troubles.get(trigger.trigger_id, ""))
