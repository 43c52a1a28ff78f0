"""Selectors of the DevTools Recorder as locators.

A step carries several selectors for one element. Each is a text or a list of texts, where the ones before the last lead
into shadow roots; its prefix says its language: `aria/`, `text/`, `xpath/`, `pierce/`, and CSS without one. Newer
recordings write `::-p-aria(...)` and the like. (Puppeteer Replay's schema, and Puppeteer's page on selectors.)
"""

import re
from collections.abc import Sequence

from orchestrator.contract.ids import JsonValue
from orchestrator.recordings.targets import Locator, frame_by_index, target_of

_PREFIXED = re.compile(r"(aria|text|xpath|pierce|css)/(.+)", re.DOTALL)
_PSEUDO = re.compile(r"::-p-(aria|text|xpath)\((.+)\)", re.DOTALL)
_ARIA = re.compile(r"(?P<name>.*?)(?P<attributes>(?:\[\s*\w+\s*=\s*(?:\"[^\"]*\"|'[^']*')\s*\])*)", re.DOTALL)
_ATTRIBUTE = re.compile(r"\[\s*(\w+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')\s*\]")
_LAST_TAG = re.compile(r"(?:^|[\s>+~/\]])([a-zA-Z][\w-]*)(?:[#.:\[][^\s>+~/]*)?$")
_NAMELESS = re.compile(r"""aria/\[role=["'](generic|StaticText|none|presentation)["']\]""")
"""What lies around or in the named element, and says nothing by itself."""
_ROLES = {"button": "button", "a": "link", "select": "combobox", "textarea": "textbox", "option": "option"}
_FIELDS = frozenset({"input", "select", "textarea"})


def devtools_target(selectors: Sequence[JsonValue], frames: Sequence[JsonValue] = ()) -> JsonValue:
    """The target of a step; NotCarriedOverError when none of its selectors can be read."""
    chains = [[each] if isinstance(each, str) else each for each in selectors]
    texts = [[part for part in chain if isinstance(part, str)] for chain in chains if isinstance(chain, list)]
    tag = next(filter(None, (_tag(chain[-1]) for chain in texts if chain)), None)
    locators = [located for chain in texts if chain and (located := _chained(chain, tag)) is not None]
    locators.sort(key=_is_a_guess)
    return target_of(
        [each for located in locators for each in _ways(located)],
        [frame_by_index(int(each)) for each in frames if isinstance(each, int)],
    )


def _is_a_guess(locator: Locator) -> bool:
    """A name without a role says less than it did; it comes last."""
    return locator.get("text") is not None and locator.get("exact") is True


def _ways(locator: Locator) -> list[Locator]:
    """A name may be what the element shows, or what labels it (`aria-label` too)."""
    named = {("label" if key == "text" else key): value for key, value in locator.items()}
    return [locator, named] if _is_a_guess(locator) else [locator]


def _tag(selector: str) -> str | None:
    """The tag of the element, where a selector ends with it."""
    prefixed = _PREFIXED.fullmatch(selector)
    if prefixed is not None and prefixed.group(1) not in {"xpath", "pierce", "css"}:
        return None
    body = prefixed.group(2) if prefixed is not None else selector
    found = _LAST_TAG.search(re.sub(r"\[[^\]]*\]$", "", body.strip()))
    return found.group(1).lower() if found else None


def _chained(chain: Sequence[str], tag: str | None) -> Locator | None:
    """Locators pierce open shadow roots by themselves, so a chain of CSS is one selector."""
    if len(chain) > 1 and _NAMELESS.fullmatch(chain[-1]):
        return _chained(chain[:-1], None)
    located = [_one(part, tag if part is chain[-1] else None) for part in chain]
    found: Locator | None = None
    for each in located:
        if each is None:
            return None
        if found is not None and set(found) == set(each) == {"css"}:
            found = {"css": f"{found['css']} {each['css']}"}
        else:
            found = {**each, "inside": found} if found is not None else each
    return found


def _one(selector: str, tag: str | None) -> Locator | None:
    match = _PREFIXED.fullmatch(selector) or _PSEUDO.fullmatch(selector)
    kind, body = (match.group(1), match.group(2)) if match is not None else ("css", selector)
    match kind:
        case "aria":
            return _by_name(body, tag)
        case "text":
            return {"text": body}
        case "xpath":
            return {"xpath": body}
        case _:
            return {"css": body} if body.strip() and "::-p-" not in body and ">>>" not in body else None


def _by_name(body: str, tag: str | None) -> Locator | None:
    match = _ARIA.fullmatch(body)
    if match is None:
        return None
    attributes = {name: one or other for name, one, other in _ATTRIBUTE.findall(match["attributes"])}
    name = attributes.get("name") or match["name"].strip()
    role = attributes.get("role") or _ROLES.get(tag or "")
    if role:
        return {"role": role, **({"name": name, "exact": True} if name else {})}
    if not name:
        return None
    return {"label": name, "exact": True} if tag in _FIELDS else {"text": name, "exact": True}
