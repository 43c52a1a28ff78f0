"""Where the reading of a Selenium IDE test is: its variables, frames and windows."""

import re
from dataclasses import dataclass, field

from orchestrator.contract.ids import JsonValue
from orchestrator.recordings.draft import Draft
from orchestrator.recordings.recording import NotCarriedOverError
from orchestrator.recordings.selenium_locators import locator_of, selenium_target
from orchestrator.recordings.selenium_text import interpolated
from orchestrator.recordings.selenium_tree import Command
from orchestrator.recordings.targets import frame_by_index, spoken
from orchestrator.recordings.typed_secrets import secret_name
from orchestrator.recordings.windows import Windows

ROOT = "root"


@dataclass(slots=True, kw_only=True)
class Context:
    """What the commands of one test share."""

    draft: Draft
    windows: Windows
    base: str
    frames: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    """The recording's variables and what they are called in the workflow."""
    handles: dict[str, str] = field(default_factory=dict)
    """Variables that hold windows, and the windows' names."""

    def text(self, text: str) -> str:
        """A text with its variables as expressions."""
        return interpolated(text.replace("\\n", "\n"), self.name_of)

    def name_of(self, name: str) -> str:
        """A variable that nothing has set is the job's to give."""
        if name not in self.names:
            hint = secret_name(name)
            about = "The recording uses it without setting it."
            self.names[name] = self.draft.variable(
                name, type="string", required=True, description=about, **({"secret": True} if hint else {})
            )
        return self.names[name]

    def saved(self, name: str) -> str:
        """The name of a variable that a step sets."""
        if not name.strip():
            raise NotCarriedOverError("it names no variable.")
        if name not in self.names:
            self.names[name] = self.draft.variable(name, description="Set by the recording.")
        return self.names[name]

    def target(self, command: Command) -> JsonValue:
        """The element that a command is about."""
        return self.element(command.target, command.others)

    def element(self, locator: str, others: tuple[str, ...] = ()) -> JsonValue:
        """An element by its locators, in the frame that is selected."""
        return selenium_target(self.text(locator), tuple(map(self.text, others)), self.frames)

    def named(self, command: Command) -> tuple[JsonValue, str]:
        """The element, and what a person calls it."""
        target = self.target(command)
        return target, spoken(target)

    def select_frame(self, locator: str) -> None:
        """`relative=parent`, `relative=top`, `index=0`, or a locator of the frame's element."""
        if locator == "relative=parent":
            self.frames[-1:] = []
        elif locator in {"relative=top", ""}:
            self.frames.clear()
        elif (found := re.fullmatch(r"index=(\d+)", locator)) is not None:
            self.frames.append(frame_by_index(int(found[1])))
        else:
            self.frames.append(_frame_selector(self.text(locator)))

    def select_window(self, locator: str) -> None:
        """`handle=${name}`, `win_ser_local` and `win_ser_1`; titles say too little."""
        handle = re.fullmatch(r"(?:handle=)?\$\{(\w+)\}", locator)
        serial = re.fullmatch(r"(?:handle=|name=)?win_ser_(local|\d+)", locator)
        if handle is not None:
            window = self.handles.get(handle[1])
        elif serial is not None:
            window = self.windows.by_place(0 if serial[1] == "local" else int(serial[1]))
        else:
            raise NotCarriedOverError("a window is known by its handle or its number only.")
        if window is None or not self.windows.knows(window):
            raise NotCarriedOverError("nothing before it opened this window.")
        self.windows.current = window
        self.frames.clear()


def _frame_selector(locator: str) -> str:
    found = locator_of(locator)
    if found.keys() == {"css"}:
        return str(found["css"])
    if found.keys() == {"xpath"}:
        return f"xpath={found['xpath']}"
    raise NotCarriedOverError(f"a frame is not found by {locator!r}.")
