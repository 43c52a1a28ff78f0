"""How alike two elements are, and which ids a page has made up by itself; pure."""

import re
from difflib import SequenceMatcher

from orchestrator.contract.sightings import ElementLook

_ENOUGH_WEIGHT = 5.0
"""Who knew less than this of an element would find it everywhere."""
_WEIGHTS = {
    "tag": 1.0,
    "role": 2.0,
    "name": 4.0,
    "label": 2.0,
    "placeholder": 2.0,
    "testid": 2.0,
    "id": 1.0,
    "text": 2.0,
}
_ATTRIBUTES = {"name": 2.0, "href": 2.0}
_SAME_OR_NOT = frozenset({"tag", "role", "testid"})
_MADE_UP = re.compile(r":|\d{3}|(?=[0-9a-f]*\d)[0-9a-f]{8}|^(ember|ext-|radix-|headlessui-|mui-|mat-|react-|__)")
_LONGEST_ID = 60


def likeness(before: ElementLook, now: ElementLook) -> float:
    """0 to 1: the share of what was known of the element that this one has too.

    What counts most is what people read; an id counts little, since it is what pages change first. What was not known
    before, does not count; 0 when next to nothing was.
    """
    known = [(weight, _similar(name, before, now)) for name, weight in _WEIGHTS.items() if getattr(before, name)]
    for name, value in before.attributes.items():
        known.append((_ATTRIBUTES.get(name, 1.0), _texts(value, now.attributes.get(name, ""))))
    total = sum(weight for weight, _ in known)
    return sum(weight * share for weight, share in known) / total if total >= _ENOUGH_WEIGHT else 0.0


def _similar(name: str, before: ElementLook, now: ElementLook) -> float:
    old, new = str(getattr(before, name)), str(getattr(now, name))
    return float(old == new) if name in _SAME_OR_NOT else _texts(old, new)


def _texts(old: str, new: str) -> float:
    if old == new:
        return 1.0
    return SequenceMatcher(None, old.casefold(), new.casefold(), autojunk=False).ratio() if old and new else 0.0


def looks_made_up(identifier: str) -> bool:
    """True for ids that a framework numbers: another build, or another visit, has others.

    These have a colon, three digits in a row, eight hex digits, or begin like those of a known framework.
    """
    return len(identifier) > _LONGEST_ID or _MADE_UP.search(identifier) is not None
