"""What an element of a page looks like, and which locators find it and no other, by Playwright's own engines."""

import asyncio
import json
import re
from collections.abc import Sequence
from typing import TypedDict, cast

from playwright.async_api import ElementHandle, FrameLocator, Page
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator as PageLocator

from orchestrator.contract.actions.candidates import plain, rank
from orchestrator.contract.actions.targets import Locator, Target
from orchestrator.contract.sightings import (
    MAX_ATTRIBUTES,
    MAX_CANDIDATES,
    MAX_LOCATOR_TEXT,
    MAX_LOOK_TEXT,
    ElementLook,
    LocatorCandidate,
)
from robot.actions.likeness import likeness, looks_made_up
from robot.actions.locating import page_locator
from robot.workflow.report import sayable

SNAPSHOT_LIMIT_MS = 1_000.0
MOST_STRANGERS = 400
"""Elements of a page that are compared with one that is gone."""
_CLOSER = 4
"""So many of them are looked at closely."""
_MARGIN = 0.08
"""By so much the best has to be better than the next: otherwise nobody knows which one is meant."""
_HEAD = re.compile(r"^- '?(?P<role>[a-z]+)(?: (?P<name>\"(?:[^\"\\]|\\.)*\"))?")
_NO_ROLES = frozenset({"text", "generic", "none", "presentation"})
_PLAUSIBLE = (
    "a, button, input, select, textarea, summary, label, [role], [onclick], [contenteditable], [data-testid], "
    "[tabindex]"
)
_LONGEST_TEXT_LOCATOR = 80
_NAMED_ROLES = frozenset(
    {
        "button", "checkbox", "combobox", "dialog", "form", "group", "img", "link", "listbox", "menu", "menuitem",
        "menuitemcheckbox", "menuitemradio", "navigation", "option", "progressbar", "radio", "radiogroup", "region",
        "searchbox", "slider", "spinbutton", "switch", "tab", "table", "tablist", "textbox", "toolbar", "treeitem",
    }
)  # fmt: skip
"""What these are called is a part of the page; the name of any other is what stands in it, which is data."""
_WORDED_TAGS = frozenset({"a", "button", "label", "legend", "summary"})
"""What these show is a part of the page too."""

_FEATURES = """(elements, [most, longest]) => elements.slice(0, most * 5 || undefined).map((element, place) => {
  const clean = text => (text || "").replace(/\\s+/g, " ").trim().slice(0, longest);
  const attribute = name => clean(element.getAttribute(name));
  if (most && !(element.checkVisibility?.() ?? true)) return null;
  const isField = element.matches("input, select, textarea") || element.isContentEditable;
  const path = [];
  for (let here = element; here && here !== document.documentElement; here = here.parentElement) {
    if (here !== element && here.id && !/[\\d:]/.test(here.id)) { path.unshift("#" + CSS.escape(here.id)); break; }
    const alike = [...(here.parentElement?.children ?? [])].filter(each => each.tagName === here.tagName);
    path.unshift(here.tagName.toLowerCase() + (alike.length > 1 ? `:nth-of-type(${alike.indexOf(here) + 1})` : ""));
  }
  const attributes = {};
  for (const name of ["name", "type", "title", "alt", "aria-label"])
    if (attribute(name)) attributes[name] = attribute(name);
  if (element instanceof HTMLAnchorElement && element.href) attributes.href = clean(element.pathname);
  return {
    place, path: path.join(" > "), tag: element.tagName.toLowerCase(), id: clean(element.id),
    css_id: element.id ? "#" + CSS.escape(element.id) : "",
    testid: attribute("data-testid"), placeholder: attribute("placeholder"),
    label: clean([...(element.labels ?? [])].map(each => each.innerText).join(" ")),
    text: isField ? "" : clean(element.innerText ?? element.textContent), attributes,
  };
}).filter(Boolean).slice(0, most || undefined)"""
"""Never what stands in a field."""
_IS_JUST = "(elements, element) => elements.length === 1 && elements[0] === element"
_IS_AMONG = "(elements, element) => elements.includes(element)"


class _Features(TypedDict):
    place: int
    path: str
    tag: str
    id: str
    css_id: str
    testid: str
    placeholder: str
    label: str
    text: str
    attributes: dict[str, str]


class SeenElement:
    """One element of a page, looked at."""

    def __init__(self, root: "Root", handle: ElementHandle, features: _Features, look: ElementLook) -> None:
        self._root = root
        self._handle = handle
        self._features = features
        self.look = look

    async def candidates(self, target: Target, *, score: float | None = None) -> tuple[LocatorCandidate, ...]:
        """Locators that find just this element now, the best first; those of the target's own are among them."""
        wishes = [each for each in target.locators if frames_of(each) == self._root.frames]
        wishes += [each for each in self._made() if each not in wishes]
        checks = await asyncio.gather(*(self._is_just(each) for each in wishes))
        good = [each for each, is_just in zip(wishes, checks, strict=True) if is_just and _is_short(each)]
        kept: list[Locator] = []
        for each in sorted(good, key=rank):
            if each.model_copy(update={"exact": False}) not in kept:  # the looser one says the same, and bears more
                kept.append(each)
        found = self.look.words
        return tuple(LocatorCandidate(locator=plain(each), score=score, found=found) for each in kept[:MAX_CANDIDATES])

    def _made(self) -> Sequence[Locator]:
        look, features, frame = self.look, self._features, self._root.frame
        made: list[Locator] = []
        if look.role and look.name:
            made += [Locator(role=look.role, name=look.name, exact=exact, frame=frame) for exact in (False, True)]
        if look.label:
            made += [Locator(label=look.label, exact=exact, frame=frame) for exact in (False, True)]
        if look.placeholder:
            made.append(Locator(placeholder=look.placeholder, exact=True, frame=frame))
        if look.testid and not looks_made_up(look.testid):
            made.append(Locator(testid=look.testid, frame=frame))
        if look.id and not looks_made_up(look.id):
            made.append(Locator(css=features["css_id"], frame=frame))
        if name := look.attributes.get("name"):
            made.append(Locator(css=f"{look.tag}[name={json.dumps(name, ensure_ascii=False)}]", frame=frame))
        if 0 < len(look.text) <= _LONGEST_TEXT_LOCATOR:
            made.append(Locator(text=look.text, exact=True, frame=frame))
        made.append(Locator(css=features["path"], frame=frame))
        return made

    async def _is_just(self, locator: Locator) -> bool:
        try:
            return bool(await page_locator(self._root.page, locator).evaluate_all(_IS_JUST, self._handle))
        except PlaywrightError:
            return False  # no selector that can be used


class Root:
    """A page, or the frame in it in which a target lies."""

    def __init__(self, page: Page, frames: tuple[str, ...]) -> None:
        self.page = page
        self.frames = frames

    @property
    def frame(self) -> str | tuple[str, ...] | None:
        """As a locator says it."""
        return self.frames if len(self.frames) > 1 else next(iter(self.frames), None)

    @property
    def place(self) -> Page | FrameLocator:
        """Where locators begin."""
        place: Page | FrameLocator = self.page
        for frame in self.frames:
            place = place.frame_locator(frame)
        return place


def frames_of(locator: Locator) -> tuple[str, ...]:
    """The frames in which a locator looks, also when another one says them."""
    return frames_of(locator.inside) if locator.inside is not None else locator.frames


async def seen(page: Page, frames: tuple[str, ...], found: PageLocator) -> SeenElement | None:
    """The one element that is found now, looked at; None when there is none, or several."""
    features = await found.evaluate_all(_FEATURES, [0, MAX_LOOK_TEXT])
    return await _looked_at(Root(page, frames), found, cast("_Features", features[0])) if len(features) == 1 else None


async def _looked_at(root: Root, found: PageLocator, features: _Features) -> SeenElement:
    handle = await found.element_handle(timeout=SNAPSHOT_LIMIT_MS)
    role, name = await _accessible(root, found, handle)
    return SeenElement(root, handle, features, _look(features, role, name))


async def _accessible(root: Root, found: PageLocator, handle: ElementHandle) -> tuple[str, str]:
    """The element's role and name; empty when it has none of its own, and a snapshot begins with what is in it."""
    snapshot = await found.aria_snapshot(timeout=SNAPSHOT_LIMIT_MS)
    head = _HEAD.match(snapshot)
    if head is None or head["role"] in _NO_ROLES:
        return "", ""
    if head["role"] not in _NAMED_ROLES:
        return head["role"], ""
    name = str(json.loads(head["name"])) if head["name"] else ""
    alike = page_locator(root.page, Locator(role=head["role"], name=name or None, exact=True, frame=root.frame))
    is_its_own = await alike.evaluate_all(_IS_AMONG, handle)
    return (head["role"], _cut(name)) if is_its_own else ("", "")


def _look(features: _Features, role: str = "", name: str = "") -> ElementLook:
    attributes = list(features["attributes"].items())[:MAX_ATTRIBUTES]
    return ElementLook(
        tag=_cut(features["tag"]),
        role=role,
        name=name,
        label=_cut(features["label"]),
        placeholder=_cut(features["placeholder"]),
        testid=_cut(features["testid"]),
        id=_cut(features["id"]),
        text=_cut(features["text"]) if role in _NAMED_ROLES or features["tag"] in _WORDED_TAGS else "",
        attributes={key: _cut(value) for key, value in attributes},
    )


def _cut(text: str) -> str:
    return str(sayable(text[:MAX_LOOK_TEXT]))


def _is_short(locator: Locator) -> bool:
    return len(str(locator)) <= MAX_LOCATOR_TEXT


async def most_alike(page: Page, frames: tuple[str, ...], before: ElementLook) -> tuple[SeenElement, float] | None:
    """The element of the page that is most like one that is gone, and how much; None when no one stands out."""
    root = Root(page, frames)
    pool = root.place.locator(f"{_PLAUSIBLE}, {before.tag}" if before.tag.isalnum() else _PLAUSIBLE)
    strangers: list[_Features] = await pool.evaluate_all(_FEATURES, [MOST_STRANGERS, MAX_LOOK_TEXT])
    strangers.sort(key=lambda each: -likeness(before, _roughly(each, before)))
    closer = [await _looked_at(root, pool.nth(each["place"]), each) for each in strangers[:_CLOSER]]
    scored = sorted(((likeness(before, each.look), place) for place, each in enumerate(closer)), reverse=True)
    if not scored or (len(scored) > 1 and scored[0][0] - scored[1][0] < _MARGIN):
        return None
    return closer[scored[0][1]], round(scored[0][0], 3)


def _roughly(features: _Features, before: ElementLook) -> ElementLook:
    """What can be said without asking the browser for roles and names: the words on it are mostly its name."""
    look = _look(features)
    name = look.attributes.get("aria-label") or look.label or look.text or look.attributes.get("title", "")
    role = before.role if look.tag == before.tag else ""
    return look.model_copy(update={"name": name or look.placeholder, "role": role})
