"""extract_job_details."""

from orchestrator.contract.actions.marketplace import ExtractJobDetails
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.actions.data import items_of
from robot.actions.failures import as_action_error
from robot.actions.lists import read_table
from robot.actions.marketplace.parallel import side_by_side
from robot.actions.marketplace.parts import PAGE_FIELDS, SitePage
from robot.actions.patience import patiently
from robot.actions.work import Work, session_of
from robot.browser.job_sessions import Place
from robot.errors import ActionError

LATE_TRIES = 5


async def extract_job_details(work: Work, parameters: ExtractJobDetails) -> JsonValue:
    """Visits each job's page; a job that could not be read carries `error`. When none could, the step fails."""
    jobs = [_as_job(item) for item in items_of(work, parameters.jobs)[: parameters.limit]]
    work.site(parameters.base_url)

    async def visit(place: Place, job: dict[str, JsonValue]) -> dict[str, JsonValue]:
        site = SitePage(work, parameters, session_of(place).page)
        return await patiently(work, lambda: _visit(site, parameters, str(job["url"])))

    results = await side_by_side(work, jobs, visit, most=parameters.concurrency)
    failures = [each for each in results if isinstance(each, Exception)]
    if failures and len(failures) == len(results):
        raise failures[0]
    return [await _joined(work, job, found) for job, found in zip(jobs, results, strict=True)]


def _as_job(item: JsonValue) -> dict[str, JsonValue]:
    job: JsonValue = {"url": item} if isinstance(item, str) else item
    if not isinstance(job, dict) or not isinstance(job.get("url"), str):
        raise ActionError.of(ErrorKind.BAD_WORKFLOW, f"jobs: {item!r:.100} has no `url`.")
    return job


async def _joined(
    work: Work, job: dict[str, JsonValue], found: dict[str, JsonValue] | Exception
) -> dict[str, JsonValue]:
    if isinstance(found, Exception):
        return {**job, "error": str(await as_action_error(found, work))}
    return {**job, **{name: value for name, value in found.items() if value is not None}}


async def _visit(site: SitePage, parameters: ExtractJobDetails, url: str) -> dict[str, JsonValue]:
    await site.open(url)
    await site.any_of("job")
    details = await site.read({**PAGE_FIELDS, **parameters.fields})
    return {**details, "client_history": await _history(site)}


async def _history(site: SitePage) -> JsonValue:
    """The part that comes late; when it did not come, it is asked for again, as a person would."""
    if await site.now("late") is None:
        return None
    for _ in range(LATE_TRIES):
        if await site.any_of("late_table", "late_retry") == "late_table":
            return list(await read_table(site.work, await site.find("late_table")))
        await site.click("late_retry")
    return None
