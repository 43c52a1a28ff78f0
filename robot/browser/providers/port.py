"""What a session pool needs from whoever has browsers: acquire, probe, release, and what it can be asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from orchestrator.contract.errors import ErrorInfo, ErrorKind
from robot.browser.lease import Lease, Outcome
from robot.browser.session_options import PLAIN, SessionOptions
from robot.errors import ActionError


class CapacityError(ActionError):
    """The provider has no session to give now; `retry_after_s` says when to ask again, None when nobody knows."""

    def __init__(self, message: str, *, retry_after_s: float | None = None, hint: str | None = None) -> None:
        details = {} if retry_after_s is None else {"retry_after_s": round(retry_after_s, 3)}
        kind = ErrorKind.PROVIDER_CAPACITY
        super().__init__(ErrorInfo(kind=kind, message=message[:16_384], hint=hint, details=dict(details)))
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSpec:
    """Which session is wanted, and for whom."""

    owner: str
    """For the provider's own records: `job/attempt`, or a word for sessions that wait for their owner."""
    options: SessionOptions = PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a provider can do."""

    isolation: bool
    """True: every session is a fresh context; what one leaves behind no other sees."""
    downloads: bool
    """True: files that pages hand out can be kept."""
    extensions: bool
    most_sessions: int
    """That can be lent at once."""
    creation_rate: float | None = None
    """Sessions per second that it lets make, on average; None without a limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderFigures:
    """How a provider stands."""

    browsers: int = 0
    """Browsers, or connections to them."""
    launched: int = 0
    """Since the start."""
    retired: Mapping[str, int] = field(default_factory=dict)
    """Browsers that were ended in order since the start, by reason."""
    lost: int = 0
    """Browsers, or connections, that ended by themselves."""
    leaked: int = 0
    """Processes or sessions that were found without an owner, or would not end."""
    memory_bytes: int = 0
    """Of its browsers on this machine, when they were last measured."""


class BrowserProvider(Protocol):
    """See the module. One contract suite runs against all of them."""

    @property
    def kind(self) -> str:
        """`local`, `cdp`, `browserbase`."""
        ...

    @property
    def engine(self) -> str:
        """What drives its browsers: `chromium`, `firefox`, `webkit`."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """Known for sure after `start`."""
        ...

    async def start(self) -> str:
        """Get ready and sweep what a dead robot left; what it is, for people. RobotSetupError when it cannot work."""
        ...

    async def acquire(self, spec: SessionSpec) -> Lease:
        """A session. CapacityError when there is none now; ActionError of kind browser_lost or driver_lost when it
        broke on the way, of a permanent kind when asking again cannot help. Cancelled, it leaves nothing behind."""
        ...

    async def probe(self, lease: Lease) -> bool:
        """True when the session answers, within two seconds."""
        ...

    async def release(self, lease: Lease, outcome: Outcome) -> None:
        """Take it back; a second time does nothing. Never raises: what could not be given back is counted as leaked
        and tried again."""
        ...

    async def tidy(self, *, idle_s: float, spare: int) -> None:
        """A look now and then: end browsers that have had no session for `idle_s`, but keep room for `spare` ones."""
        ...

    def pids(self) -> Sequence[int]:
        """Processes of its browsers on this machine."""
        ...

    def figures(self) -> ProviderFigures:
        """How it stands."""
        ...

    async def close(self) -> int:
        """End everything; gives the number of processes or sessions that are left."""
        ...
