"""The scripted engine's wall: pictures of the running jobs in one colour each, and what is asked about them."""

import asyncio
from datetime import timedelta

from fastapi import APIRouter
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QColor, QImage
from scripted_desk import Desk, clock
from starlette.websockets import WebSocket, WebSocketDisconnect

from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.api.live import (
    FrameView,
    GoneView,
    HandBackRequest,
    HandedBackView,
    LeaseView,
    LookView,
    PassRequest,
    PassView,
    TakeOverRequest,
)
from orchestrator.contract.live import FrameFacts
from orchestrator.contract.states import JobStatus

COLOURS = ("#0a7d3c", "#1428c8", "#c27c0e", "#b4489b", "#5b6ee1", "#3d8b5f")
ON_SHOW = (JobStatus.RUNNING, JobStatus.WAITING_FOR_HUMAN)


class Wall:
    """Who looks, who has which run, and what was asked."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.watchers = 0
        self.holders: dict[str, str] = {}
        self.passes: list[str] = []
        self._news: set[asyncio.Queue[str | None]] = set()

    async def serve(self, websocket: WebSocket) -> None:
        """Show everything that runs, and then what changes."""
        await websocket.accept()
        news: asyncio.Queue[str | None] = asyncio.Queue()
        self._news.add(news)
        self.watchers += 1
        ended = asyncio.get_running_loop().create_task(_until_gone(websocket, news))
        try:
            for place, job in enumerate(self._jobs()):
                await self._show(websocket, job, COLOURS[place % len(COLOURS)])
            while (job_id := await news.get()) is not None:
                await self._tell(websocket, job_id)
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            ended.cancel()
            self._news.discard(news)
            self.watchers -= 1

    def stir(self, job_id: str) -> None:
        """Something about a run has changed."""
        for each in self._news:
            each.put_nowait(job_id)

    def hang_up(self) -> None:
        """End every wall."""
        for each in self._news:
            each.put_nowait(None)

    def _jobs(self) -> list[JobView]:
        return [job for job in self.desk.fleet.jobs.values() if job.status in ON_SHOW]

    async def _show(self, websocket: WebSocket, job: JobView, colour: str) -> None:
        await websocket.send_text(self._look(job).model_dump_json())
        facts = FrameFacts(number=1, page_width=1280, page_height=800)
        jpeg = picture(colour)
        view = FrameView(job_id=job.job_id, at=clock(), facts=facts, size=len(jpeg))
        await websocket.send_text(view.model_dump_json())
        await websocket.send_bytes(jpeg)

    async def _tell(self, websocket: WebSocket, job_id: str) -> None:
        job = self.desk.fleet.jobs[job_id]
        view = self._look(job) if job.status in ON_SHOW else GoneView(job_id=job_id)
        await websocket.send_text(view.model_dump_json())

    def _look(self, job: JobView) -> LookView:
        robot = self.desk.fleet.robots.get(job.robot_id or "")
        return LookView(
            job_id=job.job_id,
            workflow=job.workflow_name,
            robot=robot.name if robot is not None else "",
            status=job.status.value,
            step=job.current_step,
            holder=self.holders.get(job.job_id, ""),
        )


def picture(colour: str) -> bytes:
    """A JPEG of one colour."""
    image = QImage(320, 200, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "JPEG", 90)  # type: ignore[call-overload]  # PySide's stubs want bytes for the format
    return bytes(content.data())


def live_routes(router: APIRouter, wall: Wall) -> None:
    """Answer what the API asks about live views."""

    @router.post("/jobs/{job_id}/take-over")
    async def take_over(job_id: str, request: TakeOverRequest) -> LeaseView:
        wall.holders[job_id] = "console"
        wall.stir(job_id)
        until = clock() + timedelta(seconds=request.limit_s)
        return LeaseView(job_id=job_id, holder="console", token="t", since=clock(), until=until, is_held=True)

    @router.post("/jobs/{job_id}/hand-back")
    async def hand_back(job_id: str, request: HandBackRequest) -> HandedBackView:
        del wall.holders[job_id]
        wall.stir(job_id)
        return HandedBackView(job_id=job_id, then=request.then)

    @router.post("/jobs/{job_id}/live-pass")
    async def issue(job_id: str, request: PassRequest) -> PassView:
        wall.passes.append(job_id)
        url = f"{wall.desk.url}/live#{job_id}{'~take' if request.takes else ''}"
        return PassView(url=url, expires_at=clock() + timedelta(hours=1), may_act=request.may_act)


async def _until_gone(websocket: WebSocket, news: "asyncio.Queue[str | None]") -> None:
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass
    news.put_nowait(None)
