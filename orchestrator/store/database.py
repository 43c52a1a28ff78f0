"""One database: a single writer that shares transactions, and short readers beside it."""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from orchestrator.engine.errors import OrchestratorError, StorageError

log = logging.getLogger(__name__)

T = TypeVar("T")
I = TypeVar("I")  # noqa: E741  an item
O = TypeVar("O")  # noqa: E741  what became of it

MOST_IN_ONE_COMMIT = 512
MOST_WAITING = 20_000
READERS = 3
PROBE_S = 1.0
"""Between two looks whether the database takes changes again."""


Batch = Callable[[Connection, Sequence[I]], Sequence[O]]
"""A change of many items at once: one outcome for each, in order. Run again with single items when it fails."""


@dataclass(slots=True, eq=False)
class _Write:
    """Items that wait for the writer; `done` gets one outcome for each."""

    batch: Batch[Any, Any]
    items: Sequence[Any]
    done: asyncio.Future[Sequence[Any]]
    loop: asyncio.AbstractEventLoop


_Outcome = Sequence[Any] | Exception
"""What becomes of a write: one outcome for each item, or why there is none."""


class Database:
    """Runs changes on one writer thread and queries on a few readers.

    Changes that arrive while a commit is under way share the next one (group commit: begun at once, no timer, at
    most 512). A change is a function of a connection and may be run twice, when a neighbour in its group fails.

    While nothing can be written (disk full, locked by another program), every change is refused as soon as that is
    known, and `probe` is tried each second, so that the end of the trouble is noticed without anybody's help.
    """

    def __init__(self, writer: Engine, reader: Engine, *, probe: Callable[[Connection], object]) -> None:
        """`probe`: a change that alters nothing and yet needs everything that a commit needs."""
        self._writer = writer
        self._reader = reader
        self._probe = probe
        self._writes: queue.SimpleQueue[_Write | None] = queue.SimpleQueue()
        self._waiting = 0
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")
        self._thread = threading.Thread(target=self._write_for_ever, name="store-writer", daemon=True)
        self._closed = False
        self.trouble: str | None = None
        """Why the newest commit failed; None while all is well."""
        self._thread.start()

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run a change; returns once it is durable. StorageError when it could not be kept."""
        outcome: T | Exception = (await self.write_each(_run_works, [work]))[0]
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
        write = _Write(batch, items, loop.create_future(), loop)
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
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._read, query)

    async def close(self) -> None:
        """Finish what was handed over, then let go of the database."""
        if self._closed:
            return
        self._closed = True
        self._writes.put(None)
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)
        self._pool.shutdown(wait=True)
        self._reader.dispose()
        self._writer.dispose()

    def _read(self, query: Callable[[Connection], T]) -> T:
        try:
            with self._reader.connect() as connection:
                return query(connection)
        except SQLAlchemyError as error:
            raise _storage_error(error) from error

    def _write_for_ever(self) -> None:
        while True:
            try:
                first = self._writes.get(timeout=PROBE_S if self.trouble else None)
            except queue.Empty:
                self._try_again()
                continue
            if first is None:
                return
            group = [first]
            has_ended = self._fill(group, MOST_IN_ONE_COMMIT)
            outcomes = self._outcomes(group)
            if self.trouble:
                # before anybody hears of it: who asks again afterwards gets a try of its own
                has_ended |= self._refuse_those_who_wait(self.trouble)
            _settle(group, outcomes)
            if has_ended:
                return

    def _fill(self, group: list[_Write], most: int) -> bool:
        """Take along what waits already; True when the end was called."""
        count = sum(len(write.items) for write in group)
        while count < most:
            try:
                more = self._writes.get_nowait()
            except queue.Empty:
                return False
            if more is None:
                return True
            group.append(more)
            count += len(more.items)
        return False

    def _outcomes(self, group: list[_Write]) -> list[_Outcome]:
        try:
            return self._run_together(group)
        except DBAPIError as error:
            if _is_about_the_database(error):
                return self._in_trouble(error, len(group))
        except Exception:  # noqa: BLE001  one failed: the second pass finds out which, and each gets its own answer
            log.debug("A change failed; its group is run again one by one.")
        try:
            return self._run_apart(group)
        except Exception as error:  # noqa: BLE001  the writer outlives whatever a driver raises; each caller hears it
            return self._in_trouble(error, len(group))

    def _run_together(self, group: list[_Write]) -> list[_Outcome]:
        """One transaction, and in it one run of each batch for all who share it.

        Nobody in the group has heard of another's change, so that any order among them is as good as another.
        """
        shared: dict[Batch[Any, Any], list[_Write]] = {}
        for write in group:
            shared.setdefault(write.batch, []).append(write)
        with self._writer.begin() as connection:
            found = {batch: iter(_run_shared(connection, batch, writes)) for batch, writes in shared.items()}
        self._all_is_well()
        return [list(islice(found[write.batch], len(write.items))) for write in group]

    def _run_apart(self, group: list[_Write]) -> list[_Outcome]:
        """Each item inside its own savepoint, so that a failing one takes nobody along."""
        with self._writer.begin() as connection:
            outcomes: list[_Outcome] = [
                [_run_alone(connection, write.batch, item) for item in write.items] for write in group
            ]
        self._all_is_well()
        return outcomes

    def _try_again(self) -> None:
        try:
            with self._writer.begin() as connection:
                self._probe(connection)
        except Exception as error:  # noqa: BLE001  still in trouble, whatever it is; the next try comes
            log.debug("Still nothing can be written: %s", error)
        else:
            self._all_is_well()

    def _in_trouble(self, error: Exception, count: int) -> list[_Outcome]:
        trouble = _storage_error(error)
        if self.trouble is None:
            log.error("Nothing can be written: %s", trouble)
        self.trouble = str(trouble)
        return [trouble] * count

    def _all_is_well(self) -> None:
        if self.trouble is not None:
            log.info("The database takes changes again.")
        self.trouble = None

    def _refuse_those_who_wait(self, trouble: str) -> bool:
        """Nobody waits behind somebody who could not be served; True when the end was called."""
        group: list[_Write] = []
        has_ended = self._fill(group, MOST_WAITING)
        _settle(group, [StorageError(trouble)] * len(group))
        return has_ended


def _settle(group: Sequence[_Write], outcomes: Sequence[_Outcome]) -> None:
    """Hand the outcomes to the waiting coroutines, on their own loops: one call wakes everybody on a loop."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[_Write, _Outcome]]] = {}
    for write, outcome in zip(group, outcomes, strict=True):
        loops.setdefault(write.loop, []).append((write, outcome))
    for loop, settled in loops.items():
        with suppress(RuntimeError):  # the loop has ended, and with it everybody who could wait
            loop.call_soon_threadsafe(_set_all, settled)


def _set_all(settled: Sequence[tuple[_Write, _Outcome]]) -> None:
    for write, outcome in settled:
        if write.done.done():
            continue
        if isinstance(outcome, Exception):
            write.done.set_exception(outcome)
        else:
            write.done.set_result(outcome)


def _run_works(connection: Connection, works: Sequence[Callable[[Connection], Any]]) -> Sequence[Any]:
    return [work(connection) for work in works]


def _run_shared(connection: Connection, batch: Batch[Any, Any], writes: Sequence[_Write]) -> Sequence[Any]:
    return batch(connection, [item for write in writes for item in write.items])


def _run_alone(connection: Connection, batch: Batch[Any, Any], item: object) -> object:
    savepoint = connection.begin_nested()
    try:
        outcome: object = batch(connection, [item])[0]
    except OrchestratorError as error:
        savepoint.rollback()
        return error
    except DBAPIError as error:
        if error.connection_invalidated or _is_about_the_database(error):
            raise
        savepoint.rollback()
        return _storage_error(error)
    except Exception as error:  # noqa: BLE001  a defect in one change is its caller's to hear, not its neighbours'
        savepoint.rollback()
        return error
    savepoint.commit()
    return outcome


def _is_about_the_database(error: DBAPIError) -> bool:
    """True when no change could be written now, whichever it is."""
    text = str(error.orig).lower()
    return any(word in text for word in ("disk is full", "locked", "readonly", "disk i/o", "malformed"))


def _storage_error(error: Exception) -> StorageError:
    text = str(getattr(error, "orig", None) or error)
    lower = text.lower()
    if "disk is full" in lower:
        return StorageError("The disk that holds the database is full; nothing was accepted. Free some space.")
    if "locked" in lower:
        return StorageError("Another program holds the database locked; nothing was accepted. Try again.")
    if "readonly" in lower:
        return StorageError("The database cannot be written: check the rights of its file and folder.")
    return StorageError(f"The database cannot take it: {text}")
