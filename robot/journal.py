"""Which attempts this robot accepted, started and ended: the memory that keeps it from starting one twice.

One line for each move, checked by a CRC-32; acceptances and starts are synced to disk before they count. A torn last
line is cut off at opening; a damaged line in the middle is skipped, since the lines around it still tell the truth. The
file is rewritten when it has grown: open attempts stay for ever, ended ones until `KEPT_ENDED` newer ones have ended.
"""

import errno
import json
import os
import threading
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Self

from orchestrator.contract.protocol.message import AttemptRef
from robot.durable_file import write_durably
from robot.errors import RobotError

KEPT_ENDED = 10_000
_REWRITE_AFTER_LINES = 30_000


class JournalState(StrEnum):
    """How far an attempt came on this robot."""

    ACCEPTED = "accepted"
    STARTED = "started"
    ENDED = "ended"


_REFUSED_AFTER: Mapping[JournalState, frozenset[JournalState]] = {
    JournalState.ACCEPTED: frozenset({JournalState.STARTED, JournalState.ENDED}),
    JournalState.STARTED: frozenset({JournalState.STARTED, JournalState.ENDED}),
    JournalState.ENDED: frozenset(),
}


class AlreadyStartedError(RobotError):
    """The attempt was started here before; starting it again could do its work twice."""

    def __init__(self, ref: AttemptRef, state: JournalState) -> None:
        super().__init__(f"Attempt {ref.attempt} of job {ref.job_id} was {state} here before.")
        self.ref = ref
        self.state = state


class Journal:
    """The journal in one file; its methods sync to disk and may be called from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._states: dict[AttemptRef, JournalState] = {}
        self._lines = 0
        self._is_torn = False
        self._file: BinaryIO | None = None
        self._lock = threading.Lock()
        self.damaged_lines = 0
        """Unreadable lines found at opening; a torn last line does not count."""

    @classmethod
    def open(cls, path: Path) -> Self:
        """The journal at `path`, read and made whole; OSError when the disk refuses."""
        journal = cls(path)
        journal._read()
        journal._rewrite()
        return journal

    def state(self, ref: AttemptRef) -> JournalState | None:
        """How far the attempt came; None when it was never accepted here."""
        return self._states.get(ref)

    def unended(self) -> tuple[tuple[AttemptRef, JournalState], ...]:
        """Every attempt that was accepted or started and has not ended, oldest first."""
        with self._lock:
            return tuple((ref, state) for ref, state in self._states.items() if state is not JournalState.ENDED)

    def accept(self, ref: AttemptRef) -> None:
        """Note the acceptance of an offer; AlreadyStartedError when the attempt went further before."""
        self._move(ref, JournalState.ACCEPTED)

    def start(self, ref: AttemptRef) -> None:
        """Note the start; AlreadyStartedError when there was one before."""
        self._move(ref, JournalState.STARTED)

    def end(self, ref: AttemptRef) -> None:
        """Note the end of the attempt, or that its offer came to nothing."""
        self._move(ref, JournalState.ENDED)

    def note_all(self, moves: Sequence[tuple[AttemptRef, JournalState]]) -> list[AlreadyStartedError | None]:
        """Note many moves with one sync: for each None, or why it was refused. OSError when the disk refuses all.

        Ends alone are not worth a sync: if a power cut takes one, the attempt is as closed to a second start as before.
        """
        with self._lock:
            states: dict[AttemptRef, JournalState] = {}
            new: list[tuple[AttemptRef, JournalState]] = []
            refusals: list[AlreadyStartedError | None] = []
            for ref, state in moves:
                before = states.get(ref) or self._states.get(ref)
                is_refused = before is not None and before in _REFUSED_AFTER[state]
                refusals.append(AlreadyStartedError(ref, before) if before is not None and is_refused else None)
                if not is_refused and before is not state:
                    states[ref] = state
                    new.append((ref, state))
            if new:
                self._append(new)
            return refusals

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def _move(self, ref: AttemptRef, state: JournalState) -> None:
        refusal = self.note_all([(ref, state)])[0]
        if refusal is not None:
            raise refusal

    def _append(self, moves: Sequence[tuple[AttemptRef, JournalState]]) -> None:
        if self._file is None:
            raise ValueError("The journal is closed.")
        lines = b"".join(_line(ref, state) for ref, state in moves)
        # After a failed write the file may end in half a line; the next line must not be glued to it.
        content = b"\n" + lines if self._is_torn else lines
        self._is_torn = True
        if self._file.write(content) != len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if any(state is not JournalState.ENDED for _, state in moves):
            os.fsync(self._file.fileno())
        self._is_torn = False
        self._lines += len(moves)
        for ref, state in moves:
            self._note(ref, state)
        if self._lines >= _REWRITE_AFTER_LINES:
            with suppress(OSError):  # what was to be noted is safe; the file is shortened another time
                self._rewrite()

    def _note(self, ref: AttemptRef, state: JournalState) -> None:
        self._states.pop(ref, None)
        self._states[ref] = state

    def _read(self) -> None:
        if not self._path.exists():
            return
        lines = self._path.read_bytes().split(b"\n")
        for line in lines[:-1]:
            moved = _parsed(line)
            if moved is not None:
                self._note(*moved)
            elif line.strip():
                self.damaged_lines += 1

    def _rewrite(self) -> None:
        ended = [ref for ref, state in self._states.items() if state is JournalState.ENDED]
        for ref in ended[:-KEPT_ENDED]:
            del self._states[ref]
        if self._file is not None:
            self._file.close()
        try:
            write_durably(self._path, b"".join(_line(ref, state) for ref, state in self._states.items()))
        finally:
            self._file = self._path.open("ab", buffering=0)
            self._lines = len(self._states)


def _line(ref: AttemptRef, state: JournalState) -> bytes:
    body = json.dumps([ref.job_id, ref.attempt, state.value], separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(body), body)


def _parsed(line: bytes) -> tuple[AttemptRef, JournalState] | None:
    checksum, _, body = line.partition(b" ")
    if checksum != b"%08x" % zlib.crc32(body):
        return None
    try:
        job_id, attempt, state = json.loads(body)
        return AttemptRef(job_id=job_id, attempt=attempt), JournalState(state)
    except ValueError:
        return None
