"""Performs the actions of one attempt of a job: its sessions, its folder, and its failures in the product's words."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Self

from playwright.async_api import Error as PlaywrightError

from orchestrator.contract.actions.catalogue import find_action, known_actions, parameter_problems
from orchestrator.contract.actions.spec import ActionGroup, ActionSpec
from orchestrator.contract.checkpoints import BrowserState, FormEntry
from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.results import Artifact, LogLevel
from robot.actions import recovery_actions
from robot.actions.artifacts import ArtifactFolder
from robot.actions.evidence import Evidence
from robot.actions.failures import as_action_error
from robot.actions.registry import implementations
from robot.actions.sightings import RunSightings
from robot.actions.work import ActionSettings, AskItems, AskPerson, LogSink, Memory, Work
from robot.browser import login_watch
from robot.browser.job_sessions import JobSessions, SessionRecorder
from robot.browser.lender import SessionLender
from robot.browser.life import SignsOfLife
from robot.browser.place import Place
from robot.browser.session import Session
from robot.browser.session_facts import FACT_WORDS, facts_of
from robot.errors import ActionError
from robot.masking import Mask
from robot.workflow.ports import ActionCall, ActionOutcome

REFILL_LIMIT_S = 15.0
REFILL_ONE_LIMIT_S = 2.0
_STAY = frozenset({ActionGroup.READ, ActionGroup.INTERACT})
"""Actions of these groups that are safe to repeat leave a session where it is, and as it is."""

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
        self._sessions = JobSessions(pool, owner, refill=self._refill, lent=self._tell_of)
        self._folder = ArtifactFolder(folder)
        self._settings = settings or ActionSettings()
        self._log = log or _say_nothing
        self.life = SignsOfLife()
        self._ask_person = ask_person
        self._variables = variables or {}
        self.mask = Mask(())
        """Knows the run's secrets, which nothing that is kept may show."""
        self.memory: Memory | None = None
        self.sightings: RunSightings | None = None
        """Takes what steps see of their targets."""
        self.ask_items: AskItems | None = None
        """Where steps remember what later runs find; None where nobody remembers."""
        self.curtain_over: CurtainOver = nullcontext
        """What is held down while an action with these parameters works: nobody sees a secret being typed."""
        self.limited_by: Callable[[asyncio.Timeout], AbstractContextManager[object]] = nullcontext
        """What an action's time limit is kept by: it stands while the run waits for a person."""
        self.waited_s: Callable[[], float] = _never
        """How long the run has waited for people so far."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _tell_of(self, name: str, session: Session) -> None:
        """Where people can watch a session at its provider, and find its recording, is said in the job's log."""
        facts = facts_of(session.lease)
        if facts:
            places = "".join(f"; {word}: {facts[key]}" for key, word in FACT_WORDS.items() if key in facts)
            message = f"The session {name} is {facts['session_id']} at {facts['provider']}{places}."
            self._log(LogLevel.INFO, message, **facts)

    async def close(self) -> None:
        """Gives every session back, in every outcome."""
        await self._sessions.close_all()

    def record(self, recorder: SessionRecorder) -> None:
        """Let every session of the run be recorded from now on."""
        self._sessions.recorder = recorder

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
            ask_items=self.ask_items,
            alive=self.life.seen,
            waited_s=self.waited_s,
            mask=self.mask,
            sightings=self.sightings,
            stays=spec.safe_to_repeat and spec.group in _STAY,
        )
        try:
            with self.curtain_over(call.parameters):
                value = await self._in_time(work)
        except asyncio.CancelledError:
            await self._sessions.abandon(work.used)
            raise
        except Exception as error:  # whatever an implementation raises is a failure of its step
            failure = self._without_secrets(await as_action_error(error, work))
            if failure.info.kind is ErrorKind.TARGET_NOT_FOUND and work.sought and self.sightings:
                self.sightings.missing(call.step_id, work.sought)
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
        """What the page was like, as files; never raises, bounded in time."""
        spec = find_action(call.action)
        session = self._sessions.find(call.session)
        if spec is None or not spec.needs_browser or session is None or session.is_lost or session.has_crashed:
            return ()
        try:
            evidence = await Evidence(self._folder, self.mask, call).of(session.page)
            if self.sightings is not None:
                await self.sightings.search(call.step_id, session.page)
        except ActionError:
            return ()  # the session has no page any more
        return evidence

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

    def _without_secrets(self, failure: ActionError) -> ActionError:
        """Hidden here, before anybody cuts the words: half a secret would not be recognised any more."""
        hidden = self.mask.error(failure.info)
        return failure if hidden is None or hidden == failure.info else ActionError(hidden)

    async def _in_time(self, work: Work) -> JsonValue:
        """Ends a little before the caller would, so that the page is still there to look at. `cut_off` in the failure's
        details says that nobody knows how far the action came."""
        limit_s = work.left_s
        try:
            async with asyncio.timeout(limit_s) as limit:
                with self.limited_by(limit):
                    return await implementations()[work.call.action].perform(work, work.call.parameters)
        except TimeoutError as error:
            message = f"{work.call.action} was not done within the step's {work.call.timeout_s:g} s."
            info = ErrorInfo(kind=ErrorKind.TIMEOUT, message=message, details={"cut_off": True})
            raise ActionError(info) from error

    async def _remember(self, work: Work) -> None:
        """Notes where sessions are, and what a browser that dies would take with it."""
        spec = find_action(work.call.action)
        has_changed = spec is None or not spec.safe_to_repeat
        for place in work.used:
            session = place.session
            if session is None or session.is_lost or session.has_crashed:
                continue
            await login_watch.remember(place, has_changed=has_changed)
            self._sessions.remember_form(place, work.call.action, work.call.parameters)

    async def _refill(self, place: Place, entries: Sequence[FormEntry]) -> None:
        """Puts what stood in forms into a page that is open anew; what cannot be put back, later steps will notice."""
        try:
            async with asyncio.timeout(REFILL_LIMIT_S):
                for entry in entries:
                    await self._refill_one(place, entry)
        except TimeoutError:
            self._log(LogLevel.WARNING, f"Not all that stood in forms of {place.url} could be put back in time.")

    async def _refill_one(self, place: Place, entry: FormEntry) -> None:
        call = ActionCall(
            step_id="",
            action=entry.action,
            parameters=entry.parameters,
            timeout_s=REFILL_ONE_LIMIT_S,
            session=place.name,
        )
        work = Work(
            call=call, sessions=self._sessions, folder=self._folder, settings=self._settings, log_line=self._log
        )
        work.at = place
        try:
            with self.curtain_over(entry.parameters):
                await implementations()[entry.action].perform(work, entry.parameters)
        except (ActionError, PlaywrightError) as error:
            message = f"What stood in a form of {entry.url} could not be put back ({entry.action}): {error}"
            self._log(LogLevel.WARNING, message[:1_000])
        else:
            self._sessions.remember_form(place, entry.action, entry.parameters)

    def _url(self, work: Work) -> str | None:
        session = work.used[-1].session if work.used else None
        return work.url or (session.page.url if session is not None and not session.is_released else None)


def _never() -> float:
    """Where nobody is waited for."""
    return 0.0


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
