"""Short job ids: people type the end or the beginning of an id when no other recent job has the same."""

from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.common import MAX_PAGE
from orchestrator.contract.errors import UserError

_FULL_LENGTH = 36
_SHORT_LENGTH = 8
_LEAST = 4


def short_id(job_id: str) -> str:
    """The end of an id: it is random, while ids of the same minute begin alike."""
    return job_id[-_SHORT_LENGTH:]


async def full_id(client: OrchestratorClient, text: str) -> str:
    """The id that a person means; UserError when several recent jobs fit, or none."""
    if len(text) >= _FULL_LENGTH:
        return text
    if len(text) < _LEAST:
        raise UserError(f"JOB: {text!r} is too short; give at least {_LEAST} characters of the id.", field="JOB")
    page = await client.jobs(limit=MAX_PAGE)
    found = [job.job_id for job in page.items if job.job_id.endswith(text) or job.job_id.startswith(text)]
    if len(found) > 1:
        raise UserError(f"JOB: {len(found)} jobs have an id like {text!r}; give more of it.", field="JOB")
    if not found:
        raise UserError(f"JOB: no recent job has an id like {text!r}; `botswain jobs` lists them.", field="JOB")
    return found[0]
