"""Asks for many jobs with few requests."""

from collections.abc import Sequence

from orchestrator.client.transport import Transport
from orchestrator.contract.api.submissions import (
    MOST_AT_ONCE,
    SubmitItem,
    SubmitManyRequest,
    SubmitManyView,
    SubmitOutcome,
)
from orchestrator.contract.ids import new_id


class Submissions:
    """Many jobs at once."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def submit_many(self, jobs: Sequence[SubmitItem]) -> tuple[SubmitOutcome, ...]:
        """Ask for jobs, 1,000 in a request; one outcome for each, in order.

        Jobs without an idempotency key get one, so that asking again after a broken connection adds none twice.
        Raises ClientError: the requests before it stand, and may be repeated with the same keys.
        """
        keyed = [
            each if each.idempotency_key else each.model_copy(update={"idempotency_key": new_id()}) for each in jobs
        ]
        outcomes: list[SubmitOutcome] = []
        for start in range(0, len(keyed), MOST_AT_ONCE):
            wanted = SubmitManyRequest(jobs=tuple(keyed[start : start + MOST_AT_ONCE]))
            outcomes += (await self._transport.read(SubmitManyView, "POST", "/jobs/batch", body=wanted)).items
        return tuple(outcomes)
