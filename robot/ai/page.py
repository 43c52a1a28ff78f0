"""A page as a model gets to see it: Playwright's ARIA snapshot with a reference for each element, shortened; pure.

The text comes from the page and is not to be trusted. What the model says about it is checked against the elements
that were found here.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

_LINE = re.compile(r"^(?P<indent> *)- (?P<rest>.*)$")
_REF = re.compile(r"\[ref=(?P<ref>(?:f\d+)?e\d+)\]")
_HEAD = re.compile(r"^(?P<role>[a-z]+)(?: (?P<name>\"(?:[^\"\\]|\\.)*\"))?")
CUT = "- (the page goes on; what follows was left out)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """An element that can be named."""

    ref: str
    """Playwright's reference: valid until the page is described again."""
    role: str
    name: str
    """The accessible name; empty without one."""
    is_disabled: bool = False

    def __str__(self) -> str:
        return f'{self.role} "{self.name}"' if self.name else self.role


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """What is sent, and what may be named in answer."""

    text: str
    elements: Mapping[str, Element]


def page_view(snapshot: str, max_chars: int) -> PageView:
    """A snapshot with references, cut between two lines so that it fits."""
    kept, length = [], 0
    for line in snapshot.splitlines():
        length += len(line) + 1
        if length > max_chars:
            kept.append(CUT)
            break
        kept.append(line)
    found = [element for line in kept if (element := _element(line)) is not None]
    return PageView(text="\n".join(kept), elements={each.ref: each for each in found})


def _element(line: str) -> Element | None:
    match, ref = _LINE.match(line), _REF.search(line)
    head = _HEAD.match(match["rest"].lstrip("'")) if match else None
    if head is None or ref is None:
        return None
    return Element(
        ref=ref["ref"],
        role=head["role"],
        name=_text(head["name"]) if head["name"] else "",
        is_disabled="[disabled]" in line,
    )


def _text(quoted: str) -> str:
    try:
        return str(json.loads(quoted))
    except ValueError:
        return quoted[1:-1]
