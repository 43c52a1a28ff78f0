"""pdf, storage, evaluate, sleep_until, kept logins and fill_form on real pages."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orchestrator.contract.actions.page import SleepUntil
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.memory import MemoryKind, RunMemoryAnswer
from robot.actions.page import next_moment
from robot.errors import ActionError

Robot = Any
Pages = Any
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Remembered:
    """What the orchestrator would keep."""

    def __init__(self) -> None:
        self.kept: dict[tuple[MemoryKind, str], JsonValue] = {}

    async def remember(self, kind: MemoryKind, name: str, value: JsonValue) -> None:
        self.kept[kind, name] = value

    async def recall(self, kind: MemoryKind, name: str) -> RunMemoryAnswer:
        return RunMemoryAnswer(is_known=(kind, name) in self.kept, value=self.kept.get((kind, name)))


async def test_a_page_becomes_a_pdf_file(robot: Robot, pages: Pages) -> None:
    await robot.do("goto", url=pages.page("/a", "<h1>Invoice</h1>"))
    made = await robot.outcome("pdf", name="invoice", format="A5", landscape=True)
    assert made.value["name"] == "invoice.pdf"
    assert (robot.folder / "invoice.pdf").read_bytes().startswith(b"%PDF-")
    assert [(each.kind, each.media_type) for each in made.artifacts] == [("file", "application/pdf")]


async def test_storage_is_read_changed_and_emptied(robot: Robot, pages: Pages) -> None:
    await robot.do("goto", url=pages.page("/a", ""))
    for kind in ("local", "session", "cookie"):
        assert await robot.do("storage", kind=kind, key="word") is None
        await robot.do("storage", op="set", kind=kind, key="word", value="hello")
        assert await robot.do("storage", kind=kind) == {"word": "hello"}
        await robot.do("storage", op="remove", kind=kind, key="word")
        assert await robot.do("storage", kind=kind) == {}
    assert "needs `key`" in (await robot.failure("storage", op="remove")).message


async def test_scripts_run_only_where_the_operator_allows_them(robot: Robot, pages: Pages) -> None:
    await robot.do("goto", url=pages.page("/a", "<p>1</p><p>2</p>"))
    refused = await robot.failure("evaluate", script="1 + 1")
    assert (refused.kind, "--allow-scripts" in refused.hint) == (ErrorKind.BAD_WORKFLOW, True)
    robot.actions._settings = replace(robot.actions._settings, allow_scripts=True)
    script = "name => ({count: document.querySelectorAll(name).length, list: [1, null, 'x']})"
    assert await robot.do("evaluate", script=script, argument="p") == {"count": 2, "list": [1, None, "x"]}
    assert "no JSON" in (await robot.failure("evaluate", script="new Date(0)")).message


@pytest.mark.parametrize(
    ("at", "timezone", "expected"),
    [
        ("2026-11-22T07:30:00+01:00", "UTC", "2026-11-22T06:30:00+00:00"),
        ("2026-11-22T07:30:00", "Europe/Berlin", "2026-11-22T06:30:00+00:00"),
        ("13:00", "UTC", "2026-11-21T13:00:00+00:00"),
        ("12:00", "UTC", "2026-11-22T12:00:00+00:00"),
        ("07:30:15", "Europe/Berlin", "2026-11-22T06:30:15+00:00"),
    ],
)
def test_the_next_moment_is_meant(at: str, timezone: str, expected: str) -> None:
    assert next_moment(SleepUntil(at=at, timezone=timezone), NOON).isoformat() == expected


async def test_sleeping_ends_at_the_moment_and_is_refused_beyond_the_steps_time(robot: Robot) -> None:
    past = (datetime.now(UTC) - timedelta(hours=1)).isoformat()  # noqa: TID251  the action reads the same clock
    assert await robot.do("sleep_until", at=past) is not None
    far = await robot.failure("sleep_until", at="2199-01-01T00:00:00+00:00")
    assert (far.kind, "timeout" in far.hint) == (ErrorKind.BAD_WORKFLOW, True)
    with pytest.raises(ActionError, match="no time zone"):
        next_moment(SleepUntil(at="12:00", timezone="Mars/Base"), NOON)


async def test_a_kept_login_is_used_by_a_later_run_and_its_end_is_told(
    robot_on: Callable[..., Robot], site: str
) -> None:
    memory = Remembered()
    first, second = robot_on(site), robot_on(site)
    first.actions.memory = second.actions.memory = memory
    opened: dict[str, JsonValue] = {"auth_profile": "dana", "url": "/profile", "logged_in": "testid=user-name"}
    opened |= {"timeout": 2}
    missing = await first.failure("session.open", auth_profile="dana")
    assert (missing.kind, "save_auth" in missing.hint) == (ErrorKind.SESSION_EXPIRED, True)
    assert await first.do("session.open", **opened, required=False) == {"name": "main", "logged_in": False}
    await first.do("login", username="demo@ardan.test", password="demo-pass-1")
    kept = await first.do("save_auth", name="dana")
    assert (kept["name"], kept["cookies"] >= 1) == ("dana", True)
    await first.actions.close()

    assert await second.do("session.open", **opened) == {"name": "main", "logged_in": True}
    assert await second.do("extract", target="testid=user-name") == "Dana Moreno"
    login = memory.kept[MemoryKind.LOGIN, "dana"]
    assert isinstance(login, dict)
    memory.kept[MemoryKind.LOGIN, "dana"] = {**login, "cookies": []}
    assert (await second.failure("session.open", **opened)).kind is ErrorKind.SESSION_EXPIRED


async def test_remember_tells_what_is_new(robot: Robot) -> None:
    robot.actions.memory = Remembered()
    assert await robot.do("recall", name="page", default="none") == "none"
    assert await robot.do("remember", name="page", value="a\nb") == {
        "is_new": True, "changed": False, "before": None, "added": [], "removed": [],
    }  # fmt: skip
    assert await robot.do("remember", name="page", value="b\nc") == {
        "is_new": False, "changed": True, "before": "a\nb", "added": ["c"], "removed": ["a"],
    }  # fmt: skip
    assert await robot.do("recall", name="page") == "b\nc"


async def test_without_an_orchestrator_nothing_is_remembered(robot: Robot) -> None:
    assert (await robot.failure("recall", name="x")).kind is ErrorKind.BAD_WORKFLOW


FORM = """<form action="/done" method="post">
  <label>Name <input name="name"></label>
  <label for="plan">Plan</label>
  <select id="plan"><option value="s">Small</option><option value="l">Large</option></select>
  <label><input type="checkbox" name="news"> News</label>
  <input type="radio" name="size" value="m"><input type="radio" name="size" value="xl">
  <textarea name="note"></textarea><input name="fixed" value="as it was"><button>Send</button></form>"""


async def test_a_form_takes_every_sort_of_field_by_label_name_or_id(robot: Robot, pages: Pages) -> None:
    url = pages.page("/form", FORM)
    pages.page("/done", "<p id=ok>Number 17</p>")
    values = {"Name": "Ada", "plan": "Large", "news": "yes", "size": "xl", "note": "1\n2", "fixed": None}
    done = await robot.do(
        "fill_form", url=url + "?of={Name}", values=values, success="#ok",
        read={"number": {"target": "#ok", "type": "number"}},
    )  # fmt: skip
    assert (done["status"], done["number"]) == ("submitted", 17)
    assert pages.asked[0] == "GET /form?of=Ada"


async def test_a_lost_answer_without_a_recheck_is_not_tried_again(robot: Robot, pages: Pages) -> None:
    url = pages.page("/form", FORM)
    pages.page("/done", "")
    pages.statuses["/done"] = [503]
    failure = await robot.failure("fill_form", url=url, values={"Name": "Ada"}, success="#ok")
    assert (failure.kind, failure.details, "recheck" in failure.hint) == (ErrorKind.NETWORK, {"cut_off": True}, True)
    assert pages.asked.count("POST /done") == 1


async def test_a_recheck_sends_again_only_what_did_not_arrive(robot: Robot, pages: Pages) -> None:
    url = pages.page("/form", FORM)
    pages.page("/done", "<p id=ok>thanks</p>")
    pages.page("/list", "<ul><li>Bob</li></ul>")
    recheck = {"url": "/list", "target": "text={Name}"}
    for name, sent in (("Bob", 1), ("Ada", 2)):
        pages.asked.clear()
        pages.statuses["/done"] = [500]
        done = await robot.do("fill_form", url=url, values={"Name": name}, success="#ok", recheck=recheck)
        assert (done["status"], pages.asked.count("POST /done")) == ("submitted", sent)


async def test_what_a_row_gets_wrong_is_a_business_failure(robot: Robot, pages: Pages) -> None:
    url = pages.page("/form", FORM)
    pages.page("/done", "<p class=error>The name is taken.</p>")
    refused = await robot.failure("fill_form", url=url, values={"Name": "Ada"}, success="#ok", refusal=".error")
    assert (refused.kind, refused.message) == (ErrorKind.BUSINESS, "The site refused: The name is taken.")
    unknown = await robot.failure("fill_form", url=url, values={"plan": "Huge"}, success="#ok")
    assert (unknown.kind, "'Small', 'Large'" in unknown.message) == (ErrorKind.BUSINESS, True)


async def test_a_session_goes_out_by_its_own_proxy(robot: Robot, pages: Pages) -> None:
    pages.page("http://shop.test/offers", "<h1>By proxy</h1>")
    assert await robot.do("session.open", name="far", proxy=pages.url) == "far"
    assert (await robot.do("goto", url="http://shop.test/offers", session="far"))["status"] == 200
    assert await robot.do("extract", target="h1", session="far") == "By proxy"
    assert pages.asked == ["GET http://shop.test/offers"]
    wrong = await robot.failure("session.open", name="far", proxy="http://user:pass@host")
    assert wrong.kind is ErrorKind.BAD_WORKFLOW


async def test_a_read_only_field_is_neither_filled_nor_typed_into_until_it_can_be(robot: Robot, pages: Pages) -> None:
    page = '<input id=a value=x readonly><button onclick="a.readOnly = false">Edit</button>'
    await robot.do("goto", url=pages.page("/a", page))
    for action in ("fill", "type"):
        failure = await robot.failure(action, target="#a", text="new", timeout=0.5)
        assert failure.kind is ErrorKind.NOT_ACTIONABLE
    await robot.do("click", target="text=Edit")
    await robot.do("type", target="#a", text="new", clear=True)
    assert await robot.do("extract", target="#a") == "new"
