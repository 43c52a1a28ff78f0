"""One database: a single writer that shares transactions, and short readers beside it."""

import asyncio
import logging
import math
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum, auto
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from orchestrator.engine.errors import OrchestratorError, StorageError
from orchestrator.store.kinds import DatabaseKind
from orchestrator.store.writes import Batch, I, O, Outcome, Write, run_shared, run_works, settle

log = logging.getLogger(__name__)

T = TypeVar("T")

MOST_IN_ONE_COMMIT = 512
MOST_WAITING = 20_000
READERS = 3
PROBE_S = 1.0
"""Between two looks whether the database takes changes again."""
READ_LIMIT_S = 30.0
"""How long a question may take; the database itself may know a shorter limit."""
CLOSING_LIMIT_S = 2.0
"""How long a question that is being answered may go on when the store is closed."""
TRIES = 3
"""How often a group is run that collided with somebody else, or whose connection turned out to be stale."""


class _Signal(Enum):
    """What else the writer can be told."""

    LOOK = auto()
    """A reader was refused: look whether anything can be written."""
    END = auto()


@dataclass(slots=True)
class _Doubt:
    """A group whose commit was sent, and whose answer never came."""

    group: list[Write]
    outcomes: list[Outcome]
    mark: int


class _DoubtError(Exception):
    """The answer to a commit got lost."""

    def __init__(self, outcomes: list[Outcome], mark: int, cause: DBAPIError) -> None:
        super().__init__(str(cause))
        self.outcomes = outcomes
        self.mark = mark
        self.cause = cause


class Database:
    """Runs changes on one writer thread and queries on a few readers.

    Changes that arrive while a commit is under way share the next one (group commit: begun at once, no timer, at
    most 512). A change is a function of a connection and may be run twice, when a neighbour in its group fails.

    While nothing can be written (disk full, locked, server gone), every change is refused as soon as that is known,
    and a probe is tried each second, so that the end of the trouble is noticed without anybody's help. A change whose
    commit got lost on its way waits until the database can say what became of it: nobody is told what is not so.
    """

    def __init__(
        self, writer: Engine, reader: Engine, kind: DatabaseKind, open_side: Callable[[], "Database"] | None = None
    ) -> None:
        """`open_side` opens the database beside this one that holds what can be made anew; without, it is this one."""
        self._open_side = open_side
        self._side: Database | None = None
        self._side_lock = threading.Lock()
        self._writer = writer
        self._reader = reader
        self._kind = kind
        self._doubt: _Doubt | None = None
        self._is_gone = False
        """True while readers need not try either."""
        self._writes: queue.SimpleQueue[Write | _Signal] = queue.SimpleQueue()
        self._waiting = 0
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")
        self._thread = threading.Thread(target=self._write_for_ever, name="store-writer", daemon=True)
        self._closed = False
        self._last_read_s = math.inf
        """When every question has to be over, on the monotonic clock."""
        self.trouble: str | None = None
        """Why the newest commit failed; None while all is well."""
        self._thread.start()

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run a change; returns once it is durable. StorageError when it could not be kept."""
        outcome: T | Exception = (await self.write_each(run_works, [work]))[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def write_each(self, batch: Batch[I, O], items: Sequence[I]) -> Sequence[O | Exception]:
        """Run a change of many items, together with those that others hand to the same `batch` meanwhile.

        Returns once it is durable: for each item its outcome, or why that item alone failed. StorageError when
        nothing could be written.
        """
        if self._closed:
            raise StorageError("The store is closed.")
        if self._waiting + len(items) > MOST_WAITING:
            raise StorageError("The store has too much to write; try again in a moment.")
        loop = asyncio.get_running_loop()
        write = Write(batch, items, loop.create_future(), loop)
        self._waiting += len(items)
        try:
            self._writes.put(write)
            return await write.done
        finally:
            self._waiting -= len(items)

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Run a query on a snapshot of what has been committed."""
        if self._closed:
            raise StorageError("The store is closed.")
        if self._is_gone and self.trouble is not None:
            raise StorageError(self.trouble)
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._read, query)

    @property
    def has_side(self) -> bool:
        """True where what can be made anew lies in a database of its own, whose writing holds nobody up."""
        return self._open_side is not None

    def side(self) -> "Database":
        """Where that lies; opened by the first who asks, which blocks. StorageError when it cannot be."""
        if self._open_side is None:
            return self
        with self._side_lock:
            if self._closed:
                raise StorageError("The store is closed.")
            if self._side is None:
                self._side = self._open_side()
            return self._side

    async def close(self) -> None:
        """Finish what was handed over, then let go of the database; questions that take long are broken off."""
        if self._closed:
            return
        self._closed = True
        self._last_read_s = time.monotonic() + CLOSING_LIMIT_S
        if self._side is not None:
            await self._side.close()
        self._writes.put(_Signal.END)
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self._thread.join)
        await loop.run_in_executor(None, self._pool.shutdown)
        self._reader.dispose()
        self._writer.dispose()

    def _read(self, query: Callable[[Connection], T]) -> T:
        try:
            try:
                return self._read_once(query)
            except DBAPIError as error:
                if not self._kind.may_pass(error):
                    raise
            return self._read_once(query)
        except SQLAlchemyError as error:
            if isinstance(error, DBAPIError) and self._kind.stops_reading(error):
                self._writes.put(_Signal.LOOK)
            raise self._kind.words(error) from error

    def _read_once(self, query: Callable[[Connection], T]) -> T:
        until_s = time.monotonic() + READ_LIMIT_S
        with (
            self._reader.connect() as connection,
            self._kind.limited(connection, lambda: time.monotonic() >= min(until_s, self._last_read_s)),
        ):
            return query(connection)

    def _write_for_ever(self) -> None:
        has_ended = False
        while not has_ended:
            try:
                first = self._writes.get(timeout=PROBE_S if self.trouble else self._kind.idle_probe_s)
            except queue.Empty:
                first = _Signal.LOOK
            match first:
                case _Signal.END:
                    has_ended = True
                case _Signal.LOOK:
                    self._try_again()
                    if self.trouble:
                        # who came while the probe waited in vain need not wait for another one
                        has_ended = self._refuse_those_who_wait(self.trouble)
                case _:
                    has_ended = self._serve(first)
        self._give_up_doubt()

    def _serve(self, first: Write) -> bool:
        """One turn; True when the end was called."""
        group = [first]
        has_ended = self._fill(group, MOST_IN_ONE_COMMIT)
        if self._doubt is not None:
            self._try_again()
        outcomes = self._outcomes(group)
        if self.trouble:
            # before anybody hears of it: who asks again afterwards gets a try of its own
            has_ended |= self._refuse_those_who_wait(self.trouble)
        if outcomes is not None:
            settle(group, outcomes)
        return has_ended

    def _fill(self, group: list[Write], most: int) -> bool:
        """Take along what waits already; True when the end was called."""
        count = sum(len(write.items) for write in group)
        while count < most:
            try:
                more = self._writes.get_nowait()
            except queue.Empty:
                return False
            if more is _Signal.END:
                return True
            if isinstance(more, _Signal):
                continue
            group.append(more)
            count += len(more.items)
        return False

    def _outcomes(self, group: list[Write]) -> list[Outcome] | None:
        """What became of each; None while nobody can say, for all of them together."""
        if self._doubt is not None:
            return [StorageError(self.trouble or "")] * len(group)
        try:
            return self._run(group)
        except _DoubtError as doubt:
            self._doubt = _Doubt(group, doubt.outcomes, doubt.mark)
            self._in_trouble(doubt.cause)
        self._try_again()
        return None

    def _run(self, group: list[Write]) -> list[Outcome]:
        try:
            return self._commit(self._run_together, group)
        except DBAPIError as error:
            if self._kind.stops_everything(error):
                return [self._in_trouble(error)] * len(group)
        except _DoubtError:
            raise
        except Exception:  # noqa: BLE001  one failed: the second pass finds out which, and each gets its own answer
            log.debug("A change failed; its group is run again one by one.")
        try:
            return self._commit(self._run_apart, group)
        except _DoubtError:
            raise
        except Exception as error:  # noqa: BLE001  the writer outlives whatever a driver raises; each caller hears it
            if isinstance(error, DBAPIError) and not self._kind.stops_everything(error):
                return [self._kind.words(error)] * len(group)
            return [self._in_trouble(error)] * len(group)

    def _commit(self, run: Callable[[Connection, list[Write]], list[Outcome]], group: list[Write]) -> list[Outcome]:
        """Run a group in one transaction, and again when it collided with somebody else."""
        for tries_left in reversed(range(TRIES)):
            try:
                return self._commit_once(run, group)
            except DBAPIError as error:
                if not tries_left or not self._kind.may_pass(error):
                    raise
        raise AssertionError("the last try returns or raises")

    def _commit_once(
        self, run: Callable[[Connection, list[Write]], list[Outcome]], group: list[Write]
    ) -> list[Outcome]:
        outcomes: list[Outcome] = []
        mark: int | None = None
        try:
            with self._writer.begin() as connection:
                outcomes = run(connection, group)
                mark = self._kind.mark(connection)
        except DBAPIError as error:
            if mark is not None and error.connection_invalidated:
                raise _DoubtError(outcomes, mark, error) from error
            raise
        if self.trouble is not None:
            self._try_again()  # one change that passed is no proof: a full disk takes small ones now and then
        return outcomes

    def _run_together(self, connection: Connection, group: list[Write]) -> list[Outcome]:
        """One run of each batch for all who share it.

        Nobody in the group has heard of another's change, so that any order among them is as good as another.
        """
        shared: dict[Batch[Any, Any], list[Write]] = {}
        for write in group:
            shared.setdefault(write.batch, []).append(write)
        found = {batch: iter(run_shared(connection, batch, writes)) for batch, writes in shared.items()}
        return [list(islice(found[write.batch], len(write.items))) for write in group]

    def _run_apart(self, connection: Connection, group: list[Write]) -> list[Outcome]:
        """Each item inside its own savepoint, so that a failing one takes nobody along."""
        return [[self._run_alone(connection, write.batch, item) for item in write.items] for write in group]

    def _run_alone(self, connection: Connection, batch: Batch[Any, Any], item: object) -> object:
        savepoint = connection.begin_nested()
        try:
            outcome: object = batch(connection, [item])[0]
        except OrchestratorError as error:
            savepoint.rollback()
            return error
        except DBAPIError as error:
            if self._kind.stops_everything(error) or self._kind.may_pass(error):
                raise
            savepoint.rollback()
            return self._kind.words(error)
        except Exception as error:  # noqa: BLE001  a defect in one change is its caller's to hear, not its neighbours'
            savepoint.rollback()
            return error
        savepoint.commit()
        return outcome

    def _try_again(self) -> None:
        try:
            self._settle_doubt()
            with self._writer.begin() as connection:
                self._kind.probe(connection)
        except Exception as error:  # noqa: BLE001  still in trouble, whatever it is; the next try comes
            self._in_trouble(error)
        else:
            self._all_is_well()

    def _settle_doubt(self) -> None:
        """Tell those whose commit got lost that it was kept, or run their changes anew."""
        if self._doubt is None:
            return
        with self._writer.begin() as connection:
            was_kept = self._kind.was_kept(connection, self._doubt.mark)
        self._all_is_well()  # before anybody hears of it: who asks afterwards is served
        doubt, self._doubt = self._doubt, None
        outcomes = doubt.outcomes if was_kept else self._outcomes(doubt.group)
        if outcomes is not None:
            settle(doubt.group, outcomes)

    def _give_up_doubt(self) -> None:
        if self._doubt is not None:
            unknown = StorageError("The database went away before it said whether this was kept; look before a repeat.")
            settle(self._doubt.group, [unknown] * len(self._doubt.group))

    def _in_trouble(self, error: Exception) -> StorageError:
        trouble = self._kind.words(error)
        if self.trouble is None:
            log.error("Nothing can be written: %s", trouble)
        self.trouble = str(trouble)
        self._is_gone = isinstance(error, DBAPIError) and self._kind.stops_reading(error)
        return trouble

    def _all_is_well(self) -> None:
        if self.trouble is not None:
            log.info("The database takes changes again.")
        self.trouble = None
        self._is_gone = False

    def _refuse_those_who_wait(self, trouble: str) -> bool:
        """Nobody waits behind somebody who could not be served; True when the end was called."""
        group: list[Write] = []
        has_ended = self._fill(group, MOST_WAITING)
        settle(group, [StorageError(trouble)] * len(group))
        return has_ended
