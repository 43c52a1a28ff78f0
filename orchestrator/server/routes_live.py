"""Watching runs and taking them over: one picture, sockets of frames, leases, and the page for a browser."""

import asyncio
from importlib import resources
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import FileResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.websockets import WebSocket, WebSocketDisconnect

from orchestrator.contract.api.live import (
    HandBackRequest,
    HandedBackView,
    InputRequest,
    LeaseView,
    PassRequest,
    PassView,
    SayPass,
    StreamView,
    TakeOverRequest,
    WelcomeView,
)
from orchestrator.contract.errors import BotswainError
from orchestrator.contract.ids import JobId
from orchestrator.contract.live import THUMBNAIL, ViewKind, ViewWish
from orchestrator.engine.errors import ConflictError
from orchestrator.engine.live_frames import Frame, RunLook, Watcher
from orchestrator.server.live_socket import LiveSocket, close, refuse
from orchestrator.server.live_views import lease_view
from orchestrator.server.parts import Actor, Parts, actor, parts, parts_of

FRAME_LIMIT_S = 10.0
PASS_LIMIT_S = 5.0
PAGE = "/live"
SOCKET = f"{PAGE}/socket"
_FONTS = frozenset({"Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf", "JetBrainsMono-Regular.ttf"})
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src blob: data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_POLICY_VIOLATION = 1008
_TAKES = "~take"
"""Behind the pass in the page's address; no pass has such a sign in it."""

router = APIRouter(tags=["live"])
page_router = APIRouter(include_in_schema=False)

Using = Annotated[Parts, Depends(parts)]


@router.get("/live")
async def watched(using: Using) -> list[StreamView]:
    """The runs that somebody looks at."""
    rooms = using.engine.live_rooms
    return [
        StreamView(
            job_id=job_id, watchers=count, holder=lease.holder if (lease := rooms.take_overs.lease_of(job_id)) else ""
        )
        for job_id, count in rooms.view.streams.items()
    ]


@router.get("/jobs/{job_id}/frame", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}})
async def one_frame(
    job_id: str,
    using: Using,
    width: Annotated[int, Query(ge=80, le=1_920)] = 1_280,
    quality: Annotated[int, Query(ge=10, le=95)] = 70,
    session: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """What a running job's browser shows now, as a JPEG."""
    await using.engine.job(JobId(job_id))
    wish = ViewWish(kind=ViewKind.THUMBNAIL, rate=1, width=width, quality=quality, session=session)
    with using.engine.live_rooms.view.watching(JobId(job_id), wish) as watcher:
        frame = await _first_frame(watcher)
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Frame-At": frame.at.isoformat()}
    return Response(frame.jpeg, media_type="image/jpeg", headers=headers)


@router.post("/jobs/{job_id}/take-over")
async def take_over(job_id: str, request: TakeOverRequest, using: Using, by: Actor) -> LeaseView:
    """Stop a run at its next step and get the right to act in its page."""
    lease = await using.engine.live_rooms.take_overs.take(
        JobId(job_id), actor=by, reason=request.reason, limit_s=request.limit_s, force=request.force
    )
    return lease_view(lease)


@router.post("/jobs/{job_id}/hand-back")
async def hand_back(job_id: str, request: HandBackRequest, using: Using, by: Actor) -> HandedBackView:
    """Let a run go on that a person has."""
    await using.engine.live_rooms.take_overs.hand_back(
        JobId(job_id), actor=by, token=request.token, then=request.then, note=request.note, force=request.force
    )
    return HandedBackView(job_id=job_id, then=request.then)


@router.post("/jobs/{job_id}/input", status_code=202)
async def give_input(job_id: str, request: InputRequest, using: Using) -> None:
    """Do something in the page of a run that was taken over."""
    desk = using.engine.live_rooms.take_overs
    await desk.input(JobId(job_id), request.token, request.events, request.session)


@router.post("/jobs/{job_id}/live-pass", status_code=201)
async def issue_pass(job_id: str, request: PassRequest, using: Using, by: Actor) -> PassView:
    """An address under which a browser shows the run, without the key."""
    job = await using.engine.job(JobId(job_id))
    token, issued = using.live_passes.issue(job.job_id, actor=by, may_act=request.may_act, now=using.engine.clock.now())
    mark = _TAKES if request.takes and issued.may_act else ""
    return PassView(url=f"{using.base_url}{PAGE}#{token}{mark}", expires_at=issued.expires_at, may_act=issued.may_act)


@router.websocket("/jobs/{job_id}/live")
async def job_socket(websocket: WebSocket, job_id: str) -> None:
    """Frames and news of one run, for whoever shows the key."""
    by = await actor(websocket)  # type: ignore[arg-type]  # it reads headers only
    await websocket.accept()
    await _show_job(websocket, JobId(job_id), actor=by, may_act=True, wish=_wish_of(websocket))


@router.websocket("/wall")
async def wall_socket(websocket: WebSocket) -> None:
    """Thumbnails of everything that runs."""
    engine = parts_of(websocket).engine
    await websocket.accept()
    try:
        with engine.live_rooms.view.watching_all(_wish_of(websocket, THUMBNAIL)) as watcher:
            await LiveSocket(engine, websocket, actor="", may_act=False).serve(watcher, None)
    except BotswainError as error:
        await refuse(websocket, error)


@page_router.get(PAGE)
async def page() -> FileResponse:
    """The live page; it holds nothing secret and asks for the pass that is in its address."""
    path = resources.files("resources") / "live" / "index.html"
    headers = {
        "Content-Security-Policy": _POLICY,
        "Cache-Control": "no-cache",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return FileResponse(str(path), media_type="text/html; charset=utf-8", headers=headers)


@page_router.get(f"{PAGE}/fonts/{{name}}")
async def font(name: str) -> FileResponse:
    """The product's fonts."""
    if name not in _FONTS:
        raise HTTPException(404, f"There is nothing at {PAGE}/fonts.")
    path = resources.files("resources") / "fonts" / name
    return FileResponse(str(path), headers={"Cache-Control": "max-age=86400", "X-Content-Type-Options": "nosniff"})


@page_router.websocket(SOCKET)
async def page_socket(websocket: WebSocket) -> None:
    """The live page's own socket: shows its pass first."""
    using = parts_of(websocket)
    await websocket.accept()
    try:
        async with asyncio.timeout(PASS_LIMIT_S):
            said = SayPass.model_validate_json(await websocket.receive_text())
    except (TimeoutError, ValidationError, KeyError):
        await close(websocket, _POLICY_VIOLATION, "Show the pass first.")
        return
    except WebSocketDisconnect:
        return
    shown = using.live_passes.shown(said.token, now=using.engine.clock.now())
    if shown is None:
        await refuse(
            websocket, ConflictError("This pass is not good any more: ask for a new one with `botswain watch`.")
        )
        return
    welcome = WelcomeView(job_id=shown.job_id, actor=shown.actor, may_act=shown.may_act)
    await websocket.send_text(welcome.model_dump_json())
    await _show_job(websocket, shown.job_id, actor=shown.actor, may_act=shown.may_act, wish=ViewWish())


async def _show_job(websocket: WebSocket, job_id: JobId, *, actor: str, may_act: bool, wish: ViewWish | None) -> None:
    engine = parts_of(websocket).engine
    try:
        await engine.job(job_id)
        with engine.live_rooms.view.watching(job_id, wish or ViewWish()) as watcher:
            await LiveSocket(engine, websocket, actor=actor, may_act=may_act).serve(watcher, job_id)
    except BotswainError as error:
        await refuse(websocket, error)


def _wish_of(websocket: WebSocket, default: ViewWish | None = None) -> ViewWish:
    """What the query asks for; what cannot be read is as if it were not there."""
    base = default or ViewWish()
    named = {name: value for name, value in websocket.query_params.items() if name in ViewWish.model_fields}
    try:
        return ViewWish.model_validate({**base.model_dump(), **named})
    except ValidationError:
        return base


async def _first_frame(watcher: Watcher) -> Frame:
    problem = "the robot has sent no picture in time"
    try:
        async with asyncio.timeout(FRAME_LIMIT_S):
            while True:
                news = await watcher.next()
                if isinstance(news, Frame):
                    return news
                if isinstance(news, RunLook):
                    problem = news.problem or problem
    except TimeoutError:
        raise ConflictError(f"There is nothing to see: {problem.rstrip('.')}.") from None
