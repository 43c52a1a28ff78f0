"""What stood in forms, and the logins of all sites, come back with a new browser."""

import asyncio
from typing import Any

import psutil
import pytest

from orchestrator.contract.checkpoints import BrowserState
from orchestrator.contract.ids import JsonValue
from robot.actions.job_actions import JobActions
from robot.browser.session_pool import SessionPool

Robot = Any  # the fixtures' own classes live in conftest, which importlib mode does not let tests import
Pages = Any

FORM = """
<label for=a>Name</label><input id=a><input id=slug><input type=checkbox id=box>
<select id=s><option value=1>One<option value=2>Two</select><input type=file id=f>
<button type=button onclick="document.title = 'clicked'">Look</button>
<p id=out></p><script>
slug.addEventListener('keydown', event => { out.append(event.key); });
f.addEventListener('change', () => { out.append('+' + f.files[0].name); });
</script>"""
FILES: JsonValue = {"name": "work.txt", "content": "x"}


async def fill_in(robot: Robot) -> None:
    await robot.do("goto", url="/form")
    await robot.do("fill", target="label=Name", value="first")
    await robot.do("fill", target="label=Name", value="Ada")
    await robot.do("type", target="#slug", text="abc")
    await robot.do("check", target="#box")
    await robot.do("select", target="#s", label="Two")
    await robot.do("upload", target="#f", files=FILES)


async def stands(robot: Robot) -> list[JsonValue]:
    """What the form holds now."""
    values = [await robot.do("extract", target=target) for target in ("#a", "#slug", "#s", "#out")]
    return [*values, await robot.do("assert", target="#box", op="checked", soft=True, timeout_s=0.3)]


ALL = ["Ada", "abc", "Two", "abc+work.txt", True]
NOTHING = ["", "", "One", "", False]


def kill_browser(pool: SessionPool) -> None:
    for pid in pool.browser_pids():
        process = psutil.Process(pid)
        process.kill()
        psutil.wait_procs([process], 20)


@pytest.mark.feature("D54")
async def test_what_stands_in_a_form_comes_back_with_a_new_browser(
    robot: Robot, pages: Pages, pool: SessionPool
) -> None:
    pages.page("/form", FORM)
    await fill_in(robot)
    await robot.do("click", target="text=Look")
    for _ in range(2):
        kill_browser(pool)
        assert await stands(robot) == ALL
    await robot.do("goto", url="/form")
    kill_browser(pool)
    assert await stands(robot) == NOTHING


@pytest.mark.feature("D54")
async def test_a_checkpoint_carries_what_stands_in_a_form(
    robot: Robot, robot_on: Any, pages: Pages, pool: SessionPool
) -> None:
    pages.page("/form", FORM)
    await fill_in(robot)
    state = await robot.actions.capture()
    again = robot_on(pages.url)
    await again.actions.bring_back(BrowserState.model_validate_json(state.model_dump_json()))
    assert await stands(again) == ALL


async def test_a_field_that_is_not_there_any_more_is_told_and_no_failure(
    robot: Robot, pages: Pages, pool: SessionPool
) -> None:
    pages.page("/form", FORM)
    await fill_in(robot)
    pages.page("/form", FORM.replace("id=slug", "id=slug disabled"))
    kill_browser(pool)
    assert await stands(robot) == ["Ada", "", "Two", "+work.txt", True]
    assert [line for line in robot.lines if "could not be put back (type)" in line]


@pytest.mark.feature("D50")
async def test_logins_of_several_sites_come_back_with_a_new_browser(
    robot: Robot, pages: Pages, pool: SessionPool
) -> None:
    pages.page(
        "/in", "<p></p><script>localStorage.who ??= document.title = location.hostname; "
        "document.querySelector('p').append(localStorage.who)</script>"
    )  # fmt: skip
    other = pages.url.replace("127.0.0.1", "localhost")
    pages.page("/press", "<button onclick=\"localStorage.who = 'Ada'; document.cookie = 'a=b; path=/'\">In</button>")
    for site in (pages.url, other):
        await robot.do("goto", url=f"{site}/press")
        await robot.do("click", target="button")
    await robot.do("goto", url=f"{pages.url}/in")
    kill_browser(pool)
    for site in (pages.url, other):
        await robot.do("goto", url=f"{site}/in")
        assert await robot.do("extract", target="p") == "Ada"


@pytest.mark.feature("D50")
async def test_a_step_that_leads_elsewhere_waits_for_the_login_of_the_step_before(
    robot: Robot, pages: Pages, pool: SessionPool
) -> None:
    pages.page(
        "/", "<button onclick=\"localStorage.who = 'Ada'; document.cookie = 'a=b'; location = '/in'\">In</button>"
    )
    pages.page("/in", "<p></p><script>document.querySelector('p').append(localStorage.who)</script>")
    pages.page("/elsewhere", "")
    await robot.do("goto", url="/")
    await robot.do("click", target="button", expect="navigation")
    await robot.do("goto", url=pages.url.replace("127.0.0.1", "localhost") + "/elsewhere")
    kill_browser(pool)
    await robot.do("goto", url=f"{pages.url}/in")
    assert await robot.do("extract", target="p") == "Ada"


@pytest.mark.feature("D50")
async def test_a_step_that_reads_ends_with_the_login_of_the_step_before(
    robot: Robot, pages: Pages, pool: SessionPool
) -> None:
    pages.page("/", "<button onclick=\"localStorage.who = 'Ada'; location = '/in'\">In</button>")
    pages.page("/in", "<p></p><script>document.querySelector('p').append(localStorage.who)</script>")
    await robot.do("goto", url="/")
    await robot.do("click", target="button", expect="navigation")
    for _ in range(2):
        assert await robot.do("extract", target="p") == "Ada"
        kill_browser(pool)


async def test_a_login_that_leads_nowhere_is_seen_a_moment_later(robot: Robot, pages: Pages, pool: SessionPool) -> None:
    pages.page("/", "<button onclick=\"document.cookie = 'user=ada; path=/'\">In</button>")
    await robot.do("goto", url="/")
    await robot.do("click", target="button")
    async with asyncio.timeout(20):
        await _read(robot.actions)
    kill_browser(pool)
    await robot.do("goto", url="/")
    (cookie,) = await robot.actions._sessions.find(None).context.cookies()
    assert (cookie["name"], cookie["value"]) == ("user", "ada")


async def _read(actions: JobActions) -> None:
    """The look that is under way."""
    reading = actions._sessions._places["main"].reading
    assert reading is not None
    await reading
