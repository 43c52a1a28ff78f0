"""What applications of others do that a demo site does not: refusals, odd tables, files that open instead of saving."""

import hashlib
from typing import Any

import pytest

from orchestrator.contract.errors import ErrorKind

Robot = Any  # the fixtures' own classes live in conftest, which importlib mode does not let tests import
Pages = Any

WELCOME_OR_ERROR = """<p id=in hidden>Welcome</p><p class=error hidden>Wrong
 password</p><p class=error hidden>Other</p><script>
const shown = new URLSearchParams(location.search).get('shown');
setTimeout(() => document.querySelector(shown).hidden = false, 50);
</script>"""


async def test_a_wait_ends_with_the_sites_own_words_when_it_refuses(robot: Robot, pages: Pages) -> None:
    pages.page("/", WELCOME_OR_ERROR)
    both = {"target": "#in", "refusal": ["#nowhere", "p.error"]}
    await robot.do("goto", url="/?shown=.error")
    refused = await robot.failure("wait_for", **both, timeout_s=10)
    assert (refused.kind, refused.message) == (ErrorKind.BUSINESS, "The site refused: Wrong password")
    await robot.do("goto", url="/?shown=%23in")
    assert await robot.do("wait_for", **both, timeout_s=10) is True
    await robot.do("goto", url="/?shown=script")
    neither = await robot.failure("wait_for", **both, timeout_s=0.3)
    assert neither.kind is ErrorKind.NOT_ACTIONABLE


LOGIN = """<form action=/news><input type=email name=mail><button>Subscribe</button></form>
<form method=post action={action}><input name=username autocapitalize=none><input type=password name=pw>
<input type=submit value="Log in"></form>"""
LOGIN_BY_SCRIPT = """<p role=alert hidden>No such account</p><form><input name=user><input type=password>
<button onclick="setTimeout(() => document.querySelector(`p`).hidden = false, 50); return false">Go</button></form>"""


@pytest.mark.feature("D33")
async def test_a_login_is_told_by_its_form_where_nothing_else_is_known(robot: Robot, pages: Pages) -> None:
    pages.page("/login", LOGIN.format(action="/home"))
    pages.page("/home", "<div role=alert>Welcome back</div><form><input name=q></form>")
    came = await robot.do("login", username="ada", password="right", url=f"{pages.url}/login")
    assert came == {"user": "ada", "url": f"{pages.url}/home"}
    assert pages.asked[-1] == "POST /home"


async def test_a_login_that_a_site_asks_for_by_http_is_answered_for_that_site_alone(robot: Robot, pages: Pages) -> None:
    pages.page("/inside", "<h1>Inside</h1>")
    pages.guards["/inside"] = "ada:s3"
    closed = await robot.failure("goto", url="/inside")
    assert closed.kind is ErrorKind.BUSINESS
    assert "`http_login`" in str(closed.hint)
    login = {"username": "ada", "password": "s3"}
    await robot.do("session.open", url="/inside", http_login=login)
    assert await robot.do("extract", target="h1") == "Inside"
    wrong = await robot.failure("session.open", url="/inside", http_login=login | {"password": "no"})
    assert wrong.kind is ErrorKind.BUSINESS
    await robot.do("session.open", http_login=login | {"origin": "http://elsewhere.test"})
    assert (await robot.failure("goto", url="/inside")).kind is ErrorKind.BUSINESS


async def test_a_login_form_that_comes_back_is_a_refusal_in_the_sites_words(robot: Robot, pages: Pages) -> None:
    for path, words in (("/refused", "<p class=errornote>Wrong \n name.</p>"), ("/silent", "")):
        pages.page("/login", LOGIN.format(action=path))
        pages.page(path, words + LOGIN.format(action=path))
        failure = await robot.failure("login", username="ada", password="wrong")
        assert failure.kind is ErrorKind.BUSINESS
        assert failure.message == (
            "Wrong name." if words else "The site shows its login form again: name or password are wrong."
        )
    pages.page("/login", LOGIN.format(action="/gone"))
    assert "status 404" in (await robot.failure("login", username="ada", password="wrong")).message
    pages.page("/login", LOGIN_BY_SCRIPT)
    assert (await robot.failure("login", username="ada", password="wrong")).message == "No such account"


async def test_a_login_form_that_does_nothing_says_what_to_name(robot: Robot, pages: Pages) -> None:
    pages.page("/login", LOGIN_BY_SCRIPT.replace("false, 50", "true, 50"))
    failure = await robot.failure("login", username="ada", password="x", timeout_s=1)
    assert failure.kind is ErrorKind.TIMEOUT
    assert "`user_name`" in failure.message


async def test_titles_of_groups_pagers_and_spans_do_not_confuse_a_table(robot: Robot, pages: Pages) -> None:
    pages.page(
        "/",
        """<table id=grouped><tr><th>ID<th>Title
        <tr><th colspan=2>urgent</th></tr><tr><td>1<td>One</tr>
        <tr><th colspan=2>bug</th></tr><tr><td>2<td>Two</tr>
        <tr><th colspan=2><table><tr><th>next</table></th></tr></table>
        <table id=spans><thead><tr><th rowspan=2>Name<th colspan=2>Price<tr><th>Now<th>Then</thead>
        <tr><td rowspan=2>A<td>1<td>2<tr><td>3<td>4<tr><td colspan=3>none</table>""",
    )
    await robot.do("goto", url="/")
    assert await robot.do("extract_table", target="#grouped") == [
        {"ID": "1", "Title": "One"},
        {"ID": "2", "Title": "Two"},
    ]
    assert await robot.do("extract_table", target="#spans") == [
        {"Name": "A", "Now": "1", "Then": "2"},
        {"Name": "A", "Now": "3", "Then": "4"},
        {"Name": "none", "Now": None, "Then": None},
    ]


async def test_cells_without_words_say_what_their_picture_means_or_their_field_holds(
    robot: Robot, pages: Pages
) -> None:
    pages.page(
        "/",
        """<table><tr><th><input type=checkbox><th>Active<th>Amount<th>More
        <tr><td><input type=checkbox checked><td><img alt=True src=x><td><input value=7>
        <td><a aria-label=Edit href=/e></a> <a title=Delete href=/d></a></table>""",
    )
    await robot.do("goto", url="/")
    assert await robot.do("extract_table", target="table") == [
        {"column_1": "true", "Active": "True", "Amount": "7", "More": "Edit Delete"}
    ]


async def test_of_several_that_contain_a_word_the_one_that_says_just_this_or_is_seen_is_meant(
    robot: Robot, pages: Pages
) -> None:
    buttons = ("Save", "Save and close", "Note to all", "Notes")
    shown = "".join(f"<button onclick='document.title = `{each}`'>{each}</button>" for each in buttons)
    pages.page("/", f"{shown}<p hidden>Today</p><a href='#today'>Or today</a>")
    await robot.do("goto", url="/")
    await robot.do("click", target='role=button[name="Save"]')
    assert await robot.do("assert", subject="title", expected="Save") is True
    await robot.do("click", target="text=today")
    assert await robot.do("assert", subject="url", op="contains", expected="#today") is True
    unclear = await robot.failure("click", target="text=Note")
    assert unclear.kind is ErrorKind.AMBIGUOUS_TARGET


async def test_a_file_is_kept_whether_the_site_saves_it_or_shows_it(robot: Robot, pages: Pages) -> None:
    content = "seen, not saved ✓"
    for path in ("/shown/note.txt", "/attachment.csv"):
        pages.texts[path], pages.types[path] = content, "text/plain"
    pages.page(
        "/",
        "<a id=here href=/shown/note.txt>.</a><a id=new target=_blank href=/shown/note.txt>.</a>"
        "<a id=saved target=_blank href=/attachment.csv>.</a><a id=page href=/other>.</a>",
    )
    pages.page("/other", "no file")
    await robot.do("goto", url="/")
    for target, name in (("#here", "note.txt"), ("#new", "note-2.txt"), ("#saved", "data.csv")):
        found = await robot.do("download", target=target)
        assert found["name"] == name
        assert found["sha256"] == hashlib.sha256(content.encode()).hexdigest()
        assert [each["url"] for each in await robot.do("tab")] == [f"{pages.url}/"]
    nothing = await robot.failure("download", target="#page", timeout_s=0.5)
    assert nothing.kind is ErrorKind.TIMEOUT
    assert "gave no file" in nothing.message


async def test_files_are_given_to_a_button_that_asks_for_them(robot: Robot, pages: Pages) -> None:
    pages.page(
        "/",
        "<input id=f type=file hidden onchange='document.title = this.files[0].name'>"
        "<button onclick='f.click()'>Browse</button>",
    )
    await robot.do("goto", url="/")
    await robot.do("upload", target="text=Browse", files={"name": "a.txt", "content": "x"})
    assert await robot.do("assert", subject="title", expected="a.txt") is True


async def test_a_list_without_the_option_says_what_it_has(robot: Robot, pages: Pages) -> None:
    pages.page("/", "<select><option value=1>One<option value=2>Two</select>")
    await robot.do("goto", url="/")
    missing = await robot.failure("select", target="select", label="Three", timeout_s=0.3)
    assert (missing.kind, missing.message) == (ErrorKind.NOT_ACTIONABLE, "select has no such option; it has One, Two.")


async def test_a_value_that_a_field_cannot_hold_is_told_and_in_a_row_it_is_the_rows_fault(
    robot: Robot, pages: Pages
) -> None:
    pages.page("/form", "<form><input type=number id=price><input type=date id=day><button>Go</button></form>")
    await robot.do("goto", url="/form")
    for name, value, said in (("price", "abc", "1234.5"), ("day", "31.12.2026", "2026-12-31")):
        refused = await robot.failure("fill", target=f"#{name}", value=value)
        assert refused.kind is ErrorKind.NOT_ACTIONABLE
        assert refused.message.endswith(f"does not take '{value}'; write it like {said}.")
        refused = await robot.failure("fill_form", values={name: value}, success="h1")
        assert refused.kind is ErrorKind.BUSINESS
        assert refused.message.endswith(f"write it like {said}.")
    await robot.do("fill", target="#day", value="2026-12-31")


async def test_a_code_that_sends_itself_is_filled_although_its_field_is_gone(robot: Robot, pages: Pages) -> None:
    pages.page("/code", "<form action=/in><input id=code name=code oninput='this.form.submit()'></form>")
    pages.page("/in", "<p>in</p>")
    await robot.do("goto", url="/code")
    await robot.do("fill", target="#code", value="123456")
    assert await robot.do("extract", target="p") == "in"
