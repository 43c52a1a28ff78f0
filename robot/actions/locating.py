"""From a target to an element of a page: which of the locators finds it, and what to say when none does."""

import re
from collections.abc import Sequence
from typing import Literal, cast

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Frame, FrameLocator, Page
from playwright.async_api import Locator as PageLocator

from orchestrator.contract.actions.targets import Locator, Target
from orchestrator.contract.errors import ErrorKind
from robot.actions.waiting import came_about
from robot.actions.work import Work
from robot.errors import ActionError

AriaRole = Literal["button"]
"""Playwright lists all roles in its signature; a workflow may name any, and Playwright checks it."""
_WORDS = frozenset({"role", "label", "text", "placeholder"})
"""Ways that find by a part of what is written."""
FIELDS = (
    "input, textarea, select, [contenteditable]:not([contenteditable=false]), [role=textbox], [role=combobox], "
    "[role=listbox], [role=checkbox], [role=radio], [role=switch], [role=slider], [role=spinbutton], [role=searchbox]"
)
"""What a person fills in."""
Root = Page | Frame | PageLocator | FrameLocator


def page_locator(root: Page | Frame | PageLocator, locator: Locator) -> PageLocator:
    """Playwright's locator for one of ours."""
    place: Root = page_locator(root, locator.inside) if locator.inside is not None else root
    for frame in locator.frames:
        place = place.frame_locator(frame)
    found = _found(place, locator)
    if locator.has_text is not None:
        found = found.filter(has_text=_whole(locator.has_text) if locator.exact else locator.has_text)
    return found if locator.nth is None else found.nth(locator.nth)


def _whole(text: str) -> re.Pattern[str]:
    """Nothing but this text, however its words are spaced."""
    words = r"\s+".join(map(re.escape, text.split()))
    return re.compile(rf"^\s*{words}\s*$")


def _found(root: Root, locator: Locator) -> PageLocator:  # noqa: PLR0911  one line for each way
    exact = locator.exact
    match locator:
        case Locator(role=str(role)):
            return root.get_by_role(cast("AriaRole", role), name=locator.name, exact=exact)
        case Locator(testid=str(testid)):
            return root.get_by_test_id(testid)
        case Locator(label=str(label)):
            return root.get_by_label(label, exact=exact)
        case Locator(text=str(text)):
            return root.get_by_text(text, exact=exact)
        case Locator(placeholder=str(placeholder)):
            return root.get_by_placeholder(placeholder, exact=exact)
        case Locator(xpath=str(xpath)):
            return root.locator(f"xpath={xpath}")
        case _:
            return root.locator(f"css={locator.css}" if ">>" not in str(locator.css) else str(locator.css))


def css_of(locator: Locator) -> str | None:
    """A selector that the page itself understands; None for locators that only Playwright does."""
    if locator.frame or locator.nth is not None or locator.inside is not None or locator.has_text is not None:
        return None
    if locator.testid is not None:
        escaped = locator.testid.replace("\\", "\\\\").replace('"', '\\"')
        return f'[data-testid="{escaped}"]'
    return locator.css


async def locate(
    work: Work, target: Target, *, wait_ms: float, root: Page | PageLocator | None = None, many: bool = False
) -> PageLocator:
    """The element to act on, noted in the step's result. With one locator Playwright's own waiting does the rest; of
    several the first that finds exactly one element (or any, if `many` are meant). ActionError target_not_found."""
    page = await work.page()
    is_own = root is None and not many
    work.sought = target if is_own else None
    locator, found = await chosen(root or page, target, wait_ms=wait_ms, many=many)
    work.locator = str(locator)
    work.acting = (target, found)
    if is_own and work.sightings is not None:
        await work.sightings.found(work.call.step_id, page, target, locator, found)
    return found


async def chosen(
    root: Page | PageLocator, target: Target, *, wait_ms: float, many: bool = False
) -> tuple[Locator, PageLocator]:
    """Which of a target's locators to use, and what it stands for."""
    choices = [(each, page_locator(root, each)) for each in target.locators]
    locator, found = choices[0]
    if len(choices) > 1:
        locator, found = await _first_that_finds(target, choices, wait_ms, many=many)
    return locator, found if many else await _sharpened(root, locator, found)


async def _sharpened(root: Page | PageLocator, locator: Locator, found: PageLocator) -> PageLocator:
    """Of several elements that contain a word, the one that says just this, or else the only one that is seen.

    A person who reads `Save` beside `Save and close` means the former. What is still ambiguous stays so, and fails.
    """
    is_loose = locator.strategy in _WORDS and not locator.exact and locator.has_text is None and locator.nth is None
    if not is_loose or await found.count() < 2:
        return found
    exact = page_locator(root, locator.model_copy(update={"exact": True}))
    fewer = [exact, found.filter(visible=True)]
    if locator.label is not None:  # sections, links and lists are labelled as well as the field that is meant
        page = found.page
        fields = [each.and_(page.locator(FIELDS)).filter(visible=True) for each in (exact, found)]
        fewer = [*fields, *fewer]
    for each in fewer:
        if await each.count() == 1:
            return each
    return found


async def _first_that_finds(
    target: Target, choices: Sequence[tuple[Locator, PageLocator]], wait_ms: float, *, many: bool
) -> tuple[Locator, PageLocator]:
    counts = await _counts(choices)
    if not any(counts):
        await any_attached([found for _, found in choices], wait_ms, target)
        counts = await _counts(choices)
    single = (choice for choice, count in zip(choices, counts, strict=True) if count == 1 or (many and count))
    several = (choice for choice, count in zip(choices, counts, strict=True) if count)
    return next(single, None) or next(several, None) or choices[0]


async def _counts(choices: Sequence[tuple[Locator, PageLocator]]) -> list[int]:
    return [await found.count() for _, found in choices]


async def any_attached(found: Sequence[PageLocator], wait_ms: float, target: Target) -> None:
    """Waits until one of the locators finds something."""
    if not await came_about([each.first.wait_for(state="attached", timeout=wait_ms) for each in found]):
        raise not_found(target, wait_ms)


def not_found(target: Target, wait_ms: float, call_log: Sequence[str] = ()) -> ActionError:
    """The failure of a target that is not there."""
    tried = "; ".join(map(str, target.locators))
    message = f"No element matches {target} within {wait_ms / 1_000:.1f} s."
    hint = f"Locators tried, in this order: {tried}. Compare them with the failure's screenshot."
    return ActionError.of(ErrorKind.TARGET_NOT_FOUND, message, hint=hint, call_log=call_log)


async def is_there(found: PageLocator) -> bool:
    """True when something matches now; False while the page is between two documents."""
    try:
        return await found.count() > 0
    except PlaywrightError:
        return False
