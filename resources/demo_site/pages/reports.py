"""The market report: a table of several pages that can be sorted by each column."""

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from resources.demo_site.data import page_count, page_of
from resources.demo_site.rendering import render
from resources.demo_site.visitor import site_of

PAGE_SIZE = 20
COLUMNS: Mapping[str, str] = {
    "month": "Month",
    "category": "Category",
    "jobs_posted": "Jobs posted",
    "median_budget_usd": "Median budget",
    "hires": "Hires",
    "fill_rate": "Fill rate",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportQuery:
    """Which column sorts the report, in which direction, and the page from 1."""

    sort: str
    is_descending: bool
    page: int

    def url(self, *, sort: str | None = None, page: int = 1) -> str:
        """The address of another page or, for a column's name, of the report sorted by it (again: turned)."""
        turned = sort == self.sort and not self.is_descending
        descending = self.is_descending if sort is None else turned
        return f"/reports?sort={sort or self.sort}&dir={'desc' if descending else 'asc'}&page={page}"


async def report(request: Request) -> Response:
    """One page of the report; an unknown column sorts by month."""
    rows, query = site_of(request).reports, _query(request)
    pages = page_count(len(rows), PAGE_SIZE)
    if not 1 <= query.page <= pages:
        raise HTTPException(404, f"The report has {pages} pages.")
    ordered = sorted(rows, key=attrgetter(query.sort), reverse=query.is_descending)
    context = {
        "columns": COLUMNS,
        "query": query,
        "rows": page_of(ordered, query.page, PAGE_SIZE),
        "pages": range(1, pages + 1),
        "total": len(rows),
    }
    return render(request, "reports.html", context)


def _query(request: Request) -> ReportQuery:
    params = request.query_params
    sort, page = params.get("sort", "month"), params.get("page", "1")
    return ReportQuery(
        sort=sort if sort in COLUMNS else "month",
        is_descending=params.get("dir") == "desc",
        page=int(page) if page.isascii() and page.isdigit() else 0,
    )


ROUTES: list[BaseRoute] = [Route("/reports", report)]
