"""What a run saw of its steps' targets, kept until its result: for repairs that people decide about."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator as PageLocator
from playwright.async_api import Page

from orchestrator.contract.actions.targets import Locator, Target
from orchestrator.contract.sightings import ENOUGH_SCORE, MAX_SIGHTINGS, ElementLook, Sighting
from robot.actions.looks import frames_of, most_alike, seen

LOOK_LIMIT_S = 2.0
CANDIDATES_LIMIT_S = 5.0
SEARCH_LIMIT_S = 6.0
FRESH_S = 6 * 3_600.0
"""How long what an element looks like is not asked for again, while its first locator finds it."""
MOST_KNOWN = 20_000
MOST_MISSES = 3
"""After so many looks that took too long, a page is left alone for as long as after a good one."""

Key = tuple[str, tuple[str, ...]]
"""A step, and the locators of its target."""
AskLook = Callable[[str, str], Awaitable[ElementLook | None]]
"""Asks what the element of a step and its first locator last looked like; None when nobody knows."""


class KnownLooks:
    """Which elements this robot has described lately: a run that goes well then costs nothing."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._at: OrderedDict[tuple[str, Key], float] = OrderedDict()
        self._misses: dict[tuple[str, Key], int] = {}

    def is_fresh(self, workflow_hash: str, key: Key) -> bool:
        """True when it was described a short while ago."""
        at = self._at.get((workflow_hash, key))
        return at is not None and self._monotonic() - at < FRESH_S

    def note(self, workflow_hash: str, key: Key) -> None:
        """It has just been described."""
        self._misses.pop((workflow_hash, key), None)
        self._at[workflow_hash, key] = self._monotonic()
        self._at.move_to_end((workflow_hash, key))
        while len(self._at) > MOST_KNOWN:
            self._at.popitem(last=False)

    def miss(self, workflow_hash: str, key: Key) -> None:
        """It could not be described in time."""
        misses = self._misses.get((workflow_hash, key), 0) + 1
        if misses >= MOST_MISSES or len(self._misses) > MOST_KNOWN:
            self.note(workflow_hash, key)
        else:
            self._misses[workflow_hash, key] = misses


class RunSightings:
    """Gathers for one run. Nothing here fails a step: what cannot be had in time is left out."""

    def __init__(
        self, known: KnownLooks, *, workflow_hash: str, ask: AskLook | None = None, patience: float = 1.0
    ) -> None:
        """`patience`: a factor of all limits of time."""
        self._known = known
        self._workflow_hash = workflow_hash
        self._ask = ask
        self._patience = patience
        self._kept: dict[Key, Sighting] = {}
        self._missing: dict[str, Target] = {}

    def all(self) -> tuple[Sighting, ...]:
        """What the run's result takes along."""
        return tuple(self._kept.values())

    async def found(self, step_id: str, page: Page, target: Target, locator: Locator, element: PageLocator) -> None:
        """A step is about to use this element. Once in a run for each target; while the first locator works, once in
        six hours."""
        key, used = _key(step_id, target), target.locators.index(locator)
        if not self._wants(key, used):
            return
        try:
            async with asyncio.timeout((CANDIDATES_LIMIT_S if used else LOOK_LIMIT_S) * self._patience):
                there = await seen(page, frames_of(locator), element)
                if there is None:
                    return
                candidates = await there.candidates(target) if used else ()
        except (TimeoutError, PlaywrightError):
            self._known.miss(self._workflow_hash, key)
            return  # the page changes under the look; another run will have it
        if not used:
            self._known.note(self._workflow_hash, key)
        self._kept[key] = Sighting(step_id=step_id, tried=key[1], used=used, look=there.look, candidates=candidates)

    def missing(self, step_id: str, target: Target) -> None:
        """A try of a step found nothing; should it be the last one, `search` is asked."""
        self._missing[step_id] = target

    async def search(self, step_id: str, page: Page) -> None:
        """The step has failed: look for what is most like the element that it has always found."""
        target = self._missing.pop(step_id, None)
        if target is None or self._ask is None or len(self._kept) >= MAX_SIGHTINGS:
            return
        try:
            async with asyncio.timeout(SEARCH_LIMIT_S * self._patience):
                await self._search(step_id, page, target, self._ask)
        except (TimeoutError, PlaywrightError):
            return  # then there is no proposal

    async def _search(self, step_id: str, page: Page, target: Target, ask: AskLook) -> None:
        key = _key(step_id, target)
        before = await ask(step_id, key[1][0])
        alike = await most_alike(page, frames_of(target.locators[0]), before) if before is not None else None
        if alike is None or alike[1] < ENOUGH_SCORE:
            return
        candidates = await alike[0].candidates(target, score=alike[1])
        self._kept[key] = Sighting(step_id=step_id, tried=key[1], look=alike[0].look, candidates=candidates)

    def _wants(self, key: Key, used: int) -> bool:
        if key in self._kept or len(self._kept) >= MAX_SIGHTINGS:
            return False
        return used > 0 or not self._known.is_fresh(self._workflow_hash, key)


def _key(step_id: str, target: Target) -> Key:
    return step_id, tuple(map(str, target.locators))
