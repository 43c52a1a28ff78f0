"""Browserbase's REST API as its documentation has it, on this machine: sessions are real browsers of our own.

What a test wants to go wrong it says before: statuses to answer with, answers to lose.
"""

import json
import re
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from foreign_browser import ForeignBrowser, start_browser

KEY = "bb-test-key"
_QUERY = re.compile(r"user_metadata\['(?P<name>\w+)'\]:'(?P<value>[^']*)'")
_SESSION = re.compile(r"/v1/sessions/(?P<id>[\w-]+)(?P<rest>/debug)?")
NOW = datetime(2030, 1, 1, tzinfo=UTC)


@dataclass
class HeldSession:
    """A session at the service."""

    wanted: dict[str, Any]
    status: str = "RUNNING"
    browser: ForeignBrowser | None = None


@dataclass
class LoopbackBrowserbase:
    """The service."""

    url: str
    folder: Path
    sessions: dict[str, HeldSession] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Method and path of each request."""
    troubles: deque[tuple[str, int, dict[str, str]]] = field(default_factory=deque)
    """(method and beginning of the path, status, headers) that requests are answered with, in their order."""
    lost_answers: int = 0
    """So many creations are done whose answers never arrive."""
    starts_browsers: bool = True
    making: threading.Lock = field(default_factory=threading.Lock)

    def running(self) -> list[str]:
        """Ids of sessions that nobody has released."""
        return [each for each, session in self.sessions.items() if session.status == "RUNNING"]

    def trouble(self, request: str, status: int, *, times: int = 1, **headers: str) -> None:
        """Answer so."""
        self.troubles.extend([(request, status, headers)] * times)

    def hold(self, metadata: dict[str, str]) -> str:
        """A session that somebody made and never released."""
        return self._new({"userMetadata": metadata})

    def browser(self, session_id: str) -> ForeignBrowser:
        """Of a session."""
        browser = self.sessions[session_id].browser
        assert browser is not None
        return browser

    def close(self) -> None:
        """End every browser."""
        for session in self.sessions.values():
            if session.browser is not None and session.browser.is_running:
                session.browser.end()

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any, dict[str, str]] | None:
        """Status, content and headers; None for an answer that gets lost."""
        self.asked.append(f"{method} {path}")
        if self.troubles and f"{method} {path}".startswith(self.troubles[0][0]):
            _, status, headers = self.troubles.popleft()
            return status, {"statusCode": status, "error": "trouble", "message": "as the test wants"}, headers
        parts = urlsplit(path)
        if parts.path == "/v1/sessions":
            return self._made(body) if method == "POST" else (200, self._listed(parse_qs(parts.query)), {})
        return self._about(parts.path)

    def _made(self, wanted: dict[str, Any]) -> tuple[int, Any, dict[str, str]] | None:
        with self.making:
            session_id = self._new(wanted, with_browser=self.lost_answers == 0 and self.starts_browsers)
        if self.lost_answers:
            self.lost_answers -= 1
            return None
        return 201, self._told(session_id), {}

    def _about(self, path: str) -> tuple[int, Any, dict[str, str]]:
        match = _SESSION.fullmatch(path)
        if match is None or match["id"] not in self.sessions:
            return 404, {"message": "unknown"}, {}
        if match["rest"]:
            return 200, self._views(match["id"]), {}
        self._release(match["id"])
        return 200, self._told(match["id"]), {}

    def _new(self, wanted: dict[str, Any], *, with_browser: bool = False) -> str:
        session_id = f"session-{len(self.sessions) + 1}"
        browser = start_browser(self.folder / session_id) if with_browser else None
        self.sessions[session_id] = HeldSession(wanted, browser=browser)
        return session_id

    def _release(self, session_id: str) -> None:
        session = self.sessions[session_id]
        session.status = "COMPLETED"
        if session.browser is not None and session.browser.is_running:
            session.browser.end()

    def _listed(self, query: dict[str, list[str]]) -> list[Any]:
        found = [each for each in self.sessions if self.sessions[each].status == query.get("status", ["RUNNING"])[0]]
        match = _QUERY.fullmatch(query.get("q", [""])[0])
        if match is not None:
            name, value = match["name"], match["value"]
            found = [each for each in found if self.sessions[each].wanted.get("userMetadata", {}).get(name) == value]
        return [self._told(each) for each in found]

    def _told(self, session_id: str) -> dict[str, Any]:
        session = self.sessions[session_id]
        ends_at = NOW + timedelta(seconds=session.wanted.get("timeout", 3_600))
        return {
            "id": session_id,
            "createdAt": NOW.isoformat(),
            "startedAt": NOW.isoformat(),
            "updatedAt": NOW.isoformat(),
            "expiresAt": ends_at.isoformat(),
            "keepAlive": session.wanted.get("keepAlive", False),
            "projectId": session.wanted.get("projectId", "project-1"),
            "proxyBytes": 0,
            "region": session.wanted.get("region", "us-west-2"),
            "status": session.status,
            "userMetadata": session.wanted.get("userMetadata"),
            "connectUrl": session.browser.ws_url if session.browser else "ws://127.0.0.1:9/gone?signingKey=hush",
            "seleniumRemoteUrl": "http://127.0.0.1:9/selenium",
            "signingKey": "hush",
        }

    def _views(self, session_id: str) -> dict[str, Any]:
        page = f"https://live.example/{session_id}"
        return {"debuggerFullscreenUrl": page, "debuggerUrl": page, "wsUrl": "wss://live.example", "pages": []}


@contextmanager
def loopback_browserbase(folder: Path) -> Iterator[LoopbackBrowserbase]:
    """The service for the block."""
    service: LoopbackBrowserbase

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply()

        def do_POST(self) -> None:
            self._reply()

        def _reply(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(length) or b"null")
            if self.headers.get("x-bb-api-key") != KEY:
                self._send(401, {"message": "no such key"}, {})
                return
            told = service.answer(self.command, self.path, body)
            if told is None:
                self.close_connection = True
                self.connection.close()
            else:
                self._send(*told)

        def _send(self, status: int, content: Any, headers: dict[str, str]) -> None:
            text = json.dumps(content).encode()
            self.send_response(status)
            for name, value in {**headers, "content-type": "application/json"}.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that went away is no news."""

    server = Server(("127.0.0.1", 0), Handler)
    service = LoopbackBrowserbase(url=f"http://127.0.0.1:{server.server_port}", folder=folder)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        service.close()
