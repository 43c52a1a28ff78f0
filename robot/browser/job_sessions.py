"""The browser sessions of one run: by name, as a pool for parallel work, repaired when lost, given back for sure."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, cast

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from orchestrator.contract.checkpoints import BrowserState, FormEntry, SessionState
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.browser import login_watch
from robot.browser.form_entries import Filled, filled, plain, standing
from robot.browser.lender import SessionLender
from robot.browser.place import Place, Storage
from robot.browser.session import Session
from robot.browser.session_options import SessionOptions
from robot.browser.session_state import cookie_key, options_of, state_of
from robot.errors import ActionError

if TYPE_CHECKING:
    from playwright._impl._api_structures import SetCookieParam

log = logging.getLogger(__name__)

MAIN = "main"
RETURN_LIMIT_S = 10.0
"""How long a restored session may take to come back to its page."""


class SessionRecorder(Protocol):
    """Records what sessions do, from their lease to their return; neither method raises."""

    async def begin(self, session: Session, name: str) -> None:
        """A session was leased."""
        ...

    async def end(self, session: Session) -> None:
        """A session is about to be given back."""
        ...


Refill = Callable[[Place, Sequence[FormEntry]], Awaitable[None]]
"""Puts into the forms of a place's page what stood in them."""
Lent = Callable[[str, Session], None]


class JobSessions:
    """See the module; made for one attempt of a job."""

    def __init__(
        self, pool: SessionLender, owner: str, *, refill: Refill | None = None, lent: Lent | None = None
    ) -> None:
        """`lent` hears of every session that the run gets, with its name."""
        self._pool = pool
        self._owner = owner
        self._refill = refill
        self._lent = lent
        self._places: dict[str, Place] = {}
        self._shared: list[Place] = []
        self._free = asyncio.Condition()
        self._busy: set[Place] = set()
        self._login: Storage | None = None
        self._login_number = 0
        self._counter = 0
        self.recorder: SessionRecorder | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all sessions of the run."""
        return tuple(self._places)

    @property
    def shared_names(self) -> tuple[str, ...]:
        """Names of the sessions in the run's pool."""
        return tuple(place.name for place in self._shared)

    @property
    def has_login(self) -> bool:
        """True once a step has logged in."""
        return self._login is not None

    async def get(self, name: str | None) -> Place:
        """The place of this name with a session that works; leased, or repaired, when needed."""
        place = self._places.setdefault(name or MAIN, Place(name=name or MAIN))
        async with place.lock:
            await self._make_ready(place)
        return place

    def find(self, name: str | None) -> Session | None:
        """The session of this name as it is, also when it is broken."""
        place = self._places.get(name or MAIN)
        return place.session if place else None

    async def open(self, name: str, options: SessionOptions, *, copy_from: str | None = None) -> Place:
        """A fresh session under a name; what was there before is given back."""
        storage = await self._storage_of(copy_from) if copy_from else options.storage
        await self.close(name)
        self._places[name] = Place(name=name, options=replace(options, storage=storage), login=self._login_number)
        return await self.get(name)

    async def twin(self, name: str | None, other: str) -> bool:
        """A session `other` with the options and the login of this one; False when the pool has no place for it now."""
        if other in self._places:
            return True
        first = await self.get(name)
        place = Place(name=other, options=first.options, storage=await self._storage_in(first), login=first.login)
        options = replace(place.options, storage=place.storage)
        try:
            place.session = await self._pool.lease(self._owner, options=options, wait_s=0)
            await self._record(place)
        except ActionError as error:
            if error.info.kind is ErrorKind.PROVIDER_CAPACITY:
                return False
            raise
        self._places[other] = place
        return True

    async def close(self, name: str) -> bool:
        """Gives a session back; False when there is none of this name."""
        place = self._places.pop(name, None)
        if place is None:
            return False
        if place in self._shared:
            self._shared.remove(place)
        await self._return(place)
        return True

    async def grow(self, count: int) -> tuple[list[str], ActionError | None]:
        """More sessions for the run's pool: the names of those that could be had, and why not all."""
        room = max(0, self._pool.capacity - sum(place.session is not None for place in self._places.values()))
        places = [self._new_shared() for _ in range(min(count, room))]
        results = await asyncio.gather(*(self._make_ready(place) for place in places), return_exceptions=True)
        failed = [error for error in results if error is not None]
        if count > room:
            failed.append(_too_many(count, self._pool.capacity))
        ready = [place for place, error in zip(places, results, strict=True) if error is None]
        async with self._free:
            for place in ready:
                self._places[place.name] = place
                self._shared.append(place)
            self._free.notify_all()
        return [place.name for place in ready], _first_action_error(failed)

    async def shrink(self, names: Iterable[str] = (), count: int | None = None) -> list[str]:
        """Gives sessions of the run's pool back: these, or the newest so many, or all."""
        wanted = list(names) or list(reversed(self.shared_names))[:count]
        return [name for name in wanted if name in self.shared_names and await self.close(name)]

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[Place]:
        """A place of the run's pool for one piece of parallel work, in the order of asking; the run's main session
        when there is no pool."""
        place = await self._take()
        try:
            async with place.lock:
                place.is_suspect = True  # a reused page is probed before it is lent
                await self._make_ready(place)
            yield place
        finally:
            await self._put(place)

    async def remember_login(self, place: Place) -> None:
        """Keeps a session's login for itself and for the others of the run."""
        place.storage = self._login = await self._storage_in(place)
        self._login_number += 1
        place.login = self._login_number

    def remember_form(self, place: Place, action: str, parameters: Mapping[str, JsonValue]) -> None:
        """Keeps what an action has put into a form, until the page is left."""
        if place.session is None:
            return
        place.filled = standing(place.filled, place.session)
        entry = filled(place.session, action, parameters)
        if entry is not None:
            place.filled.append(entry)

    async def share_login(self, place: Place) -> None:
        """Gives a session the run's newest login, when it has not got it."""
        if self._login is None or place.login == self._login_number:
            return
        if place.session is not None:
            await self._return(place)
        place.storage, place.login = self._login, self._login_number
        await self._make_ready(place)

    async def abandon(self, places: Iterable[Place]) -> None:
        """Ends what the pages do, at once, and gives the sessions back; used when a step is cancelled."""
        await asyncio.gather(*(self._abandon(place) for place in places))

    async def capture(self) -> BrowserState:
        """How every session is now, for a checkpoint; what a broken one had last is told instead."""
        states = [await self._captured(place) for place in tuple(self._places.values())]
        login = cast("dict[str, JsonValue]", dict(self._login)) if self._login is not None else None
        return BrowserState(sessions=tuple(each for each in states if each is not None), login=login)

    async def bring_back(self, state: BrowserState) -> None:
        """Let the run's sessions be as a checkpoint says; each is leased when it is first used."""
        await self.close_all()
        self._login = state.login
        self._login_number += 1
        for each in state.sessions:
            place = Place(name=each.name, options=options_of(each), storage=each.storage)
            place.url = each.tabs[each.current] if each.current < len(each.tabs) else None
            place.other_tabs = tuple(url for index, url in enumerate(each.tabs) if index != each.current)
            place.login = self._login_number if each.has_login else 0
            place.filled = [Filled(entry) for entry in each.entries]
            self._places[each.name] = place
            if each.is_shared:
                self._shared.append(place)
        numbers = [each.name.removeprefix("pool-") for each in state.sessions if each.is_shared]
        self._counter = max([self._counter, *(int(each) for each in numbers if each.isdigit())])

    async def renew(self, name: str | None, *, with_browser: bool) -> bool:
        """Give a session back, with its browser when wanted, so that the next use leases a fresh one, logged in and on
        the same page as before. False when there is none."""
        place = self._places.get(name or MAIN)
        if place is None or place.session is None:
            return False
        async with place.lock:
            session = place.session
            await self._note_where(place)
            if with_browser and not session.is_lost:
                await session.slot.running.kill()
            await self._return(place)
            await self._make_ready(place)
        return True

    async def repair(self, name: str | None, known: BrowserState | None) -> list[str]:
        """Look after a session: page, address and cookies as they were after the last step; what was put right."""
        place = self._places.get(name or MAIN)
        if place is None or place.session is None:
            return []
        async with place.lock:
            was = place.session.page
            place.is_suspect = True
            await self._make_ready(place)
            repaired = [] if place.session.page is was else ["opened a new page"]
            return repaired + await self._repaired_login(place, known) + await self._repaired_address(place)

    async def _repaired_login(self, place: Place, known: BrowserState | None) -> list[str]:
        """Cookies that the session had, and has not any more, come back."""
        states = known.sessions if known is not None else ()
        state = next((each.storage for each in states if each.name == place.name), None)
        before, session = place.storage or state, place.session
        if session is None or not before:
            return []
        there = {cookie_key(each) for each in await session.context.cookies()}
        cookies = before.get("cookies")
        missing = [each for each in cookies if cookie_key(each) not in there] if isinstance(cookies, list) else []
        if not missing:
            return []
        await session.context.add_cookies(cast("list[SetCookieParam]", missing))
        return [f"brought back {len(missing)} cookies"]

    async def _repaired_address(self, place: Place) -> list[str]:
        session = place.session
        if session is None or not place.url or session.page.url == place.url:
            return []
        await self._come_back(place)
        return [f"went back to {place.url}"] if session.page.url == place.url else []

    async def _note_where(self, place: Place) -> None:
        """What the session has now, while it can still tell."""
        session = place.session
        if session is None or session.is_lost or session.has_crashed:
            return
        await login_watch.known(place)  # what it saw earlier must not take the place of what is seen now
        try:
            place.storage = await self._storage_in(place)
        except (ActionError, PlaywrightError):
            pass  # then it is what was last seen

    async def _captured(self, place: Place) -> SessionState | None:
        session, current = place.session, 0
        tabs: tuple[str, ...] = ()
        await self._note_where(place)
        if session is not None and not session.is_lost and not session.has_crashed:
            pages = session.pages
            tabs = tuple(page.url for page in pages)
            place.filled = standing(place.filled, session)
            current = pages.index(session.page) if session.page in pages else 0
        elif place.url:
            tabs = (place.url, *place.other_tabs)
        if session is None and not tabs and place.storage is None:
            return None
        has_login = self._login is not None and place.login == self._login_number
        return state_of(
            place.name,
            place.options,
            tabs=tabs,
            current=current,
            storage=place.storage or place.options.storage,
            is_shared=place in self._shared,
            has_login=has_login,
            entries=tuple(each.entry for each in place.filled),
        )

    async def close_all(self) -> None:
        """Gives every session back, in every outcome; errors are logged and never hide what went wrong before."""
        places = list(self._places.values())
        self._places.clear()
        self._shared.clear()
        await asyncio.gather(*(self._return(place) for place in places))

    async def _make_ready(self, place: Place) -> None:
        session = place.session
        if session is None or session.is_lost:
            await self._lease(place)
        elif session.has_crashed or session.page.is_closed() or (place.is_suspect and not await session.probe()):
            await self._renew_page(place, session)
        place.is_suspect = False

    async def _lease(self, place: Place) -> None:
        lost = place.session
        if lost is not None:
            log.info("session %s of %s is replaced: its browser is gone", place.name, self._owner)
            await self._return(place)
        storage = place.storage or place.options.storage
        place.session = await self._pool.lease(self._owner, options=replace(place.options, storage=storage))
        await self._record(place)
        await self._come_back(place)

    async def _renew_page(self, place: Place, session: Session) -> None:
        """A new page in the same context; a whole new session when even that fails."""
        try:
            old = session.page
            await session.open_page()
            async with asyncio.timeout(1.0):
                await old.close()
        except TimeoutError:
            pass  # the old page hangs; it goes with its context
        except (ActionError, PlaywrightError):
            await self._return(place)
            await self._lease(place)
            return
        await self._come_back(place)

    async def _come_back(self, place: Place) -> None:
        """A session that was replaced goes on where the old one was, as far as an address can tell."""
        session = place.session
        if session is None:
            return
        others, place.other_tabs = place.other_tabs, ()
        for url in others:
            await self._go(place, await session.context.new_page(), url)
        if place.url:
            await self._go(place, session.page, place.url)
            await self._fill_again(place, session.page)

    async def _fill_again(self, place: Place, page: Page) -> None:
        entries, place.filled = [each.entry for each in place.filled if each.entry.url == plain(page.url)], []
        if entries and self._refill is not None:
            await self._refill(place, entries)

    async def _go(self, place: Place, page: Page, url: str) -> None:
        if not url.startswith(("http:", "https:")):
            return
        try:
            await page.goto(url, timeout=RETURN_LIMIT_S * 1_000)
        except PlaywrightError as error:
            log.info("session %s could not go back to its page: %s", place.name, error.message.partition("\n")[0])

    async def _record(self, place: Place) -> None:
        if self._lent is not None and place.session is not None:
            self._lent(place.name, place.session)
        if self.recorder is not None and place.session is not None:
            await self.recorder.begin(place.session, place.name)

    async def _return(self, place: Place) -> None:
        session, place.session = place.session, None
        login_watch.forget(place)
        if session is None:
            return
        try:
            if self.recorder is not None and not session.is_lost:
                await self.recorder.end(session)
        finally:
            await self._release(place, session)

    async def _release(self, place: Place, session: Session) -> None:
        try:
            await self._pool.release(session)
        except Exception:  # cleaning up must not hide what went wrong before; the pool counts leaks
            log.info("session %s of %s could not be given back", place.name, self._owner, exc_info=True)

    async def _abandon(self, place: Place) -> None:
        session = place.session
        if session is not None and not session.is_lost and not await session.close_pages():
            await session.slot.running.kill()
        await self._return(place)

    async def _storage_of(self, name: str) -> Storage | None:
        place = self._places.get(name)
        if place is None:
            known = ", ".join(self._places) or "none"
            message = f"copy_from: there is no session {name!r}; open sessions: {known}."
            raise ActionError.of(ErrorKind.BAD_WORKFLOW, message)
        return await self._storage_in(await self.get(name))

    async def _storage_in(self, place: Place) -> Storage | None:
        return await place.session.storage() if place.session is not None else None

    def _new_shared(self) -> Place:
        self._counter += 1
        return Place(name=f"pool-{self._counter}", storage=self._login, login=self._login_number)

    async def _take(self) -> Place:
        async with self._free:
            while True:
                place = next((each for each in self._shared or [self._main()] if each not in self._busy), None)
                if place is not None:
                    self._busy.add(place)
                    return place
                await self._free.wait()

    def _main(self) -> Place:
        return self._places.setdefault(MAIN, Place(name=MAIN))

    async def _put(self, place: Place) -> None:
        self._busy.discard(place)
        async with self._free:
            self._free.notify_all()


def _too_many(count: int, capacity: int) -> ActionError:
    message = f"{count} more sessions are more than this robot has: {capacity} in all."
    return ActionError.of(ErrorKind.PROVIDER_CAPACITY, message, hint="Ask for fewer, or give the robot more browsers.")


def _first_action_error(errors: list[BaseException]) -> ActionError | None:
    """Why sessions are missing; anything but an action's failure is passed on."""
    for error in errors:
        if not isinstance(error, ActionError):
            raise error
    return next((error for error in errors if isinstance(error, ActionError)), None)
