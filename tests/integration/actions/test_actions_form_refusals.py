"""fill_form on pages with several forms and labels, and refusals that the step does not say where to find."""

from typing import Any

import pytest

from orchestrator.contract.errors import ErrorKind

Robot = Any  # the fixtures' own classes live in conftest, which importlib mode does not let tests import
Pages = Any

PAGE = """<form action=/search><input name=q><button>Search</button></form><p role=alert>Cookies!</p>
<section aria-label="Title and more"><a href="#" aria-label="Title">#</a></section>
<form id=own {more} onsubmit="event.preventDefault(); {does}"><label>Title <input name=title></label>
<label>Mail <input name=mail required type=email></label><label>Paper <input name=paper type=file></label>
<button>Send</button><p id=said></p></form>"""
GOOD = {"Title": "One", "Mail": "ada@example.org"}


async def test_of_several_buttons_the_one_of_the_filled_form_sends_it(robot: Robot, pages: Pages) -> None:
    does = "said.className = 'done'; said.textContent = title.value + own.paper.files[0]?.name"
    pages.page("/", PAGE.format(does=does.replace("title.value", "own.title.value"), more=""))
    await robot.do("goto", url="/")
    paper = {"name": "cv.txt", "content": "all of it"}
    await robot.do("fill_form", values={**GOOD, "Paper": paper}, success=".done")
    assert await robot.do("extract", target=".done") == "Onecv.txt"
    await robot.do("fill", target="label=Title", value="Two")
    assert await robot.do("assert", target="[name=title]", subject="value", expected="Two") is True
    wrong = await robot.failure("fill_form", values={**GOOD, "Paper": {"name": "x"}}, success=".done")
    assert (wrong.kind, wrong.message.startswith("A new file is {name, content}; content:")) == (
        ErrorKind.BAD_WORKFLOW,
        True,
    )


@pytest.mark.parametrize("mail", ["", "ada"])
async def test_a_form_that_the_browser_keeps_back_is_refused_in_its_words(
    robot: Robot, pages: Pages, mail: str
) -> None:
    pages.page("/", PAGE.format(does="said.className = 'done'", more=""))
    await robot.do("goto", url="/")
    refused = await robot.failure("fill_form", values={"Title": "One", "Mail": mail}, success=".done")
    assert refused.kind is ErrorKind.BUSINESS
    assert refused.message.startswith("The site refused: Mail: Please ")


async def test_what_looks_like_a_complaint_is_a_refusal_where_the_step_names_none(robot: Robot, pages: Pages) -> None:
    does = "setTimeout(() => { said.className = 'error'; said.textContent = 'This title is taken.' }, 100)"
    pages.page("/", PAGE.format(does=does, more="novalidate"))
    await robot.do("goto", url="/")
    refused = await robot.failure("fill_form", values=GOOD, success=".done")
    assert (refused.kind, refused.message) == (ErrorKind.BUSINESS, "The site refused: This title is taken.")


async def test_a_table_that_is_seen_is_meant_beside_hidden_ones(robot: Robot, pages: Pages) -> None:
    pages.page("/", "<dialog><table><tr><td>Keys</table></dialog><table><tr><th>Name<tr><td>A</table>")
    await robot.do("goto", url="/")
    assert await robot.do("extract_table") == [{"Name": "A"}]
