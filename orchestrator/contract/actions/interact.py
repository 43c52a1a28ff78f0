"""Parameters of the actions that do what a person does with mouse and keyboard."""

from typing import Literal, Self

from pydantic import AliasChoices, Field, model_validator

from orchestrator.contract.actions.navigate import Patience
from orchestrator.contract.actions.spec import ActionGroup, ActionSpec, Parameters
from orchestrator.contract.actions.targets import Target

TARGET_NAMES = AliasChoices("target", "selector", "locator")


class OnTarget(Patience):
    """Base of actions on one element."""

    target: Target = Field(validation_alias=TARGET_NAMES)


class Point(Parameters):
    """A place in an element, in CSS pixels from its top left corner."""

    x: float = Field(ge=-100_000, le=100_000)
    y: float = Field(ge=-100_000, le=100_000)


MouseButton = Literal["left", "right", "middle"]


class Click(OnTarget):
    """Clicks an element."""

    button: MouseButton = "left"
    """Of the mouse."""
    count: int = Field(default=1, ge=1, le=3)
    """2 is a double click."""
    position: Point | None = None
    """Where in the element; its middle without it."""
    modifiers: tuple[Literal["Alt", "Control", "ControlOrMeta", "Meta", "Shift"], ...] = ()
    """Keys that are held down meanwhile."""
    expect: Literal["popup", "download", "dialog", "navigation"] | None = None
    """What the click leads to, and the step waits for: a new page (which becomes the session's page), a file, a
    dialog (which is accepted), or another address."""


class Fill(OnTarget):
    """Replaces the text of a field; in a list, chooses the option of this value or label."""

    value: str = Field(max_length=1_000_000, validation_alias=AliasChoices("value", "text"), coerce_numbers_to_str=True)


class Type(OnTarget):
    """Types key by key, for forms that listen to keys."""

    text: str = Field(max_length=100_000, validation_alias=AliasChoices("text", "value"), coerce_numbers_to_str=True)
    """What is typed."""
    delay: float = Field(default=0.0, ge=0, le=10, validation_alias=AliasChoices("delay", "delay_s"))
    """Seconds between two keys."""
    clear: bool = False
    """True: empty the field first."""


class Press(Patience):
    """Presses a key or a combination such as `Control+A`."""

    keys: str = Field(min_length=1, max_length=200, validation_alias=AliasChoices("keys", "key"))
    """A key such as `Enter` or `a`, or several held together: `Control+A`."""
    target: Target | None = Field(default=None, validation_alias=TARGET_NAMES)
    """Without it, whatever has the focus."""


class Check(OnTarget):
    """Ticks a box or takes the tick away."""

    state: bool = Field(default=True, validation_alias=AliasChoices("state", "checked"))
    """False: the tick is taken away."""


class Select(OnTarget):
    """Chooses options of a list, by value, label or index."""

    value: str | tuple[str, ...] | None = None
    label: str | tuple[str, ...] | None = None
    """The words of the option, or of several."""
    index: int | tuple[int, ...] | None = None
    """Which option, from 0, or several."""

    @model_validator(mode="after")
    def _has_one_choice(self) -> Self:
        if sum(each is not None for each in (self.value, self.label, self.index)) != 1:
            raise ValueError("select needs exactly one of value, label, index")
        return self


class Hover(OnTarget):
    """Moves the mouse over an element."""

    position: Point | None = None
    """Where in the element; its middle without it."""


class Drag(OnTarget):
    """Takes an element with the mouse and lets it go on another one."""

    to: Target
    """Where it is let go."""
    source_position: Point | None = None
    """Where the element is taken; its middle without it."""
    target_position: Point | None = None
    """Where in `to` it is let go."""


class Mouse(Patience):
    """One movement of the mouse, for pages that listen to single ones (a canvas, a slider)."""

    op: Literal["move", "down", "up"]
    target: Target | None = Field(default=None, validation_alias=TARGET_NAMES)
    """Where the mouse goes first; without it, it stays where it is."""
    position: Point | None = None
    """Where in the target, its middle without it; without a target, where on the page."""
    button: MouseButton = "left"
    """Which one is pressed or released."""

    @model_validator(mode="after")
    def _moves_somewhere(self) -> Self:
        if self.op == "move" and self.target is None and self.position is None:
            raise ValueError("mouse needs a target or a position to move to")
        return self


class Scroll(Patience):
    """Scrolls an element into view, or the page (with a target: that element's content) by a distance or to a place."""

    target: Target | None = Field(default=None, validation_alias=TARGET_NAMES)
    by: int | None = Field(default=None, ge=-1_000_000, le=1_000_000)
    """CSS pixels downwards; negative is upwards."""
    to: Literal["top", "bottom"] | int | None = None
    """An end, or CSS pixels from the top."""

    @model_validator(mode="after")
    def _has_one_way(self) -> Self:
        if (self.target, self.by, self.to) == (None, None, None) or (self.by is not None and self.to is not None):
            raise ValueError("scroll needs a target, or one of by and to")
        return self


class FileContent(Parameters):
    """A file that is made on the spot."""

    name: str = Field(min_length=1, max_length=200, pattern=r"^[^/\\\x00]+$")
    content: str = Field(max_length=1_000_000)
    media_type: str = Field(default="text/plain", max_length=200)


class Upload(OnTarget):
    """Gives files to a file field, to the area around one, or to what opens the window for choosing files."""

    files: str | FileContent | tuple[str | FileContent, ...]
    """Names of files of the run (its downloads and other artifacts), or {name, content} of new ones."""


class Dialog(Parameters):
    """What happens to alerts, confirmations and prompts of this session from now on."""

    policy: Literal["accept", "dismiss"] = "accept"
    """`accept` says yes, `dismiss` cancels."""
    text: str | None = Field(default=None, max_length=10_000)
    """The answer to a prompt."""


INTERACT_ACTIONS = (
    ActionSpec(
        name="click",
        group=ActionGroup.INTERACT,
        summary="Clicks an element, and waits for what the click leads to.",
        parameters=Click,
        result="None; with `expect` {url, title}, {name, size, sha256}, {type, message} or {url}.",
        safe_to_repeat=False,
    ),
    ActionSpec(
        name="fill",
        group=ActionGroup.INTERACT,
        summary="Replaces the text of a field, chooses an option of a list, or moves a slider to a number.",
        parameters=Fill,
        result="None.",
    ),
    ActionSpec(
        name="type",
        group=ActionGroup.INTERACT,
        summary="Types text key by key.",
        parameters=Type,
        result="None.",
        safe_to_repeat=False,
    ),
    ActionSpec(
        name="press",
        group=ActionGroup.INTERACT,
        summary="Presses a key or a key combination.",
        parameters=Press,
        result="None.",
        safe_to_repeat=False,
    ),
    ActionSpec(
        name="check",
        group=ActionGroup.INTERACT,
        summary="Ticks a box, or takes the tick away; named by itself, its label or the words beside it.",
        parameters=Check,
        result="The state of the box.",
    ),
    ActionSpec(
        name="select",
        group=ActionGroup.INTERACT,
        summary="Chooses options of a list, of one that the page draws itself, or of what a field proposes.",
        parameters=Select,
        result="List of the chosen values.",
    ),
    ActionSpec(
        name="hover",
        group=ActionGroup.INTERACT,
        summary="Moves the mouse over an element.",
        parameters=Hover,
        result="None.",
    ),
    ActionSpec(
        name="drag",
        group=ActionGroup.INTERACT,
        summary="Drags an element onto another one.",
        parameters=Drag,
        result="None.",
        safe_to_repeat=False,
    ),
    ActionSpec(
        name="mouse",
        group=ActionGroup.INTERACT,
        summary="Moves the mouse, or presses or releases one of its buttons.",
        parameters=Mouse,
        result="None.",
        safe_to_repeat=False,
    ),
    ActionSpec(
        name="scroll",
        group=ActionGroup.INTERACT,
        summary="Scrolls the page or brings an element into view.",
        parameters=Scroll,
        result="None.",
    ),
    ActionSpec(
        name="upload",
        group=ActionGroup.INTERACT,
        summary="Gives files to a file field, to the area around one, or to what opens the window for choosing files.",
        parameters=Upload,
        result="List of the files' names.",
    ),
    ActionSpec(
        name="dialog",
        group=ActionGroup.INTERACT,
        summary="Says how alerts, confirmations and prompts are answered from now on.",
        parameters=Dialog,
        result="None.",
    ),
)
