"""The client's part about watching runs and taking them over."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from urllib.parse import urlencode

from pydantic import ValidationError
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosedOK, InvalidStatus, WebSocketException

from orchestrator.client.errors import ClientError, RefusedError, UnauthorizedError, UnreachableError
from orchestrator.client.paths import part_of_path
from orchestrator.client.sockets import dialled
from orchestrator.client.transport import Transport
from orchestrator.contract.api.common import API, ErrorBody
from orchestrator.contract.api.live import (
    LIVE_MESSAGE,
    FrameView,
    GoneView,
    HandBackRequest,
    HandedBackView,
    InputRequest,
    LeaseView,
    LiveMessage,
    LookView,
    PassRequest,
    PassView,
    RefusalView,
    StreamView,
    TakeOverRequest,
)
from orchestrator.contract.live import THUMBNAIL, InputEvent, Then, ViewWish


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFrame:
    """A frame and its picture."""

    view: FrameView
    jpeg: bytes


class LiveCalls:
    """What can be seen of runs, and done in them."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def watched(self) -> Sequence[StreamView]:
        """The runs that somebody looks at."""
        return await self._transport.read(tuple[StreamView, ...], "GET", "/live")

    async def frame(self, job_id: str, *, width: int = 1_280, quality: int = 70) -> bytes:
        """What a running job's browser shows now, as a JPEG."""
        path = f"{API}/jobs/{part_of_path(job_id)}/frame"
        return (await self._transport.send("GET", path, query={"width": width, "quality": quality})).content

    async def take_over(
        self, job_id: str, *, reason: str = "", limit_s: float = 900.0, force: bool = False
    ) -> LeaseView:
        """Stop a run at its next step, and get the right to act in its page."""
        body = TakeOverRequest(reason=reason, limit_s=limit_s, force=force)
        return await self._transport.read(LeaseView, "POST", f"/jobs/{part_of_path(job_id)}/take-over", body=body)

    async def act(self, lease: LeaseView, events: Sequence[InputEvent], *, session: int | None = None) -> None:
        """Do something in the page of a run that was taken over."""
        said = {"token": lease.token, "events": [each.model_dump(mode="json") for each in events], "session": session}
        path = f"{API}/jobs/{part_of_path(lease.job_id)}/input"
        await self._transport.send("POST", path, body=InputRequest.model_validate(said))

    async def hand_back(
        self, job_id: str, *, then: Then = Then.CONTINUE, note: str = "", token: str = "", force: bool = False
    ) -> HandedBackView:
        """Let a run go on that a person has."""
        body = HandBackRequest(then=then, note=note, token=token, force=force)
        return await self._transport.read(HandedBackView, "POST", f"/jobs/{part_of_path(job_id)}/hand-back", body=body)

    async def page(self, job_id: str, *, may_act: bool = False, takes: bool = False) -> PassView:
        """An address under which a browser shows the run; with `takes` its page has the run from the beginning."""
        body = PassRequest(may_act=may_act, takes=takes)
        return await self._transport.read(PassView, "POST", f"/jobs/{part_of_path(job_id)}/live-pass", body=body)

    async def watch(self, job_id: str, wish: ViewWish | None = None) -> AsyncGenerator[LiveFrame | LookView, None]:
        """Frames and news of a run until it ends; closing the generator ends the watching."""
        async with aclosing(self._listen(f"/jobs/{part_of_path(job_id)}/live", wish or ViewWish())) as news:
            async for said in news:
                if isinstance(said, LiveFrame | LookView):
                    yield said

    async def wall(self, wish: ViewWish = THUMBNAIL) -> AsyncGenerator[LiveFrame | LookView | GoneView, None]:
        """Thumbnails and news of everything that runs."""
        async with aclosing(self._listen("/wall", wish)) as news:
            async for said in news:
                if isinstance(said, LiveFrame | LookView | GoneView):
                    yield said

    async def _listen(self, path: str, wish: ViewWish) -> AsyncGenerator[LiveFrame | LiveMessage, None]:
        named = wish.model_dump(mode="json", exclude_none=True)
        scheme, _, rest = self._transport.base_url.rstrip("/").partition("://")
        url = f"{'wss' if scheme == 'https' else 'ws'}://{rest}{API}{path}?{urlencode(named)}"
        try:
            async with dialled(url, self._transport.key) as socket:
                while True:
                    yield await _next(socket)
        except ConnectionClosedOK:
            return
        except InvalidStatus as error:
            if error.response.status_code in {401, 403}:
                raise UnauthorizedError("The orchestrator does not accept the key.") from error
            raise UnreachableError(f"The orchestrator answered {error.response.status_code}.") from error
        except (OSError, WebSocketException, TimeoutError) as error:
            raise UnreachableError(f"The live view is gone: {error}") from error


async def _next(socket: ClientConnection) -> LiveFrame | LiveMessage:
    try:
        said = LIVE_MESSAGE.validate_json(await socket.recv())
    except ValidationError as error:
        raise ClientError("The live view says something that is none: is it Botswain?") from error
    if isinstance(said, RefusalView):
        raise RefusedError(409, ErrorBody(code="conflict", message=said.message))
    if isinstance(said, FrameView):
        jpeg = await socket.recv()
        return LiveFrame(view=said, jpeg=jpeg if isinstance(jpeg, bytes) else b"")
    return said
