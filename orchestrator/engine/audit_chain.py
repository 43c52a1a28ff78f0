"""Seals the audit while there is time for it, and checks it row by row.

Sealing follows the writing at a small distance and a limited pace, so that jobs never wait for it: the newest rows
have no seal for some seconds, longer under heavy load.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

from orchestrator.domain.audit_chain import START, Break, Seal, broken
from orchestrator.engine.clock import Clock, sleep
from orchestrator.engine.errors import ConflictError, StorageError
from orchestrator.engine.ports.seals import SealStore

SEAL_S = 2.0
BEHIND_S = 0.25
"""While more rows wait than are sealed at once: some 2,000 a second, which costs a fiftieth of a processor."""
ROWS_AT_ONCE = 500
PAGE = 100

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What a look at the whole audit found."""

    rows: int
    """Sealed rows that were looked at."""
    seals: int
    unsealed: int
    """Newer rows, which wait for their seal."""
    head: str
    """The newest seal's link: who keeps it elsewhere notices when the whole chain was made anew."""
    breaks: tuple[Break, ...] = ()

    @property
    def is_whole(self) -> bool:
        """True when every sealed row is there as it was written."""
        return not self.breaks


class AuditChain:
    """The chain through the audit of one store."""

    def __init__(self, records: SealStore, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    async def run(self) -> None:
        """Seal until cancelled."""
        pause_s = SEAL_S
        while True:
            await sleep(self._clock, pause_s)
            pause_s = SEAL_S
            try:
                seal = await self._records.seal(at=self._clock.now(), most=ROWS_AT_ONCE)
            except StorageError as error:
                logger.debug("The audit is sealed later: %s", error)
            else:
                pause_s = BEHIND_S if seal is not None and seal.count == ROWS_AT_ONCE else SEAL_S

    async def verify(self, *, expected_head: str = "") -> AuditReport:
        """Look at every sealed row. ConflictError when `expected_head` is no seal's link."""
        before, rows, seals, breaks, is_known = START, 0, 0, list[Break](), not expected_head
        async for seal in self._seals():
            found = await self._records.rows(seal.first, seal.last)
            if (gap := broken(before, seal, found)) is not None:
                breaks.append(gap)
            before, rows, seals = seal.head, rows + len(found), seals + 1
            is_known = is_known or seal.head == expected_head
            await asyncio.sleep(0)
        if not is_known:
            raise ConflictError("No seal has the head that was given: the chain was made anew, or it is another one.")
        unsealed = await self._records.unsealed()
        return AuditReport(rows=rows, seals=seals, unsealed=unsealed, head=before, breaks=tuple(breaks))

    async def _seals(self) -> AsyncIterator[Seal]:
        last = 0
        while page := await self._records.seals(after=last, limit=PAGE):
            for seal in page:
                last = seal.last
                yield seal
