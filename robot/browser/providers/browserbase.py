"""Sessions of Browserbase, a managed browser service, through its own SDK.

Each session is a browser of its own at the service. It is released whatever happens: what could not be released is
tried again, and what a dead robot left is found by its metadata when the robot starts again.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from playwright.async_api import BrowserContext, Page
from playwright.async_api import Error as PlaywrightError

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import new_id
from robot.browser.chores import Chores
from robot.browser.driver_keeper import DriverKeeper
from robot.browser.lease import Lease, Outcome
from robot.browser.limits import limited
from robot.browser.providers.browserbase_mapping import (
    INSTANCE_MARK,
    LEASE_MARK,
    BrowserbaseSettings,
    create_parameters,
    mark_of,
    query_of,
)
from robot.browser.providers.contexts import PAGE_LIMIT_S, answers, new_context, new_page
from robot.browser.providers.port import Capabilities, CapacityError, ProviderFigures, SessionSpec
from robot.browser.providers.remote import Endpoint, connect
from robot.browser.session_options import SessionOptions, storage_for_playwright
from robot.browser.slot import BrowserSlot
from robot.errors import ActionError, RobotSetupError

if TYPE_CHECKING:
    from browserbase import AsyncBrowserbase
    from browserbase.types import SessionCreateResponse

T = TypeVar("T")

KIND = "browserbase"
TRIES = 3
FIRST_DELAY_S = 0.5
RETRY_AFTER_S = 5.0
"""When the service says that there is no capacity, but not until when."""
SWEEP_LIMIT_S = 10.0
HOW_TO_INSTALL = "Install it with `uv pip install 'botswain[browserbase]'` in the robot's environment."

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotMarks:
    """What this robot's sessions are recognised by at the service."""

    robot: str
    """Stable across restarts."""
    instance: str
    """This process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A session that the service made for us."""

    told: "SessionCreateResponse"
    mark: str
    """What it carries, and no other session does."""


class BrowserbaseProvider:
    """Implements `BrowserProvider`; see the module."""

    kind = KIND
    engine = "chromium"

    def __init__(
        self,
        settings: BrowserbaseSettings,
        drivers: DriverKeeper,
        marks: RobotMarks,
        *,
        rng: random.Random | None = None,
        first_delay_s: float = FIRST_DELAY_S,
    ) -> None:
        self._settings = settings
        self._drivers = drivers
        self._marks = marks
        self._rng = rng or random.Random()  # noqa: S311  jitter, nothing secret
        self._first_delay_s = first_delay_s
        self._client: AsyncBrowserbase | None = None
        self._leases: dict[Lease, str] = {}
        self._wanted: set[str] = set()
        """Marks of sessions that are being made, or lent."""
        self._unreleased: set[str] = set()
        self._needs_sweep = True
        self._chores = Chores()
        self._launched = self._lost = self._swept = 0
        self._closed = False

    @property
    def capabilities(self) -> Capabilities:
        """Downloads stay with the service."""
        return Capabilities(
            isolation=True,
            downloads=False,
            extensions=True,
            most_sessions=self._settings.max_sessions,
            creation_rate=self._settings.creation_per_s,
        )

    async def start(self) -> str:
        """Releases what this robot left in an earlier life. RobotSetupError: the SDK is missing, the key is wrong."""
        self._client = self._client or _client(self._settings)
        await self._drivers.sweep()
        try:
            async with asyncio.timeout(SWEEP_LIMIT_S):
                await self._sweep()
        except (ActionError, TimeoutError) as error:
            if isinstance(error, ActionError) and not error.info.is_retryable:
                raise RobotSetupError(error.info.message, field="api_key", hint=error.info.hint or "") from error
            log.info("what was left at the service could not be looked for yet: %s", error)
        return "Browserbase"

    async def acquire(self, spec: SessionSpec) -> Lease:
        """A session at the service, and a connection to it."""
        if self._closed:
            raise CapacityError("The robot's sessions at Browserbase are closed.")
        making = asyncio.get_running_loop().create_task(self._create(spec))
        try:
            made = await asyncio.shield(making)
        except asyncio.CancelledError:
            self._chores.add(self._unmake(making))
            raise
        return await self._connected(made, spec.options)

    async def probe(self, lease: Lease) -> bool:
        """True when the session's page answers."""
        return lease.slot.is_alive and await answers(lease.page)

    async def release(self, lease: Lease, outcome: Outcome) -> None:
        """Disconnects, and asks the service to end the session. A second time does nothing."""
        del outcome  # a session is never used again
        mark = self._leases.pop(lease, None)
        if mark is None:
            return
        self._lost += not lease.slot.is_alive
        self._unreleased.add(lease.external_id)
        await asyncio.shield(self._chores.add(self._give_back(lease, mark)))

    async def tidy(self, *, idle_s: float, spare: int) -> None:
        """Tries again to release what could not be."""
        del idle_s, spare  # nothing lives between sessions
        if not self._unreleased and not self._needs_sweep:
            return
        try:
            for session_id in tuple(self._unreleased):
                await self._end(session_id)
            if self._needs_sweep:
                await self._sweep()
        except ActionError as error:
            log.info("Browserbase's sessions could not be tidied up yet: %s", error)

    def pids(self) -> Sequence[int]:
        """None: the browsers are the service's."""
        return ()

    def figures(self) -> ProviderFigures:
        """Sessions count as browsers; swept and unreleased ones as leaked."""
        return ProviderFigures(
            browsers=len(self._leases),
            launched=self._launched,
            lost=self._lost,
            leaked=self._swept + len(self._unreleased),
        )

    async def close(self) -> int:
        """Releases every session; gives the number of those that could not be. The service ends them at their limit."""
        self._closed = True
        for lease in list(self._leases):
            await self.release(lease, Outcome.GOOD)
        await self._chores.settle()
        await self.tidy(idle_s=0.0, spare=0)
        if self._client is not None:
            await self._client.close()
        return len(self._unreleased)

    async def _create(self, spec: SessionSpec) -> "_Made":
        client = self._ready_client()

        async def ask() -> _Made:
            """Each try has a mark of its own: what a try made whose answer was lost is nobody's."""
            mark = new_id()
            self._wanted.add(mark)
            wanted = create_parameters(
                self._settings, spec, robot=self._marks.robot, instance=self._marks.instance, lease=mark
            )
            try:
                return _Made(told=await client.sessions.create(**wanted), mark=mark)
            except BaseException:
                self._wanted.discard(mark)
                raise

        return await self._asked(ask, makes=True)

    async def _unmake(self, making: "asyncio.Task[_Made]") -> None:
        """Nobody waits for the session any more."""
        try:
            made = await making
        except ActionError:
            return  # it was not made
        self._unreleased.add(made.told.id)
        await self._abandon(None, made.told.id, made.mark)

    async def _connected(self, new: "_Made", options: SessionOptions) -> Lease:
        slot: BrowserSlot | None = None
        made, mark = new.told, new.mark
        try:
            slot = await connect(self._drivers, Endpoint(url=made.connect_url), self._chores)
            self._launched += 1
            context, page = await self._page(slot, options)
            live_view_url = await self._live_view(made.id)
        except BaseException as error:
            self._unreleased.add(made.id)
            self._chores.add(self._abandon(slot, made.id, mark))
            if isinstance(error, PlaywrightError):
                message = f"The session at Browserbase cannot be used: {error.message}"
                raise ActionError.of(ErrorKind.BROWSER_LOST, message) from error
            raise
        slot.sessions = slot.leases = 1
        lease = Lease(
            slot=slot,
            context=context,
            page=page,
            provider=KIND,
            external_id=made.id,
            cdp_url=made.connect_url,
            live_view_url=live_view_url,
            recording_url=self._settings.session_url(made.id) if self._settings.record else None,
            expires_at=made.expires_at,
        )
        self._leases[lease] = mark
        return lease

    async def _page(self, slot: BrowserSlot, options: SessionOptions) -> tuple[BrowserContext, Page]:
        """In the session's own context, which the service records; what only a fresh one can have needs another."""
        browser = slot.running.browser
        if options.needs_own_context or not browser.contexts:
            context = await new_context(browser, options)
            return context, await new_page(context)
        context = browser.contexts[0]
        storage = storage_for_playwright(options.storage)
        if storage is not None:
            await limited(context.set_storage_state(storage), PAGE_LIMIT_S, "Restoring the session's storage")
        page = context.pages[0] if context.pages else await new_page(context)
        width, height = options.viewport
        await limited(page.set_viewport_size({"width": width, "height": height}), PAGE_LIMIT_S, "Sizing the page")
        return context, page

    async def _live_view(self, session_id: str) -> str | None:
        client = self._ready_client()
        try:
            urls = await self._asked(lambda: client.sessions.debug(session_id), tries=1)
        except ActionError as error:
            log.info("session %s has no live view: %s", session_id, error)
            return None
        return urls.debugger_fullscreen_url

    async def _give_back(self, lease: Lease, mark: str) -> None:
        await self._abandon(lease.slot, lease.external_id, mark)

    async def _abandon(self, slot: BrowserSlot | None, session_id: str, mark: str) -> None:
        """Disconnect and end a session that is in `_unreleased`; if that fails, it stays there for the next look."""
        try:
            if slot is not None:
                await slot.running.close()
            await self._end(session_id)
        except ActionError as error:
            log.info("session %s at Browserbase could not be released yet: %s", session_id, error)
        finally:
            self._wanted.discard(mark)

    async def _end(self, session_id: str) -> None:
        import browserbase  # noqa: PLC0415  an optional part of the robot

        sessions, project = self._ready_client().sessions, self._settings.project_id or browserbase.omit
        await self._asked(
            lambda: sessions.update(session_id, status="REQUEST_RELEASE", project_id=project), or_gone=True
        )
        self._unreleased.discard(session_id)

    async def _sweep(self) -> None:
        """Ends this robot's sessions that nobody has: of an earlier life, or made when the answer was lost."""
        client = self._ready_client()
        found = await self._asked(lambda: client.sessions.list(status="RUNNING", q=query_of(self._marks.robot)))
        for session in found:
            is_ours = mark_of(session.user_metadata, INSTANCE_MARK) == self._marks.instance
            if not is_ours or mark_of(session.user_metadata, LEASE_MARK) not in self._wanted:
                self._unreleased.add(session.id)
                await self._end(session.id)
                self._swept += 1
                log.info("released session %s at Browserbase, which nobody had any more", session.id)
        self._needs_sweep = False

    def _ready_client(self) -> "AsyncBrowserbase":
        self._client = self._client or _client(self._settings)
        return self._client

    async def _asked(
        self, ask: "Callable[[], Awaitable[T]]", *, tries: int = TRIES, makes: bool = False, or_gone: bool = False
    ) -> "T":
        """The answer. What the network or the service broke is asked again, with full jitter; a request that `makes`
        something and whose answer was lost is followed by a sweep. `or_gone`: to be unknown is as good as done."""
        import browserbase  # noqa: PLC0415  an optional part of the robot

        for attempt in range(1, tries + 1):
            try:
                return await ask()
            except browserbase.NotFoundError as error:
                if or_gone:
                    return None  # type: ignore[return-value]  # who asks so does not look at the answer
                raise _refused(error, error.status_code) from error
            except browserbase.APIStatusError as error:
                if error.status_code < 500 or attempt == tries:
                    raise _of_status(error, error.status_code, error.response.headers.get("retry-after")) from error
            except browserbase.APIError as error:
                self._needs_sweep |= makes
                if attempt == tries:
                    message = f"Browserbase cannot be reached: {error.message}"
                    raise ActionError.of(ErrorKind.NETWORK, message) from error
            await asyncio.sleep(self._rng.uniform(0, self._first_delay_s * 2**attempt))
        raise AssertionError


def _client(settings: BrowserbaseSettings) -> "AsyncBrowserbase":
    try:
        import browserbase  # noqa: PLC0415  an optional part of the robot
    except ModuleNotFoundError as error:
        raise RobotSetupError(
            "The pool uses Browserbase, but its SDK is not installed.", field="provider", hint=HOW_TO_INSTALL
        ) from error
    return browserbase.AsyncBrowserbase(
        api_key=settings.api_key.get_secret_value(),
        base_url=settings.base_url,
        timeout=settings.timeout_s,
        max_retries=0,  # what is tried again, and when, is decided here
    )


def _of_status(error: Exception, status: int, retry_after: str | None) -> ActionError:
    match status:
        case 429:
            return CapacityError("Browserbase has no session to give now.", retry_after_s=_seconds(retry_after))
        case 402:
            return CapacityError("Browserbase's plan is used up.", hint="Look at the plan of the project.")
        case _ if status >= 500:
            return ActionError.of(ErrorKind.NETWORK, f"Browserbase fails with HTTP {status}.")
        case _:
            return _refused(error, status)


def _refused(error: Exception, status: int) -> ActionError:
    hint = "Check api_key and project_id." if status in {401, 403} else "Check the pool's settings."
    reason = str(getattr(error, "message", error))[:500]
    return ActionError.of(ErrorKind.BROWSER_MISSING, f"Browserbase refuses with HTTP {status}: {reason}", hint=hint)


def _seconds(retry_after: str | None) -> float:
    try:
        return max(0.0, float(retry_after or RETRY_AFTER_S))
    except ValueError:
        return RETRY_AFTER_S
