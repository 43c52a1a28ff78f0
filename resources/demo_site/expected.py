"""What a right run of the Job Discovery workflow returns, computed from the seeded data."""

from collections.abc import Iterable
from typing import TypedDict

from resources.demo_site.data import DEFAULT_SEED, PAGE_SIZE, Job, Sort, search, seed_jobs


class DiscoveredJob(TypedDict):
    """One job of the merged result; `url` is the path on the site."""

    id: str
    url: str
    title: str
    client: str
    budget_usd: int
    level: str
    skills: list[str]
    score: int


def expected_discovery(
    keywords: Iterable[str], *, sort: str = Sort.SCORE, max_pages: int | None = None, seed: int = DEFAULT_SEED
) -> list[DiscoveredJob]:
    """The union of the keywords' search results, each job once, by score (highest first), then by id.

    `sort` is the order of the searches themselves, which decides what stands on the first `max_pages`
    pages of each (None: all pages). Raises ValueError for an unknown `sort`.
    """
    most = None if max_pages is None else max_pages * PAGE_SIZE
    jobs = seed_jobs(seed)
    found = {job.url: job for keyword in keywords for job in search(jobs, q=keyword, sort=sort)[:most]}
    return [_discovered(job) for job in sorted(found.values(), key=lambda job: (-job.score, job.id))]


def _discovered(job: Job) -> DiscoveredJob:
    return DiscoveredJob(
        id=job.id,
        url=job.url,
        title=job.title,
        client=job.client,
        budget_usd=job.budget_usd,
        level=job.level.value,
        skills=list(job.skills),
        score=job.score,
    )
