"""What the names of a Playwright script stand for, as far as an import must know."""

from dataclasses import dataclass, field
from enum import StrEnum

from orchestrator.contract.ids import JsonValue
from orchestrator.recordings.recording import NotCarriedOverError
from orchestrator.recordings.targets import Locator, target_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PageThing:
    """A page, or a frame of one."""

    window: str
    frames: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatorThing:
    """A locator of a page."""

    page: PageThing
    locator: Locator

    @property
    def target(self) -> JsonValue:
        """As a step writes it."""
        return target_of([self.locator], self.page.frames)


class Part(StrEnum):
    """Objects of Playwright around pages; nothing is known of them but what they are."""

    PLAYWRIGHT = "playwright"
    BROWSER_TYPE = "browser type"
    BROWSER = "browser"
    CONTEXT = "context"
    DEVICES = "devices"
    TRACING = "tracing"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTool:
    """`page.keyboard` or `page.mouse`."""

    page: PageThing
    tool: str


@dataclass(slots=True, kw_only=True)
class Awaited:
    """What a `with page.expect_...()` gives: `info`, with `info.value`."""

    event: str
    window: str | None = None
    """The popup that was opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """`re.compile(...)`."""

    text: str
    ignores_case: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A value that the import does not know: the result of something."""

    said: str


class NamedText(str):
    """A text constant that the script gives a name."""

    __slots__ = ("name",)
    name: str

    def __new__(cls, text: str, name: str) -> "NamedText":
        made = super().__new__(cls, text)
        made.name = name
        return made


Thing = PageThing | LocatorThing | PageTool | Awaited | Pattern | Part | Unknown | JsonValue
"""Anything that an expression of a script may be."""


@dataclass(slots=True, kw_only=True)
class Arguments:
    """The arguments of a call; what nobody has taken in the end is named as a gap."""

    positional: list[Thing]
    named: dict[str, Thing]
    _taken: set[int] = field(default_factory=set)

    def take(self, name: str, place: int | None = None) -> Thing:
        """An argument by its name or place; None without it."""
        if name in self.named:
            return self.named.pop(name)
        if place is not None and place < len(self.positional):
            self._taken.add(place)
            return self.positional[place]
        return None

    def text(self, name: str, place: int | None = None) -> str | None:
        """An argument that is a text; None without it."""
        value = self.take(name, place)
        if value is None or isinstance(value, str):
            return value
        raise NotCarriedOverError(f"`{name}` is no plain text.")

    def needed(self, name: str, place: int | None = None) -> str:
        """A text that must be there."""
        value = self.text(name, place)
        if value is None:
            raise NotCarriedOverError(f"`{name}` is missing.")
        return value

    def number(self, name: str, place: int | None = None) -> float | None:
        """An argument that is a number; None without it."""
        value = self.take(name, place)
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
            return value
        raise NotCarriedOverError(f"`{name}` is no number.")

    def seconds(self) -> float | None:
        """`timeout`, which Playwright counts in milliseconds; 0 means no limit, which robots do not have."""
        milliseconds = self.number("timeout")
        return milliseconds / 1_000 if milliseconds else None

    def json(self, name: str, place: int | None = None) -> JsonValue:
        """An argument that is plain data."""
        value = self.take(name, place)
        if value is None or isinstance(value, str | int | float | list | dict):
            return value
        raise NotCarriedOverError(f"`{name}` is nothing that a workflow can hold.")

    @property
    def left(self) -> list[str]:
        """What nobody has taken."""
        places = [f"argument {place + 1}" for place in range(len(self.positional)) if place not in self._taken]
        return [*places, *self.named]
