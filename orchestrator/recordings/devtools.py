"""Recordings of Chrome's DevTools Recorder, exported as JSON (Puppeteer Replay's `UserFlow`)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from orchestrator.contract.api.recordings import RecordingKind
from orchestrator.contract.document import Document
from orchestrator.contract.ids import JsonValue
from orchestrator.recordings.devtools_keys import HeldKeys
from orchestrator.recordings.devtools_selectors import devtools_target
from orchestrator.recordings.devtools_waits import wait_for_element
from orchestrator.recordings.draft import Draft
from orchestrator.recordings.recording import (
    Choice,
    ImportedRecording,
    NotCarriedOverError,
    Position,
    RecordingError,
)
from orchestrator.recordings.targets import spoken
from orchestrator.recordings.windows import Windows

MAIN = "main"
_BUTTONS = {"primary": "left", "auxiliary": "middle", "secondary": "right"}

Step = Mapping[str, JsonValue]


def from_devtools(document: Document, *, source: str, choice: Choice) -> ImportedRecording:
    """The workflow of one recording; RecordingError when it has no list of steps."""
    value = document.value
    steps = value.get("steps") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(steps, list):
        raise RecordingError(f"{source} is no recording of the DevTools Recorder: it has no list `steps`.")
    draft = Draft()
    reader = _Reader(draft=draft, windows=Windows(draft, MAIN), steps=steps, timeout_s=_seconds(value.get("timeout")))
    for place, step in enumerate(steps):
        draft.position = Position(place=f"steps[{place}]", line=document.line(("steps", place)))
        reader.read(place, step)
    title = value.get("title")
    name = choice.name or (title if isinstance(title, str) and title else source)
    return draft.finished(RecordingKind.DEVTOOLS, name=name, source=source)


@dataclass(slots=True, kw_only=True)
class _Reader:
    """Reads the steps one after the other."""

    draft: Draft
    windows: Windows
    steps: list[JsonValue]
    timeout_s: float | None
    keys: HeldKeys = field(default_factory=HeldKeys)

    def read(self, place: int, step: JsonValue) -> None:
        """One step; what it cannot be is named as a gap."""
        if not isinstance(step, dict):
            self.draft.gap("a step", "it is no object.")
            return
        kind = str(step.get("type", ""))
        read = _READERS.get(kind)
        if read is None:
            self.draft.gap(_said(step), _WHY_NOT.get(kind, "this sort of step is not known."))
            return
        try:
            self._enter_window(step)
            read(self, place, step)
        except NotCarriedOverError as error:
            self.draft.gap(_said(step), error.why)

    def target(self, step: Step) -> JsonValue:
        """What the step acts on."""
        selectors, frames = step.get("selectors"), step.get("frame")
        if not isinstance(selectors, list) or not selectors:
            raise NotCarriedOverError("it has no selectors.")
        return devtools_target(selectors, frames if isinstance(frames, list) else ())

    def patience(self, step: Step) -> float | None:
        """Seconds that the step itself, or the whole recording, waits."""
        return _seconds(step.get("timeout")) or self.timeout_s

    def window_opened_by(self, place: int) -> str | None:
        """The window that the step at this place opens: the next step works in one that nobody knows yet."""
        following = self.steps[place + 1] if place + 1 < len(self.steps) else None
        wanted = following.get("target") if isinstance(following, dict) else None
        is_new = isinstance(wanted, str) and wanted != MAIN and not self.windows.knows(wanted)
        return wanted if is_new and isinstance(wanted, str) else None

    def leads_elsewhere(self, step: Step) -> bool:
        """True when the recording saw another page after the step."""
        events = step.get("assertedEvents")
        return isinstance(events, list) and any(
            isinstance(each, dict) and each.get("type") == "navigation" for each in events
        )

    def _enter_window(self, step: Step) -> None:
        wanted = step.get("target")
        name = wanted if isinstance(wanted, str) and wanted else MAIN
        if not self.windows.knows(name):
            raise NotCarriedOverError(f"it works in {name!r}, and no click before it opened that window.")
        self.windows.current = name
        if step.get("type") != "close":
            self.windows.enter()


def _navigate(reader: _Reader, _: int, step: Step) -> None:
    url = reader.draft.address(str(step.get("url", "")))
    reader.draft.step("goto", f"Open {url}", url=url)


def _click(reader: _Reader, place: int, step: Step, count: int | None = None) -> None:
    target = reader.target(step)
    opened = reader.window_opened_by(place)
    button = str(step.get("button") or "primary")
    if button not in _BUTTONS:
        raise NotCarriedOverError(f"robots have no {button!r} button on their mouse.")
    reader.draft.step(
        "click",
        f"{'Double-click' if count == 2 else 'Click'} {spoken(target)}",
        target=target,
        count=count,
        button=_BUTTONS[button] if button != "primary" else None,
        expect="popup" if opened else "navigation" if reader.leads_elsewhere(step) else None,
        timeout_s=reader.patience(step),
    )
    if opened is not None:
        reader.windows.opened(opened)


def _double_click(reader: _Reader, place: int, step: Step) -> None:
    _click(reader, place, step, 2)


def _change(reader: _Reader, _: int, step: Step) -> None:
    target, value = reader.target(step), step.get("value")
    if not isinstance(value, str):
        raise NotCarriedOverError("it has no text to type.")
    if "fakepath" in value:
        raise NotCarriedOverError("the recording has the name of the file only; add a step `upload`.")
    if _is_choice(step):
        reader.draft.step("select", f"Choose {value} in {spoken(target)}", target=target, value=value)
    else:
        reader.draft.type_text(target, value, f"Fill in {spoken(target)}")


def _is_choice(step: Step) -> bool:
    """The Recorder says `change` for text fields and lists alike; only the selectors may tell."""
    text = str(step.get("selectors", "")).lower()
    return "combobox" in text or "listbox" in text or "select" in _tags(text)


def _tags(text: str) -> list[str]:
    return "".join(
        each if each.isalnum() else " " for each in text.replace("-select", "").replace("select-", "")
    ).split()


def _hover(reader: _Reader, _: int, step: Step) -> None:
    target = reader.target(step)
    reader.draft.step("hover", f"Point at {spoken(target)}", target=target, timeout_s=reader.patience(step))


def _key_down(reader: _Reader, _: int, step: Step) -> None:
    key = str(step.get("key", ""))
    if reader.keys.is_chord_with(key):
        reader.draft.remark("Keys that were held down together here are pressed one after the other.")
    _press(reader, reader.keys.down(key), step)


def _key_up(reader: _Reader, _: int, step: Step) -> None:
    key = str(step.get("key", ""))
    if not reader.keys.holds(key):
        reader.draft.remark("Keys that only come up here are left out: what they typed is a step of its own.")
    _press(reader, reader.keys.up(key), step)


def _press(reader: _Reader, keys: str | None, step: Step) -> None:
    if keys:
        reader.draft.step("press", f"Press {keys}", keys=keys)
    if keys and reader.leads_elsewhere(step):
        reader.draft.step("wait_for", "Wait for the page", load="load")


def _scroll(reader: _Reader, _: int, step: Step) -> None:
    across, down = step.get("x"), step.get("y")
    if isinstance(across, int | float) and across > 0:
        reader.draft.gap(_said(step), "robots scroll downwards only; it is scrolled down, not aside.", stands_in=False)
    target = reader.target(step) if step.get("selectors") else None
    if target is None:
        reader.draft.step("scroll", "Scroll the page", to=round(down) if isinstance(down, int | float) else 0)
    else:
        place = round(down) if isinstance(down, int | float) else None
        reader.draft.step("scroll", f"Scroll to {spoken(target)}", target=target, to=place)


def _viewport(reader: _Reader, _: int, step: Step) -> None:
    width, height = step.get("width"), step.get("height")
    extras = [word for word in ("isMobile", "hasTouch", "isLandscape") if step.get(word)]
    if step.get("deviceScaleFactor") not in {None, 0, 1}:
        extras.append("deviceScaleFactor")
    reader.draft.step("viewport", "Size of the window", width=width, height=height)
    if extras:
        why = f"the window gets its size, but {', '.join(extras)} is not imitated."
        reader.draft.gap(_said(step), why, stands_in=False)


def _close(reader: _Reader, _: int, __: Step) -> None:
    reader.windows.close(reader.windows.current)


def _wait_for_element(reader: _Reader, _: int, step: Step) -> None:
    wait_for_element(reader.draft, step, reader.target(step), reader.patience(step))


_READERS: Mapping[str, Callable[[_Reader, int, Step], None]] = {
    "navigate": _navigate,
    "click": _click,
    "doubleClick": _double_click,
    "change": _change,
    "hover": _hover,
    "keyDown": _key_down,
    "keyUp": _key_up,
    "scroll": _scroll,
    "setViewport": _viewport,
    "close": _close,
    "waitForElement": _wait_for_element,
}
_WHY_NOT = {
    "waitForExpression": "robots do not run a recording's JavaScript; wait for what the page shows instead.",
    "emulateNetworkConditions": "robots do not imitate slow networks.",
    "customStep": "only the extension that wrote it knows what it does.",
}


def _said(step: Step) -> str:
    """The step in a few words."""
    telling = ("url", "value", "key", "expression", "name", "width", "height", "x", "y")
    words = [f"{word}={step[word]}" for word in telling if word in step]
    selectors = step.get("selectors")
    first = selectors[0] if isinstance(selectors, list) and selectors else None
    shown = first[-1] if isinstance(first, list) and first else first
    return " ".join([str(step.get("type", "step")), *([str(shown)] if shown else []), *words])


def _seconds(milliseconds: JsonValue) -> float | None:
    return milliseconds / 1_000 if isinstance(milliseconds, int | float) and milliseconds > 0 else None
