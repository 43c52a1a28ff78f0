"""The demo's verdict: right results pass, and each kind of wrong one is told."""

import json
from typing import Any

import pytest

from orchestrator.cli.source import checked_source
from orchestrator.contract.actions.marketplace import BID, CONTENT_CHARS
from orchestrator.contract.workflow_source import load_workflow
from orchestrator.fleet.demo_check import discovery_mistakes, submission_mistakes
from orchestrator.fleet.demo_orders import DISCOVERY, keywords_of, on_site, sample
from orchestrator.fleet.demo_proposals import demo_proposals
from resources.demo_site.data import seed_jobs
from resources.demo_site.expected import expected_discovery

KEYWORDS = keywords_of(checked_source(DISCOVERY).definition)
SITE = "http://127.0.0.1:4711"


def found_jobs() -> list[Any]:
    kinds = {job.id: job.budget_kind.value for job in seed_jobs()}
    return [
        {**job, "url": SITE + job["url"], "budget_kind": kinds[job["id"]], "description": "long"}
        for job in expected_discovery(KEYWORDS)
    ]


def discovered() -> dict[str, Any]:
    jobs = found_jobs()
    return {"jobs": jobs, "count": len(jobs)}


def test_the_keywords_reach_over_several_result_pages() -> None:
    assert len(expected_discovery(KEYWORDS)) > 30
    assert len(expected_discovery(KEYWORDS, max_pages=1)) < len(expected_discovery(KEYWORDS))


def test_what_the_site_says_is_right() -> None:
    assert discovery_mistakes(discovered(), KEYWORDS) == []


def test_a_missing_a_changed_and_a_misplaced_job_are_mistakes() -> None:
    missing = {**discovered(), "jobs": found_jobs()[1:]}
    assert "found" in discovery_mistakes(missing, KEYWORDS)[0]
    changed = discovered()
    changed["jobs"][3]["budget_usd"] = 1
    assert "budget_usd is 1" in discovery_mistakes(changed, KEYWORDS)[0]
    turned = discovered()
    turned["jobs"].reverse()
    assert "more jobs" in discovery_mistakes(turned, KEYWORDS)[-1]


def sent() -> tuple[dict[str, Any], list[Any], list[dict[str, str]]]:
    """Outputs, proposals and the site's list after a right run."""
    proposals: list[Any] = demo_proposals(found_jobs())
    good = proposals[:6]
    results = [{"job_url": each["job_url"], "confirmation": f"A-{n}", "verified": True} for n, each in enumerate(good)]
    listed = [
        {"confirmation": f"A-{n}", "job_id": each["job_url"].rsplit("/", 1)[1], "bid_usd": f"{each['bid_amount']:.2f}"}
        for n, each in enumerate(good)
    ]
    invalid = [{"proposal": proposals[6], "reasons": ["content has 14 characters"]}]
    outputs = {"submitted": 6, "verified": 6, "failed": 0, "results": results, "invalid": invalid}
    return outputs, proposals, listed


def test_the_demo_sends_six_good_proposals_and_one_too_short() -> None:
    proposals: list[Any] = demo_proposals(found_jobs())
    lengths = [len(each["content"]) for each in proposals]
    assert [CONTENT_CHARS[0] <= length <= CONTENT_CHARS[1] for length in lengths] == [True] * 6 + [False]
    assert all(BID[0] <= each["bid_amount"] <= BID[1] for each in proposals)
    assert not any("@" in each["content"] for each in proposals)


def test_a_right_submission_has_no_mistakes() -> None:
    assert submission_mistakes(*sent()) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda outputs, _: outputs.update(submitted=5), "submitted is 5"),
        (lambda outputs, _: outputs.update(invalid=[]), "sorted out"),
        (lambda _, listed: listed.pop(), "The site lists 5"),
        (lambda outputs, _: outputs["results"].pop(), "says nothing"),
        (lambda _, listed: listed[0].update(bid_usd="11.00"), "the bid is 11.00"),
        (lambda _, listed: listed[0].update(job_id="j1"), "belongs to job j1"),
        (lambda outputs, _: outputs["results"][0].update(confirmation="B"), "does not know"),
    ],
)
def test_each_kind_of_wrong_submission_is_told(change: Any, words: str) -> None:
    outputs, proposals, listed = sent()
    change(outputs, listed)
    assert words in " ".join(submission_mistakes(outputs, proposals, listed))


def test_a_stored_workflow_of_the_demo_asks_nobody_where_the_site_is() -> None:
    definition = load_workflow(json.dumps(on_site(DISCOVERY, "http://127.0.0.1:4711"))).definition
    assert definition.variables["site"].default == "http://127.0.0.1:4711"
    assert not [name for name, each in definition.variables.items() if each.required]
    assert on_site("watch-page", "http://127.0.0.1:4711") == sample("watch-page").named
