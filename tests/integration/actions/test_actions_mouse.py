"""Mouse, window size and nested targets on real pages in a real browser: what recordings ask for."""

from typing import Any

import pytest

from orchestrator.contract.errors import ErrorKind

Robot = Any  # the fixtures' own classes live in conftest, which importlib mode does not let tests import
Pages = Any

BOARD = """
<style>#a, #b {width: 60px; height: 60px} #a {background: teal} #b {background: tan}
#list {height: 50px; overflow: auto} #list p {height: 400px}</style>
<div id=a draggable=true>take</div><div id=b>drop</div><p id=out></p>
<div id=list><p>tall</p></div>
<script>
const out = document.querySelector('#out'), b = document.querySelector('#b');
b.addEventListener('dragover', e => e.preventDefault());
b.addEventListener('drop', e => out.append('dropped;'));
for (const name of ['mousedown', 'mouseup', 'mousemove', 'click'])
  b.addEventListener(name, e => out.append(name + '@' + e.offsetX + ',' + e.offsetY + ';'));
</script>"""
ROWS = """
<table><tr><td>Ada</td><td><button onclick="document.title='ada'">Edit</button></td></tr>
<tr><td>Ada Two</td><td><button onclick="document.title='two'">Edit</button></td></tr></table>"""


PLACES = """<script>
document.addEventListener('scroll', () => {
  document.title = scrollY + ' ' + (document.querySelector('#list').scrollTop > 300);
}, {capture: true});
</script>"""


async def test_an_element_is_dragged_onto_another(robot: Robot, pages: Pages) -> None:
    pages.page("/", BOARD)
    await robot.do("goto", url="/")
    await robot.do("drag", target="#a", to="#b")
    assert "dropped;" in await robot.do("extract", target="#out")


async def test_the_mouse_goes_where_it_is_told_and_does_one_thing(robot: Robot, pages: Pages) -> None:
    pages.page("/", BOARD)
    await robot.do("goto", url="/")
    await robot.do("mouse", op="move", target="#b", position={"x": 5, "y": 6})
    await robot.do("mouse", op="down")
    await robot.do("mouse", op="up")
    assert await robot.do("extract", target="#out") == "mousemove@5,6;mousedown@5,6;mouseup@5,6;click@5,6;"


async def test_a_click_and_a_hover_take_a_place_in_the_element(robot: Robot, pages: Pages) -> None:
    pages.page("/", BOARD)
    await robot.do("goto", url="/")
    await robot.do("hover", target="#b", position={"x": 1, "y": 2})
    await robot.do("click", target="#b", position={"x": 50, "y": 40})
    seen = await robot.do("extract", target="#out")
    assert seen.startswith("mousemove@1,2;")
    assert seen.endswith("click@50,40;")


async def test_scrolling_goes_to_a_place_of_the_page_or_of_an_element(robot: Robot, pages: Pages) -> None:
    pages.page("/", f"{BOARD}<div style='height: 5000px'></div>{PLACES}")
    await robot.do("goto", url="/")
    await robot.do("scroll", to=700)
    await robot.do("scroll", by=-100)
    await robot.do("scroll", target="#list", to="bottom")
    await robot.do("assert", subject="title", expected="600 true")
    failure = await robot.failure("scroll")
    assert failure.kind is ErrorKind.BAD_WORKFLOW


async def test_the_window_takes_the_size_that_is_asked_for(robot: Robot, pages: Pages) -> None:
    pages.page("/", "<script>addEventListener('resize', () => document.title = [innerWidth, innerHeight])</script>")
    await robot.do("goto", url="/")
    assert await robot.do("viewport", width=640, height=333) == {"width": 640, "height": 333}
    await robot.do("assert", subject="title", expected="640,333")


async def test_forward_undoes_back(robot: Robot, pages: Pages) -> None:
    pages.page("/one", "1")
    pages.page("/two", "2")
    await robot.do("goto", url="/one")
    await robot.do("goto", url="/two")
    await robot.do("back")
    assert (await robot.do("forward"))["title"] == "/two"


@pytest.mark.parametrize(
    ("target", "title"),
    [
        ({"role": "button", "name": "Edit", "inside": {"css": "tr", "has_text": "Ada Two"}}, "two"),
        ({"role": "button", "inside": {"role": "row", "nth": 0}}, "ada"),
        ({"role": "button", "inside": {"css": "tr", "inside": "td >> nth=0"}}, None),
        ({"css": "button", "inside": {"css": "tr", "has_text": "AdaEdit", "exact": True}}, "ada"),
    ],
)
async def test_a_target_may_lie_inside_of_another(
    robot: Robot, pages: Pages, target: dict[str, Any], title: str | None
) -> None:
    pages.page("/", ROWS)
    await robot.do("goto", url="/")
    if title is None:
        assert await robot.do("count", target=target) == 0
    else:
        await robot.do("click", target=target)
        await robot.do("assert", subject="title", expected=title)


async def test_a_target_may_lie_in_a_frame_of_a_frame(robot: Robot, pages: Pages) -> None:
    pages.page("/leaf", "<b>inmost</b>")
    pages.page("/middle", "<iframe src=/leaf></iframe>")
    pages.page("/", "<iframe></iframe><iframe name=m src=/middle></iframe>")
    await robot.do("goto", url="/")
    frames = ["[name=m]", ":is(iframe, frame) >> nth=0"]
    assert await robot.do("extract", target={"css": "b", "frame": frames}) == "inmost"


async def test_filling_a_list_chooses_its_option(robot: Robot, pages: Pages) -> None:
    pages.page("/", "<select id=s><option value=1>One<option value=2>Two</select>")
    await robot.do("goto", url="/")
    await robot.do("fill", target="#s", value="2")
    await robot.do("assert", target="#s", expected="Two")
    await robot.do("assert", target="#s", subject="value", expected="2")
    await robot.do("fill", target="#s", value="One")
    await robot.do("assert", target="#s", subject="value", expected="1")


async def test_the_words_of_a_dialog_are_checked(robot: Robot, pages: Pages) -> None:
    pages.page("/", """<button onclick="document.title = prompt('Name?')">Ask</button>""")
    await robot.do("goto", url="/")
    await robot.do("dialog", policy="accept", text="Ada")
    await robot.do("click", target="button")
    await robot.do("assert", subject="dialog", expected="Name?")
    await robot.do("assert", subject="title", expected="Ada")
    failure = await robot.failure("assert", subject="dialog", expected="Age?", timeout_s=0.2)
    assert failure.kind is ErrorKind.ASSERTION_FAILED
