"""The proposals that the demo sends: one for each of the best jobs it found, and one that is too short on purpose."""

from collections.abc import Sequence

from orchestrator.contract.ids import JsonValue
from resources.demo_site.settings import DEFAULT_ACCOUNTS

GOOD_PROPOSALS = 6
ACCOUNT = DEFAULT_ACCOUNTS[0]
_TOO_SHORT = "I can do this."
_USUAL_BID = 95.0

Row = dict[str, JsonValue]


def demo_proposals(jobs: Sequence[Row]) -> list[JsonValue]:
    """Six good proposals for the first jobs, and a seventh that validation must sort out."""
    good: list[JsonValue] = [_proposal(job) for job in jobs[:GOOD_PROPOSALS]]
    return [*good, *({**_proposal(job), "content": _TOO_SHORT} for job in jobs[GOOD_PROPOSALS : GOOD_PROPOSALS + 1])]


def _proposal(job: Row) -> Row:
    listed = job.get("skills")
    skills = " and ".join(str(skill) for skill in listed[:2]) if isinstance(listed, list) else "this field"
    content = (
        f"Hello {job.get('client')}, your job “{job.get('title')}” is close to what I have done for three years: "
        f"{skills}, from the first workshop to the handover. I would begin with a review of what is there, write down "
        "what done means, and show something that works at the end of every week."
    )
    return {"job_url": job.get("url"), "content": content, "bid_amount": _bid(job)}


def _bid(job: Row) -> float:
    """The client's own figure where it is per hour and inside what the site takes."""
    budget = job.get("budget_usd")
    is_hourly = job.get("budget_kind") == "hourly" and isinstance(budget, int | float)
    return min(200.0, max(10.0, float(budget))) if is_hourly else _USUAL_BID  # type: ignore[arg-type]
