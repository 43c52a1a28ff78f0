"""A person has the run: no step begins meanwhile, and one that fails meanwhile waits for the person's word."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from orchestrator.contract.live import Then

QUIET_LIMIT_S = 30.0
"""How long a run that is handed back waits for a page that is slow to take what was typed."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What the person said when the run was handed back."""

    then: Then = Then.CONTINUE
    by: str = ""
    note: str = ""

    @property
    def story(self) -> str:
        """In a sentence, for the step that it concerns."""
        because = f": {self.note}" if self.note else "."
        match self.then:
            case Then.CONTINUE:
                return f"{self.by or 'Nobody'} handed the run back{because}"
            case Then.SKIP:
                return f"{self.by} did it by hand{because}"
            case Then.FAIL:
                return f"{self.by} handed the run back as failed{because}"


class RunHold:
    """The barrier of one run. Steps pass it before each try; it costs nothing while nobody has the run."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()
        self._word = Word()
        self._parked: Counter[str] = Counter()
        self._at_work: Counter[str] = Counter()
        self._solving = 0
        self._inputs = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self.changed: Callable[[], None] = _nobody_listens
        """Called when somebody takes the run, hands it back, or a step arrives at the barrier."""

    @property
    def is_on(self) -> bool:
        """True while a person has the run."""
        return not self._open.is_set()

    @property
    def takes_input(self) -> bool:
        """True while a person may act in the run's pages: it was taken over, or a step asks for that."""
        return self.is_on or self._solving > 0

    @property
    def parked(self) -> tuple[str, ...]:
        """Steps at the barrier."""
        return tuple(self._parked)

    @property
    def at_work(self) -> tuple[str, ...]:
        """Steps whose action is under way."""
        return tuple(self._at_work)

    def take(self) -> None:
        """A person takes the run."""
        self._open.clear()
        self.changed()

    def hand_back(self, word: Word) -> None:
        """The run goes on, as the person says."""
        self._word = word
        self._open.set()
        self.changed()

    async def passed(self, step_id: str) -> Word:
        """Wait until nobody has the run; the person's word for this step, or CONTINUE when it did not have to wait."""
        word = Word()
        while self.is_on:
            with self._noted(self._parked, step_id):
                await self._open.wait()
            word = self._word
        return word

    @contextmanager
    def solving(self) -> Iterator[None]:
        """While a step waits until a person has done something in its page."""
        self._solving += 1
        try:
            yield
        finally:
            self._solving -= 1

    def input_begins(self) -> None:
        """Something that the person did is on its way to the page."""
        self._inputs += 1
        self._quiet.clear()

    def input_ends(self) -> None:
        """It is there, or will never be."""
        self._inputs = max(0, self._inputs - 1)
        if not self._inputs:
            self._quiet.set()

    async def until_quiet(self) -> None:
        """Wait until all that the person did has reached the page: the word to go on must not overtake it."""
        try:
            async with asyncio.timeout(QUIET_LIMIT_S):
                await self._quiet.wait()
        except TimeoutError:
            logger.info("The page has not taken all input in time; the run goes on without it.")

    @contextmanager
    def working(self, step_id: str) -> Iterator[None]:
        """While an action is under way."""
        with self._noted(self._at_work, step_id):
            yield

    @contextmanager
    def _noted(self, where: Counter[str], step_id: str) -> Iterator[None]:
        where[step_id] += 1
        if self.is_on:
            self.changed()
        try:
            yield
        finally:
            where[step_id] -= 1
            if not where[step_id]:
                del where[step_id]
            if self.is_on:
                self.changed()


def _nobody_listens() -> None:
    """Until somebody does."""
