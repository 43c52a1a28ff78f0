"""How a step names an element of a page: an ordered list of locators, tried until one finds something.

A target is written in one of three ways:

- a text: a CSS selector, or a selector with a prefix: `role=button[name="Send"]`, `testid=send`, `label=E-mail`,
  `text=Send` (`text="Send"` for the whole text), `placeholder=Search`, `xpath=//a[2]`, `css=a.next`; a text that
  begins with `//` is an XPath;
- an object: exactly one of `role` (with `name`), `testid`, `label`, `text`, `placeholder`, `css`, `xpath`, and
  optionally `frame` (CSS selector of the frame's element, or several from the outermost on), `inside` (the element in
  which it is looked for), `has_text`, `exact` and `nth` (counted from 0);
- a list of these: the first that finds exactly one element is used, and the step's result says which one it was.
"""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, RootModel, ValidationError, model_validator

from orchestrator.contract.actions.spec import Parameters

Strategy = Literal["role", "testid", "label", "text", "placeholder", "css", "xpath"]
STRATEGIES: tuple[Strategy, ...] = ("role", "testid", "label", "text", "placeholder", "css", "xpath")

FrameSelector = Annotated[str, Field(min_length=1, max_length=10_000)]

_PREFIX = re.compile(r"(role|testid|label|text|placeholder|css|xpath)\s*=\s*(.+)", re.DOTALL)
_ROLE = re.compile(r"""(?P<role>[a-z]+)(?:\[name=(?P<quote>["'])(?P<name>.*)(?P=quote)\])?""", re.DOTALL)
_QUOTED = re.compile(r"""(?P<quote>["'])(?P<text>.*)(?P=quote)""", re.DOTALL)


class Locator(Parameters):
    """One way to find an element."""

    role: str | None = Field(default=None, min_length=1, max_length=100)
    """An ARIA role such as `button`, `link`, `textbox`."""
    name: str | None = Field(default=None, max_length=1_000)
    """The accessible name; only together with `role`."""
    testid: str | None = Field(default=None, min_length=1, max_length=1_000)
    """The value of `data-testid`."""
    label: str | None = Field(default=None, min_length=1, max_length=1_000)
    text: str | None = Field(default=None, min_length=1, max_length=10_000)
    placeholder: str | None = Field(default=None, min_length=1, max_length=1_000)
    css: str | None = Field(default=None, min_length=1, max_length=10_000)
    xpath: str | None = Field(default=None, min_length=1, max_length=10_000)
    frame: FrameSelector | tuple[FrameSelector, ...] | None = None
    """CSS selector of the frame's element, when the target is inside one; a list for frames in frames, outermost
    first."""
    inside: "Locator | None" = None
    """Only what lies in the element that this finds; a `frame` then belongs in here."""
    has_text: str | None = Field(default=None, min_length=1, max_length=10_000)
    """Only elements that contain this text somewhere."""
    exact: bool = False
    """True: `name`, `label`, `text`, `placeholder` and `has_text` must match whole and in their case."""
    nth: int | None = Field(default=None, ge=-10_000, le=10_000)
    """Which of several matches, from 0; negative numbers count from the end."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return _parsed(value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _is_one_way(self) -> Self:
        given = [strategy for strategy in STRATEGIES if getattr(self, strategy) is not None]
        if len(given) != 1:
            raise ValueError(f"a locator has exactly one of {', '.join(STRATEGIES)}; this one has {len(given)}")
        if self.name is not None and self.role is None:
            raise ValueError("`name` belongs to `role`, such as {role: button, name: Send}")
        if self.inside is not None and self.frame is not None:
            raise ValueError("with `inside`, the `frame` belongs to the locator in `inside`")
        return self

    @property
    def frames(self) -> tuple[str, ...]:
        """The selectors of the frames to go into, outermost first."""
        return (self.frame,) if isinstance(self.frame, str) else self.frame or ()

    @property
    def strategy(self) -> Strategy:
        """Which of the ways this locator uses."""
        return next(strategy for strategy in STRATEGIES if getattr(self, strategy) is not None)

    def __str__(self) -> str:
        value = str(getattr(self, self.strategy))
        if self.exact and self.role is None:
            value = f'"{value}"'
        name = f'[name="{self.name}"]' if self.name is not None else ""
        prefix = "" if self.strategy == "css" else f"{self.strategy}="
        text = f' with text "{self.has_text}"' if self.has_text else ""
        nth = f" (match {self.nth})" if self.nth is not None else ""
        inside = f" inside {self.inside}" if self.inside is not None else ""
        frame = f" in frame {' / '.join(self.frames)}" if self.frames else ""
        return f"{prefix}{value}{name}{text}{frame}{nth}{inside}"


class Target(RootModel[tuple[Locator, ...]]):
    """What to act on: locators in the order in which they are tried."""

    model_config = ConfigDict(frozen=True)

    root: tuple[Locator, ...] = Field(min_length=1, max_length=20)

    @model_validator(mode="before")
    @classmethod
    def _one_is_a_list(cls, value: Any) -> Any:
        return [value] if isinstance(value, str | dict | Locator) else value

    @classmethod
    def of(cls, *texts: str) -> Self:
        """The target that these texts name; for defaults in code."""
        return cls.model_validate(list(texts))

    @property
    def locators(self) -> tuple[Locator, ...]:
        """The locators, best first."""
        return self.root

    def __str__(self) -> str:
        return " or ".join(map(str, self.root))


def _parsed(text: str) -> dict[str, Any]:
    text = text.strip()
    if text.startswith(("//", "(//")):
        return {"xpath": text}
    match = _PREFIX.fullmatch(text)
    if match is None:
        return {"css": text}
    strategy, value = match.groups()
    if strategy == "role":
        return _parsed_role(value)
    quoted = _QUOTED.fullmatch(value) if strategy in {"text", "label", "placeholder"} else None
    return {strategy: quoted["text"], "exact": True} if quoted else {strategy: value}


def _parsed_role(value: str) -> dict[str, Any]:
    match = _ROLE.fullmatch(value)
    if match is None:
        raise ValueError(f'role={value} cannot be read; write it like role=button[name="Send"]')
    return {"role": match["role"], "name": match["name"]}


def is_target(value: object) -> bool:
    """True when a value can be read as a target."""
    try:
        Target.model_validate(value)
    except ValidationError:
        return False
    return True
