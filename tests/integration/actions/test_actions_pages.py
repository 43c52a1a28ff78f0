"""Navigation, interaction and reading on real pages in a real browser."""

import hashlib
from typing import Any

import pytest

from orchestrator.contract.errors import ErrorKind

Robot = Any  # the fixtures' own classes live in conftest, which importlib mode does not let tests import
Pages = Any

FORM = """
<label for=a>Name</label><input id=a placeholder="Your name">
<input id=keys><input type=checkbox id=box><select id=s multiple><option value=1>One<option value=2>Two</select>
<input type=file id=f multiple><button id=b onclick="document.title='clicked'">Send</button>
<p id=out></p><script>
document.querySelector('#keys').addEventListener('keydown', e => document.querySelector('#out').append(e.key));
document.querySelector('#f').addEventListener('change', async e => {
  for (const file of e.target.files) document.querySelector('#out').append(file.name + '=' + await file.text() + ';');
});
</script>"""


async def test_goto_tells_where_it_got(robot: Robot, pages: Pages) -> None:
    pages.page("/one", "1")
    pages.page("/two", "2")
    found = await robot.do("goto", url="/one")
    assert found == {"url": f"{pages.url}/one", "status": 200, "title": "/one"}
    await robot.do("goto", url="/two")
    assert (await robot.do("back"))["title"] == "/one"
    assert (await robot.do("reload"))["title"] == "/one"


async def test_goto_refuses_a_wrong_status(robot: Robot, pages: Pages) -> None:
    failure = await robot.failure("goto", url="/missing")
    assert failure.kind is ErrorKind.NAVIGATION
    assert "status 404" in failure.message
    assert (await robot.do("goto", url="/missing", expect_status=404))["status"] == 404


async def test_a_form_is_filled_like_a_person_would(robot: Robot, pages: Pages) -> None:
    pages.page("/", FORM)
    await robot.do("goto", url="/")
    await robot.do("fill", target="label=Name", value="Ada")
    assert await robot.do("extract", target="#a") == "Ada"
    await robot.do("type", target="#keys", text="abc")
    await robot.do("press", target="#keys", keys="Enter")
    assert await robot.do("extract", target="#out") == "abcEnter"
    assert await robot.do("check", target="#box") is True
    assert await robot.do("assert", target="#box", op="checked") is True
    assert await robot.do("select", target="#s", value=["1", "2"]) == ["1", "2"]
    assert await robot.do("select", target="#s", label="Two") == ["2"]
    outcome = await robot.outcome("click", target=["#nowhere", 'role=button[name="Send"]'])
    assert outcome.locator == 'role=button[name="Send"]'
    assert await robot.do("assert", subject="title", expected="clicked") is True
    await robot.do("hover", target="#b")
    await robot.do("scroll", to="bottom")


async def test_files_go_up_by_content_and_by_name_of_an_artifact(robot: Robot, pages: Pages) -> None:
    pages.page("/", FORM)
    pages.texts["/attachment"] = "x,y"
    await robot.do("goto", url="/")
    await robot.do("download", url="/attachment")
    names = await robot.do("upload", target="#f", files=["data.csv", {"name": "n.txt", "content": "hi"}])
    assert names == ["data.csv", "n.txt"]
    await robot.do("wait_for", target="#out", text="data.csv=x,y;n.txt=hi;")
    failure = await robot.failure("upload", target="#f", files="../../etc/passwd")
    assert failure.kind is ErrorKind.BAD_WORKFLOW


async def test_a_download_is_an_artifact_with_its_hash(robot: Robot, pages: Pages) -> None:
    pages.page("/", "<a href=/attachment id=d>Get</a>")
    pages.texts["/attachment"] = "a,b\n1,2\n"
    await robot.do("goto", url="/")
    outcome = await robot.outcome("download", target="#d")
    digest = hashlib.sha256(b"a,b\n1,2\n").hexdigest()
    assert outcome.value == {"name": "data.csv", "size": 8, "sha256": digest}
    assert [each.kind for each in outcome.artifacts] == ["download"]
    assert (robot.folder / "data.csv").read_text() == "a,b\n1,2\n"
    again = await robot.do("click", target="#d", expect="download")
    assert again["name"] == "data-2.csv"


async def test_a_click_can_lead_to_a_page_a_dialog_or_an_address(robot: Robot, pages: Pages) -> None:
    pages.page(
        "/",
        """<a id=p href=/two target=_blank>Open</a><a id=n href=/two>Go</a>
      <button id=d onclick="document.title = confirm('Sure?')">Ask</button>""",
    )
    pages.page("/two", "2")
    await robot.do("goto", url="/")
    assert await robot.do("click", target="#d", expect="dialog") == {"type": "confirm", "message": "Sure?"}
    await robot.do("assert", subject="title", expected="true")
    await robot.do("click", target="#d")
    await robot.do("assert", subject="title", expected="false")
    assert await robot.do("click", target="#p", expect="popup") == {"url": f"{pages.url}/two", "title": "/two"}
    assert len(await robot.do("tab")) == 2
    assert [each["current"] for each in await robot.do("tab", op="switch", index=0)] == [True, False]
    assert await robot.do("click", target="#n", expect="navigation") == {"url": f"{pages.url}/two"}


ITEMS = """<ul>{items}</ul><a id=next href="{next}" {state}>Next</a>"""


def item(number: int) -> str:
    return f"<li data-id={number}><a href=/job/{number}>Job {number}</a><b>$1,{number:03}.50</b><i>x</i><i>y</i></li>"


async def test_a_list_is_read_over_its_pages(robot: Robot, pages: Pages) -> None:
    for page in (1, 2, 3):
        items = "".join(item(page * 10 + number) for number in range(2))
        state = "hidden" if page == 3 else ""
        pages.page(f"/p{page}", ITEMS.format(items=items, next=f"/p{page + 1}", state=state))
    await robot.do("goto", url="/p1")
    fields = {
        "id": "@data-id", "title": "a", "url": "a@href", "pay": {"target": "b", "type": "number"},
        "tags": {"target": "i", "type": "list"}, "none": {"target": "u", "default": "-"},
    }  # fmt: skip
    rows = await robot.do("extract_list", items="li", fields=fields, next_page="#next")
    assert [row["id"] for row in rows] == ["10", "11", "20", "21", "30", "31"]
    assert rows[0] == {
        "id": "10", "title": "Job 10", "url": f"{pages.url}/job/10", "pay": 1010.5, "tags": ["x", "y"], "none": "-",
    }  # fmt: skip
    await robot.do("goto", url="/p1")
    assert len(await robot.do("extract_list", items="li", next_page="#next", max_items=3)) == 3
    await robot.do("goto", url="/p1")
    assert len(await robot.do("extract_list", items="li", next_page="#next", max_pages=2)) == 4


async def test_playwrights_own_selectors_work_inside_items_too(robot: Robot, pages: Pages) -> None:
    pages.page("/", f"<ul>{item(1)}{item(2)}</ul>")
    await robot.do("goto", url="/")
    fields = {"link": "role=link", "second": "a:has-text('2')"}
    rows = await robot.do("extract_list", items="li", fields=fields)
    assert rows == [{"link": "Job 1", "second": None}, {"link": "Job 2", "second": "Job 2"}]


async def test_a_list_that_is_empty_is_a_list_unless_more_was_expected(robot: Robot, pages: Pages) -> None:
    pages.page("/", "<ul></ul>")
    await robot.do("goto", url="/")
    assert await robot.do("extract_list", items="li", wait_s=0) == []
    failure = await robot.failure("extract_list", items="li", wait_s=0, min_items=1)
    assert failure.kind is ErrorKind.TARGET_NOT_FOUND


async def test_items_that_come_late_are_waited_for(robot: Robot, pages: Pages) -> None:
    pages.page("/", "<ul></ul><script>setTimeout(() => document.querySelector('ul').innerHTML = '<li>a', 300)</script>")
    await robot.do("goto", url="/")
    assert await robot.do("extract", target="li", kind="list") == ["a"]


async def test_a_table_is_read_by_its_headers(robot: Robot, pages: Pages) -> None:
    pages.page(
        "/",
        """<table><thead><tr><th>Name<th>Price<th>Price<th></tr></thead>
      <tbody><tr><td>A<td>1<td>2<td>x</tr><tr><td>B<td>3</tr></tbody><tfoot><tr><td>Sum</tr></tfoot></table>""",
    )
    await robot.do("goto", url="/")
    assert await robot.do("extract_table") == [
        {"Name": "A", "Price": "1", "Price 2": "2", "column_4": "x"},
        {"Name": "B", "Price": "3", "Price 2": None, "column_4": None},
    ]
    assert await robot.do("extract_table", columns={"n": "name"}, max_rows=1) == [{"n": "A"}]
    failure = await robot.failure("extract_table", columns=["Cost"])
    assert "no column 'Cost'; it has Name, Price, Price 2, column_4" in failure.message


async def test_single_values_and_objects_are_extracted(robot: Robot, pages: Pages) -> None:
    pages.page("/", "<h1> Hello </h1><a href=/x id=l>Link</a><p class=n>about 1,200 rows</p>")
    await robot.do("goto", url="/")
    assert await robot.do("extract", target="h1") == "Hello"
    assert await robot.do("extract", target="#l", kind="attribute", attribute="href") == f"{pages.url}/x"
    assert await robot.do("extract", target=".n", kind="number") == 1200
    assert await robot.do("extract", target="p", pattern=r"(\d+) rows") == "200"
    fields = {"title": "h1", "gone": "h2", "has": {"target": "h2", "type": "boolean"}}
    assert await robot.do("extract", fields=fields) == {"title": "Hello", "gone": None, "has": False}
    assert await robot.do("count", target="p, a") == 2
    assert await robot.do("exists", target="h2") is False
    assert await robot.do("exists", target=["h2", "h1"], visible=True) is True


async def test_a_value_is_what_a_person_sees_also_in_fields_and_drawings(robot: Robot, pages: Pages) -> None:
    fields = "<input id=i value=old><textarea id=t>first</textarea><select id=s><option>One<option>Two</select>"
    drawing = "<svg><text id=d>drawn</text></svg><p id=h hidden>seen</p><p id=m lang=de>a <b>b</b></p>"
    late = (
        "<script>setTimeout(() => document.body.insertAdjacentHTML('beforeend', '<input id=l value=7>'), 300)</script>"
    )
    pages.page("/", fields + drawing + late)
    await robot.do("goto", url="/")
    assert await robot.do("extract", target="#l", kind="number") == 7
    await robot.do("fill", target="#t", value="second")
    await robot.do("select", target="#s", label="Two")
    seen = [await robot.do("extract", target=each) for each in ("#i", "#t", "#s", "#d", "#h", "#m")]
    assert seen == ["old", "second", "Two", "drawn", "seen", "a b"]
    assert await robot.do("extract", target="#m", kind="html") == "a <b>b</b>"
    assert await robot.do("extract", target="#m", kind="attribute", attribute="lang") == "de"
    assert await robot.do("extract", target="#t", kind="attribute", attribute="value") == "second"
    failure = await robot.failure("extract", target="p")
    assert failure.kind is ErrorKind.AMBIGUOUS_TARGET


async def test_a_page_that_bends_its_own_language_is_still_read_right(robot: Robot, pages: Pages) -> None:
    pages.page("/", "<p lang=de>yes</p><script>Array.prototype.map = () => ['no']</script>")
    await robot.do("goto", url="/")
    assert await robot.do("extract", target="p") == "yes"
    assert await robot.do("extract", target="p", kind="attribute", attribute="lang") == "de"


async def test_what_stands_in_a_frame_is_reached(robot: Robot, pages: Pages) -> None:
    pages.page("/", "<iframe src=/inner></iframe>")
    pages.page("/inner", "<button onclick='this.textContent = 1'>Go</button>")
    await robot.do("goto", url="/")
    await robot.do("click", target={"role": "button", "frame": "iframe"})
    assert await robot.do("extract", target={"css": "button", "frame": "iframe"}) == "1"


async def test_waiting_for_elements_addresses_and_responses(robot: Robot, pages: Pages) -> None:
    pages.page(
        "/",
        """<p id=w>wait</p><button disabled>B</button><script>
      setTimeout(() => { document.querySelector('#w').remove(); document.querySelector('button').disabled = false;
        history.pushState({}, '', '/done?x=1'); }, 200);
      setTimeout(() => fetch('/data'), 1200);</script>""",
    )
    pages.texts["/data"] = "{}"
    await robot.do("goto", url="/")
    await robot.do("wait_for", target="#w", state="hidden")
    await robot.do("wait_for", target="button", state="enabled")
    await robot.do("wait_for", url="**/done*")
    await robot.do("wait_for", response="/data")
    failure = await robot.failure("wait_for", target="#w", timeout_s=0.3)
    assert failure.kind is ErrorKind.TARGET_NOT_FOUND


async def test_assertions_about_the_page(robot: Robot, pages: Pages) -> None:
    pages.page("/", "<h1>Total: 5</h1><p hidden>x</p>")
    await robot.do("goto", url="/")
    assert await robot.do("assert", target="h1", op="contains", expected="Total") is True
    assert await robot.do("assert", target="p", op="hidden") is True
    assert await robot.do("assert", target="h2", op="missing") is True
    assert await robot.do("assert", target="h1", subject="count", expected=1) is True
    assert await robot.do("assert", subject="url", op="ends_with", expected="/") is True
    failure = await robot.failure("assert", target="h1", expected="Total: 6", timeout_s=0.2, message="The sum is wrong")
    assert failure.kind is ErrorKind.ASSERTION_FAILED
    assert failure.message == "The sum is wrong (h1 should be: equals 'Total: 6'; it is 'Total: 5'.)"
    assert await robot.do("assert", value=3, op="<", expected=2, soft=True) is False
    assert robot.lines == ["warning: The value should be: less 2; it is 3."]


async def test_a_screenshot_is_an_artifact(robot: Robot, pages: Pages) -> None:
    pages.page("/", "<h1>Hello</h1>")
    await robot.do("goto", url="/")
    outcome = await robot.outcome("screenshot", name="front page")
    (artifact,) = outcome.artifacts
    assert (artifact.name, artifact.kind, artifact.media_type) == ("front-page.png", "screenshot", "image/png")
    assert (robot.folder / "front-page.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.feature("D03")
async def test_sessions_with_names_do_not_share_cookies_unless_asked(robot: Robot, pages: Pages) -> None:
    pages.page("/set", "<script>document.cookie = 'user=ada'</script>")
    pages.page("/", "<script>document.write(document.cookie || 'nobody')</script>")
    await robot.do("goto", url="/set")
    await robot.do("session.open", name="other")
    await robot.do("goto", url="/", session="other")
    assert "nobody" in await robot.do("extract", target="body", session="other")
    await robot.do("session.open", name="twin", copy_from="main")
    await robot.do("goto", url="/", session="twin")
    assert "user=ada" in await robot.do("extract", target="body", session="twin")
    assert await robot.do("session.close", name="twin") is True
    assert await robot.do("session.close", name="twin") is False
