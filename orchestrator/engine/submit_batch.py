"""Many jobs asked for at once: each is judged by itself, and all that are accepted share one transaction."""

from collections.abc import Callable, Sequence

from orchestrator.contract.errors import BotswainError
from orchestrator.domain.job import Job
from orchestrator.engine.clock import Clock
from orchestrator.engine.middleware import Accepted, QueueLimit, SubmissionCounter, tell_submission
from orchestrator.engine.ports.jobs import NewJob
from orchestrator.engine.prompt_claims import PromptClaims
from orchestrator.engine.sealing import Sealing
from orchestrator.engine.submission import Submission


class BatchDesk:
    """Does for a whole batch what the chain of links does for one submission (`middleware.py`).

    A link may wait for the committed row of its own submission. So a batch goes through the chain job by job where
    links of installed packages have joined it, and so do jobs that ask for `deduplicate_s`.
    """

    def __init__(
        self,
        *,
        claims: PromptClaims,
        clock: Clock,
        counter: SubmissionCounter,
        limit: QueueLimit,
        sealing: Sealing,
        has_guests: bool,
    ) -> None:
        self._claims = claims
        self._clock = clock
        self._counter = counter
        self._limit = limit
        self._sealing = sealing
        self._has_guests = has_guests

    def takes(self, work: Submission) -> bool:
        """True when nothing about the submission needs the chain."""
        definition = work.version.definition
        is_whole = bool(definition.name.strip() and definition.steps)  # what is not, a link refuses
        return is_whole and not self._has_guests and work.deduplicate_s is None

    async def accept(
        self, works: Sequence[Submission], new_job: Callable[[Submission], NewJob]
    ) -> list[Job | BotswainError]:
        """One outcome for each, in order."""
        started_s, room = self._clock.monotonic(), self._limit.room()
        outcomes = [*await self._kept([new_job(self._sealing.sealed_work(work)) for work in works[:room]])]
        outcomes += [self._limit.refusal() for _ in works[room:]]
        for work, outcome in zip(works, outcomes, strict=True):
            self._counter.note(outcome, started_s)
            if not isinstance(outcome, BotswainError):
                tell_submission(work, *outcome)
        return [outcome if isinstance(outcome, BotswainError) else outcome[0] for outcome in outcomes]

    async def _kept(self, jobs: Sequence[NewJob]) -> Sequence[Accepted | BotswainError]:
        if not jobs:
            return []
        try:
            outcomes = await self._claims.accept(jobs)
        except BotswainError as error:
            return [error] * len(jobs)
        return [_expected(outcome) for outcome in outcomes]


def _expected(outcome: Accepted | Exception) -> Accepted | BotswainError:
    """What a caller can be told; raises what is a defect."""
    if isinstance(outcome, Exception) and not isinstance(outcome, BotswainError):
        raise outcome
    return outcome
