"""The one seat of a PostgreSQL database: who holds it may write, and nobody else can."""

import socket
import uuid
from typing import Any, LiteralString

import psycopg
from sqlalchemy import Connection

from orchestrator.store.errors import DatabaseHeldError

SEAT = "orchestrator"
_OURS = 0x0B07
"""First half of the advisory lock's key; the second is the schema, so that each schema is a database of its own."""

_TAKE: LiteralString = "SELECT pg_try_advisory_lock(%s, hashtext(current_schema()))"
_WAIT: LiteralString = "SELECT pg_advisory_lock(%s, hashtext(current_schema()))"
_HOLDERS: LiteralString = """
    SELECT activity.pid, activity.application_name, host(activity.client_addr)
    FROM pg_locks AS held JOIN pg_stat_activity AS activity USING (pid)
    WHERE held.locktype = 'advisory' AND held.granted AND held.objsubid = 2
      AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND held.classid = %s::bigint::oid
      AND held.objid = (hashtext(current_schema())::bigint & 4294967295)::oid
"""
_MARK: LiteralString = "UPDATE seats SET mark = %(mark)s WHERE seat = %(seat)s AND holder = %(holder)s"
_READ: LiteralString = "SELECT holder, mark FROM seats WHERE seat = %(seat)s"
_SIT: LiteralString = """
    INSERT INTO seats (seat, holder, mark) VALUES (%(seat)s, %(holder)s, 0)
    ON CONFLICT (seat) DO UPDATE SET holder = excluded.holder, mark = 0
"""


class Seat:
    """Holds the database against every other orchestrator, by two means that need no clock.

    A session-level advisory lock belongs to the connection that writes: it is there as long as the connection is, and
    a second orchestrator is refused at its start. The row in `seats` is the fence: every transaction of the writer's
    updates it under the holder's name, so that one whose lock was lost, and taken by somebody else, cannot commit. Its
    rising mark also says whether a commit was kept whose answer got lost.
    """

    def __init__(self, place: str) -> None:
        """`place`: the database's name for people."""
        self.holder = uuid.uuid4().hex
        self.application = f"botswain {socket.gethostname()[:30]} {self.holder[:8]}"
        self._place = place
        self._pid: int | None = None
        """The server's process behind the newest connection that held the lock."""
        self._mark = 0
        self._is_seated = False

    def lock(self, connection: psycopg.Connection[Any]) -> None:
        """Take the lock on a new connection. DatabaseHeldError when another orchestrator has it, or has had it."""
        connection.autocommit = True
        if not self._was_granted(connection):
            self._end_own_predecessor(connection)
        self._check_that_nobody_sat_here(connection)
        self._pid = connection.info.backend_pid
        connection.autocommit = False

    def sit(self, connection: Connection) -> None:
        """Write the holder's name over that of whoever wrote last; the tables are there by now."""
        connection.exec_driver_sql(_SIT, {"seat": SEAT, "holder": self.holder})
        self._is_seated = True

    def mark(self, connection: Connection) -> int:
        """Leave the next mark. DatabaseHeldError when the seat is somebody else's."""
        self._mark += 1
        found = connection.exec_driver_sql(_MARK, {"seat": SEAT, "holder": self.holder, "mark": self._mark})
        if found.rowcount != 1:
            raise self._lost()
        return self._mark

    def was_kept(self, connection: Connection, mark: int) -> bool:
        """Whether the transaction with this mark was committed.

        Only asked on a connection that holds the lock: the one before has ended then, and its transaction with it.
        """
        row = connection.exec_driver_sql(_READ, {"seat": SEAT}).one()
        return (row.holder, row.mark) == (self.holder, mark)

    def _was_granted(self, connection: psycopg.Connection[Any]) -> bool:
        row = connection.execute(_TAKE, [_OURS]).fetchone()
        return row is not None and row[0]

    def _end_own_predecessor(self, connection: psycopg.Connection[Any]) -> None:
        """A connection of ours that broke without the server's knowledge still has the lock: it is told to end."""
        for pid, application, address in connection.execute(_HOLDERS, [_OURS]).fetchall():
            if pid != self._pid or application != self.application:
                where = f" at {address}" if address else ""
                raise DatabaseHeldError(
                    f"Another orchestrator uses {self._place} ({application or 'unnamed'}{where}). "
                    "Stop it, connect to it, or choose another --database."
                )
            connection.execute("SELECT pg_terminate_backend(%s)", [pid])
        connection.execute(_WAIT, [_OURS])

    def _check_that_nobody_sat_here(self, connection: psycopg.Connection[Any]) -> None:
        if not self._is_seated:
            return
        row = connection.execute(_READ, {"seat": SEAT}).fetchone()
        if row is None or row[0] != self.holder:
            raise self._lost()

    def _lost(self) -> DatabaseHeldError:
        return DatabaseHeldError(
            f"Another orchestrator has used {self._place} while this one could not reach it. Start this one anew."
        )
