"""What a run sees of its targets on real pages: looks, locators that would do, and what stands for what is gone.

One browser serves the whole module; a page is what `set_content` makes of it.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright

from orchestrator.contract.actions.candidates import locator_of
from orchestrator.contract.actions.targets import Locator, Target
from orchestrator.contract.sightings import ElementLook, Sighting
from robot.actions.locating import page_locator
from robot.actions.sightings import KnownLooks, RunSightings
from robot.browser.find import find_browser

pytestmark = pytest.mark.feature("X19")

FORM = """
<form id=order-form><label>Note <input id=note-4711 name=note value="a secret"></label>
<button id={id} type=submit data-testid=send-order>Send order</button>
<button type=button>Cancel</button></form><p id=total>Total: 12.50</p>
"""
PATIENCE = 20.0
SEND = Target.of("#send", "css=button[type=submit]")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_browser().executable, chromium_sandbox=False)
        yield await browser.new_page()
        await browser.close()


class Asked:
    """Answers what an element last looked like."""

    def __init__(self, look: ElementLook | None) -> None:
        self.look = look
        self.questions: list[tuple[str, str]] = []

    async def __call__(self, step_id: str, locator: str) -> ElementLook | None:
        self.questions.append((step_id, locator))
        return self.look


async def seen(page: Page, target: Target, place: int, known: KnownLooks | None = None) -> tuple[Sighting, ...]:
    run = RunSightings(known or KnownLooks(), workflow_hash="h", patience=PATIENCE)
    locator = target.locators[place]
    await run.found("send", page, target, locator, page_locator(page, locator))
    return run.all()


def texts(sighting: Sighting) -> list[str]:
    return [str(locator_of(each)) for each in sighting.candidates]


async def searched(page: Page, target: Target, look: ElementLook | None) -> tuple[Sighting, ...]:
    asked = Asked(look)
    run = RunSightings(KnownLooks(), workflow_hash="h", ask=asked, patience=PATIENCE)
    run.missing("send", target)
    await run.search("send", page)
    assert asked.questions == [("send", str(target.locators[0]))]
    return run.all()


async def test_an_element_is_described_as_the_browser_sees_it_and_once_for_a_while(page: Page) -> None:
    await page.set_content(FORM.format(id="send"))
    known = KnownLooks()
    (sighting,) = await seen(page, SEND, 0, known)
    assert sighting.used == 0
    assert not sighting.is_trouble
    assert sighting.candidates == ()
    assert sighting.look == ElementLook(
        tag="button", role="button", name="Send order", testid="send-order", id="send", text="Send order",
        attributes={"type": "submit"},
    )  # fmt: skip
    assert await seen(page, SEND, 0, known) == ()


async def test_a_fallback_brings_locators_that_find_just_this_element_the_lasting_ones_first(page: Page) -> None:
    await page.set_content(FORM.format(id="go"))
    (sighting,) = await seen(page, SEND, 1)
    assert sighting.used == 1
    assert sighting.tried == ("#send", "button[type=submit]")
    assert texts(sighting) == [
        'role=button[name="Send order"]',
        "testid=send-order",
        "#go",
        'text="Send order"',
        "button[type=submit]",
        "#order-form > button:nth-of-type(1)",
    ]
    for each in sighting.candidates:
        locator = locator_of(each)
        assert locator is not None
        found = page_locator(page, locator)
        assert await found.count() == 1
        assert await found.text_content() == "Send order"


async def test_what_is_not_the_only_one_or_is_made_up_is_no_candidate(page: Page) -> None:
    await page.set_content("<button>Send</button><main><button id=radix-7 class=x>Send</button></main>")
    (sighting,) = await seen(page, Target.of("#gone", ".x"), 1)
    assert texts(sighting) == [".x", "body > main > button"]


async def test_what_stands_in_a_field_or_in_the_text_of_a_page_is_not_told(page: Page) -> None:
    await page.set_content(FORM.format(id="send"))
    (field,) = await seen(page, Target.of("#none", "css=[name=note]"), 1)
    assert "secret" not in field.model_dump_json()
    assert texts(field)[:2] == ['role=textbox[name="Note"]', "label=Note"]
    (total,) = await seen(page, Target.of("#none", "css=#total"), 1)
    assert "12.50" not in total.model_dump_json()
    assert texts(total)[0] == "#total"


async def test_an_element_in_a_frame_is_proposed_with_its_frame(page: Page) -> None:
    await page.set_content("<iframe id=inner srcdoc='<button id=pay>Pay now</button>'></iframe>")
    await page.frame_locator("#inner").locator("#pay").wait_for()
    target = Target((Locator(css="#old", frame="#inner"), Locator(css="#pay", frame="#inner")))
    (sighting,) = await seen(page, target, 1)
    assert sighting.candidates[0].locator == {"role": "button", "name": "Pay now", "frame": "#inner"}


async def test_for_what_is_gone_the_most_alike_is_found_with_its_score(page: Page) -> None:
    await page.set_content(FORM.format(id="send"))
    (before,) = await seen(page, SEND, 0)
    await page.set_content("<nav><a href=/>Home</a></nav><form><button class=b>Send my order</button></form>")
    (sighting,) = await searched(page, SEND, before.look)
    assert sighting.used is None
    assert sighting.is_trouble
    (best, *_) = sighting.candidates
    assert str(locator_of(best)) == 'role=button[name="Send my order"]'
    assert best.found == 'button "Send my order"'


async def test_nothing_stands_for_what_is_gone_when_nothing_or_more_than_one_thing_is_like_it(page: Page) -> None:
    await page.set_content(FORM.format(id="send"))
    (before,) = await seen(page, SEND, 0)
    await page.set_content("<button>Cancel</button><a href=/>Home</a>")
    assert await searched(page, SEND, before.look) == ()
    await page.set_content("<button>Send order</button><button>Send order</button>")
    assert await searched(page, SEND, before.look) == ()
    assert await searched(page, SEND, None) == ()
