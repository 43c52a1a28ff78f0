"""The marketplace's actions against the demo site: what they return is what the site holds."""

from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.contract.errors import ErrorKind
from resources.demo_site.data import search, seed_jobs
from resources.demo_site.expected import expected_discovery
from resources.demo_site.settings import SiteSettings

Robot = Any
KEYWORDS = ["Salesforce", "Agentforce", "Python"]
USER = {"username": "demo@ardan.test", "password": "demo-pass-1"}
CONTENT = "I have built this before and can start on Monday. " * 4


@pytest.fixture
def worker(robot_on: Callable[..., Robot], site: str) -> Robot:
    return robot_on(site)


@pytest.mark.feature("D36", "D37", "D04", "O04")
async def test_a_discovery_finds_what_the_site_holds(worker: Robot, site: str) -> None:
    await worker.do("create_session_pool", pool_size=3)
    found = await worker.do("search_jobs", keywords=KEYWORDS, sort="score", max_pages=3)
    merged = await worker.do("merge_job_results", inputs={"search": found})
    expected = expected_discovery(KEYWORDS, max_pages=3)
    assert [{key: job[key] for key in expected[0] if key != "url"} for job in merged] == [
        {key: value for key, value in job.items() if key != "url"} for job in expected
    ]
    assert [job["url"] for job in merged] == [f"{site}{job['url']}" for job in expected]
    assert all(set(job["keywords"]) <= set(KEYWORDS) for job in merged)


@pytest.mark.feature("D36")
async def test_filters_and_sort_are_used(worker: Robot) -> None:
    found = await worker.do(
        "search_jobs", keywords="python", filters={"level": "expert", "min_budget": 50}, sort="budget", max_pages=1
    )
    expected = search(seed_jobs(), q="python", level="expert", min_budget=50, sort="budget")[:10]
    assert [job["id"] for job in found] == [job.id for job in expected]
    assert expected


async def test_a_filter_that_the_site_refuses_is_a_business_failure(worker: Robot) -> None:
    failure = await worker.failure("search_jobs", keywords="python", filters={"min_budget": "-5"})
    assert failure.kind is ErrorKind.BUSINESS
    assert failure.message.startswith("The form refuses the search: min_budget: ")


async def test_a_site_that_nobody_named_is_asked_for(robot_on: Callable[..., Robot]) -> None:
    failure = await robot_on(None).failure("search_jobs", keywords="python")
    assert failure.kind is ErrorKind.BAD_WORKFLOW
    assert "base_url" in failure.message


@pytest.mark.feature("D38")
async def test_details_come_with_what_loads_late(robot_on: Callable[..., Robot], start_site: Any) -> None:
    site = start_site(SiteSettings(late_content_s=0.5))
    worker = robot_on(site)
    jobs = seed_jobs()[:3]
    await worker.do("create_session_pool", pool_size=2)
    given = [{"url": f"{site}{job.url}", "note": job.id} for job in jobs] + [{"url": f"{site}/jobs/none"}]
    found = await worker.do("extract_job_details", jobs=given)
    assert [job["title"] for job in found[:3]] == [job.title for job in jobs]
    assert [job["note"] for job in found[:3]] == [job.id for job in jobs]
    assert all(job["client_history"] is not None and job["description"] for job in found[:3])
    assert "status 404" in found[3]["error"]


async def test_a_locked_account_fails_in_the_sites_words_and_is_not_tried_again(worker: Robot) -> None:
    failure = await worker.failure("login", username="locked@ardan.test", password="x")
    assert (failure.kind, failure.is_retryable) == (ErrorKind.BUSINESS, False)
    assert "locked" in failure.message
    assert (await worker.failure("login", username="demo@ardan.test", password="x")).kind is ErrorKind.BUSINESS


@pytest.mark.feature("D39")
async def test_proposals_are_checked_with_every_reason(worker: Robot) -> None:
    good = {"job_url": "/jobs/1", "content": "x" * 100, "bid_amount": 10}
    bad = [
        {"job_url": "/jobs/1", "content": "x" * 99, "bid_amount": 9.99},
        {"content": "x" * 5001, "bid_amount": 200.01},
        {"job_url": "/jobs/1"},
        "no object",
    ]
    edge = {"url": "/jobs/1", "content": "x" * 5000, "bid": "200"}
    found = await worker.do("validate_proposals", proposals=[good, *bad, edge])
    assert found["valid"] == [good, edge]
    assert [len(each["reasons"]) for each in found["invalid"]] == [2, 3, 2, 1]
    assert "100 to 5000" in found["invalid"][0]["reasons"][0]


@pytest.mark.feature("D40", "D41")
async def test_proposals_are_sent_in_batches_and_one_failure_stops_no_other(worker: Robot, site: str) -> None:
    await worker.do("create_session_pool", pool_size=2)
    await worker.do("login", **USER)
    jobs = seed_jobs()[:4]
    proposals = [{"job_url": f"{site}{job.url}", "content": CONTENT, "bid_amount": 60} for job in jobs]
    proposals.insert(2, {"job_url": f"{site}{jobs[0].url}", "content": CONTENT, "bid_amount": 61})
    proposals.insert(3, {"job_url": f"{site}/jobs/none", "content": CONTENT, "bid_amount": 61})
    checked = await worker.do("validate_proposals", proposals=proposals)
    sent = await worker.do("submit_proposals", inputs={"check": checked}, batch_size=2)
    assert (sent["submitted"], sent["failed"]) == (4, 2)
    assert [each["status"] for each in sent["results"]] == [
        "submitted", "submitted", "rejected", "failed", "submitted", "submitted",
    ]  # fmt: skip
    assert "You sent a proposal" in sent["results"][2]["error"]
    seen = await worker.do("verify_submissions", inputs={"send": sent})
    assert (seen["verified"], seen["missing"]) == (4, 0)
    lost = await worker.do("verify_submissions", submissions=[{"job_url": "/x", "confirmation": "ARD-0"}])
    assert (lost["verified"], lost["missing"]) == (0, 1)


@pytest.mark.feature("D40")
async def test_sending_without_a_login_says_so_for_each(worker: Robot, site: str) -> None:
    proposals = [{"job_url": f"{site}{seed_jobs()[0].url}", "content": CONTENT, "bid_amount": 60}]
    sent = await worker.do("submit_proposals", proposals=proposals)
    assert "asks for a login" in sent["results"][0]["error"]
    sent = await worker.do("submit_proposals", proposals=proposals, **USER)
    assert sent["submitted"] == 1


@pytest.mark.feature("D42", "D43", "D44", "D45")
async def test_the_profile_is_kept_up_to_date(worker: Robot) -> None:
    await worker.do("login", **USER)
    before = await worker.do("check_profile")
    assert before["name"] == "Dana Moreno"
    changed = await worker.do("update_availability", status="unavailable", hours_per_week=5)
    assert changed == {"availability": "unavailable", "hours_per_week": 5, "changed": True}
    assert (await worker.do("update_availability", status="unavailable", hours_per_week=5))["changed"] is False
    assert "the site knows available" in (await worker.failure("update_availability", status="asleep")).message
    skills = await worker.do("update_skills", skills=["Robotics"], certifications="Certified Driver")
    assert skills["added"] == ["Robotics", "Certified Driver"]
    skills = await worker.do("update_skills", skills=["Robotics", "Python"], mode="replace")
    assert set(skills["skills"]) == {"Robotics", "Python"}
    items = [{"title": "New piece", "description": "What I made"}]
    portfolio = await worker.do("refresh_portfolio", items=items)
    assert portfolio["added"] == ["New piece"]
    assert set(portfolio["refreshed"]) == {item["title"] for item in before["portfolio"]}
    assert "New piece" in [item["title"] for item in portfolio["portfolio"]]
    assert (await worker.do("refresh_portfolio", items=items))["added"] == []


async def test_a_form_that_listens_to_keys_needs_typing(worker: Robot, site: str) -> None:
    await worker.do("login", **USER)
    await worker.do("goto", url="/profile")
    await worker.do("type", target="#vanity", text="dana-m", clear=True)
    await worker.do("click", target="testid=vanity-save", expect="navigation")
    assert await worker.do("extract", target="testid=vanity-link", attribute="href") == f"{site}/u/dana-m"


async def test_a_table_over_several_pages_is_complete(worker: Robot) -> None:
    await worker.do("goto", url="/reports")
    rows = await worker.do("extract_table", target="testid=report-table", next_page="testid=next-page")
    count = await worker.do("extract", target="testid=report-count", attribute="data-count", kind="number")
    assert len(rows) == count > 20
    assert len({tuple(row.items()) for row in rows}) == len(rows)
