"""The one port: an HTTP server whose address is known before it answers, and whose end has a limit."""

import asyncio
import logging
import socket
from contextlib import suppress

import uvicorn
from starlette.types import ASGIApp

from orchestrator.contract.errors import UserError
from orchestrator.contract.protocol.terms import MAX_MESSAGE_BYTES
from orchestrator.server.connections import HEAD_LIMIT_S, BoundedSocket, PatientHttp, abort_connections

log = logging.getLogger(__name__)

START_LIMIT_S = 15.0
STOP_LIMIT_S = 5
"""For answers that are under way when the end is called."""
TICK_S = 1.0
ABORT_AFTER_S = 3.0
"""For connections whose peers do not take the goodbye."""


class AddressError(UserError):
    """The address cannot be listened on."""


class _Server(uvicorn.Server):
    """A server that tells when it answers, and hears at once that it shall end."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answers = asyncio.Event()
        self._is_called_off = asyncio.Event()

    def call_off(self) -> None:
        """Let it end."""
        self.should_exit = True
        self._is_called_off.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin, and say so."""
        await super().startup(sockets)
        self.answers.set()

    async def main_loop(self) -> None:
        """Date the answers each second; uvicorn itself looks ten times as often whether it shall end."""
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._is_called_off.wait()


class Listener:
    """Holds host and port from the beginning, and serves an application there until it is stopped."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = _bound(host, port)
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Host and port, also when any free port was asked for."""
        host, port = self._socket.getsockname()[:2]
        return str(host), int(port)

    async def start(self, application: ASGIApp) -> None:
        """Return once requests are answered."""
        self._server = _Server(_configuration(application))
        # serve() would take over the process's signals; what it wraps does not
        serving = self._server._serve([self._socket])  # noqa: SLF001
        self._serving = asyncio.get_running_loop().create_task(serving)
        answers = asyncio.get_running_loop().create_task(self._server.answers.wait())
        try:
            await asyncio.wait({answers, self._serving}, timeout=START_LIMIT_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            answers.cancel()
        if not self._server.answers.is_set():
            await self.stop()
            raise AddressError("The server did not start; its log says why.")

    async def stop(self) -> None:
        """Answer what has been asked, then close; after `STOP_LIMIT_S` without asking back. Again is harmless."""
        server, serving = self._server, self._serving
        self._server = self._serving = None
        if server is not None and serving is not None:
            server.call_off()
            await asyncio.wait({serving}, timeout=ABORT_AFTER_S)
            if not serving.done() and (still_open := abort_connections(server)):
                log.info("%d connections were ended without their peers' consent.", still_open)
            await asyncio.wait({serving}, timeout=STOP_LIMIT_S)
            if not serving.done():
                serving.cancel()
                await asyncio.wait({serving})
        self._socket.close()


def _configuration(application: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        http=PatientHttp,
        ws=BoundedSocket,
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_ping_interval=10,
        ws_ping_timeout=10,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_keep_alive=int(HEAD_LIMIT_S),
        timeout_graceful_shutdown=STOP_LIMIT_S,
        server_header=False,
    )


def _bound(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise AddressError(f"host: {host!r} is no address of this machine.", field="host") from None
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(2_048)
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        raise AddressError(
            f"port: {host}:{port} cannot be used ({error.strerror}). Choose another one with --port, or 0 for any.",
            field="port",
        ) from None
    return listening
