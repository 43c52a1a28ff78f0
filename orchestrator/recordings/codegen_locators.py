"""Playwright's locators (`page.get_by_role(...)`, `.filter(...)`, `.nth(1)`) as ours."""

import re
from collections.abc import Callable, Mapping

from orchestrator.recordings.codegen_things import Arguments, LocatorThing, PageThing, Pattern, Thing
from orchestrator.recordings.recording import NotCarriedOverError
from orchestrator.recordings.targets import Locator, quoted_css

Place = PageThing | LocatorThing


def located(place: Place, method: str, arguments: Arguments) -> PageThing | LocatorThing | None:
    """What a call on a page or locator finds; None when the method does not locate anything."""
    if method == "frame_locator":
        return _framed(place, _selected(arguments.needed("selector", 0)))
    if method == "frame" and isinstance(place, PageThing):
        return _framed(place, {"css": f"iframe[name={quoted_css(arguments.needed('name', 0))}]"})
    if isinstance(place, LocatorThing) and method in _NARROWING:
        return LocatorThing(page=place.page, locator=_NARROWING[method](place.locator, arguments))
    find = _FINDING.get(method)
    return _inside(place, find(arguments)) if find is not None else None


def located_by_word(place: Place, word: str) -> PageThing | LocatorThing | None:
    """The same for what is no call: `.first`, `.last`, `.content_frame`."""
    if isinstance(place, LocatorThing):
        match word:
            case "first" | "last":
                locator = _numbered(place.locator, 0 if word == "first" else -1)
                return LocatorThing(page=place.page, locator=locator)
            case "content_frame":
                return _framed(place.page, place.locator)
    return None


def _inside(place: Place, locator: Locator) -> LocatorThing:
    if isinstance(place, PageThing):
        return LocatorThing(page=place, locator=locator)
    innermost = locator
    while isinstance(deeper := innermost.get("inside"), dict):
        innermost = deeper
    innermost["inside"] = place.locator
    return LocatorThing(page=place.page, locator=locator)


def _framed(place: Place, frame: Locator) -> PageThing:
    """The frame whose element a locator finds."""
    page = place if isinstance(place, PageThing) else place.page
    if isinstance(place, LocatorThing):
        raise NotCarriedOverError("a frame inside of a locator is not known; locate the frame from the page.")
    number = f" >> nth={frame['nth']}" if frame.get("nth") is not None else ""
    if frame.keys() <= {"css", "nth"}:
        selector = f"{frame['css']}{number}"
    elif frame.keys() <= {"xpath", "nth"}:
        selector = f"xpath={frame['xpath']}{number}"
    elif frame.keys() <= {"testid", "nth"}:
        selector = f"[data-testid={quoted_css(str(frame['testid']))}]{number}"
    else:
        raise NotCarriedOverError("a frame is found by CSS, XPath, test id or title only.")
    return PageThing(window=page.window, frames=(*page.frames, selector))


def _by_role(arguments: Arguments) -> Locator:
    found: Locator = {"role": arguments.needed("role", 0)}
    name = arguments.take("name")
    exact = arguments.take("exact")
    if name is not None:
        text, whole = plain_text(name)
        found["name"] = text
        if exact is True or whole:
            found["exact"] = True
    _refuse_rest(arguments, "get_by_role")
    return found


def _by_text(strategy: str) -> Callable[[Arguments], Locator]:
    def find(arguments: Arguments) -> Locator:
        text, whole = plain_text(arguments.take("text", 0))
        exact = arguments.take("exact")
        return {strategy: text, **({"exact": True} if exact is True or whole else {})}

    return find


def _by_attribute(attribute: str) -> Callable[[Arguments], Locator]:
    def find(arguments: Arguments) -> Locator:
        text, whole = plain_text(arguments.take("text", 0))
        if arguments.take("exact") is True or whole:
            return {"css": f"[{attribute}={quoted_css(text)}]"}
        return {"css": f"[{attribute}*={quoted_css(text)} i]"}

    return find


def _by_test_id(arguments: Arguments) -> Locator:
    text, _ = plain_text(arguments.take("test_id", 0))
    return {"testid": text}


def _by_selector(arguments: Arguments) -> Locator:
    selector = arguments.take("selector_or_locator", 0)
    if selector is None:
        selector = arguments.take("selector")
    found = dict(selector.locator) if isinstance(selector, LocatorThing) else _selected(_text(selector))
    return _filtered(found, arguments)


def _text(value: Thing) -> str:
    if not isinstance(value, str):
        raise NotCarriedOverError("its selector is no plain text.")
    return value


def _selected(selector: str) -> Locator:
    """A selector text of Playwright; parts between `>>` lie inside each other."""
    found: Locator | None = None
    for part in re.split(r"\s*>>\s*", selector.strip()):
        number = re.fullmatch(r"nth=(-?\d+)", part)
        if number is not None and found is not None:
            found = _numbered(found, int(number[1]))
        else:
            found = {**_one(part), **({"inside": found} if found is not None else {})}
    assert found is not None
    return found


_ENGINE = re.compile(r"(css|xpath|text|id|data-testid|data-test-id|data-test)\s*=\s*(.+)", re.DOTALL)


def _one(part: str) -> Locator:
    if part.startswith(("//", "(//", "..")):
        return {"xpath": part}
    match = _ENGINE.fullmatch(part)
    if match is None:
        if part.startswith(("internal:", "role=", "_react=", "_vue=", "visible=", "has=")) or not part:
            raise NotCarriedOverError(f"the selector {part!r} is Playwright's own.")
        return {"css": part}
    engine, value = match.groups()
    match engine:
        case "css" | "xpath":
            return {engine: value}
        case "text":
            whole = re.fullmatch(r"([\"'])(.*)\1", value, re.DOTALL)
            return {"text": whole[2], "exact": True} if whole else {"text": value}
        case "id":
            return {"css": f"[id={quoted_css(value)}]"}
        case _:
            return {"css": f"[{engine}={quoted_css(value)}]"}


def _filtered(locator: Locator, arguments: Arguments) -> Locator:
    has_text = arguments.take("has_text")
    if has_text is not None:
        text, whole = plain_text(has_text)
        if "has_text" in locator or "nth" in locator:
            raise NotCarriedOverError("a locator is filtered by one text, before one of its matches is chosen.")
        if whole != (locator.get("exact") is True) and locator.keys() & {"name", "text", "label", "placeholder"}:
            raise NotCarriedOverError("its name and its filter are not exact in the same way.")
        locator = {**locator, "has_text": text, **({"exact": True} if whole else {})}
    _refuse_rest(arguments, "a locator's filter")
    return locator


def _numbered(locator: Locator, place: int) -> Locator:
    if "nth" in locator:
        raise NotCarriedOverError("one of several matches is chosen twice.")
    return {**locator, "nth": place}


def _nth(locator: Locator, arguments: Arguments) -> Locator:
    place = arguments.number("index", 0)
    if place is None:
        raise NotCarriedOverError("`nth` says no number.")
    return _numbered(locator, int(place))


def _refuse_rest(arguments: Arguments, what: str) -> None:
    if arguments.left:
        raise NotCarriedOverError(f"{what} with {', '.join(arguments.left)} has no counterpart.")


_ANCHORED = re.compile(r"(\^?)(.*?)(?<!\\)(\$?)", re.DOTALL)
_SPECIAL = re.compile(r"(?<!\\)(?:\\\\)*[.*+?()\[\]{}|^$]|\\[A-Za-z0-9]")


def plain_text(value: Thing) -> tuple[str, bool]:
    """A text or a pattern that is one, and whether it must match whole; NotCarriedOverError for real patterns."""
    if isinstance(value, str):
        return str(value), False
    if not isinstance(value, Pattern):
        raise NotCarriedOverError("the text that is looked for is known only when the script runs.")
    match = _ANCHORED.fullmatch(value.text)
    if match is None or _SPECIAL.search(match[2]) or bool(match[1]) != bool(match[3]):
        raise NotCarriedOverError(f"elements are not found by a pattern such as {value.text!r}.")
    return re.sub(r"\\(.)", r"\1", match[2]), bool(match[1])


_FINDING: Mapping[str, Callable[[Arguments], Locator]] = {
    "get_by_role": _by_role,
    "get_by_text": _by_text("text"),
    "get_by_label": _by_text("label"),
    "get_by_placeholder": _by_text("placeholder"),
    "get_by_alt_text": _by_attribute("alt"),
    "get_by_title": _by_attribute("title"),
    "get_by_test_id": _by_test_id,
    "locator": _by_selector,
}
_NARROWING: Mapping[str, Callable[[Locator, Arguments], Locator]] = {"filter": _filtered, "nth": _nth}
