"""Grids that draw only some rows, over and behind their header, and such as are boxes without elements or roles."""

from typing import Any

Robot = Any  # the fixtures' own classes live in conftest, which importlib mode does not let tests import
Pages = Any

GRID = """<div id=grid {role} style="width: 300px; overflow: hidden; position: relative">
<div class=head {row} style="width: 900px; height: 20px; display: flex; position: relative; z-index: 1">
<div {head} style="width: 100px">Name</div><div {head} style="width: 100px">Price</div></div>
<div id=view style="height: 200px; overflow: auto; position: relative"><div id=tall style="height: 1200px"></div>
</div></div>
<script>
const root = {root}, [view, tall] = [root.querySelector("#view"), root.querySelector("#tall")];
function draw() {{
  const first = Math.max(0, Math.floor(view.scrollTop / 20) - 3), rows = [];
  for (let row = first; row < Math.min(60, first + 16); row++)
    rows.push(`<div class=row {row} style="position: absolute; height: 20px; top: ${{row * 20}}px; display: flex">
      <div {cell} style="width: 100px">Item ${{row}}</div><div {cell} style="width: 100px">${{row % 7}}</div></div>`);
  tall.innerHTML = rows.join("");
}}
view.onscroll = () => setTimeout(draw, 30);
draw();
</script>"""
WHOLE = [{"Name": f"Item {row}", "Price": str(row % 7)} for row in range(60)]


async def test_rows_that_a_grid_draws_behind_its_header_are_not_taken_for_it(robot: Robot, pages: Pages) -> None:
    roles = {"role": "role=grid", "row": "role=row", "head": "role=columnheader", "cell": "role=gridcell"}
    pages.page("/", GRID.format(root="document", **roles))
    await robot.do("goto", url="/")
    assert await robot.do("extract_table", target="#grid", scroll=True, wait_s=0.5) == WHOLE


async def test_a_grid_of_boxes_alone_is_read_whole_also_in_what_a_component_draws(robot: Robot, pages: Pages) -> None:
    plain = GRID.format(role="", row="", head="", cell="", root="document")
    pages.page("/plain", plain)
    await robot.do("goto", url="/plain")
    assert await robot.do("extract_table", target="#grid", scroll=True, wait_s=0.5) == WHOLE
    inner, script = plain.replace("= document,", '= document.querySelector("x-grid").shadowRoot,').split("<script>")
    open_root = f"<x-grid><template shadowrootmode=open>{inner}</template></x-grid>"
    pages.page("/component", f"{open_root}<script>{script}")
    await robot.do("goto", url="/component")
    assert await robot.do("extract_table", target="x-grid", scroll=True, wait_s=0.5) == WHOLE


async def test_a_table_of_boxes_in_lines_is_named_by_its_first_line_where_that_is_another(
    robot: Robot, pages: Pages
) -> None:
    line = "<div class={} style='display: flex'><{} style='width: 80px'>{}</{}><{} style='width: 80px'>{}</{}></div>"

    def lines(*rows: tuple[str, str, str, str]) -> str:
        return "".join(line.format(kind, tag, one, tag, tag, two, tag) for kind, tag, one, two in rows)

    data = (("row", "span", "A", "1"), ("row", "span", "B", "2"))
    pages.page(
        "/", f"<div id=named>{lines(('head', 'b', 'Name', 'Price'), *data)}</div><div id=bare>{lines(*data)}</div>"
    )
    await robot.do("goto", url="/")
    assert await robot.do("extract_table", target="#named") == [
        {"Name": "A", "Price": "1"},
        {"Name": "B", "Price": "2"},
    ]
    assert await robot.do("extract_table", target="#bare") == [
        {"column_1": "A", "column_2": "1"},
        {"column_1": "B", "column_2": "2"},
    ]
