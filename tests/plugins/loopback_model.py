"""A chat endpoint on this machine that speaks OpenAI's protocol and answers what the test says, in its order."""

import json
import re
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[["Asked"], Any]


@dataclass(frozen=True)
class Asked:
    """One question."""

    body: dict[str, Any]
    authorization: str

    @property
    def text(self) -> str:
        """Everything that was said to the model."""
        return json.dumps(self.body, ensure_ascii=False)

    @property
    def user(self) -> str:
        """The question itself."""
        return str(self.body["messages"][-1]["content"])

    def ref(self, line: str) -> str:
        """The reference of the element in whose line of the description this stands."""
        found = next(each for each in self.user.splitlines() if line in each and "[ref=" in each)
        match = re.search(r"\[ref=(\w+)\]", found)
        assert match is not None
        return match[1]


@dataclass
class LoopbackModel:
    """The endpoint."""

    url: str
    answers: deque[Answer | tuple[int, dict[str, str]]] = field(default_factory=deque)
    """Functions of the question, or a status and headers to refuse with."""
    asked: list[Asked] = field(default_factory=list)

    def says(self, answer: Answer) -> None:
        """Answer the next question so."""
        self.answers.append(answer)

    def refuses(self, status: int, times: int = 1, **headers: str) -> None:
        """Refuse the next questions."""
        self.answers.extend([(status, headers)] * times)


@contextmanager
def loopback_model() -> Iterator[LoopbackModel]:
    """The endpoint for the block."""
    model: LoopbackModel

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            asked = Asked(json.loads(self.rfile.read(length)), self.headers.get("authorization", ""))
            model.asked.append(asked)
            answer = model.answers.popleft() if model.answers else (500, {})
            if isinstance(answer, tuple):
                self._send(answer[0], {"error": {"message": "as the test wants"}}, answer[1])
                return
            said = answer(asked)
            content = said if isinstance(said, str) else json.dumps(said)
            message = {"role": "assistant", "content": content}
            self._send(200, {"choices": [{"index": 0, "message": message}], "usage": {"total_tokens": 100}}, {})

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

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    model = LoopbackModel(url=f"http://127.0.0.1:{server.server_port}/v1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
