"""Connections that cannot be kept open by saying nothing, or by not listening."""

import asyncio
from collections.abc import Callable

import uvicorn
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

HEAD_LIMIT_S = 10.0
"""How long a connection may take to ask for something, from its beginning and after each answer."""
GOODBYE_LIMIT_S = 5.0
"""How long a peer has for reading the last frames after the socket's work has ended."""
PIECE_HEARD = "piece_heard"
"""Under this name in a socket's state: what is called for each piece of a message that is not whole yet."""


MOST_HEAD_BYTES = 65_536
"""Of what comes before a request's head is complete."""


class PatientHttp(HttpToolsProtocol):
    """HTTP/1.1 with an end to patience: uvicorn waits for ever for the head of a request, however long it gets."""

    _waiting: asyncio.TimerHandle | None = None
    _is_in_head = False
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn declares it
        """A peer has dialled."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """The peer is gone."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """The peer said something; a part of a head is not enough."""
        super().data_received(data)
        if self.transport.get_protocol() is not self or self._is_answering():
            self._stop_waiting()
        elif self._is_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES:
                self.transport.abort()

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._is_in_head, self._head_bytes = True, 0

    def on_headers_complete(self) -> None:
        """What is asked for is known."""
        self._is_in_head = False
        super().on_headers_complete()

    def handle_websocket_upgrade(self) -> None:
        """The connection goes on as a socket. Parser and protocol hold each other: without a cut they would stay."""
        super().handle_websocket_upgrade()
        self.parser = None  # type: ignore[assignment]  # as uvicorn itself does at the end

    def on_response_complete(self) -> None:
        """The answer is out: the next request may come."""
        super().on_response_complete()
        self._stop_waiting()
        if not self._is_answering():  # a request that came on its heels is answered already
            self._wait()

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(HEAD_LIMIT_S, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None


class BoundedSocket(WebSocketsSansIOProtocol):
    """A WebSocket whose end has a limit: uvicorn waits for ever for a peer to read what was written last."""

    def handle_cont(self, event: Frame) -> None:
        """A further piece of a message; whoever asked hears of it before the message is whole."""
        super().handle_cont(event)
        tell: Callable[[], None] | None = self.scope["state"].get(PIECE_HEARD)
        if tell is not None and not event.fin:
            tell()

    def keepalive_timeout(self) -> None:
        """A peer that has not answered the ping is not there, or does not read."""
        super().keepalive_timeout()
        self.transport.abort()

    async def send(self, message: ASGISendEvent) -> None:
        """Send; a refusal with a body ends the handshake too, which uvicorn 0.54 forgets and then complains about."""
        await super().send(message)
        self.handshake_complete = self.handshake_complete or self.close_sent

    async def run_asgi(self) -> None:
        """The socket's work, and a limit for what comes behind it."""
        try:
            await super().run_asgi()
        finally:
            self.loop.call_later(GOODBYE_LIMIT_S, self.transport.abort)


def abort_connections(server: uvicorn.Server) -> int:
    """End what is still open, without asking; how many connections that were."""
    still_open = list(server.server_state.connections)
    for connection in still_open:
        connection.transport.abort()
    return len(still_open)
