"""count, exists, and how values are read off a page: in one go where the page itself can find them."""

import asyncio
import re
from collections.abc import Mapping, Sequence

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator as PageLocator
from playwright.async_api import Page
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from orchestrator.contract.actions.read import Count, Exists, FieldRule
from orchestrator.contract.actions.targets import Target
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.actions.locating import css_of, page_locator
from robot.actions.values import first_number
from robot.actions.work import Work
from robot.browser.limits import limited
from robot.errors import ActionError

TEXT_OF = """element => {
  if (element instanceof HTMLSelectElement)
    return [...element.selectedOptions].map(option => option.label).join(', ');
  if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) return element.value;
  const text = element.innerText ?? element.textContent ?? '';
  if (text || !element.shadowRoot) return text;
  return [...element.shadowRoot.childNodes].filter(each => !each.matches?.('style, script, link'))
    .map(each => (each.innerText ?? each.data ?? '').trim()).filter(Boolean).join(' ');
}"""
"""The text of an element as a person sees it; of a field, what it holds; of a component, what it draws."""

_READ_ONE = """(element, rule) => {
  if (rule.html) return element.innerHTML;
  const name = rule.attribute;
  if (!name) return textOf(element);
  if (name === 'value' && 'value' in element) return element.value;
  const isAddress = (name === 'href' || name === 'src') && element.hasAttribute(name);
  if (isAddress) return new URL(element.getAttribute(name), document.baseURI).href;
  return element.getAttribute(name);
}"""
_READ_ALL = f"""(elements, rule) => {{
  const textOf = {TEXT_OF};
  const readOne = {_READ_ONE};
  return elements.map(element => readOne(element, rule));
}}"""
_READ_ROWS = f"""(items, rules) => {{
  const textOf = {TEXT_OF};
  const readOne = {_READ_ONE};
  const within = (root, css) => [...root.querySelectorAll(css)];
  const hosts = root => within(root, '*').filter(each => each.shadowRoot);
  const drawn = (root, css) => [...within(root, css), ...hosts(root).flatMap(each => drawn(each.shadowRoot, css))];
  return items.map(item => rules.map(rule => {{
    for (const css of rule.css) {{
      let found = css === '' ? [item] : within(item, css);
      if (!found.length) found = [item, item.shadowRoot].filter(Boolean).flatMap(root => drawn(root, css));
      if (found.length) return found.map(element => readOne(element, rule));
    }}
    return [];
  }}));
}}"""
"""For every item and every rule the raw values of all matches, of components also in what they draw."""

Raw = Sequence[str | None]

_AS_IT_IS = ":not(input, textarea, select)"
"""Elements whose text is what they contain, and not what somebody has put in."""
_MADE_BY_PAGE = frozenset({"value", "href", "src"})
"""Attributes that are read as what the page makes of them."""


async def read_one(work: Work, found: PageLocator, rule: FieldRule, wait_ms: float) -> Raw:
    """The raw value of the one element that a locator finds, which is waited for.

    Where Playwright has a word for it, that is read in its own world beside the page's: a script of ours runs in the
    page's, and for the first one in each document Playwright brings 340 KB there, which take longer than most steps.
    """
    if rule.type == "html":
        return [await found.inner_html(timeout=wait_ms)]
    if rule.attribute is not None and rule.attribute not in _MADE_BY_PAGE:
        return [await found.get_attribute(rule.attribute, timeout=wait_ms)]
    text = await _plain_text(found, wait_ms) if rule.attribute is None else None
    if text is not None:
        return [text]
    await found.wait_for(state="attached", timeout=wait_ms)
    return await read_all(work, found, rule)


async def _plain_text(found: PageLocator, wait_ms: float) -> str | None:
    """What the one element says; None for a field, a drawing, what says nothing, and what was not there at once."""
    asking = asyncio.get_running_loop().create_task(_is_as_it_is(found))
    try:
        text = await found.inner_text(timeout=wait_ms)
        return text if await asking and text else None
    except PlaywrightError as error:
        if "not an HTMLElement" not in error.message:
            raise
        return None
    finally:
        asking.cancel()


async def _is_as_it_is(found: PageLocator) -> bool:
    try:
        return await found.and_(found.page.locator(_AS_IT_IS)).count() == 1
    except PlaywrightError:
        return False


async def read_now(work: Work, root: Page | PageLocator, rule: FieldRule) -> Raw:
    """The raw values of the first locator that finds anything, as the page is now."""
    for locator in rule.target.locators if rule.target else ():
        raw = await read_all(work, page_locator(root, locator), rule)
        if raw:
            return raw
    return []


async def read_all(work: Work, found: PageLocator, rule: FieldRule) -> Raw:
    """The raw values of all elements that a locator finds."""
    reading = found.evaluate_all(_READ_ALL, _rule_for_page(rule))
    raw: Raw = await limited(reading, work.left_s, "Reading the page")
    return raw


def _rule_for_page(rule: FieldRule) -> dict[str, JsonValue]:
    css: list[JsonValue] = [css_of(each) for each in rule.target.locators] if rule.target else [""]
    return {"css": css, "attribute": rule.attribute, "html": rule.type == "html"}


async def read_rows(work: Work, items: PageLocator, rules: Mapping[str, FieldRule]) -> list[dict[str, JsonValue]]:
    """One object for each item. Where all locators are plain CSS the page reads everything in one go."""
    raw = await _rows_at_once(work, items, rules)
    if raw is None:
        raw = [[await _of_item(work, item, rule) for rule in rules.values()] for item in await items.all()]
    return [
        {name: value_of(name, rule, each) for (name, rule), each in zip(rules.items(), row, strict=True)} for row in raw
    ]


async def _rows_at_once(work: Work, items: PageLocator, rules: Mapping[str, FieldRule]) -> list[list[Raw]] | None:
    targets = [rule.target for rule in rules.values() if rule.target is not None]
    if any(css_of(locator) is None for target in targets for locator in target.locators):
        return None
    prepared = [_rule_for_page(rule) for rule in rules.values()]
    try:
        reading = items.evaluate_all(_READ_ROWS, prepared)
        raw: list[list[Raw]] = await limited(reading, work.left_s, "Reading the list")
    except PlaywrightError as error:
        if "is not a valid selector" in error.message:  # Playwright's own additions to CSS, such as :has-text()
            return None
        raise
    return raw


async def _of_item(work: Work, item: PageLocator, rule: FieldRule) -> Raw:
    return await (read_all(work, item, rule) if rule.target is None else read_now(work, item, rule))


def value_of(name: str, rule: FieldRule, raw: Raw) -> JsonValue:
    """A rule's value out of what was found; ActionError of kind target_not_found for a required one that is missing."""
    if rule.type == "boolean":
        return any(each is not None for each in raw)
    values = [_typed(rule, each) for each in raw if each is not None]
    if rule.type == "list":
        return values
    value = next((each for each in values if each is not None), None)
    if value is None and rule.required:
        where = f" ({rule.target})" if rule.target else ""
        raise ActionError.of(ErrorKind.TARGET_NOT_FOUND, f"The required field {name!r}{where} has no value.")
    return rule.default if value is None else value


def _typed(rule: FieldRule, raw: str) -> JsonValue:
    text = raw if rule.type == "html" else raw.strip()
    if rule.pattern is not None:
        match = re.search(rule.pattern, text)
        if match is None:
            return None
        text = match[1] if match.re.groups else match[0]
    return first_number(text) if rule.type == "number" else text


async def count(work: Work, parameters: Count) -> JsonValue:
    """How many elements match now, with the first locator that finds any."""
    page = await work.page()
    for locator in parameters.target.locators:
        number = await limited(page_locator(page, locator).count(), work.left_s, "Counting")
        if number:
            work.locator = str(locator)
            return number
    return 0


async def exists(work: Work, parameters: Exists) -> JsonValue:
    """Whether an element is there, now or within `wait_s`."""
    wait_ms = min(parameters.wait_s, work.left_s) * 1_000
    return any([await _is_there(work, Target((each,)), parameters, wait_ms) for each in parameters.target.locators])


async def _is_there(work: Work, target: Target, parameters: Exists, wait_ms: float) -> bool:
    found = page_locator(await work.page(), target.locators[0])
    if wait_ms:
        try:
            await found.first.wait_for(state="visible" if parameters.visible else "attached", timeout=wait_ms)
        except PlaywrightTimeoutError:
            return False
    there = await found.first.is_visible() if parameters.visible else await found.count() > 0
    if there:
        work.locator = str(target)
    return there
