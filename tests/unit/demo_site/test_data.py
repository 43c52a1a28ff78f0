"""The demo site's seeded data: the same every time, and rich enough for searches that overlap."""

import itertools

import pytest

from resources.demo_site.data import (
    EPOCH,
    PAGE_SIZE,
    BudgetKind,
    client_history,
    page_count,
    page_of,
    search,
    seed_jobs,
    seed_reports,
)
from resources.demo_site.vocab import CATEGORIES

KEYWORDS = ("Salesforce", "Agentforce", "Salesforce AI", "Einstein", "Python", "Playwright")
JOBS = seed_jobs()


def ids(**query: object) -> list[str]:
    return [job.id for job in search(JOBS, **query)]  # type: ignore[arg-type]


def test_a_seed_always_gives_the_same_jobs() -> None:
    again = seed_jobs.__wrapped__(7)
    assert again == JOBS
    assert (JOBS[0].id, JOBS[0].title, JOBS[0].score) == ("j1001", "End-to-end test lead, insurance", 46)


def test_another_seed_gives_other_jobs_with_the_same_ids() -> None:
    others = seed_jobs(8)
    assert [job.id for job in others] == [job.id for job in JOBS]
    assert others != JOBS


def test_jobs_keep_their_ranges() -> None:
    assert len(JOBS) == len({job.url for job in JOBS}) == 180
    assert all(0 <= job.score <= 100 and job.budget_usd > 0 and job.posted_at < EPOCH for job in JOBS)
    assert {job.category for job in JOBS} == set(CATEGORIES)
    assert {job.budget_kind for job in JOBS} == set(BudgetKind)


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_each_keyword_fills_several_pages(keyword: str) -> None:
    assert page_count(len(ids(q=keyword))) >= 3


def test_results_of_keywords_overlap_but_differ() -> None:
    found = {keyword: set(ids(q=keyword)) for keyword in KEYWORDS}
    overlaps = [(a, b) for a, b in itertools.combinations(KEYWORDS, 2) if found[a] & found[b]]
    assert len(overlaps) >= 8
    assert all(found[a] != found[b] for a, b in itertools.combinations(KEYWORDS, 2))
    assert found["Salesforce AI"] < found["Salesforce"]


def test_pages_put_together_are_the_whole_search() -> None:
    found = ids(q="Python")
    pages = [page_of(found, number) for number in range(1, page_count(len(found)) + 1)]
    assert [job_id for page in pages for job_id in page] == found
    assert all(len(page) == PAGE_SIZE for page in pages[:-1])


def test_nothing_found_is_one_empty_page() -> None:
    assert ids(q="Cobol") == []
    assert page_count(0) == 1


def test_words_count_as_a_whole_and_without_case() -> None:
    assert ids(q="pLaYwRiGhT") == ids(q="Playwright")
    assert ids(q="Playwrigh") == []


def test_filters_narrow_a_search_together() -> None:
    found = search(JOBS, q="Python", category="Web Development", min_budget=100, level="expert")
    assert found
    assert all(
        "Python" in job.skills and (job.category, job.level) == ("Web Development", "expert") and job.budget_usd >= 100
        for job in found
    )


@pytest.mark.parametrize(("sort", "field"), [("newest", "posted_at"), ("budget", "budget_usd"), ("score", "score")])
def test_sorting_puts_the_highest_first_and_ties_by_id(sort: str, field: str) -> None:
    found = search(reversed(JOBS), sort=sort)
    assert found == sorted(sorted(JOBS, key=lambda job: job.id), key=lambda job: getattr(job, field), reverse=True)


def test_an_unknown_order_is_refused() -> None:
    with pytest.raises(ValueError, match="oldest"):
        search(JOBS, sort="oldest")


def test_histories_and_reports_follow_from_the_seed() -> None:
    assert client_history("Casa Verde", 7) == client_history("Casa Verde", 7) != client_history("Casa Verde", 8)
    assert seed_reports.__wrapped__(7) == seed_reports(7) != seed_reports(8)
    assert all(row.hires <= row.jobs_posted for row in seed_reports())
