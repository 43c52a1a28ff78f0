"""Fields and tables that web applications draw themselves: what works on a plain form works on them too."""

from typing import Any

import pytest

from orchestrator.contract.errors import ErrorKind

Robot = Any  # the fixtures' own classes live in conftest, which importlib mode does not let tests import
Pages = Any

COMBOBOXES = """<nav><a role=menuitem>Italy</a></nav>
<label for=country>Country</label><input id=country role=combobox readonly aria-expanded=false aria-controls=list1>
<label for=tags>Tags</label><div id=tags role=combobox aria-label=Tags tabindex=0 aria-controls=list2>green</div>
<label>City <input id=city role=combobox aria-autocomplete=list aria-controls=list3></label>
<label>Street <input id=street></label>
<script>
const field = name => document.querySelector("#" + name);
function open(opener, id, items, choose, many) {
  document.querySelector("#" + id)?.remove();
  const list = Object.assign(document.createElement("ul"), { id, role: "listbox" });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-multiselectable", many);
  list.style = "height: 60px; overflow: auto; position: relative";
  for (const item of items) {
    const option = document.createElement("li");
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", opener.textContent.split(",").includes(item));
    option.innerHTML = `<i aria-hidden=true style="display:none">done</i> ${item}`;
    option.onclick = () => { choose(item, option); if (!many) list.remove(); };
    list.append(option);
  }
  document.body.append(list);
  opener.setAttribute("aria-expanded", true);
  opener.onkeydown = event => {
    if (event.key === "Escape") { list.remove(); opener.setAttribute("aria-expanded", false); }
  };
}
field("country").onclick = () => setTimeout(() => open(field("country"), "list1", ["Germany", "Greece", "Italy"],
  item => { field("country").value = item; field("country").setAttribute("aria-expanded", false); }, false), 60);
field("tags").onclick = () => open(field("tags"), "list2", ["red", "green", "blue"], (item, option) => {
  const had = field("tags").textContent.split(",").filter(Boolean);
  const now = had.includes(item) ? had.filter(each => each !== item) : [...had, item];
  field("tags").textContent = now.join(",");
  option.setAttribute("aria-selected", now.includes(item));
}, true);
field("city").oninput = event => setTimeout(() => open(field("city"), "list3",
  ["Bern", "Berlin", "Bremen"].filter(each => each.startsWith(event.target.value)),
  item => { field("city").value = item; field("city").dataset.chosen = item; }, false), 60);
field("street").onkeyup = event => setTimeout(() => {
  document.querySelector("#proposed")?.remove();
  document.body.insertAdjacentHTML("beforeend", `<div id=proposed><b>Main Street</b></div>`);
  document.querySelector("#proposed b").onclick = () => { field("street").value = "Main Street 1"; };
}, 60);
</script>"""


async def test_options_of_lists_that_are_no_select_are_chosen_by_their_words(robot: Robot, pages: Pages) -> None:
    pages.page("/", COMBOBOXES)
    await robot.do("goto", url="/")
    assert await robot.do("select", target="label=Country", label="Italy") == ["Italy"]
    assert await robot.do("assert", target="#country", subject="value", expected="Italy") is True
    await robot.do("select", target="#country", index=1)
    assert await robot.do("assert", target="#country", subject="value", expected="Greece") is True
    await robot.do("select", target="#tags", label=["red", "blue"])
    assert await robot.do("extract", target="#tags") == "red,blue"
    assert await robot.do("exists", target="#list2") is False
    await robot.do("select", target="#city", label="Berlin")
    assert await robot.do("extract", target="#city", kind="attribute", attribute="data-chosen") == "Berlin"
    await robot.do("select", target="label=Street", label="Main Street")
    assert await robot.do("assert", target="#street", subject="value", expected="Main Street 1") is True
    missing = await robot.failure("select", target="#country", label="Spain", timeout_s=1)
    assert (missing.kind, missing.message) == (
        ErrorKind.NOT_ACTIONABLE,
        "#country has no option 'Spain'; it shows Germany, Greece, Italy.",
    )
    no_list = await robot.failure("select", target="nav", label="Italy")
    assert no_list.message == "nav is no list to choose from."


async def test_fill_and_fill_form_choose_from_such_lists_and_write_where_words_are_free(
    robot: Robot, pages: Pages
) -> None:
    pages.page("/", f"<form>{COMBOBOXES}<button>Send</button></form><h1>There</h1>")
    await robot.do("goto", url="/")
    await robot.do("fill", target="#tags", value="blue")
    await robot.do("fill", target="label=Country", value="Germany")
    values = {"country": "Italy", "Tags": ["red"], "city": "Bern"}
    pages.page("/sent", "<h1>Sent</h1>")
    sent = {"values": values, "submit": "#never", "success": "h1"}
    assert (await robot.failure("fill_form", **sent, timeout_s=2)).kind is ErrorKind.TARGET_NOT_FOUND
    assert await robot.do("assert", target="#country", subject="value", expected="Italy") is True
    assert await robot.do("extract", target="#tags") == "red"
    assert await robot.do("assert", target="#city", subject="value", expected="Bern") is True
    unknown = await robot.failure("fill_form", values={"country": "Spain"}, success="h1", timeout_s=1)
    assert (unknown.kind, "it shows Germany" in unknown.message) == (ErrorKind.BUSINESS, True)


BOXES = """<style>.switch input { opacity: 0; width: 0; height: 0 } .drawn { display: none }</style>
<label class=switch><input type=checkbox id=express><span>Express</span></label>
<div role=checkbox aria-checked=false tabindex=0 onclick="setTimeout(() => this.setAttribute(
  'aria-checked', this.ariaChecked !== 'true'), 300)"><i></i>I agree</div>
<p><span>News</span><input type=checkbox id=news></p>
<select id=hidden class=drawn><option>One<option>Two</select>
<div class=wrapper role=combobox onclick="this.querySelector('ul').hidden = false">
 <select class=drawn id=empty></select><span id=shown>none</span>
 <ul hidden role=listbox><li role=option onclick="shown.textContent = 'Three'">Three</li></ul></div>
<div role=slider id=size tabindex=0 aria-valuemin=0 aria-valuemax=50 aria-valuenow=10 onkeydown="setTimeout(
 () => { this.ariaValueNow = Math.min(50, +this.ariaValueNow + {ArrowRight: 5, ArrowLeft: -5}[event.key]) }, 20)">
 size</div><div id=editor><div contenteditable=true></div></div>"""


async def test_boxes_sliders_and_editors_that_are_drawn_anew_are_set(robot: Robot, pages: Pages) -> None:
    pages.page("/", BOXES)
    await robot.do("goto", url="/")
    await robot.do("check", target="label=Express")
    await robot.do("check", target="label=I agree")
    await robot.do("check", target="text=News")
    for box in ("#express", "#news"):
        assert await robot.do("extract", target=f"{box}:checked", kind="attribute", attribute="id") == box[1:]
    assert await robot.do("exists", target="[role=checkbox][aria-checked=true]") is True
    assert await robot.do("select", target="#hidden", label="Two") == ["Two"]
    await robot.do("select", target="#empty", label="Three")
    assert await robot.do("extract", target="#shown") == "Three"
    await robot.do("fill", target="#size", value="35")
    assert await robot.do("extract", target="#size", kind="attribute", attribute="aria-valuenow") == "35"
    for value in ("37", "90"):
        stuck = await robot.failure("fill", target="#size", value=value)
        assert f"is a slider that does not go to {value}; it stands at" in stuck.message
    await robot.do("fill", target="#editor", value="Dear all")
    assert await robot.do("extract", target="#editor") == "Dear all"


HIDDEN_OPENER = """<div class=drawn><a id=shown style="display: block">Please select</a>
<div id=drop style="display: none"><label for=search>User</label><input id=search role=combobox aria-expanded=true
aria-owns=found></div></div><ul id=found role=listbox></ul><label for=search>Kind</label><label for=kind>Kind</label>
<select id=kind style="display: none"><option>news<option>essay</select><script>
shown.onmousedown = () => { drop.style.display = "block" };
search.onkeyup = () => setTimeout(() => {
  found.innerHTML = `<li role=option>user 1</li><li role=option>user 17</li>`;
  for (const each of found.children)
    each.onclick = () => {
      shown.textContent = each.textContent;
      found.innerHTML = "";
      drop.style.display = "none";
    };
}, 60);
</script>"""


async def test_a_list_whose_field_is_hidden_until_it_opens_is_opened_by_what_is_drawn(
    robot: Robot, pages: Pages
) -> None:
    pages.page("/", HIDDEN_OPENER)
    await robot.do("goto", url="/")
    await robot.do("select", target="#search", label="user 1")
    assert await robot.do("extract", target="#shown") == "user 1"
    assert await robot.do("select", target="label=Kind", label="essay") == ["essay"]


async def test_a_date_is_told_to_a_picker_that_hears_only_keys_and_what_it_covers_is_named(
    robot: Robot, pages: Pages
) -> None:
    pages.page(
        "/",
        """<input id=at><p style="position: relative"><input type=checkbox id=live><span id=calendar hidden
        style="position: absolute; inset: 0; background: grey">calendar</span></p><script>
        let held = "2020-01-01";
        at.onfocus = () => { calendar.hidden = false };
        at.onkeyup = () => { held = at.value };
        at.onblur = () => { at.value = held; calendar.hidden = true };</script>""",
    )
    await robot.do("goto", url="/")
    await robot.do("fill", target="#at", value="2026-12-24 10:30")
    covered = await robot.failure("check", target="#live", timeout_s=1)
    assert "intercepts pointer events" in covered.message
    assert "`press`" in str(covered.hint)
    await robot.do("press", target="#at", keys="Tab")
    await robot.do("check", target="#live")
    assert await robot.do("assert", target="#at", subject="value", expected="2026-12-24 10:30") is True


async def test_files_are_given_to_the_area_around_a_hidden_field_and_to_words_beside_it(
    robot: Robot, pages: Pages
) -> None:
    area = "<div class=area><h2>{}</h2><button>Browse</button><input type=file hidden></div>"
    pages.page("/", area.format("Papers") + area.format("Pictures"))
    await robot.do("goto", url="/")
    await robot.do("upload", target={"css": ".area", "nth": 1}, files={"name": "b.png", "content": "x"})
    await robot.do("upload", target="text=Papers", files={"name": "a.txt", "content": "x"})
    names = await robot.do("extract_list", items="input[type=file]", fields={"name": "@value"})
    assert [each["name"].rpartition("\\")[2] for each in names] == ["a.txt", "b.png"]


async def test_rows_of_a_form_pick_radio_buttons_and_boxes_by_value_or_label(robot: Robot, pages: Pages) -> None:
    pages.page(
        "/",
        """<form onsubmit="event.preventDefault(); said.textContent = new URLSearchParams(new FormData(this))">
        <label><input type=radio name=size value=s>Small</label><label><input type=radio name=size value=l>Large</label>
        <label><input type=checkbox name=days value=1 checked>Monday</label><label><input type=checkbox name=days
        value=2>Tuesday</label><label><input type=checkbox name=days value=3>Friday</label>
        <label>Terms <input type=checkbox name=terms></label><button>Send</button></form><p id=said></p>""",
    )
    await robot.do("goto", url="/")
    values = {"size": "Large", "days": ["Tuesday", "3"], "terms": "yes"}
    await robot.do("fill_form", values=values, success="#said:not(:empty)")
    assert await robot.do("extract", target="#said") == "size=l&days=2&days=3&terms=on"
    none = await robot.failure("fill_form", values={"days": ["Sunday"]}, success="#said:not(:empty)")
    assert (none.kind, "it has 'Monday', 'Tuesday', 'Friday'" in none.message) == (ErrorKind.BUSINESS, True)


GRID = """<div id=grid role=grid aria-rowcount=61><div role=row aria-rowindex=1>
<span role=columnheader>Name <i aria-hidden=true>arrow_upward</i></span><span role=columnheader>Price</span></div>
<div id=view style="height: 200px; overflow: auto; position: relative"><div id=tall style="height: 1200px"></div>
</div></div>
<script>
const [view, tall] = [document.querySelector("#view"), document.querySelector("#tall")];
function draw() {
  const first = Math.max(0, Math.floor(view.scrollTop / 20) - 3), rows = [];
  for (let row = first; row < Math.min(60, first + 16); row++)
    rows.push(`<div role=row aria-rowindex=${row + 2} style="position: absolute; height: 20px; top: ${row * 20}px">
      <span role=gridcell>Item ${row}</span> <span role=gridcell><b aria-hidden=true>EUR</b> ${row % 7}</span></div>`);
  tall.innerHTML = rows.reverse().join("");
}
view.onscroll = () => setTimeout(draw, 30);
draw();
</script>"""


async def test_a_grid_that_draws_only_what_is_seen_is_read_whole(robot: Robot, pages: Pages) -> None:
    pages.page("/", GRID + "<p>No table</p>")
    await robot.do("goto", url="/")
    seen = await robot.do("extract_table", target="#grid")
    assert seen[0] == {"Name": "Item 0", "Price": "0"}
    assert len(seen) == 16
    rows = await robot.do("extract_table", target="#grid", scroll=True, wait_s=0.5)
    assert rows == [{"Name": f"Item {row}", "Price": str(row % 7)} for row in range(60)]
    nothing = await robot.failure("extract_table", target="p")
    assert nothing.message == "p holds no table."


async def test_a_list_that_grows_when_it_is_scrolled_or_asked_for_more_is_read_once(robot: Robot, pages: Pages) -> None:
    pages.page(
        "/",
        """<div id=list style="height: 100px; overflow: auto"></div><button id=more>More</button><script>
        const list = document.querySelector("#list");
        const add = () => { const count = list.children.length; if (count >= 50) return; more.hidden = count === 40;
          for (let row = 0; row < 10; row++) list.insertAdjacentHTML("beforeend", `<p>Row ${count + row}</p>`); };
        list.onscroll = () => { if (list.scrollTop + 150 > list.scrollHeight) setTimeout(add, 40); };
        more.onclick = () => setTimeout(add, 40);
        add();</script>""",
    )
    whole = [f"Row {row}" for row in range(50)]
    await robot.do("goto", url="/")
    assert await robot.do("extract_list", items="#list p", next_page="#more") == whole
    await robot.do("goto", url="/")
    assert await robot.do("extract_list", items="#list p", scroll=True, wait_s=0.5) == whole
    await robot.do("goto", url="/")
    assert len(await robot.do("extract_list", items="#list p", scroll=True, wait_s=0.5, max_items=15)) == 15


@pytest.mark.parametrize("how", ["more.remove()", "more.disabled = true", "more.hidden = true"])
async def test_a_button_for_more_that_vanishes_and_brings_nothing_was_the_end(
    robot: Robot, pages: Pages, how: str
) -> None:
    pages.page(
        "/",
        f"""<ul><li>One</ul><button id=more>More</button><script>
        more.onclick = async () => {{
          const answer = await fetch("/rows");
          if ((await answer.text()).length) document.querySelector("ul").insertAdjacentHTML("beforeend", "<li>Two");
          else {how};
        }};</script>""",
    )
    pages.texts["/rows"] = ""
    await robot.do("goto", url="/")
    assert await robot.do("extract_list", items="li", next_page="#more", step_timeout_s=12) == ["One"]


async def test_items_that_are_components_are_read_with_what_they_draw(robot: Robot, pages: Pages) -> None:
    pages.page(
        "/",
        """<x-row data-n=A></x-row><x-row data-n=B></x-row><script>
        customElements.define("x-row", class extends HTMLElement { connectedCallback() {
          this.attachShadow({ mode: "open" }).innerHTML = `<style>b { color: red }</style><b>${this.dataset.n}</b>
            <span class=price>${this.dataset.n.length}</span>`;
        } });</script>""",
    )
    await robot.do("goto", url="/")
    rows = await robot.do("extract_list", items="x-row", fields={"name": "b", "price": ".price", "none": ".none"})
    assert rows == [{"name": name, "price": "1", "none": None} for name in "AB"]
    assert await robot.do("extract_list", items="x-row") == ["A 1", "B 1"]
