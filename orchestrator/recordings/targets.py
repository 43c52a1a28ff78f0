"""Locators as workflows write them, and the words that steps are named with."""

from collections.abc import Iterable, Sequence

from pydantic import ValidationError

from orchestrator.contract.actions.targets import Target
from orchestrator.contract.ids import JsonValue
from orchestrator.recordings.recording import NotCarriedOverError

MAX_LOCATORS = 20
ANY_FRAME = ":is(iframe, frame)"

Locator = dict[str, JsonValue]


def target_of(locators: Iterable[Locator], frames: Sequence[str] = ()) -> JsonValue:
    """A step's target; each locator once. NotCarriedOverError without any."""
    different: list[Locator] = []
    for each in locators:
        if each not in different:
            different.append(each)
    if not different:
        raise NotCarriedOverError("the recording has no locator for it that a robot understands.")
    written: list[JsonValue] = [_written(_in_frames(each, frames)) for each in different[:MAX_LOCATORS]]
    return written[0] if len(written) == 1 else written


def frame_by_index(index: int) -> str:
    """The selector of a frame that is known by its place only."""
    return f"{ANY_FRAME} >> nth={index}"


def _in_frames(locator: Locator, frames: Sequence[str]) -> Locator:
    if not frames:
        return locator
    inside = locator.get("inside")
    if isinstance(inside, dict):
        return {**locator, "inside": _in_frames(inside, frames)}
    return {**locator, "frame": frames[0] if len(frames) == 1 else list(frames)}


def _written(locator: Locator) -> JsonValue:
    """A CSS selector alone is written as a text, when it means the same."""
    css = locator.get("css")
    if isinstance(css, str) and len(locator) == 1 and _reads_back(css):
        return css
    return locator


def _reads_back(css: str) -> bool:
    try:
        return Target.model_validate(css).locators[0].css == css
    except ValidationError:
        return False


_TELLING = ("name", "label", "text", "has_text", "placeholder", "testid", "role", "css", "xpath")


def spoken(target: JsonValue) -> str:
    """What a person would call the target: the most telling of its locators' words."""
    locators = target if isinstance(target, list) else [target]
    for word in _TELLING:
        for each in locators:
            if isinstance(each, dict) and isinstance(each.get(word), str) and "${{" not in str(each[word]):
                return str(each[word])
            if word == "css" and isinstance(each, str):
                return each
    return "an element"


def quoted_css(value: str) -> str:
    """A text as CSS writes it in quotes."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\a ")
    return f'"{escaped}"'
