"""Proposals: the form, the confirmation, the list, the withdrawal and the CSV export."""

import csv
import io

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from resources.demo_site.data import Job
from resources.demo_site.forms import BID_USD, CONTENT_CHARS, InvalidFormError, read_proposal
from resources.demo_site.pages.downloads import download
from resources.demo_site.pages.jobs import job_of
from resources.demo_site.rendering import render
from resources.demo_site.state import Proposal, User
from resources.demo_site.visitor import SentForm, read_form, require_user, site_of

_COLUMNS = ("confirmation", "job_id", "job", "client", "bid_usd", "status", "submitted_at")


async def form(request: Request) -> Response:
    """The empty form, or what stands when there is already a proposal."""
    user, job = require_user(request), job_of(request)
    return _form_page(request, user, job)


async def submit(request: Request) -> Response:
    """Keep a proposal: 303 to its confirmation, 409 for a duplicate, 422 when a rule is broken."""
    user, job = require_user(request), job_of(request)
    sent = await read_form(request)
    if user.open_proposal(job):
        return _form_page(request, user, job, sent=sent, status=409)
    try:
        draft = read_proposal(sent.text("content"), sent.text("bid"))
    except InvalidFormError as error:
        return _form_page(request, user, job, sent=sent, error=error, status=422)
    proposal = site_of(request).submit(
        user, job, content=draft.content, bid_usd=draft.bid_usd, attachment=sent.files.get("attachment")
    )
    return RedirectResponse(f"/proposals/{proposal.confirmation}", 303)


async def confirmation(request: Request) -> Response:
    """What was sent, with its confirmation number."""
    return render(request, "confirmation.html", {"proposal": _proposal_of(request)})


async def attachment(request: Request) -> Response:
    """The file that was sent along."""
    proposal = _proposal_of(request)
    if proposal.attachment is None:
        raise HTTPException(404, "This proposal has no attachment.")
    return download(proposal.attachment)


async def withdraw(request: Request) -> Response:
    """Take a proposal back."""
    proposal = _proposal_of(request)
    await read_form(request)
    site_of(request).withdraw(require_user(request), proposal)
    return RedirectResponse("/proposals?notice=withdrawn", 303)


async def listing(request: Request) -> Response:
    """All of the user's proposals, newest first."""
    return render(request, "proposals.html", {"proposals": _newest_first(require_user(request))})


async def export(request: Request) -> Response:
    """All of the user's proposals as CSV, in the order of the list."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    writer.writerows(_row(proposal) for proposal in _newest_first(require_user(request)))
    headers = {"Content-Disposition": 'attachment; filename="proposals.csv"'}
    return Response(text.getvalue(), media_type="text/csv", headers=headers)


def _form_page(
    request: Request,
    user: User,
    job: Job,
    *,
    sent: SentForm | None = None,
    error: InvalidFormError | None = None,
    status: int = 200,
) -> Response:
    context = {
        "job": job,
        "duplicate": user.open_proposal(job),
        "errors": error.errors if error else {},
        "content": sent.text("content") if sent else "",
        "bid": sent.text("bid") if sent else "",
        "content_chars": CONTENT_CHARS,
        "bid_usd": BID_USD,
    }
    return render(request, "apply.html", context, status)


def _proposal_of(request: Request) -> Proposal:
    proposal = require_user(request).proposals.get(request.path_params["confirmation"])
    if proposal is None:
        raise HTTPException(404, "You have no proposal with this confirmation number.")
    return proposal


def _newest_first(user: User) -> list[Proposal]:
    return list(reversed(user.proposals.values()))


def _row(proposal: Proposal) -> tuple[str, ...]:
    job = proposal.job
    at = proposal.submitted_at.isoformat()
    bid = f"{proposal.bid_usd:.2f}"
    return (proposal.confirmation, job.id, job.title, job.client, bid, proposal.status.value, at)


ROUTES: list[BaseRoute] = [
    Route("/jobs/{job_id}/apply", form),
    Route("/jobs/{job_id}/apply", submit, methods=["POST"]),
    Route("/proposals", listing),
    Route("/proposals.csv", export),
    Route("/proposals/{confirmation}", confirmation),
    Route("/proposals/{confirmation}/attachment", attachment),
    Route("/proposals/{confirmation}/withdraw", withdraw, methods=["POST"]),
]
