"""Who is turned away at the door: foreign names, web pages, strangers, and bodies that are too large or never end."""

import asyncio
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orchestrator.contract.api.common import API, ErrorBody
from orchestrator.contract.api.work_items import REPORTS_PATH
from orchestrator.contract.memory import RUN_PATH
from orchestrator.server.access import Access

MOST_BODY_BYTES = 8 * 1_048_576
BODY_PAUSE_S = 30.0
"""How long the sender of a body may say nothing."""

_HOOKS = "/hooks/"
"""Addresses that carry their own secret."""
_LIVE_PAGE = "/live"
_LIVE = f"{_LIVE_PAGE}/"
"""A page without secrets, its fonts, and its socket, which asks for a pass."""
_NO_KEY = "The key is missing or wrong: send `Authorization: Bearer KEY`."
_NO_TOKEN = "The robots' token is missing or wrong: send `Authorization: Bearer TOKEN`."  # noqa: S105  a sentence


class Doorkeeper:
    """Lets in who shows the right secret, and nobody who acts on behalf of a web page.

    Everything that is not named here needs the clients' key, so that a new route is closed until somebody opens it.
    """

    def __init__(self, application: ASGIApp, *, access: Access, hosts: Collection[str] | None) -> None:
        """`hosts`: the only names by which the orchestrator may be called; None for any."""
        self._application = application
        self._access = access
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or socket."""
        if scope["type"] not in {"http", "websocket"}:
            await self._application(scope, receive, send)
            return
        refusal = self._refusal(scope, Headers(scope=scope))
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        if scope["type"] == "http":
            receive = _Body(receive, None if _is_upload(scope) else MOST_BODY_BYTES).receive
        await self._application(scope, receive, send)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        if self._hosts is not None and _name(headers.get("host", "")) not in self._hosts:
            # a page may let its own name point to this machine (DNS rebinding); that name is then in the Host header
            return _answer(421, "invalid", "This orchestrator answers to the names of its own machine only.")
        if "origin" in headers and not _is_own_page(scope, headers):
            return _answer(403, "unauthorized", "Requests of web pages are not answered.")
        if not self._may_enter(scope, headers):
            return _answer(401, "unauthorized", _NO_TOKEN if _is_for_robots(scope) else _NO_KEY)
        length = headers.get("content-length", "0")
        if not _is_upload(scope) and (not length.isdigit() or int(length) > MOST_BODY_BYTES):
            return _answer(413, "too_large", _too_large())
        return None

    def _may_enter(self, scope: Scope, headers: Headers) -> bool:
        if scope["path"] == "/health" or scope["path"].startswith((_HOOKS, _LIVE)) or scope["path"] == _LIVE_PAGE:
            return True
        return self._access.is_robot(headers) if _is_for_robots(scope) else self._access.is_client(headers)


class _Body:
    """A request's body, counted on its way in: a length that was not declared is a length all the same."""

    def __init__(self, receive: Receive, limit: int | None) -> None:
        self._receive = receive
        self._limit = limit
        self._size = 0
        self._has_ended = False

    async def receive(self) -> Message:
        """The next piece. HTTPException 408 or 413, which the routes' failures turn into an answer."""
        if self._has_ended:
            return await self._receive()
        try:
            async with asyncio.timeout(BODY_PAUSE_S):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, "The rest of the request did not arrive.") from None
        self._has_ended = not message.get("more_body", False)
        self._size += len(message.get("body", b""))
        if self._limit is not None and self._size > self._limit:
            raise HTTPException(413, _too_large())
        return message


def _is_upload(scope: Scope) -> bool:
    return scope.get("method") == "PUT" and scope["path"].startswith(f"{API}/artifacts/")


def _is_own_page(scope: Scope, headers: Headers) -> bool:
    """True for what the live page asks for when it was served here; other pages cannot forge their Origin."""
    own = headers.get("origin", "").partition("://")[2]
    return scope["path"].startswith(_LIVE) and own == headers.get("host", "")


def _is_for_robots(scope: Scope) -> bool:
    is_memory = scope["path"].startswith(f"{API}{RUN_PATH}/")
    is_report = scope["path"] == f"{API}{REPORTS_PATH}"
    return scope["path"] == "/robot" or is_memory or is_report or _is_upload(scope) or _is_about_a_checkpoint(scope)


def _is_about_a_checkpoint(scope: Scope) -> bool:
    """Robots bring checkpoints and fetch their content; clients see everything else of them."""
    path, method = scope["path"], scope.get("method")
    if not path.startswith(f"{API}/checkpoints/"):
        return False
    return method == "PUT" or (method == "GET" and path.endswith("/state"))


def _name(host: str) -> str:
    """The name in a Host header: `localhost:8765` is localhost, `[::1]:8765` is ::1."""
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return name.lower().removesuffix(".")


def _too_large() -> str:
    return f"The request is too large: its body may have {MOST_BODY_BYTES // 1_048_576} MiB."


def _answer(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse(ErrorBody(code=code, message=message).model_dump(mode="json"), status_code=status)
