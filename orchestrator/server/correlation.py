"""Gives each request an id and its trace, so that every log line below it can be found by either."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orchestrator.contract.ids import new_id
from orchestrator.contract.trace import HEADER, read_traceparent, trace_id
from orchestrator.log_lines import log_fields

REQUEST_ID = "x-request-id"
_MOST = 100


class Correlation:
    """Outermost of all: `X-Request-ID` of the caller, or a new one, goes into the log and back in the answer."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; sockets pass as they are."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = _printable(headers.get(REQUEST_ID, "")) or new_id()
        given = read_traceparent(headers.get(HEADER))

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        trace = {"TraceID": trace_id(given)} if given else {}
        with log_fields(RequestID=request_id, **trace):
            await self._application(scope, receive, answer)


def _printable(text: str) -> str:
    said = text.strip()
    return said if said.isascii() and said.isprintable() and len(said) <= _MOST else ""
