"""Performs the actions of one attempt of a job: its sessions, its folder, and its failures in the product's words."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Self

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from orchestrator.contract.actions.catalogue import find_action, known_actions, parameter_problems
from orchestrator.contract.actions.spec import ActionSpec
from orchestrator.contract.checkpoints import BrowserState
from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.results import Artifact, LogLevel
from robot.actions import recovery_actions
from robot.actions.artifacts import ArtifactFolder
from robot.actions.failures import as_action_error
from robot.actions.registry import implementations
from robot.actions.work import ActionSettings, AskPerson, LogSink, Memory, Work
from robot.browser.job_sessions import JobSessions, Place
from robot.browser.lender import SessionLender
from robot.browser.life import SignsOfLife
from robot.errors import ActionError
from robot.workflow.ports import ActionCall, ActionOutcome

FAILURE_LIMIT_S = 5.0
SCREENSHOT_LIMIT_S = 3.0
SNAPSHOT_LIMIT_S = 1.5
MAX_SNAPSHOT = 200_000
JPEG_QUALITY = 60

CurtainOver = Callable[[dict[str, JsonValue]], AbstractContextManager[object]]


class JobActions:
    """Implements `robot.workflow.ports.Actions`; an asynchronous context manager that gives all sessions back."""

    def __init__(
        self,
        pool: SessionLender,
        folder: Path,
        settings: ActionSettings | None = None,
        log: LogSink | None = None,
        *,
        owner: str = "job",
        ask_person: AskPerson | None = None,
        variables: Mapping[str, JsonValue] | None = None,
    ) -> None:
        self._sessions = JobSessions(pool, owner)
        self._folder = ArtifactFolder(folder)
        self._settings = settings or ActionSettings()
        self._log = log or _say_nothing
        self.life = SignsOfLife()
        self._ask_person = ask_person
        self._variables = variables or {}
        self.memory: Memory | None = None
        """Where steps remember what later runs find; None where nobody remembers."""
        self.curtain_over: CurtainOver = nullcontext
        """What is held down while an action with these parameters works: nobody sees a secret being typed."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Gives every session back, in every outcome."""
        await self._sessions.close_all()

    async def prepare(self, sessions: int) -> None:
        """Opens the run's pool before its first step, for workflows that require more than one session."""
        names, reason = await self._sessions.grow(sessions)
        if len(names) < sessions and reason is not None:
            raise reason

    async def perform(self, call: ActionCall) -> ActionOutcome:
        """Does it. ActionError tells what went wrong; when the call is cancelled, its pages are closed at once."""
        self.life.seen()
        spec = _spec(call)
        _check(spec, call.parameters)
        work = Work(
            call=call,
            sessions=self._sessions,
            folder=self._folder,
            settings=self._settings,
            log_line=self._log,
            ask_person=self._ask_person,
            memory=self.memory,
            alive=self.life.seen,
        )
        try:
            with self.curtain_over(call.parameters):
                value = await self._in_time(work)
        except asyncio.CancelledError:
            await self._sessions.abandon(work.used)
            raise
        except Exception as error:  # whatever an implementation raises is a failure of its step
            failure = await as_action_error(error, work)
            _suspect(work.used)
            raise failure from error
        await self._remember(work)
        self.life.seen()
        return ActionOutcome(value=value, locator=work.locator, url=self._url(work), artifacts=tuple(work.artifacts))

    async def twin(self, session: str | None, name: str) -> bool:
        """A further session beside one, with its login; False when this robot has no room for it now."""
        try:
            return await self._sessions.twin(session, name)
        except PlaywrightError as error:
            raise ActionError.of(ErrorKind.BROWSER_LOST, error.message[:1_000]) from error

    async def end_twin(self, name: str) -> None:
        """Gives that session back."""
        await self._sessions.close(name)

    async def describe_failure(self, call: ActionCall) -> tuple[Artifact, ...]:
        """A picture of the page and its accessible contents; never raises, at most five seconds."""
        spec = find_action(call.action)
        session = self._sessions.find(call.session)
        if spec is None or not spec.needs_browser or session is None or session.is_lost or session.has_crashed:
            return ()
        found: list[Artifact] = []
        try:
            async with asyncio.timeout(FAILURE_LIMIT_S):
                found.append(await self._picture(call, session.page))
                found.append(await self._snapshot(call, session.page))
        except (TimeoutError, PlaywrightError, ActionError, OSError):
            pass  # what could be seen was seen
        return tuple(found)

    async def capture(self) -> BrowserState:
        """How the run's sessions are now."""
        return await self._sessions.capture()

    async def bring_back(self, state: BrowserState) -> None:
        """Let the run's sessions be as a checkpoint says."""
        await self._sessions.bring_back(state)

    async def restart(self, session: str | None, rung: str) -> str:
        """Renew a session, or the browser under it; what was done, or nothing."""
        try:
            if not await self._sessions.renew(session, with_browser=rung == "browser"):
                return ""
        except PlaywrightError as error:
            raise ActionError.of(ErrorKind.BROWSER_LOST, error.message[:1_000]) from error
        return f"renewed the {rung} {session or 'main'!r}."

    async def validate(self, session: str | None, known: BrowserState | None) -> str:
        """Repair a session's page, address and login; what was put right, or nothing."""
        try:
            repaired = await self._sessions.repair(session, known)
        except PlaywrightError as error:
            raise ActionError.of(ErrorKind.BROWSER_LOST, error.message[:1_000]) from error
        return f"{', '.join(repaired)}." if repaired else ""

    async def custom(self, name: str, error: ErrorInfo, iteration: int, step_id: str) -> str:
        """Run a registered recovery action; what it did, or nothing."""
        action = recovery_actions.find(name)
        if action is None:
            raise ActionError.of(ErrorKind.BAD_WORKFLOW, f"This robot knows no recovery action {name!r}.")
        session = self._sessions.find(None)
        page = session.page if session is not None and not session.is_lost else None
        context = recovery_actions.RecoveryContext(variables=self._variables, session=None, page=page)
        try:
            helped = await action(error, context, iteration, step_id)
        except Exception as trouble:
            # a registered function may raise anything; then it has not helped
            message = f"The recovery action {name!r} failed: {type(trouble).__name__}: {trouble}"
            raise ActionError.of(ErrorKind.INTERNAL, message[:1_000]) from trouble
        return f"the action {name!r} acted." if helped else ""

    async def _in_time(self, work: Work) -> JsonValue:
        """Ends a little before the caller would, so that the page is still there to look at. `cut_off` in the failure's
        details says that nobody knows how far the action came."""
        limit_s = work.left_s
        try:
            async with asyncio.timeout(limit_s):
                return await implementations()[work.call.action].perform(work, work.call.parameters)
        except TimeoutError as error:
            message = f"{work.call.action} was not done within the step's {work.call.timeout_s:g} s."
            info = ErrorInfo(kind=ErrorKind.TIMEOUT, message=message, details={"cut_off": True})
            raise ActionError(info) from error

    async def _remember(self, work: Work) -> None:
        """Notes where sessions are, and on a new page their login too, so that a lost browser can be replaced."""
        for place in work.used:
            session = place.session
            if session is None or session.is_lost or session.has_crashed:
                continue
            is_elsewhere, place.url = place.url != session.page.url, session.page.url
            if is_elsewhere:
                try:
                    await self._sessions.remember_storage(place)
                except (ActionError, PlaywrightError):
                    place.is_suspect = True  # the action was done; the next one finds out about the session

    def _url(self, work: Work) -> str | None:
        session = work.used[-1].session if work.used else None
        return work.url or (session.page.url if session is not None and not session.is_released else None)

    async def _picture(self, call: ActionCall, page: Page) -> Artifact:
        path = self._folder.place(f"{call.step_id}-failure-{call.attempt}.jpg")
        await page.screenshot(path=path, type="jpeg", quality=JPEG_QUALITY, timeout=SCREENSHOT_LIMIT_S * 1_000)
        return await self._folder.describe(path, kind="screenshot", media_type="image/jpeg", step_id=call.step_id)

    async def _snapshot(self, call: ActionCall, page: Page) -> Artifact:
        text = await page.locator("body").aria_snapshot(timeout=SNAPSHOT_LIMIT_S * 1_000)
        path = self._folder.place(f"{call.step_id}-failure-{call.attempt}.yaml")
        await asyncio.to_thread(path.write_text, f"# {page.url}\n{text[:MAX_SNAPSHOT]}\n", "utf-8")
        return await self._folder.describe(path, kind="snapshot", media_type="text/yaml", step_id=call.step_id)


def _say_nothing(level: LogLevel, message: str, *, step_id: str | None = None, **fields: JsonValue) -> None:
    """Where nobody listens."""


def _spec(call: ActionCall) -> ActionSpec:
    spec = find_action(call.action)
    if spec is None or call.action not in implementations():
        known = ", ".join(sorted(known_actions()))
        raise ActionError.of(ErrorKind.BAD_WORKFLOW, f"There is no action {call.action!r}.", hint=f"Known: {known}.")
    return spec


def _check(spec: ActionSpec, parameters: dict[str, JsonValue]) -> None:
    problems = parameter_problems(spec, parameters, has_expressions=False)
    if problems:
        raise ActionError.of(ErrorKind.BAD_WORKFLOW, f"{spec.name}: " + "; ".join(map(str, problems)))


def _suspect(places: list[Place]) -> None:
    for place in places:
        place.is_suspect = True
        session = place.session
        if session is not None and not session.is_lost and not session.has_crashed and not session.page.is_closed():
            place.url = session.page.url
