"""login on sites that ask in two stages, as identity providers do, and on forms that no two sites build alike."""

import secrets
import threading
from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from orchestrator.contract.errors import ErrorKind

Robot = Any  # the fixtures' own classes live in conftest, which importlib mode does not let tests import
Pages = Any

USERS = {"ada@example.org": "right"}
PAGE = "<!doctype html><meta charset=utf-8><title>Accounts</title><p role=alert>We use cookies.</p>{}"
NAME = """<form method=post action="/name?to={to}"><p id=nameError>{error}</p><input name=identifier type=email
 value="{name}"><input type=password name=hidden aria-hidden=true tabindex=-1 style="opacity:0">
<button type=button onclick="location='/other'">Continue with another account</button><button>Next</button></form>"""
PASSWORD = """<header><input name=q placeholder=Search></header><form method=post action="/password?to={to}">
<p role=alert>{error}</p><input type=hidden name=name value="{name}"><b>{name}</b>
<input type=password name=pw><button type=button>Show</button><button>Sign in</button></form>"""


class Accounts(BaseHTTPRequestHandler):
    """An application and the provider of its accounts, at two addresses of one server: a name, then a password."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        asked = {key: values[0] for key, values in parse_qs(url.query).items()}
        cookies = SimpleCookie(self.headers.get("cookie", ""))
        if url.path == "/app" and "session" in cookies:
            self._page("<h1>Invoices</h1><form><input type=email name=email></form>")
        elif url.path == "/app":
            self._redirect(f"http://localhost:{self.server.server_port}/name?to=/enter")  # type: ignore[attr-defined]
        elif url.path == "/name":
            self._page(NAME.format(to=asked["to"], error="", name=""))
        elif url.path == "/enter":
            self._redirect("/app", cookie=f"session={secrets.token_hex(8)}")
        else:
            self._page("<h1>Another account</h1>")

    def do_POST(self) -> None:
        url = urlsplit(self.path)
        to = parse_qs(url.query)["to"][0]
        sent = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        name = sent.get("identifier", sent.get("name", [""]))[0]
        if url.path == "/name" and name not in USERS:
            error = "" if name.startswith("silent") else f"There is no account {name}."
            self._page(NAME.format(to=to, error=error, name=name))
        elif url.path == "/name":
            self._page(PASSWORD.format(to=to, name=name, error=""))
        elif sent["pw"][0] == USERS[name]:
            self._redirect(f"http://127.0.0.1:{self.server.server_port}{to}")  # type: ignore[attr-defined]
        elif sent["pw"][0] == "locked":
            self._page(NAME.format(to=to, error="Too many tries.", name=name))
        else:
            self._page(PASSWORD.format(to=to, name=name, error="That password is wrong."))

    def _page(self, body: str) -> None:
        content = PAGE.format(body).encode()
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _redirect(self, to: str, cookie: str = "") -> None:
        self.send_response(303)
        self.send_header("location", to)
        if cookie:
            self.send_header("set-cookie", f"{cookie}; Path=/")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def accounts() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Accounts)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.feature("D33")
async def test_a_login_in_two_pages_is_told_on_either_of_them_why_it_is_refused(
    robot_on: Callable[..., Robot], accounts: str
) -> None:
    robot = robot_on(accounts)
    for name, password, said in (
        ("eve@example.org", "x", "There is no account eve@example.org."),
        ("silent@example.org", "x", "The site asks for the name again: it does not know it."),
        ("eve", "x", "The form does not take this name: Please include an '@' in the email address."),
        ("ada@example.org", "wrong", "That password is wrong."),
        ("ada@example.org", "locked", "Too many tries."),
    ):
        refused = await robot.failure("login", path="/app", username=name, password=password)
        assert (refused.kind, refused.message.startswith(said)) == (ErrorKind.BUSINESS, True), refused
    came = await robot.do("login", path="/app", username="ada@example.org", password="right")
    assert came == {"user": "ada@example.org", "url": f"{accounts}/app"}
    assert await robot.do("extract", target="h1") == "Invoices"


STAGES = """<form class=newsletter><input type=email placeholder="Your address"></form><main></main><script>
const [main, show, later] = [document.querySelector("main"), html => { main.innerHTML = html }, setTimeout];
const known = name => name === "ada", wait = 60;
function askName(error) {
  show(`<input aria-label=User id=USERNAME><span>${error}</span><div role=button id=go>Weiter</div>`);
  if (error) main.querySelector("span").className = "field-error";
  document.querySelector("#go").onclick = async () => {
    const name = document.querySelector("#USERNAME").value;
    show("<p role=alert>Signing in ...</p>");
    await fetch("/slow");
    known(name) ? askPassword("") : askName("Unknown: " + name);
  };
}
function askPassword(error) {
  show(`<p role=alert>${error}</p><input type=password id=pw>`);
  document.querySelector("#pw").onkeydown = async event => {
    if (event.key !== "Enter") return;
    const given = event.target.value;
    show("<p role=alert>Signing in ...</p>");
    await fetch("/slow");
    given === "right" ? show("<h1>Inside</h1>") : askPassword("Wrong password");
  };
}
later(() => askName(""), 50);
</script>"""


async def test_a_login_in_two_stages_of_one_page_waits_for_the_sites_answers(robot: Robot, pages: Pages) -> None:
    pages.page("/login", STAGES)
    pages.slow.add("/slow")

    def answer_later(seconds: float) -> None:
        pages.released.clear()
        threading.Timer(seconds, pages.released.set).start()

    answer_later(0)
    unknown = await robot.failure("login", username="eve", password="x")
    assert (unknown.kind, unknown.message) == (ErrorKind.BUSINESS, "Unknown: eve")
    wrong = await robot.failure("login", username="ada", password="wrong")
    assert (wrong.kind, wrong.message) == (ErrorKind.BUSINESS, "Wrong password")
    answer_later(2.5)
    await robot.do("login", username="ada", password="right")
    assert await robot.do("extract", target="h1") == "Inside"
