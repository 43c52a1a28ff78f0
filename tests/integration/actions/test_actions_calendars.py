"""Dates of fields that open a calendar: the day is chosen in it where the field takes no keys, or another notation."""

from typing import Any

from orchestrator.contract.errors import ErrorKind

Robot = Any  # the fixtures' own classes live in conftest, which importlib mode does not let tests import
Pages = Any

CALENDAR = """<html lang=de><p><label>From <input id=from readonly></label><label>To <input id=to></label>
<label>Fixed <input id=fixed readonly value=x></label><label>Late <input id=late readonly></label></p>
<div id=box style="position: absolute; top: 60px; display: none"><div><a class=prev>&lsaquo;</a><b id=title></b>
<a class=next>&rsaquo;</a></div><table><thead><tr><th>Mo<th>Di<th>Mi<th>Do<th>Fr<th>Sa<th>So</thead><tbody>
</table></div><button>Send</button>
<script>
const [box, title] = [document.querySelector("#box"), document.querySelector("#title")];
let field, at = new Date(2026, 10, 1);
const shown = day => day.toLocaleDateString("en-US", { year: "numeric", month: "2-digit", day: "2-digit" });
function draw() {
  title.textContent = at.toLocaleDateString("de", { month: "long", year: "numeric" });
  const cells = [29, 30, 31], last = new Date(at.getFullYear(), at.getMonth() + 1, 0).getDate();
  for (let day = 1; day <= last; day++) cells.push(day);
  cells.push(1, 2, 3);
  document.querySelector("tbody").innerHTML = cells.map((day, place) =>
    (place % 7 ? "" : "<tr>") + `<td class="${place < 3 || place >= 3 + last ? "other" : "day"}">${day}`).join("");
}
box.onmousedown = event => {
  event.preventDefault();
  if (event.target.className === "prev") at.setMonth(at.getMonth() - 1);
  else if (event.target.className === "next") { if (at.getFullYear() < 2028) at.setMonth(at.getMonth() + 1) }
  else if (event.target.className === "day" && event.target.textContent !== "13") {
    field.value = shown(new Date(at.getFullYear(), at.getMonth(), Number(event.target.textContent)));
    box.style.display = "none";
  }
  draw();
};
for (const each of [document.querySelector("#from"), document.querySelector("#to")]) {
  each.onfocus = each.onclick = () => { field = each; draw(); setTimeout(() => { box.style.display = "block" }, 60) };
  each.onblur = () => { box.style.display = "none" };
  each.onkeydown = event => { if (event.key === "Tab") { box.style.display = "none";
    const parts = each.value.split(/[/.-]/).map(Number);
    if (each.value) each.value = shown(new Date(parts[2], parts[0] - 1, parts[1])); } };
}
late.onfocus = () => { late.readOnly = false };
</script>"""


async def test_a_day_is_chosen_in_the_calendar_of_a_field_that_takes_no_keys(robot: Robot, pages: Pages) -> None:
    pages.page("/", CALENDAR)
    await robot.do("goto", url="/")
    for value, held in (("2026-12-24", "12/24/2026"), ("31.1.2026", "01/31/2026"), ("2027-02-01", "02/01/2027")):
        await robot.do("fill", target="#from", value=value)
        assert await robot.do("assert", target="#from", subject="value", expected=held) is True
    await robot.do("fill_form", values={"from": "2026-11-30"}, submit="button", success="p")
    assert await robot.do("assert", target="#from", subject="value", expected="11/30/2026") is True


async def test_a_day_that_cannot_be_chosen_is_told_at_once(robot: Robot, pages: Pages) -> None:
    pages.page("/", CALENDAR)
    await robot.do("goto", url="/")
    for value, said in (
        ("2026-12-13", "The calendar of #from does not take 2026-12-13; the field holds ''."),
        ("2030-01-01", "The calendar of #from does not go to 2030-01; it stays at 2028-01."),
        ("tomorrow", "#from opens a calendar and takes no keys; 'tomorrow' is no day that it could mean."),
    ):
        failure = await robot.failure("fill", target="#from", value=value)
        assert (failure.kind, failure.message) == (ErrorKind.NOT_ACTIONABLE, said)
    fixed = await robot.failure("fill", target="#fixed", value="2026-12-24")
    assert fixed.message == "#fixed is read-only: it takes no keys, and a click opens neither a calendar nor a list."
    await robot.do("fill", target="#late", value="now it does")


async def test_a_written_day_that_the_field_takes_for_another_is_chosen_in_its_calendar(
    robot: Robot, pages: Pages
) -> None:
    pages.page("/", CALENDAR)
    await robot.do("goto", url="/")
    for value in ("12/24/2026", "2026-12-24"):
        await robot.do("fill", target="#to", value=value)
        assert await robot.do("assert", target="#to", subject="value", expected="12/24/2026") is True
        assert await robot.do("exists", target="#box", visible=True) is False
    await robot.do("reload")
    wrong = await robot.failure("fill", target="#to", value="24/12/2026")
    assert wrong.message == "#to makes '12/12/2027' of '24/12/2026'."
