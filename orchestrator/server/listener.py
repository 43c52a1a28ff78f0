"""The one port: an HTTP server whose address is known before it answers, and whose end has a limit."""

import asyncio
import logging
import socket
from contextlib import suppress

import uvicorn
from starlette.types import ASGIApp

from orchestrator.contract.errors import UserError
from orchestrator.contract.protocol import MAX_MESSAGE_BYTES

log = logging.getLogger(__name__)

START_LIMIT_S = 15.0
STOP_LIMIT_S = 5


class AddressError(UserError):
    """The address cannot be listened on."""


class _Server(uvicorn.Server):
    """A server that tells when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answers = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin, and say so."""
        await super().startup(sockets)
        self.answers.set()


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
        async with asyncio.timeout(START_LIMIT_S):
            await self._server.answers.wait()

    async def stop(self) -> None:
        """Answer what has been asked, then close; after `STOP_LIMIT_S` without asking back. Again is harmless."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            with suppress(TimeoutError):
                async with asyncio.timeout(STOP_LIMIT_S + 2):
                    await self._serving
            self._server = self._serving = None
        self._socket.close()


def _configuration(application: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        ws="websockets-sansio",
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_ping_interval=10,
        ws_ping_timeout=10,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
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
