"""The sockets of those who look at runs: frames and news out, wishes and input in; slow readers miss frames."""

import asyncio
import logging
from contextlib import suppress

from pydantic import ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from orchestrator.contract.api.common import View
from orchestrator.contract.api.live import (
    SAYING,
    FrameView,
    GoneView,
    HandedBackView,
    RefusalView,
    SayHandBack,
    SayInput,
    SayTakeOver,
    SayWish,
)
from orchestrator.contract.errors import BotswainError
from orchestrator.contract.ids import JobId
from orchestrator.engine.engine import OrchestratorEngine
from orchestrator.engine.errors import ConflictError
from orchestrator.engine.live_frames import Frame, RunLook, Watcher
from orchestrator.server.live_views import lease_view, look_view

log = logging.getLogger(__name__)

SEND_LIMIT_S = 20.0
CLOSE_LIMIT_S = 2.0
MOST_CHARACTERS = 262_144
"""Of what a client says at once."""
_NORMAL = 1000
_GOING_AWAY = 1001
_POLICY_VIOLATION = 1008


class LiveSocket:
    """One connection, already accepted."""

    def __init__(self, engine: OrchestratorEngine, websocket: WebSocket, *, actor: str, may_act: bool) -> None:
        self._engine = engine
        self._websocket = websocket
        self._actor = actor
        self._may_act = may_act
        self._turn = asyncio.Lock()
        """A frame's two messages stay together."""

    async def serve(self, watcher: Watcher, job_id: JobId | None) -> None:
        """Tell and listen until the client is gone, the run has ended or the orchestrator stops; None: the wall."""
        loop = asyncio.get_running_loop()
        tasks = [
            loop.create_task(self._tell(watcher, job_id)),
            loop.create_task(self._listen(watcher, job_id)),
            loop.create_task(self._engine.live_rooms.view.closing.wait()),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, Exception) and not isinstance(outcome, WebSocketDisconnect | TimeoutError):
                log.error("A live view broke", exc_info=outcome)
        is_stopping = self._engine.live_rooms.view.closing.is_set()
        await close(self._websocket, _GOING_AWAY if is_stopping else _NORMAL, "The view ends.")

    async def send(self, view: View, jpeg: bytes = b"") -> None:
        """Say something, with the picture that belongs to it."""
        async with self._turn, asyncio.timeout(SEND_LIMIT_S):
            await self._websocket.send_text(view.model_dump_json())
            if jpeg:
                await self._websocket.send_bytes(jpeg)

    async def _tell(self, watcher: Watcher, job_id: JobId | None) -> None:
        while True:
            news = await watcher.next()
            if isinstance(news, Frame):
                view = FrameView(job_id=news.job_id, at=news.at, facts=news.facts, size=len(news.jpeg))
                await self.send(view, news.jpeg)
            elif isinstance(news, RunLook):
                look = look_view(self._engine, news)
                await self.send(look)
                if job_id is not None and look.has_ended:
                    return
            else:
                await self.send(GoneView(job_id=news))

    async def _listen(self, watcher: Watcher, job_id: JobId | None) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            try:
                await self._heed(message.get("text") or "", watcher, job_id)
            except ValidationError as error:
                first = error.errors(include_url=False)[0]
                place = ".".join(map(str, first["loc"])) or "message"
                await self.send(RefusalView(message=f"{place}: {first['msg']}"))
            except BotswainError as error:
                await self.send(RefusalView(message=str(error)))

    async def _heed(self, text: str, watcher: Watcher, job_id: JobId | None) -> None:
        if len(text) > MOST_CHARACTERS:
            raise ConflictError("That is too much at once.")
        said = SAYING.validate_json(text)
        if isinstance(said, SayWish):
            self._engine.live_rooms.view.turn(watcher, said.wish)
            return
        if job_id is None or not self._may_act:
            raise ConflictError("This view is for looking only.")
        desk = self._engine.live_rooms.take_overs
        match said:
            case SayTakeOver():
                lease = await desk.take(
                    job_id, actor=self._actor, reason=said.reason, limit_s=said.limit_s, force=said.force
                )
                await self.send(lease_view(lease))
            case SayHandBack():
                await desk.hand_back(
                    job_id, actor=self._actor, token=said.token, then=said.then, note=said.note, force=said.force
                )
                await self.send(HandedBackView(job_id=job_id, then=said.then))
            case SayInput():
                await desk.input(job_id, said.token, said.events, said.session)


async def refuse(websocket: WebSocket, error: BotswainError) -> None:
    """Say why there is nothing to look at, and close."""
    with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(CLOSE_LIMIT_S):
            await websocket.send_text(RefusalView(message=str(error)).model_dump_json())
    await close(websocket, _POLICY_VIOLATION, "There is nothing to see.")


async def close(websocket: WebSocket, code: int, reason: str) -> None:
    """Close; a peer that is gone already needs no goodbye."""
    with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(CLOSE_LIMIT_S):
            await websocket.close(code, reason)
