"""Watching runs and taking them over, as the API and its sockets say it.

On a socket every message is a JSON text with a `kind`; behind each `frame` comes one binary message, its JPEG.
"""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, TypeAdapter

from orchestrator.contract.api.common import Request, View
from orchestrator.contract.live import MOST_EVENTS, FrameFacts, InputEvent, Then, ViewWish

MOST_LEASE_S = 8 * 3_600.0
DEFAULT_LEASE_S = 900.0


class FrameView(View):
    """A frame; its JPEG is the next message."""

    kind: Literal["frame"] = "frame"
    job_id: str
    at: AwareDatetime
    facts: FrameFacts
    size: int
    """Bytes of the JPEG."""


class LookView(View):
    """How a run stands that is looked at."""

    kind: Literal["look"] = "look"
    job_id: str
    workflow: str = ""
    robot: str = ""
    slots: int = 1
    """Of that robot."""
    status: str
    step: str = ""
    problem: str = ""
    """Why there is nothing new to see, or why input did not work."""
    parked: tuple[str, ...] = ()
    """Steps that wait for the run to be handed back."""
    running: tuple[str, ...] = ()
    """Steps that are not done yet although a person has the run."""
    holder: str = ""
    """Who has taken it over."""
    until: AwareDatetime | None = None
    """When the run goes on without that person."""
    has_ended: bool = False


class GoneView(View):
    """A run has left the wall."""

    kind: Literal["gone"] = "gone"
    job_id: str


class LeaseView(View):
    """The right to act in a run's page."""

    kind: Literal["lease"] = "lease"
    job_id: str
    holder: str
    token: str
    """Shown with everything that is done."""
    since: AwareDatetime
    until: AwareDatetime
    is_held: bool
    """False: the robot has not said yet that the run stands."""


class HandedBackView(View):
    """The run goes on."""

    kind: Literal["handed_back"] = "handed_back"
    job_id: str
    then: str


class RefusalView(View):
    """Why something that was asked for on a socket is not done."""

    kind: Literal["refusal"] = "refusal"
    message: str


class WelcomeView(View):
    """The first message of a live page's socket."""

    kind: Literal["welcome"] = "welcome"
    job_id: str
    actor: str
    may_act: bool


LiveMessage = Annotated[
    FrameView | LookView | GoneView | LeaseView | HandedBackView | RefusalView | WelcomeView,
    Field(discriminator="kind"),
]
LIVE_MESSAGE: TypeAdapter[LiveMessage] = TypeAdapter(LiveMessage)


class TakeOverRequest(Request):
    """Take a run over."""

    reason: str = Field(default="", max_length=1_000)
    limit_s: float = Field(default=DEFAULT_LEASE_S, ge=10, le=MOST_LEASE_S)
    """Then the run goes on by itself."""
    force: bool = False
    """Also from somebody else who has it."""


class HandBackRequest(Request):
    """Hand a run back."""

    then: Then = Then.CONTINUE
    note: str = Field(default="", max_length=2_000)
    token: str = Field(default="", max_length=200)
    """The lease's; not needed by who took it under the same name."""
    force: bool = False


class InputRequest(Request):
    """Do something in the run's page."""

    token: str = Field(max_length=200)
    events: tuple[InputEvent, ...] = Field(min_length=1, max_length=MOST_EVENTS)
    session: int | None = Field(default=None, ge=1)


class PassRequest(Request):
    """A pass for a browser, which cannot show the key."""

    may_act: bool = False
    """True: its holder may take the run over. False: look only."""
    takes: bool = False
    """True: the page takes the run over by itself, or joins whoever asks for this pass and has it already."""


class PassView(View):
    """An address that opens the live page of one run; the pass in it is good for this run and nothing else."""

    url: str
    expires_at: AwareDatetime
    """Moves on with each use."""
    may_act: bool


class StreamView(View):
    """A run that somebody looks at."""

    job_id: str
    watchers: int
    holder: str = ""


# what a client says on a socket


class SayWish(Request):
    """Show it otherwise."""

    kind: Literal["wish"] = "wish"
    wish: ViewWish


class SayTakeOver(TakeOverRequest):
    """Take the run over."""

    kind: Literal["take_over"] = "take_over"


class SayHandBack(HandBackRequest):
    """Hand it back."""

    kind: Literal["hand_back"] = "hand_back"


class SayInput(InputRequest):
    """Do something in its page."""

    kind: Literal["input"] = "input"


class SayPass(Request):
    """The first message of a page, which has no key to show."""

    kind: Literal["pass"] = "pass"
    token: str = Field(min_length=1, max_length=200)


Saying = Annotated[SayWish | SayTakeOver | SayHandBack | SayInput, Field(discriminator="kind")]
SAYING: TypeAdapter[Saying] = TypeAdapter(Saying)
