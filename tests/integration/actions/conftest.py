"""Real pages, a real browser, and a short way to perform an action."""

import base64
import inspect
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import pytest_asyncio
import uvicorn

from orchestrator.contract.errors import ErrorInfo
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.results import LogLevel
from resources.demo_site.app import create_app
from resources.demo_site.settings import SiteSettings
from robot.actions.job_actions import JobActions
from robot.actions.work import ActionSettings
from robot.browser.find import find_browser
from robot.browser.pool_facts import SessionPoolSettings
from robot.browser.session_pool import SessionPool
from robot.errors import ActionError, RobotSetupError
from robot.workflow.ports import ActionCall, ActionOutcome

START_LIMIT_S = 20
_HERE = Path(__file__).parent


@pytest.fixture(scope="session", autouse=True)
def _browser() -> None:
    try:
        find_browser()
    except RobotSetupError as error:
        pytest.skip(f"no browser on this machine: {error}")


@dataclass
class Pages:
    """A web server whose pages a test writes: path → (content type, text); `slow` paths wait for `released`."""

    url: str
    texts: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, list[int]] = field(default_factory=dict)
    slow: set[str] = field(default_factory=set)
    guards: dict[str, str] = field(default_factory=dict)
    """Path → `name:password` that it asks for by HTTP."""
    released: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)

    def page(self, path: str, body: str) -> str:
        """Serves an HTML page; gives its address."""
        self.texts[path] = f"<!doctype html><meta charset=utf-8><title>{path}</title><body>{body}</body>"
        return self.url + path


@pytest.fixture
def pages() -> Iterator[Pages]:
    found: Pages

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            self._answer()

        def _answer(self) -> None:
            path = self.path.partition("?")[0]
            found.asked.append(f"{self.command} {self.path}")
            if path in found.slow:
                found.released.wait(START_LIMIT_S)
            if path in found.guards and not self._is_let_in(found.guards[path]):
                self.send_response(401)
                self.send_header("www-authenticate", 'Basic realm="intranet"')
                self.send_header("content-length", "0")
                self.end_headers()
                return
            statuses = found.statuses.get(path, [])
            status = statuses.pop(0) if statuses else 200 if path in found.texts else 404
            body = found.texts.get(path, "nothing here").encode()
            try:
                self.send_response(status)
                self.send_header("content-type", found.types.get(path, "text/html; charset=utf-8"))
                if "attachment" in path:
                    self.send_header("content-disposition", 'attachment; filename="data.csv"')
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except ConnectionError:
                pass  # the browser was killed under its request

        def _is_let_in(self, wanted: str) -> bool:
            return self.headers.get("authorization") == f"Basic {base64.b64encode(wanted.encode()).decode()}"

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found = Pages(url=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield found
    found.released.set()
    server.shutdown()
    server.server_close()
    thread.join()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()


@pytest.fixture
def start_site() -> Iterator[Callable[[SiteSettings], str]]:
    """Starts the demo site with these settings; gives its address."""
    running: list[tuple[_Server, threading.Thread]] = []

    def start(settings: SiteSettings) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        server = _Server(uvicorn.Config(create_app(settings), log_level="critical", ws="none", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        running.append((server, thread))
        assert server.is_up.wait(START_LIMIT_S)
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(START_LIMIT_S)


@pytest.fixture
def site(start_site: Callable[[SiteSettings], str]) -> str:
    return start_site(SiteSettings())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One loop for each file, so that one browser serves all of its tests: each session is a profile of its own."""
    for item in items:
        if item.path.is_relative_to(_HERE) and inspect.iscoroutinefunction(getattr(item, "function", None)):
            item.add_marker(pytest.mark.asyncio(loop_scope="module"), append=False)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def _pool(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SessionPool]:
    folder = tmp_path_factory.mktemp("sessions")
    pool = SessionPool(SessionPoolSettings(state_folder=folder / "state", max_browsers=1, lease_wait_s=20))
    yield pool
    assert await pool.close() == 0


@pytest.fixture
def pool(_pool: SessionPool) -> Iterator[SessionPool]:
    yield _pool
    assert _pool.statistics().leased == 0


class Robot:
    """Performs actions by name, as a step would."""

    def __init__(self, actions: JobActions, lines: list[str], folder: Path) -> None:
        self.actions = actions
        self.lines = lines
        self.folder = folder

    def call(self, action: str, **parameters: JsonValue) -> ActionCall:
        timeout_s = parameters.pop("step_timeout_s", 30.0)
        session = parameters.pop("session", None)
        inputs = parameters.pop("inputs", {})
        assert isinstance(timeout_s, float | int)
        assert isinstance(inputs, dict)
        return ActionCall(
            step_id=action,
            action=action,
            parameters=parameters,
            timeout_s=timeout_s,
            session=session if isinstance(session, str) else None,
            inputs=inputs,
        )

    async def outcome(self, action: str, **parameters: JsonValue) -> ActionOutcome:
        return await self.actions.perform(self.call(action, **parameters))

    async def do(self, action: str, **parameters: JsonValue) -> JsonValue:
        return (await self.outcome(action, **parameters)).value

    async def failure(self, action: str, **parameters: JsonValue) -> ErrorInfo:
        with pytest.raises(ActionError) as caught:
            await self.do(action, **parameters)
        return caught.value.info


@pytest_asyncio.fixture(loop_scope="module")
async def robot_on(pool: SessionPool, tmp_path: Path) -> AsyncIterator[Callable[..., Robot]]:
    """A robot at work on one job, whose relative addresses lead to a site."""
    open_now: list[JobActions] = []

    def start(base_url: str | None = None, *, allow_private_networks: bool = True) -> Robot:
        lines: list[str] = []

        def log(level: LogLevel, message: str, *, step_id: str | None = None, **fields: JsonValue) -> None:
            lines.append(f"{level}: {message}")

        folder = tmp_path / "job"
        settings = ActionSettings(base_url=base_url, allow_private_networks=allow_private_networks)
        actions = JobActions(pool, folder, settings, log)
        open_now.append(actions)
        return Robot(actions, lines, folder)

    yield start
    for actions in open_now:
        await actions.close()


@pytest.fixture
def robot(robot_on: Callable[..., Robot], pages: Pages) -> Robot:
    return robot_on(pages.url)
