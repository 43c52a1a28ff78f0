"""What a robot saw of a step's target: what the element looked like, and which locators find it and nothing else.

A sighting only proposes. It travels with a run's result, and what cannot be read of it is left out there.
"""

from pydantic import BaseModel, ConfigDict, Field

from orchestrator.contract.ids import JsonValue

MAX_SIGHTINGS = 40
"""Of one run."""
MAX_CANDIDATES = 8
MAX_LOOK_TEXT = 200
MAX_ATTRIBUTES = 8
MAX_LOOK_ID = 500
MAX_LOOK_LOCATOR = 2_000
MAX_LOCATOR_TEXT = 500
"""Longer locators are not proposed."""
ENOUGH_SCORE = 0.6
"""A stranger that is less like the element that is gone is not proposed."""


class ElementLook(BaseModel):
    """What an element looked like, without what stands in it: values of fields are never part of it."""

    model_config = ConfigDict(frozen=True)

    tag: str = ""
    role: str = ""
    """The ARIA role, as the browser computes it."""
    name: str = ""
    """The accessible name."""
    label: str = ""
    placeholder: str = ""
    testid: str = ""
    id: str = ""
    text: str = ""
    """The beginning of what it shows, spaces joined; empty for fields."""
    attributes: dict[str, str] = Field(default_factory=dict)
    """`name`, `type`, `title`, `alt`, `aria-label`, and the path of a `href`."""

    @property
    def words(self) -> str:
        """What people call it: `button "Send"`."""
        kind = self.role or self.tag or "element"
        called = self.name or self.label or self.text or self.placeholder
        return f'{kind} "{called}"' if called else kind


class LocatorCandidate(BaseModel):
    """A locator that found one element, and no other, when the robot tried it."""

    model_config = ConfigDict(frozen=True)

    locator: dict[str, JsonValue]
    """As a workflow writes it as an object; readers that do not know a field of it leave the candidate out."""
    score: float | None = Field(default=None, ge=0, le=1)
    """How much its element is like the one that is gone; None when it is that very element."""
    found: str = ""
    """What it found, in words."""


class Sighting(BaseModel):
    """One step's target in one run."""

    model_config = ConfigDict(frozen=True)

    step_id: str
    tried: tuple[str, ...]
    """The target's locators in their order, as results name them."""
    used: int | None = None
    """The place of the one that found it; None: none did, and the step failed."""
    look: ElementLook | None = None
    """Of the element that was found."""
    candidates: tuple[LocatorCandidate, ...] = ()
    """The best first; none while the first locator works."""

    @property
    def is_trouble(self) -> bool:
        """True when the first locator did not find it."""
        return self.used != 0


class RunLookRequest(BaseModel):
    """A run asks what an element last looked like that it cannot find."""

    model_config = ConfigDict(frozen=True)

    robot_id: str = Field(min_length=1, max_length=200)
    job_id: str = Field(min_length=1, max_length=200)
    attempt: int = Field(ge=1)
    step_id: str = Field(min_length=1, max_length=MAX_LOOK_ID)
    locator: str = Field(min_length=1, max_length=MAX_LOOK_LOCATOR)
    """The first one of its target, as results name it, cut to this length."""


class RunLookAnswer(BaseModel):
    """What is known of it; nothing for an element that was never seen."""

    model_config = ConfigDict(frozen=True)

    look: ElementLook | None = None
