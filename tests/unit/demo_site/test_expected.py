"""What a right Job Discovery returns."""

import pytest

from resources.demo_site.data import search, seed_jobs
from resources.demo_site.expected import expected_discovery


def test_results_of_several_keywords_hold_each_job_once() -> None:
    rows = expected_discovery(["Salesforce", "Salesforce AI", "Einstein"])
    wanted = {job.url for q in ("Salesforce", "Einstein") for job in search(seed_jobs(), q=q)}
    assert {row["url"] for row in rows} == wanted
    assert len(rows) == len(wanted)


def test_results_stand_by_score_then_by_id() -> None:
    rows = expected_discovery(["Python", "Playwright"])
    assert rows == sorted(rows, key=lambda row: (-row["score"], row["id"]))


def test_the_order_of_the_keywords_does_not_matter() -> None:
    assert expected_discovery(["Python", "Einstein"]) == expected_discovery(["Einstein", "Python"])


@pytest.mark.parametrize("sort", ["score", "newest", "budget"])
def test_only_the_first_pages_count_when_pages_are_limited(sort: str) -> None:
    first = {job.id for job in search(seed_jobs(), q="Python", sort=sort)[:20]}
    assert {row["id"] for row in expected_discovery(["Python"], sort=sort, max_pages=2)} == first


def test_a_row_holds_plain_values_of_the_job() -> None:
    job = search(seed_jobs(), q="Agentforce", sort="score")[0]
    row = expected_discovery(["Agentforce"])[0]
    assert row == {
        "id": job.id,
        "url": f"/jobs/{job.id}",
        "title": job.title,
        "client": job.client,
        "budget_usd": job.budget_usd,
        "level": str(job.level),
        "skills": list(job.skills),
        "score": job.score,
    }


def test_no_keyword_finds_nothing() -> None:
    assert expected_discovery([]) == []
