"""Whether what the demo's workflows gave is right, judged by the demo site's own data."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import httpx

from orchestrator.contract.actions.marketplace import CONTENT_CHARS
from orchestrator.contract.errors import BotswainError
from orchestrator.contract.ids import JsonValue
from resources.demo_site.expected import DiscoveredJob, expected_discovery
from resources.demo_site.settings import SiteAccount

Row = Mapping[str, JsonValue]
_CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_MOST_SHOWN = 5


class SiteAnswerError(BotswainError):
    """The demo site did not answer as a working site does."""


def discovery_mistakes(outputs: Row, keywords: Sequence[str]) -> list[str]:
    """What is wrong with the outputs of Job Discovery; empty when they are what the site's data says."""
    expected = expected_discovery(keywords)
    jobs = rows_of(outputs.get("jobs"))
    if outputs.get("count") != len(expected) or len(jobs) != len(expected):
        return [f"Job Discovery found {len(jobs)} jobs; the site has {len(expected)} for these keywords."]
    wrong = [
        f"{right['id']}: {mistake}"
        for found, right in zip(jobs, expected, strict=True)
        if (mistake := _difference(found, right))
    ]
    more = [f"... and {len(wrong) - _MOST_SHOWN} more jobs"] if len(wrong) > _MOST_SHOWN else []
    return [f"Job Discovery: {each}" for each in (*wrong[:_MOST_SHOWN], *more)]


def submission_mistakes(outputs: Row, proposals: Sequence[JsonValue], listed: Sequence[Mapping[str, str]]) -> list[str]:
    """What is wrong with the outputs of Proposal Submission, given what was to be sent and the site's own list."""
    meant = rows_of(list(proposals))
    valid = [row for row in meant if len(str(row["content"])) >= CONTENT_CHARS[0]]
    mistakes = _count_mistakes(outputs, len(valid), len(meant) - len(valid))
    on_site = {row["confirmation"]: row for row in listed}
    if len(on_site) != len(valid):
        mistakes.append(f"The site lists {len(on_site)} proposals; {len(valid)} were to be sent.")
    sent = {path_of(row.get("job_url")): row for row in rows_of(outputs.get("results"))}
    for proposal in valid:
        path = path_of(proposal["job_url"])
        mistake = _submission_mistake(sent.get(path), proposal, on_site)
        if mistake:
            mistakes.append(f"Proposal for {path}: {mistake}")
    return mistakes


async def listed_proposals(site_url: str, account: SiteAccount) -> list[dict[str, str]]:
    """The account's proposals as the site exports them. SiteAnswerError when it does not."""
    async with httpx.AsyncClient(base_url=site_url, follow_redirects=True, timeout=15, trust_env=False) as http:
        try:
            page = await http.get("/login")
            token = _CSRF.search(page.text)
            form = {"email": account.email, "password": account.password, "csrf_token": token[1] if token else ""}
            (await http.post("/login", data=form)).raise_for_status()
            answer = (await http.get("/proposals.csv")).raise_for_status()
        except httpx.HTTPError as error:
            raise SiteAnswerError(f"The demo site does not list its proposals: {error}") from error
    return list(csv.DictReader(io.StringIO(answer.text)))


def path_of(url: JsonValue) -> str:
    """An address on the site without its origin."""
    return urlsplit(str(url)).path


def rows_of(value: JsonValue) -> list[dict[str, JsonValue]]:
    """The objects of a list; empty for anything else."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _difference(found: Row, right: DiscoveredJob) -> str:
    if path_of(found.get("url")) != right["url"]:
        return f"the address is {found.get('url')!r}, not {right['url']!r}"
    for name, expected in right.items():
        if name != "url" and found.get(name) != expected:
            return f"{name} is {found.get(name)!r}, not {expected!r}"
    return ""


def _count_mistakes(outputs: Row, valid: int, invalid: int) -> list[str]:
    expected = {"submitted": valid, "verified": valid, "failed": 0}
    wrong = [
        f"Proposal Submission: {name} is {outputs.get(name)!r}, not {right}."
        for name, right in expected.items()
        if outputs.get(name) != right
    ]
    refused = rows_of(outputs.get("invalid"))
    if len(refused) != invalid or not all("content" in str(row.get("reasons")) for row in refused):
        wrong.append(f"Proposal Submission: {len(refused)} proposals were sorted out, not the {invalid} too short.")
    return wrong


def _submission_mistake(sent: Row | None, proposal: Row, on_site: Mapping[str, Mapping[str, str]]) -> str:
    if sent is None:
        return "the workflow says nothing about it"
    there = on_site.get(str(sent.get("confirmation")))
    if there is None:
        return f"the site does not know its confirmation {sent.get('confirmation')!r}"
    if f"/jobs/{there['job_id']}" != path_of(proposal["job_url"]):
        return f"the confirmation {there['confirmation']} belongs to job {there['job_id']}"
    if float(there["bid_usd"]) != float(str(proposal["bid_amount"])):
        return f"the bid is {there['bid_usd']}, not {proposal['bid_amount']}"
    return ""
