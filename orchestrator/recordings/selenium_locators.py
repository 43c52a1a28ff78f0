"""Locators of Selenium IDE (`id=`, `name=`, `css=`, `xpath=`, `linkText=`, ...) as ours.

A command has one target and, when it was recorded, further `targets` for the same element. Selenium takes the first of
several matches; so does the last locator here, for when no other finds exactly one element.
"""

import re
from collections.abc import Sequence

from orchestrator.contract.ids import JsonValue
from orchestrator.recordings.recording import NotCarriedOverError
from orchestrator.recordings.targets import Locator, quoted_css, target_of

_PREFIX = re.compile(r"(id|name|css|xpath|linkText|partialLinkText|link|class|className)=(.*)", re.DOTALL)
_PLAIN_ID = re.compile(r"[A-Za-z_][\w-]*")


def selenium_target(first: str, others: Sequence[str] = (), frames: Sequence[str] = ()) -> JsonValue:
    """The target of a command. NotCarriedOverError when its own locator cannot be read."""
    if not first.strip():
        raise NotCarriedOverError("it names no element.")
    located = [locator_of(first)]
    for other in others:
        try:
            located.append(locator_of(other))
        except NotCarriedOverError:
            continue
    different = [each for place, each in enumerate(located) if each not in located[:place]]
    if not first.startswith("id="):
        one_of_several: Locator = {**different[0], "nth": 0}
        different = [*different, one_of_several] if len(different) > 1 else [one_of_several]
    return target_of(different, frames)


def locator_of(text: str) -> Locator:  # noqa: PLR0911  one line for each strategy
    """One locator; NotCarriedOverError for a strategy that is not known."""
    if text.startswith(("//", "(//")):
        return {"xpath": text}
    match = _PREFIX.fullmatch(text)
    if match is None:
        raise NotCarriedOverError(f"the locator {text!r} is not known.")
    strategy, value = match.groups()
    if not value.strip():
        raise NotCarriedOverError(f"the locator {text!r} is empty.")
    match strategy:
        case "id":
            return {"css": f"#{value}" if _PLAIN_ID.fullmatch(value) else f"[id={quoted_css(value)}]"}
        case "name":
            return {"css": f"[name={quoted_css(value)}]"}
        case "class" | "className":
            return {"css": f".{value}"}
        case "linkText" | "link":
            return {"css": "a", "has_text": value.removeprefix("exact:"), "exact": True}
        case "partialLinkText":
            return {"css": "a", "has_text": value}
        case "xpath":
            return {"xpath": value}
        case _:
            return {"css": value}
