"""Fields that libraries of components build out of hidden inputs and parts: dates, sliders, boxes, drawn grids."""

from typing import Any

Robot = Any  # the fixtures' own classes live in conftest, which importlib mode does not let tests import
Pages = Any

PARTS = """<div><div id=day role=group aria-label=Day>
<span role=spinbutton tabindex=0 contenteditable aria-label="year, Day" aria-valuemin=1 aria-valuemax=9999>yyyy</span>/
<span role=spinbutton tabindex=0 contenteditable aria-label="month, Day" aria-valuemin=1 aria-valuemax=12>mm</span>/
<span role=spinbutton tabindex=0 contenteditable aria-label="day, Day" aria-valuemin=1 aria-valuemax=31>dd</span></div>
<script>
for (const part of document.querySelectorAll("[role=spinbutton]")) {
  let typed = "";
  part.onfocus = () => { typed = "" };
  part.onbeforeinput = event => {
    event.preventDefault();
    typed += event.data;
    const most = Number(part.getAttribute("aria-valuemax"));
    part.setAttribute("aria-valuenow", Math.min(most, Number(typed)));
    part.textContent = part.getAttribute("aria-valuenow");
  };
}</script></div>"""


async def test_a_date_of_three_parts_takes_a_day(robot: Robot, pages: Pages) -> None:
    pages.page("/", PARTS)
    await robot.do("goto", url="/")
    for target in ("#day", 'role=spinbutton[name="year"]'):
        for value, held in (("2026-12-24", "2026/ 12/ 24"), ("3.2.2027", "2027/ 2/ 3")):
            await robot.do("fill", target=target, value=value)
            assert " ".join((await robot.do("extract", target="#day")).split()) == held


async def test_a_date_that_is_taken_only_when_the_field_is_left_is_taken(robot: Robot, pages: Pages) -> None:
    pages.page(
        "/",
        """<div aria-haspopup=dialog>
        <input id=day onkeydown="if (event.key === 'Tab') held.textContent = day.value"></div>
        <button>Next</button><p id=held></p>""",
    )
    await robot.do("goto", url="/")
    await robot.do("fill", target="#day", value="2026-12-24")
    assert await robot.do("extract", target="#held") == "2026-12-24"


async def test_a_slider_that_hears_only_of_keys_is_moved(robot: Robot, pages: Pages) -> None:
    pages.page(
        "/",
        """<label>Level <input type=range min=0 max=10 onkeyup="held.textContent = this.value"></label>
        <p id=held></p>""",
    )
    await robot.do("goto", url="/")
    for value in ("7", "10", "0"):
        await robot.do("fill", target="label=Level", value=value)
        assert await robot.do("extract", target="#held") == value


async def test_a_box_behind_what_is_drawn_is_ticked_and_short_words_mean_just_themselves(
    robot: Robot, pages: Pages
) -> None:
    pages.page(
        "/",
        """<style>label { position: relative; display: inline-block } label input { position: absolute; inset: 0 }
        label i { position: absolute; inset: 0; background: grey }</style>
        <label><input type=checkbox aria-label=Fast id=fast>Fast<i></i></label>
        <label><input type=radio name=size id=small aria-label=S>S</label>""",
    )
    await robot.do("goto", url="/")
    await robot.do("check", target="label=Fast")
    await robot.do("check", target="label=S")
    assert await robot.do("count", target="input:checked") == 2


async def test_a_grid_that_is_drawn_as_a_picture_is_read_as_it_is_told_to_readers(robot: Robot, pages: Pages) -> None:
    table = """<table role=grid><thead><tr role=row><th role=columnheader>Name<th role=columnheader>Price</thead>
        <tbody><tr role=row><td role=gridcell>A<td role=gridcell>1</table>"""
    pages.page("/", f"<div id=grid><canvas width=100 height=100>{table}</canvas></div>")
    await robot.do("goto", url="/")
    assert await robot.do("extract_table", target="#grid") == [{"Name": "A", "Price": "1"}]
