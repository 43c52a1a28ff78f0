"""What the writer has to know of the database below it: what its errors mean, and whether a lost commit was kept."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from orchestrator.engine.errors import StorageError


class DatabaseKind(Protocol):
    """One sort of database, as the writer meets it."""

    idle_probe_s: float | None
    """How often a writer without work looks whether it could write; None for never."""

    def limited(self, connection: Connection, is_over: Callable[[], bool]) -> AbstractContextManager[None]:
        """A context in which a question ends with an error as soon as this says so, or at the database's own limit."""
        ...

    def probe(self, connection: Connection) -> object:
        """A change that alters nothing and yet needs everything that a commit needs."""
        ...

    def stops_everything(self, error: DBAPIError) -> bool:
        """True when no change could be written now, whichever it is."""
        ...

    def stops_reading(self, error: DBAPIError) -> bool:
        """True when no reader needs to try either."""
        ...

    def may_pass(self, error: DBAPIError) -> bool:
        """True when nothing of the transaction was kept and the same one, run again at once, may succeed."""
        ...

    def words(self, error: Exception) -> StorageError:
        """What a caller is told of a failure of the driver's."""
        ...

    def mark(self, connection: Connection) -> int:
        """Leave a mark inside a transaction that is about to be committed."""
        ...

    def was_kept(self, connection: Connection, mark: int) -> bool:
        """Whether the transaction with the mark was committed, when its connection broke before the answer came."""
        ...
