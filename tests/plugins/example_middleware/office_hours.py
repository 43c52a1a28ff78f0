"""An example of a package that adds a link to the submission chain; `docs/extending.md` walks through it."""

from dataclasses import replace

from orchestrator.contract.pipeline import Handler
from orchestrator.contract.states import JobPriority
from orchestrator.engine.errors import ConflictError
from orchestrator.engine.middleware import Accepted
from orchestrator.engine.submission import Submission


async def only_with_a_ticket(work: Submission, rest: Handler[Submission, Accepted]) -> Accepted:
    """Refuse jobs of people who name no ticket, and let those with one go first."""
    if "OPS-" not in work.job.submitted_by:
        raise ConflictError("Name a ticket: submit it as `ada OPS-12`.")
    return await rest(replace(work, job=replace(work.job, priority=JobPriority.HIGH)))
