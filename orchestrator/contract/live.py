"""What watching a run and taking it over are made of: what is asked to be shown, and what a person does in a page."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MOST_EVENTS = 64
"""Of one message of input."""
MOST_TEXT = 20_000
"""Characters that are typed or pasted at once."""
MOST_ADDRESS = 4_000
MOST_RATE = 10.0
MOST_WIDTH = 1_920


class ViewKind(StrEnum):
    """How a run is shown."""

    THUMBNAIL = "thumbnail"
    """A small picture now and then; between two of them nothing is captured."""
    LIVE = "live"
    """A frame whenever the page changes, at most so many a second."""


class ViewWish(BaseModel):
    """How somebody wants to see a run."""

    model_config = ConfigDict(frozen=True)

    kind: ViewKind = ViewKind.LIVE
    rate: float = Field(default=5.0, gt=0, le=MOST_RATE)
    """Frames a second, at most."""
    width: int = Field(default=960, ge=80, le=MOST_WIDTH)
    """Pixels of a frame, at most; its height follows from the page's shape."""
    quality: int = Field(default=60, ge=10, le=95)
    """Of the JPEG."""
    session: int | None = Field(default=None, ge=1)
    """The number of the browser session to show; without it the run's first."""


THUMBNAIL = ViewWish(kind=ViewKind.THUMBNAIL, rate=0.5, width=320, quality=50)


class FrameFacts(BaseModel):
    """What a frame shows."""

    model_config = ConfigDict(frozen=True)

    number: int = Field(ge=1)
    """Counts the frames of one stream."""
    page_width: float = Field(gt=0)
    """CSS pixels of what is visible of the page."""
    page_height: float = Field(gt=0)
    url: str = Field(default="", max_length=MOST_ADDRESS)
    """Secrets masked."""
    session: int = Field(default=1, ge=1)
    sessions: tuple[int, ...] = Field(default=(), max_length=1_000)
    """Every browser session of the run that can be shown."""
    tab: int = Field(default=0, ge=0)
    tabs: int = Field(default=1, ge=0)
    """How many pages that session has open."""


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


Fraction = Annotated[float, Field(ge=0, le=1)]
"""A place in the visible page: 0 is its left or upper edge, 1 the other one."""


class PointerEvent(_Event):
    """The mouse moves, or a button goes down or up."""

    kind: Literal["pointer"] = "pointer"
    what: Literal["move", "down", "up"]
    x: Fraction
    y: Fraction
    button: Literal["left", "middle", "right"] = "left"
    clicks: int = Field(default=1, ge=1, le=3)
    """The second press of a double click says 2."""


class WheelEvent(_Event):
    """The wheel turns; CSS pixels."""

    kind: Literal["wheel"] = "wheel"
    x: Fraction
    y: Fraction
    dx: float = Field(default=0.0, ge=-10_000, le=10_000)
    dy: float = Field(default=0.0, ge=-10_000, le=10_000)


class KeyEvent(_Event):
    """A key, by its name in DOM events (`a`, `Enter`, `ArrowLeft`, `Control`)."""

    kind: Literal["key"] = "key"
    what: Literal["down", "up", "press"] = "press"
    key: str = Field(min_length=1, max_length=40)


class TextEvent(_Event):
    """Text that comes at once, as a paste does."""

    kind: Literal["text"] = "text"
    text: str = Field(min_length=1, max_length=MOST_TEXT)


class NavigateEvent(_Event):
    """The buttons of a browser."""

    kind: Literal["navigate"] = "navigate"
    what: Literal["goto", "back", "forward", "reload"]
    url: str = Field(default="", max_length=MOST_ADDRESS)


class TabEvent(_Event):
    """Another page of the session comes to the front; the run's steps go on in it."""

    kind: Literal["tab"] = "tab"
    index: int = Field(ge=0, le=1_000)


InputEvent = Annotated[
    PointerEvent | WheelEvent | KeyEvent | TextEvent | NavigateEvent | TabEvent, Field(discriminator="kind")
]


class Then(StrEnum):
    """How a run goes on when a person hands it back."""

    CONTINUE = "continue"
    """From where it stood: the step that stands at the barrier runs, or, if it has failed meanwhile, runs again."""
    SKIP = "skip"
    """Every step that stands at the barrier is left out: the person has done its work."""
    FAIL = "fail"
    """Every step that stands at the barrier fails."""
