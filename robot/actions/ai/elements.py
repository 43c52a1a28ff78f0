"""Between a page and what a model is told of it: the description, and locators that find a named element again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator as PageLocator
from playwright.async_api import Page

from orchestrator.contract.actions.ai import AskPage
from orchestrator.contract.actions.targets import Locator, Target
from orchestrator.contract.errors import ErrorKind
from robot.actions.locating import locate, page_locator
from robot.actions.work import Work
from robot.ai.page import Element, PageView, page_view
from robot.ai.run import RunAi
from robot.browser.limits import limited
from robot.errors import ActionError

HIDDEN = "(hidden)"
_PASSWORDS = "() => [...document.querySelectorAll('input[type=password]')].map(each => each.value).filter(Boolean)"
_MARKS = """element => {
  const path = [];
  for (let here = element; here && here !== document.documentElement; here = here.parentElement) {
    const alike = [...(here.parentElement?.children ?? [])].filter(each => each.tagName === here.tagName);
    path.unshift(here.tagName.toLowerCase() + (alike.length > 1 ? `:nth-of-type(${alike.indexOf(here) + 1})` : ""));
  }
  const text = name => element.getAttribute(name) || "";
  return {
    testid: text("data-testid"),
    id: element.id ? "#" + CSS.escape(element.id) : "",
    named: text("name") ? `${element.tagName.toLowerCase()}[name=${JSON.stringify(text("name"))}]` : "",
    path: path.join(" > "),
  };
}"""
"""What an element can be found by, besides its role and name."""


@dataclass(frozen=True, slots=True)
class Described:
    """A page as it was told, and the page itself."""

    page: Page
    view: PageView

    def locator(self, ref: str) -> PageLocator:
        """The element of a reference, until the page is described again."""
        return self.page.locator(f"aria-ref={ref}")

    def element(self, ref: str) -> Element:
        """What is known of it."""
        return self.view.elements[ref]


async def described(work: Work, ai: RunAi, asked: AskPage) -> Described:
    """The page, or the part that is meant, for the model: without what stands in password fields."""
    page = await work.page()
    root = (
        page.locator("body") if asked.within is None else await locate(work, asked.within, wait_ms=work.wait_ms(asked))
    )
    work.acting = None
    snapshot = await root.aria_snapshot(mode="ai", timeout=work.wait_ms(asked))
    for secret in await _passwords(page, work):
        snapshot = snapshot.replace(secret, HIDDEN)
    return Described(page, page_view(snapshot, ai.client.settings.max_page_chars))


async def _passwords(page: Page, work: Work) -> list[str]:
    found: list[str] = []
    for frame in page.frames:
        try:
            found += await limited(frame.evaluate(_PASSWORDS), work.wait_s(), "Looking for password fields")
        except PlaywrightError:
            continue  # a frame that was replaced meanwhile is not in the description either
    return sorted(set(found), key=len, reverse=True)


async def lasting_target(described: Described, ref: str) -> Target | None:
    """Locators that find this very element on the page again, best first; None when there are none, as in
    frames, where locators of the page do not reach."""
    element = described.element(ref)
    found = described.locator(ref)
    marks = await found.evaluate(_MARKS)
    handle = await found.element_handle()
    good = [each for each in _candidates(element, marks) if await _is_just(described.page, each, handle)]
    return Target(tuple(good)) if good else None


def _candidates(element: Element, marks: dict[str, str]) -> Sequence[Locator]:
    given: list[Locator] = []
    if marks["testid"]:
        given.append(Locator(testid=marks["testid"]))
    if element.name and element.role != "generic":
        given.append(Locator(role=element.role, name=element.name[:1_000], exact=True))
    given += [Locator(css=marks[name]) for name in ("id", "named", "path") if marks[name]]
    return given


async def _is_just(page: Page, locator: Locator, handle: Any) -> bool:
    """True when the locator finds this element and no other."""
    found = page_locator(page, locator)
    try:
        return await found.count() == 1 and bool(await found.evaluate("(a, b) => a === b", handle))
    except PlaywrightError:
        return False  # not a selector that can be used, or an element of another document


async def only_match(work: Work, page: Page, target: Target) -> PageLocator | None:
    """The element that the first fitting locator finds alone, now; None when the page has changed."""
    for locator in target.locators:
        found = page_locator(page, locator)
        try:
            if await limited(found.count(), work.wait_s(), "Looking for a remembered element") == 1:
                return found
        except PlaywrightError:
            continue  # the page is between two documents
    return None


def run_ai(work: Work) -> RunAi:
    """The run's model; ActionError where the robot has none."""
    if work.settings.ai is None:
        raise ActionError.of(
            ErrorKind.BAD_WORKFLOW,
            f"{work.call.action} needs a model, and this robot has none.",
            hint="Give the robot a settings file with an [ai] section: base_url, model, api_key.",
        )
    return work.settings.ai
