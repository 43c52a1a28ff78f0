"""What an implementation gets: the call, the run's sessions and folder, and a place to note what it did."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from playwright.async_api import Locator as PageLocator
from playwright.async_api import Page

from orchestrator.contract.actions.navigate import Patience
from orchestrator.contract.actions.targets import Locator, Target
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.memory import MemoryKind, RunMemoryAnswer
from orchestrator.contract.protocol.questions import PersonAnswered
from orchestrator.contract.protocol.work_items import WorkItemAnswer
from orchestrator.contract.questions import QuestionText
from orchestrator.contract.results import Artifact, LogLevel
from orchestrator.contract.work_items import ItemWish
from robot.actions.addresses import checked_address
from robot.actions.artifacts import ArtifactFolder, as_value
from robot.ai.run import RunAi
from robot.browser import login_watch
from robot.browser.job_sessions import JobSessions
from robot.browser.place import Place
from robot.browser.session import Session
from robot.errors import ActionError
from robot.masking import Mask
from robot.workflow.ports import ActionCall

DEFAULT_WAIT_S = 30.0
RESERVE_S = 0.25
"""Left of the step's time, so that an action can still say what it waited for, and the page is still there to see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSettings:
    """What the run and the robot decide for all actions."""

    base_url: str | None = None
    """Where relative addresses and the marketplace's actions begin."""
    allow_private_networks: bool = True
    wait_s: float = DEFAULT_WAIT_S
    """How long an action waits for its target, if the step does not say."""
    ai: RunAi | None = None
    """The model that AI steps ask; None where the robot has none."""
    allow_scripts: bool = False
    """True: steps may run JavaScript of their own in pages."""
    input_folders: tuple[Path, ...] = ()
    """Folders of this machine whose files steps may read."""


class LogSink(Protocol):
    """Takes a line for the job's log; `RunListener.log` is one."""

    def __call__(self, level: LogLevel, message: str, *, step_id: str | None = None, **fields: JsonValue) -> None: ...


class Memory(Protocol):
    """What later runs find; `robot.memory.RunMemory` is one. Both may raise ActionError."""

    async def remember(self, kind: MemoryKind, name: str, value: JsonValue) -> None:
        """Keep it under this name."""
        ...

    async def recall(self, kind: MemoryKind, name: str) -> RunMemoryAnswer:
        """What is kept under this name."""
        ...


class Witness(Protocol):
    """Hears of targets; `robot.actions.sightings.RunSightings` is one. Raises nothing."""

    async def found(self, step_id: str, page: Page, target: Target, locator: Locator, element: PageLocator) -> None:
        """A step is about to use this element."""
        ...


AskItems = Callable[[ItemWish], Awaitable[WorkItemAnswer]]
"""Asks the orchestrator about work items, and waits for its answer."""

AskPerson = Callable[[str, QuestionText], Awaitable[PersonAnswered]]
"""Asks in the name of a step, and waits for the end of the question."""


@dataclass(slots=True, kw_only=True)
class Work:
    """One call on its way."""

    call: ActionCall
    sessions: JobSessions
    folder: ArtifactFolder
    settings: ActionSettings
    log_line: LogSink
    ask_person: AskPerson | None = None
    memory: Memory | None = None
    ask_items: AskItems | None = None
    """Where work items come from; None where the run has no orchestrator."""
    alive: Callable[[], None] = lambda: None
    """Told by work that moves nothing for long, and does not stand still."""
    mask: Mask = field(default_factory=lambda: Mask(()))
    """Knows the run's secrets, which no picture may show."""
    used: list[Place] = field(default_factory=list)
    """Sessions that the call works in now: their pages are closed when it is cancelled."""
    artifacts: list[Artifact] = field(default_factory=list)
    locator: str | None = None
    url: str | None = None
    at: Place | None = None
    """The one place to work in, for work that is done while the place is made ready."""
    sightings: Witness | None = None
    """Takes what is seen of targets; None where nobody wants it."""
    sought: Target | None = None
    """The step's own target, which is looked for on the whole page."""
    acting: tuple[Target, PageLocator] | None = None
    """What the browser is asked to act on, for the words of a failure."""
    stays: bool = False
    """True for what changes nothing and leads nowhere: it need not wait for the login of the step before."""
    started_s: float = field(default_factory=time.monotonic)
    waited_s: Callable[[], float] = lambda: 0.0
    """How long the run has waited for people so far: time that does not count."""
    waited_before_s: float = field(init=False)

    def __post_init__(self) -> None:
        self.waited_before_s = self.waited_s()

    @property
    def left_s(self) -> float:
        """Seconds that the step still has, a little less than the caller allows."""
        reserve = min(RESERVE_S, self.call.timeout_s / 10)
        worked_s = time.monotonic() - self.started_s - (self.waited_s() - self.waited_before_s)
        return max(0.05, self.call.timeout_s - reserve - worked_s)

    def wait_s(self, patience: Patience | None = None) -> float:
        """How long to wait for one thing."""
        wished = patience.timeout_s if patience is not None and patience.timeout_s else self.settings.wait_s
        left_s = self.left_s
        return min(wished, left_s - min(RESERVE_S * 2, left_s / 5))

    def wait_ms(self, patience: Patience | None = None) -> float:
        """The same for Playwright."""
        return self.wait_s(patience) * 1_000

    async def place(self) -> Place:
        """The step's session, leased or repaired if need be."""
        place = self.at or await self.sessions.get(self.call.session)
        if place not in self.used:
            self.used.append(place)
            if not self.stays:
                await login_watch.known(place)
        return place

    async def session(self) -> Session:
        """The step's session, ready to work in."""
        return session_of(await self.place())

    async def page(self) -> Page:
        """The step's page."""
        return (await self.session()).page

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[Place]:
        """A session of the run's pool, for one piece of parallel work."""
        async with self.sessions.worker() as place:
            self.used.append(place)
            try:
                yield place
                self.used.remove(place)
            except Exception:
                self.used.remove(place)
                raise

    async def address(self, url: str, page: Page | None = None) -> str:
        """A step's address, made absolute and checked."""
        here = page.url if page is not None and page.url.startswith("http") else None
        site = f"{self.settings.base_url.rstrip('/')}/" if self.settings.base_url else None
        base = here or site if url.startswith(("?", "#")) else site or here
        return await checked_address(url, base=base, allow_private_networks=self.settings.allow_private_networks)

    def site(self, base_url: str | None) -> str:
        """The site of a marketplace's action; ActionError when nobody said which."""
        site = base_url or self.settings.base_url
        if not site:
            message = f"{self.call.action} does not know its site: give base_url, or a variable `site` or `base_url`."
            raise ActionError.of(ErrorKind.BAD_WORKFLOW, message)
        return site.rstrip("/")

    async def keep(self, path: Path, *, kind: str, media_type: str) -> dict[str, JsonValue]:
        """Makes a written file an artifact of the step, and gives what the step's value says of it."""
        artifact = await self.folder.describe(path, kind=kind, media_type=media_type, step_id=self.call.step_id)
        self.artifacts.append(artifact)
        return as_value(artifact)

    async def ask(self, text: QuestionText) -> PersonAnswered:
        """Ask a person and wait for the end of the question; ActionError where nobody can be asked."""
        if self.ask_person is None:
            raise ActionError.of(ErrorKind.BAD_WORKFLOW, f"{self.call.action} needs an orchestrator that people watch.")
        return await self.ask_person(self.call.step_id, text)

    def log(self, level: LogLevel, message: str, **fields: JsonValue) -> None:
        """A line for the job's log."""
        self.log_line(level, message, step_id=self.call.step_id, **fields)

    def input_lists(self) -> list[JsonValue]:
        """What the step's dependencies gave, as far as it is lists."""
        return [value for value in self.call.inputs.values() if isinstance(value, list)]


def session_of(place: Place) -> Session:
    """The session of a place that was made ready."""
    if place.session is None:
        raise ActionError.of(ErrorKind.SESSION_EXPIRED, f"The session {place.name!r} is closed.")
    return place.session
