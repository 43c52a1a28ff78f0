"""`/api/v1/memory`: what runs remember; running steps ask below `/run`, with the robots' token."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from orchestrator.contract.memory import (
    MAX_NAME,
    AllowRequest,
    MemoryKind,
    MemoryValue,
    MemoryView,
    RunMemoryAnswer,
    RunMemoryRequest,
    SetMemoryRequest,
)
from orchestrator.domain.memory import Memory
from orchestrator.server.parts import Actor, Parts, parts

router = APIRouter(prefix="/memory", tags=["memory"])

Using = Annotated[Parts, Depends(parts)]
Name = Annotated[str, Query(min_length=1, max_length=MAX_NAME)]


@router.get("")
async def listing(using: Using) -> list[MemoryView]:
    """What is remembered, without the contents."""
    return [_view(each) for each in await using.engine.memory.listing()]


@router.get("/value")
async def value(using: Using, name: Name) -> MemoryValue:
    """A value; logins are not shown to anybody but robots."""
    memory, found = await using.engine.memory.get(name)
    return MemoryValue(memory=_view(memory), value=found)


@router.put("/value")
async def set_value(request: SetMemoryRequest, using: Using, actor: Actor) -> MemoryView:
    """Write a value."""
    return _view(await using.engine.memory.set(request, actor=actor))


@router.put("/login/allowed")
async def allow(request: AllowRequest, using: Using, actor: Actor) -> MemoryView:
    """Say which workflows may use a login."""
    return _view(await using.engine.memory.allow(request.name, request.allowed, actor=actor))


@router.delete("/{kind}", status_code=204)
async def forget(kind: MemoryKind, using: Using, name: Name, actor: Actor) -> None:
    """Remove a value or a login."""
    await using.engine.memory.forget(kind, name, actor=actor)


@router.post("/run/remember", status_code=204)
async def remember(request: RunMemoryRequest, using: Using) -> None:
    """A running step gives a memory."""
    await using.engine.memory.remember(request)


@router.post("/run/recall")
async def recall(request: RunMemoryRequest, using: Using) -> RunMemoryAnswer:
    """A running step asks for one."""
    return await using.engine.memory.recall(request)


def _view(memory: Memory) -> MemoryView:
    return MemoryView(
        kind=memory.kind,
        name=memory.name,
        size=memory.size,
        changed_at=memory.changed_at,
        changed_by=memory.changed_by,
        job_id=memory.job_id,
        allowed=memory.allowed,
    )
