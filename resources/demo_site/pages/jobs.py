"""Search, job pages and the client history that loads late."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from resources.demo_site.data import PAGE_SIZE, Job, Level, Sort, client_history, page_count, page_of, search
from resources.demo_site.forms import InvalidFormError, JobQuery, read_query
from resources.demo_site.rendering import render
from resources.demo_site.visitor import current_user, site_of
from resources.demo_site.vocab import CATEGORIES

_CHOICES = {"categories": CATEGORIES, "levels": tuple(Level), "sorts": tuple(Sort)}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """A numbered page and its address."""

    number: int
    url: str
    is_current: bool


async def results(request: Request) -> Response:
    """One page of a search; 422 with a message per wrong filter, 404 beyond the last page."""
    try:
        query = read_query(request.query_params)
    except InvalidFormError as error:
        return _results_page(request, JobQuery(), [], error)
    found = search(
        site_of(request).jobs,
        q=query.q,
        category=query.category,
        min_budget=query.min_budget,
        level=query.level,
        sort=query.sort,
    )
    if query.page > page_count(len(found)):
        raise HTTPException(404, f"This search has {page_count(len(found))} pages.")
    return _results_page(request, query, found)


async def detail(request: Request) -> Response:
    """All about one job, without the client history."""
    job = job_of(request)
    user = current_user(request)
    proposal = user.open_proposal(job) if user else None
    return render(request, "job.html", {"job": job, "proposal": proposal})


async def history(request: Request) -> Response:
    """What the client bought before, as a fragment of HTML that comes late."""
    site, job = site_of(request), job_of(request)
    await asyncio.sleep(site.settings.late_content_s)
    contracts = client_history(job.client, site.settings.seed)
    return render(request, "history.html", {"contracts": contracts, "client": job.client})


def job_of(request: Request) -> Job:
    """The job that the address names; raises HTTPException 404."""
    job = site_of(request).job(request.path_params["job_id"])
    if job is None:
        raise HTTPException(404, "This job does not exist.")
    return job


def _results_page(
    request: Request, query: JobQuery, found: list[Job], error: InvalidFormError | None = None
) -> Response:
    pages = page_count(len(found))
    context = {
        **_CHOICES,
        "query": query,
        "errors": error.errors if error else {},
        "jobs": page_of(found, query.page),
        "total": len(found),
        "first": (query.page - 1) * PAGE_SIZE + 1,
        "pages": [_link(query, number) for number in range(1, pages + 1)],
        "previous": _link(query, query.page - 1) if query.page > 1 else None,
        "next": _link(query, query.page + 1) if query.page < pages else None,
    }
    return render(request, "jobs.html", context, 422 if error else 200)


def _link(query: JobQuery, number: int) -> PageLink:
    chosen = {
        "q": query.q,
        "category": query.category,
        "min_budget": query.min_budget or "",
        "level": query.level,
        "sort": query.sort.value,
        "page": number,
    }
    address = urlencode({name: value for name, value in chosen.items() if value != ""})
    return PageLink(number=number, url=f"/jobs?{address}", is_current=number == query.page)


ROUTES: list[BaseRoute] = [
    Route("/jobs", results),
    Route("/jobs/{job_id}", detail),
    Route("/jobs/{job_id}/history", history),
]
