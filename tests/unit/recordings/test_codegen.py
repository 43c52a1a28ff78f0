"""Playwright's Python: read without running it, statement by statement, with every gap at its line."""

from pathlib import Path

import pytest

from orchestrator.contract.ids import JsonValue
from orchestrator.recordings.read import import_recording
from orchestrator.recordings.recording import Choice, ImportedRecording, RecordingError
from orchestrator.recordings.yaml_text import yaml_text

FOLDER = Path(__file__).parents[2] / "recordings" / "playwright"
HEAD = "import os, re\nfrom playwright.sync_api import Page, expect\n"


def imported(*lines: str, head: str = HEAD) -> ImportedRecording:
    body = "".join(f"    {line}\n" for line in ('page.goto("https://a.test/")', *lines))
    return import_recording(f"{head}def test_it(page: Page) -> None:\n{body}", source="x.py")


def done(found: ImportedRecording) -> list[tuple[str, dict[str, JsonValue]]]:
    return [(step.action, step.parameters) for step in found.definition.steps][1:]


@pytest.mark.feature("X26")
def test_script_async_and_pytest_of_one_recording_become_the_same_steps() -> None:
    one, two = (
        import_recording((FOLDER / name).read_text(encoding="utf-8"), source="x.py")
        for name in ("search_script.py.txt", "search_async.py.txt")
    )
    assert one.definition.steps == two.definition.steps
    assert one.gaps == two.gaps == ()


@pytest.mark.feature("X26")
@pytest.mark.parametrize(
    ("code", "target"),
    [
        ('get_by_role("button", name="Go", exact=True)', {"role": "button", "name": "Go", "exact": True}),
        ('get_by_role("row", name="Ada").get_by_role("button")',
         {"role": "button", "inside": {"role": "row", "name": "Ada"}}),
        ('locator("div").filter(has_text=re.compile(r"^A \\(b\\)$")).nth(1)',
         {"css": "div", "has_text": "A (b)", "exact": True, "nth": 1}),
        ('get_by_test_id("x").first', {"testid": "x", "nth": 0}),
        ('get_by_alt_text("Logo")', '[alt*="Logo" i]'),
        ('get_by_title("Close", exact=True)', '[title="Close"]'),
        ('locator("#a").content_frame.locator("#b").content_frame.get_by_text("c")',
         {"text": "c", "frame": ["#a", "#b"]}),
        ('frame_locator("iframe >> nth=1").get_by_label("c")', {"label": "c", "frame": "iframe >> nth=1"}),
        ('locator("text=Go >> nth=2")', {"text": "Go", "nth": 2}),
        ('locator("//a[1]")', {"xpath": "//a[1]"}),
    ],
)  # fmt: skip
def test_locators_come_over(code: str, target: JsonValue) -> None:
    assert done(imported(f"page.{code}.click()")) == [("click", {"target": target})]


@pytest.mark.feature("X26")
@pytest.mark.parametrize(
    ("line", "action", "parameters"),
    [
        ('page.locator("#a").dblclick()', "click", {"target": "#a", "count": 2}),
        ('page.locator("#a").click(button="right", modifiers=["Shift"])', "click",
         {"target": "#a", "button": "right", "modifiers": ["Shift"]}),
        ('page.locator("#a").select_option(label="One")', "select", {"target": "#a", "label": "One"}),
        ('page.locator("#a").select_option(["1", "2"])', "select", {"target": "#a", "value": ["1", "2"]}),
        ('page.locator("#a").uncheck()', "check", {"target": "#a", "state": False}),
        ('page.locator("#a").drag_to(page.locator("#b"))', "drag", {"target": "#a", "to": "#b"}),
        ('page.click("#a")', "click", {"target": "#a"}),
        ('page.keyboard.press("Escape")', "press", {"keys": "Escape"}),
        ("page.wait_for_timeout(1500)", "wait", {"seconds": 1.5}),
        ("time.sleep(10)", "wait", {"seconds": 10}),
        ('page.once("dialog", lambda dialog: dialog.accept("Ada"))', "dialog", {"policy": "accept", "text": "Ada"}),
        ('expect(page.locator("#a")).not_to_be_visible()', "assert", {"target": "#a", "op": "hidden"}),
        ('expect(page.locator("#a")).to_contain_text("b", timeout=500)', "assert",
         {"target": "#a", "op": "contains", "expected": "b", "timeout_s": 0.5}),
        ('expect(page.locator("#a")).to_have_count(3)', "assert", {"target": "#a", "subject": "count", "expected": 3}),
        ('expect(page).to_have_url("https://a.test/b")', "assert", {"subject": "url", "expected": "${{ base_url }}/b"}),
        ('expect(page).to_have_title(re.compile("a.b", re.I))', "assert",
         {"subject": "title", "op": "matches", "expected": "(?i)a.b"}),
    ],
)  # fmt: skip
def test_calls_become_steps(line: str, action: str, parameters: dict[str, JsonValue]) -> None:
    found = imported(line)
    assert found.gaps == ()
    assert done(found) == [(action, parameters)]


@pytest.mark.feature("X26")
@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("if page.locator('#a').is_visible(): pass", "`if` decides only when the script runs"),
        ("helper(page)", "nothing that a robot knows"),
        ("time.sleep(pause)", "no number"),
        ("page.evaluate('1')", "`evaluate` of a page has no counterpart"),
        ("page.get_by_role('button', name=re.compile('a|b')).click()", "not found by a pattern"),
        ("expect(page.locator('#a')).to_match_aria_snapshot('- a')", "has no counterpart"),
        ("page.locator('#a').click(force=True)", "force has no counterpart and is left out"),
        ("page.locator('#a').fill(make())", "no plain text"),
        ("page.locator('#a').fill('${{ x }}')", "means an expression"),
        ("assert page.title() == 'x'", "an assertion of Python is not read"),
        ("page.goto('file:///etc/passwd')", "http and https"),
    ],
)
def test_what_has_no_counterpart_is_a_gap_at_its_line(line: str, why: str) -> None:
    (gap,) = imported(line).gaps
    assert (gap.place, gap.line) == ("test_it()", 5)
    assert why in gap.why


def test_nothing_of_the_script_is_executed(tmp_path: Path) -> None:
    proof = tmp_path / "ran"
    imported(head=f"{HEAD}open({str(proof)!r}, 'w')\n")
    assert not proof.exists()


@pytest.mark.feature("X26")
def test_the_environment_and_named_texts_become_variables_and_secrets_stay_out() -> None:
    found = imported(
        'page.get_by_label("User").fill(USER)',
        'page.get_by_label("Code").fill(os.environ["SHOP_TOKEN"])',
        'page.locator("#x").fill(PASSWORD)',
        head=f"{HEAD}USER = 'ada'\nPASSWORD = 'hunter2!'\n",
    )
    variables = found.definition.variables
    assert (variables["user"].default, variables["shop_token"].secret, variables["password"].secret) == (
        "ada",
        True,
        True,
    )
    assert "hunter2!" not in yaml_text(found, source="x.py")
    assert [each["value"] for _, each in done(found)] == ["${{ user }}", "${{ shop_token }}", "${{ password }}"]


def test_a_files_text_is_the_jobs_to_give() -> None:
    found = imported('page.get_by_label("CV").set_input_files("/home/ada/cv.txt")')
    (_, parameters) = done(found)[0]
    assert parameters["files"] == [{"name": "cv.txt", "content": "${{ content_of_cv_txt }}"}]
    assert "cv.txt" in found.remarks[0].text


def test_a_context_says_what_of_it_is_not_imitated() -> None:
    script = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as p:\n"
        "    browser = p.chromium.launch()\n"
        '    context = browser.new_context(viewport={"width": 800, "height": 600}, storage_state="a.json")\n'
        "    page = context.new_page()\n"
        '    page.goto("https://a.test/")\n'
        "    context.close()\n"
    )
    found = import_recording(script, source="x.py")
    assert [step.action for step in found.definition.steps] == ["viewport", "goto"]
    assert [(gap.line, gap.command) for gap in found.gaps] == [(4, "new_context(storage_state=...)")]


def test_one_of_several_tests_must_be_chosen() -> None:
    test = 'def test_{0}(page):\n    page.goto("https://a.test/{0}")\n'
    script = HEAD + test.format("one") + test.format("two")
    with pytest.raises(RecordingError, match=r"has 2 tests; choose one\. Tests: test_one, test_two"):
        import_recording(script, source="x.py")
    found = import_recording(script, source="x.py", choice=Choice(test="test_two"))
    assert found.definition.steps[0].parameters["url"] == "${{ base_url }}/two"


def test_python_that_cannot_be_read_is_refused_with_its_line() -> None:
    with pytest.raises(RecordingError, match=r"no Python that can be read \(line 2\)"):
        import_recording("import playwright\ndef (", source="x.py")
