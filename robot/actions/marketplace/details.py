"""extract_job_details."""

from playwright.async_api import Error as PlaywrightError

from orchestrator.contract.actions.marketplace import ExtractJobDetails
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.actions.data import items_of
from robot.actions.failures import as_action_error
from robot.actions.grids import read_table
from robot.actions.marketplace.parallel import side_by_side
from robot.actions.marketplace.parts import PAGE_FIELDS, SitePage
from robot.actions.patience import READS, patiently
from robot.actions.work import Work, session_of
from robot.browser.place import Place
from robot.errors import ActionError

LATE_TRIES = 5
AGAIN_LIMIT_S = 10.0
"""How long a part that is asked for again may load before it is looked at."""


async def extract_job_details(work: Work, parameters: ExtractJobDetails) -> JsonValue:
    """Visits each job's page; a job that could not be read carries `error`. When none could, the step fails."""
    jobs = [_as_job(item) for item in items_of(work, parameters.jobs)[: parameters.limit]]
    work.site(parameters.base_url)

    async def visit(place: Place, job: dict[str, JsonValue]) -> dict[str, JsonValue]:
        site = SitePage(work, parameters, session_of(place).page)
        return await patiently(work, lambda: _visit(site, parameters, str(job["url"])), kinds=READS)

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
        await _ask_again(site)
    return None


async def _ask_again(site: SitePage) -> None:
    """Presses the button, and waits until what it promised, or another button, has taken its place."""
    limit_ms = min(site.wait_ms, AGAIN_LIMIT_S * 1_000)
    try:
        for button in await (await site.find("late_retry")).element_handles():
            await button.click(timeout=limit_ms)
            await button.wait_for_element_state("hidden", timeout=limit_ms)
    except PlaywrightError:
        pass  # it is gone already, or it stays: the next look tells
