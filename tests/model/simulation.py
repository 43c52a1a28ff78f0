"""Time that passes only when nothing is left to do: an event loop for walks of hours in fractions of a second."""

import asyncio
import random
import selectors
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

BEGIN_S = 1_000.0
BEGAN_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SLOW_DISK_S = 0.4

T = TypeVar("T")


class _JumpingSelector(selectors.DefaultSelector):
    """Instead of waiting it lets the clock jump to where the loop wanted to wake."""

    loop: "SimulatedLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("Everybody waits, and nothing will ever happen.")
        self.loop.now_s += max(0.0, timeout)
        return []


class SimulatedLoop(asyncio.SelectorEventLoop):
    """Virtual time; what is given to a thread runs here, sooner or later, and is answered for later still.

    The gap between a write and the word that it was done is where crashes hurt.
    """

    def __init__(self, rng: random.Random) -> None:
        selector = _JumpingSelector()
        selector.loop = self
        self.now_s = BEGIN_S
        self._rng = rng
        super().__init__(selector)

    def time(self) -> float:
        """Seconds that only this loop moves."""
        return self.now_s

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # type: ignore[override]
        """What a thread would do: at once, or after a while."""
        future: asyncio.Future[T] = self.create_future()
        if self._rng.random() < 0.7:
            self.call_soon(_settle, future, _outcome(func, *args))
        elif self._rng.random() < 0.5:
            self.call_later(self._rng.uniform(0, SLOW_DISK_S), _settle, future, _outcome(func, *args))
        else:
            self.call_later(self._rng.uniform(0, SLOW_DISK_S), lambda: _settle(future, _outcome(func, *args)))
        return future


def _outcome(func: Callable[..., T], *args: Any) -> tuple[T | None, BaseException | None]:
    try:
        return func(*args), None
    except Exception as error:  # noqa: BLE001  a thread hands on whatever its work raises
        return None, error


def _settle(future: "asyncio.Future[Any]", outcome: tuple[Any, BaseException | None]) -> None:
    if future.done():
        return
    value, error = outcome
    if error is None:
        future.set_result(value)
    else:
        future.set_exception(error)


class Process:
    """What a simulated process has in common with a real one: it lives, may be frozen, and has a wall clock of its own.

    Whoever acts in its name asks `awake()` first: a frozen process waits there, and a dead one goes no further.
    """

    def __init__(self, loop: SimulatedLoop) -> None:
        self.loop = loop
        self.is_alive = True
        self.wall_shift = timedelta()
        self._thawed = asyncio.Event()
        self._thawed.set()
        self._late: list[Callable[[], None]] = []

    @property
    def is_frozen(self) -> bool:
        """True while SIGSTOP holds it."""
        return not self._thawed.is_set()

    def freeze(self) -> None:
        """SIGSTOP."""
        self._thawed.clear()

    def thaw(self) -> None:
        """SIGCONT: whatever was due meanwhile is due now."""
        self._thawed.set()
        late, self._late = self._late, []
        for callback in late:
            self.loop.call_soon(callback)

    def die(self) -> None:
        """SIGKILL."""
        self.is_alive = False
        self.thaw()

    async def awake(self) -> None:
        """Wait while frozen; ProcessGoneError when dead."""
        await self._thawed.wait()
        if not self.is_alive:
            raise ProcessGoneError

    # The two clocks' interface, the engine's and the robot's.

    def now(self) -> datetime:
        """Its wall clock."""
        return BEGAN_AT + timedelta(seconds=self.loop.now_s - BEGIN_S) + self.wall_shift

    def monotonic(self) -> float:
        """Its monotonic clock."""
        return self.loop.now_s

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        """A timer that does not ring in the dead, and rings late in the frozen."""
        return self.loop.call_later(max(0.0, delay_s), self._ring, callback)

    def _ring(self, callback: Callable[[], None]) -> None:
        if self.is_frozen:
            self._late.append(callback)
        elif self.is_alive:
            callback()


class ProcessGoneError(Exception):
    """The process was killed while it did this."""


@contextmanager
def patched(owner: Any, name: str, instead: object) -> Iterator[None]:
    """Something of a module or a class replaced for as long as the context lasts."""
    original = getattr(owner, name)
    setattr(owner, name, instead)
    try:
        yield
    finally:
        setattr(owner, name, original)
