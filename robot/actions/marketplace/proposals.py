"""validate_proposals, submit_proposals, verify_submissions."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import FilePayload

from orchestrator.contract.actions.marketplace import (
    BID,
    CONTENT_CHARS,
    Login,
    SubmitProposals,
    ValidateProposals,
    VerifySubmissions,
)
from orchestrator.contract.actions.read import FieldRule
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.results import LogLevel
from robot.actions.failures import as_action_error
from robot.actions.files import payload
from robot.actions.marketplace.login import log_in_at
from robot.actions.marketplace.parallel import side_by_side
from robot.actions.marketplace.parts import SitePage, path_of
from robot.actions.patience import PAUSE_S, TRIES
from robot.actions.reading import read_rows
from robot.actions.values import is_missing, number_of
from robot.actions.work import Work, session_of
from robot.browser.place import Place
from robot.errors import ActionError

_ROW_FIELDS = {
    name: FieldRule.model_validate(rule)
    for name, rule in {
        "job_id": "@data-job-id",
        "confirmation": "@data-confirmation",
        "url": "td a@href",
        "status": "td:nth-child(3)",
    }.items()
}
Row = dict[str, JsonValue]

WITHDRAWN = "Withdrawn"
_UNCLEAR = frozenset({ErrorKind.NETWORK, ErrorKind.TIMEOUT, ErrorKind.TARGET_NOT_FOUND})
"""After these nobody knows whether the proposal arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposal as the site's form wants it."""

    job_url: str
    content: str
    bid: float
    attachment: str | None = None
    given: Row

    @classmethod
    def read(cls, given: JsonValue) -> "Proposal":
        """The proposal in a workflow's data; ActionError of kind business with every reason against it."""
        reasons = reasons_against(given)
        if reasons or not isinstance(given, dict):
            raise ActionError.of(ErrorKind.BUSINESS, "; ".join(reasons))
        attachment = given.get("attachment")
        return cls(
            job_url=str(_first(given, "job_url", "url")),
            content=str(_first(given, "content", "cover_letter")).strip(),
            bid=number_of(_first(given, "bid_amount", "bid")) or 0.0,
            attachment=str(attachment) if attachment else None,
            given=given,
        )


def _first(row: Row, *names: str) -> JsonValue:
    return next((row[name] for name in names if not is_missing(row.get(name))), None)


async def validate_proposals(work: Work, parameters: ValidateProposals) -> JsonValue:
    """Parts proposals into those that can be sent and those that cannot, with the reasons."""
    valid: list[JsonValue] = []
    invalid: list[JsonValue] = []
    for given in _proposals(work, parameters.proposals):
        reasons = reasons_against(given)
        if reasons:
            invalid.append({"proposal": given, "reasons": list(reasons)})
        else:
            valid.append(given)
    return {"valid": valid, "invalid": invalid}


def reasons_against(given: JsonValue) -> list[str]:
    """Why a proposal cannot be sent; empty when it can."""
    if not isinstance(given, dict):
        return ["a proposal is an object with job_url, content and bid_amount"]
    reasons = []
    if not isinstance(_first(given, "job_url", "url"), str):
        reasons.append("job_url is missing")
    content = _first(given, "content", "cover_letter")
    length = len(content.strip()) if isinstance(content, str) else 0
    if not length:
        reasons.append("content is missing")
    elif not CONTENT_CHARS[0] <= length <= CONTENT_CHARS[1]:
        reasons.append(f"content has {length} characters; {CONTENT_CHARS[0]} to {CONTENT_CHARS[1]} are right")
    bid = number_of(_first(given, "bid_amount", "bid"))
    if bid is None:
        reasons.append("bid_amount is missing or no number")
    elif not BID[0] <= bid <= BID[1]:
        reasons.append(f"bid_amount is {bid:g}; {BID[0]:g} to {BID[1]:g} are right")
    return reasons


def _proposals(work: Work, given: JsonValue) -> list[JsonValue]:
    """A list of proposals, also out of what validate_proposals gave."""
    if given is None:
        values = list(work.call.inputs.values())
        given = next((each for each in values if isinstance(each, dict) and "valid" in each), None)
        given = given if given is not None else next((each for each in values if isinstance(each, list)), None)
    if isinstance(given, dict):
        given = given.get("valid")
    if not isinstance(given, list):
        message = f"{work.call.action} needs `proposals`, or a step before it that gives them."
        raise ActionError.of(ErrorKind.BAD_WORKFLOW, message)
    return given


async def submit_proposals(work: Work, parameters: SubmitProposals) -> JsonValue:
    """Sends proposals, batch after batch; each has its own result, and none stops the others."""
    proposals = _proposals(work, parameters.proposals)
    work.site(parameters.base_url)
    await _log_in_once(work, parameters)

    async def send(place: Place, given: JsonValue) -> Row:
        return await _send(work, parameters, place, given)

    results: list[JsonValue] = []
    size = parameters.batch_size
    for start in range(0, len(proposals), size):
        batch = proposals[start : start + size]
        outcomes = await side_by_side(work, batch, send, most=size)
        results += [await _result(work, given, outcome) for given, outcome in zip(batch, outcomes, strict=True)]
        work.log(LogLevel.INFO, f"{len(results)} of {len(proposals)} proposals are done")
    submitted = sum(isinstance(each, dict) and each["status"] == "submitted" for each in results)
    return {"submitted": submitted, "failed": len(results) - submitted, "results": results}


async def _log_in_once(work: Work, parameters: SubmitProposals) -> None:
    if parameters.username is None or parameters.password is None or work.sessions.has_login:
        return
    async with work.worker() as place:
        login = Login(
            base_url=parameters.base_url,
            username=parameters.username,
            password=parameters.password,
            selectors=parameters.selectors,
        )
        await log_in_at(work, login, place)


async def _send(work: Work, parameters: SubmitProposals, place: Place, given: JsonValue) -> Row:
    """Sends a proposal; when the site's answer is lost, its own list says whether it arrived, and it is sent again only
    when it did not."""
    proposal = Proposal.read(given)
    await work.sessions.share_login(place)
    site = SitePage(work, parameters, session_of(place).page)
    for number in range(1, TRIES + 1):
        try:
            return await _sent_once(work, site, proposal)
        except (ActionError, PlaywrightError) as error:
            told = await as_action_error(error, work)
            if told.info.kind not in _UNCLEAR:
                raise told from error
            arrived = await _arrived(work, parameters, site, proposal)
            if arrived is not None:
                return arrived
            if told.info.kind is not ErrorKind.NETWORK or number == TRIES:
                raise told from error
            work.log(LogLevel.INFO, f"The proposal for {proposal.job_url} did not arrive, and is sent again.")
            await asyncio.sleep(PAUSE_S * number)
    raise AssertionError


async def _arrived(work: Work, parameters: SubmitProposals, site: SitePage, proposal: Proposal) -> Row | None:
    """The proposal in the site's own list."""
    wanted = path_of(proposal.job_url)
    found = [row for row in await _listed(work, site, parameters.list_path) if path_of(str(row["url"])) == wanted]
    confirmation = next((row["confirmation"] for row in found if row["status"] != WITHDRAWN), None)
    return {"confirmation": confirmation, "url": site.page.url} if confirmation else None


async def _sent_once(work: Work, site: SitePage, proposal: Proposal) -> Row:
    await site.open(proposal.job_url)
    if await site.any_of("apply", "login_password", "job") == "apply":
        await site.click("apply")
        if await site.any_of("proposal_content", "proposal_refused", "login_password", "error_page") == "error_page":
            raise await _refusal(site, "error_page")
    await _refuse_unless_form(site)
    await site.fill("proposal_content", proposal.content)
    await site.fill("proposal_bid", f"{proposal.bid:g}")
    if proposal.attachment is not None:
        await _attach(work, site, proposal.attachment)
    await site.click("proposal_submit")
    came = await site.any_of("proposal_done", "proposal_refused", "error_page")
    if came != "proposal_done":
        raise await _refusal(site, came)
    return {"confirmation": await site.text("proposal_done"), "url": site.page.url}


async def _refuse_unless_form(site: SitePage) -> None:
    if await site.now("login_password") is not None:
        message = "The site asks for a login: put a `login` step before, or give username and password."
        raise ActionError.of(ErrorKind.SESSION_EXPIRED, message)
    if await site.now("proposal_content") is None:
        texts = [await site.text(part) for part in ("proposal_refused", "already_applied", "error_page")]
        refused = next(filter(None, texts), "")
        raise ActionError.of(ErrorKind.BUSINESS, refused or "The job does not take proposals (any more).")


async def _attach(work: Work, site: SitePage, attachment: str) -> None:
    file: FilePayload = payload(work, attachment)
    field = await site.find("proposal_attachment")
    await field.first.set_input_files([file], timeout=site.wait_ms)


async def _refusal(site: SitePage, came: str) -> ActionError:
    if came == "error_page":
        return ActionError.of(ErrorKind.NETWORK, f"The site failed: {(await site.text('error_page'))[:500]}")
    fields = await site.now("field_errors")
    texts = [text.strip() for text in await fields.all_inner_texts()] if fields is not None else []
    return ActionError.of(ErrorKind.BUSINESS, "; ".join([await site.text("proposal_refused"), *texts]))


async def _result(work: Work, given: JsonValue, outcome: Row | Exception) -> JsonValue:
    job_url = _first(given, "job_url", "url") if isinstance(given, dict) else None
    if not isinstance(outcome, Exception):
        return {"job_url": job_url, "status": "submitted", "error": None, **outcome}
    error = await as_action_error(outcome, work)
    status = "rejected" if error.info.kind is ErrorKind.BUSINESS else "failed"
    return {"job_url": job_url, "status": status, "confirmation": None, "error": error.info.message}


async def verify_submissions(work: Work, parameters: VerifySubmissions) -> JsonValue:
    """Looks for each sent proposal in the site's own list."""
    submissions = [each for each in _submissions(work, parameters.submissions) if each.get("confirmation")]
    async with work.worker() as place:
        await work.sessions.share_login(place)
        rows = await _listed(work, SitePage(work, parameters, session_of(place).page), parameters.path)
    results = [_verified(each, rows) for each in submissions]
    verified = sum(each["verified"] is True for each in results)
    return {"verified": verified, "missing": len(results) - verified, "results": list(results)}


async def _listed(work: Work, site: SitePage, path: str) -> list[Row]:
    """What the site's own list of proposals says."""
    await site.open(path)
    if await site.any_of("proposal_row", "no_proposals", "login_password") == "login_password":
        raise ActionError.of(ErrorKind.SESSION_EXPIRED, "The site asks for a login; put a `login` step before.")
    if await site.now("proposal_row") is None:
        return []
    return await read_rows(work, await site.find("proposal_row"), _ROW_FIELDS)


def _submissions(work: Work, given: JsonValue) -> list[Row]:
    if given is None:
        given = next((each for each in work.call.inputs.values() if isinstance(each, dict) and "results" in each), None)
    if isinstance(given, dict):
        given = given.get("results")
    if not isinstance(given, list):
        message = "verify_submissions needs `submissions`, or a step before it that submits."
        raise ActionError.of(ErrorKind.BAD_WORKFLOW, message)
    return [each for each in given if isinstance(each, dict)]


def _verified(submission: Row, rows: Sequence[Row]) -> Row:
    row = next((row for row in rows if row["confirmation"] == submission["confirmation"]), None)
    job_url = submission.get("job_url")
    fits = row is not None and (
        not isinstance(job_url, str) or not row["url"] or path_of(str(row["url"])) == path_of(job_url)
    )
    return {
        "job_url": job_url,
        "confirmation": submission["confirmation"],
        "verified": fits,
        "status": row["status"] if row is not None else None,
    }
