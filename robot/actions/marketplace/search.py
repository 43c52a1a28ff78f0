"""search_jobs and merge_job_results."""

from collections.abc import Mapping

from playwright.async_api import Page

from orchestrator.contract.actions.marketplace import MergeJobResults, SearchJobs
from orchestrator.contract.actions.read import ExtractList, FieldRule
from orchestrator.contract.actions.targets import Target
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.results import LogLevel
from robot.actions.data import flattened
from robot.actions.failures import as_action_error
from robot.actions.lists import read_pages
from robot.actions.marketplace.parallel import side_by_side
from robot.actions.marketplace.parts import CARD_FIELDS, SitePage, path_of
from robot.actions.patience import READS, patiently
from robot.actions.values import canonical, is_missing, number_of, ordered, value_at
from robot.actions.work import Work, session_of
from robot.browser.limits import limited
from robot.browser.place import Place
from robot.errors import ActionError

Job = dict[str, JsonValue]

FORM_LIMIT_S = 2.0


async def search_jobs(work: Work, parameters: SearchJobs) -> JsonValue:
    """Searches for each keyword in a session of the run's pool. One keyword's failure is logged as long as another
    one worked; when all failed, the first failure is the step's."""
    work.site(parameters.base_url)

    async def search(place: Place, keyword: str) -> list[Job]:
        return await patiently(work, lambda: _search(work, parameters, session_of(place).page, keyword), kinds=READS)

    most = len(parameters.keywords) if parameters.parallel else 1
    results = await side_by_side(work, parameters.keywords, search, most=most)
    pairs = list(zip(parameters.keywords, results, strict=True))
    failures = [(word, each) for word, each in pairs if isinstance(each, Exception)]
    if len(failures) == len(results):
        raise failures[0][1]
    for word, error in failures:
        told = await as_action_error(error, work)
        work.log(LogLevel.WARNING, f"The search for {word!r} failed: {told}", keyword=word)
    return [job for each in results if not isinstance(each, Exception) for job in each]


async def _search(work: Work, parameters: SearchJobs, page: Page, keyword: str) -> list[Job]:
    site = SitePage(work, parameters, page)
    await site.open(parameters.path)
    await site.fill("search_query", keyword)
    for name, value in parameters.filters.items():
        await _set_filter(site, name, value)
    if parameters.sort is not None:
        await _set_filter(site, "sort", parameters.sort)
    await _refuse_what_the_form_refuses(page)
    async with page.expect_navigation(wait_until="domcontentloaded", timeout=site.wait_ms):
        await site.click("search_submit")
    await site.any_of("search_done", "error_page")
    await _refuse_wrong_filters(site)
    rules: Mapping[str, FieldRule] = {**CARD_FIELDS, **parameters.fields}
    pages = ExtractList(
        items=site.target("job_card"), fields=dict(rules), next_page=site.target("next_page"),
        max_pages=parameters.max_pages, wait_s=0,
    )  # fmt: skip
    rows = await read_pages(work, pages, page)
    work.log(LogLevel.INFO, f"{len(rows)} jobs for {keyword!r}", keyword=keyword, jobs=len(rows))
    return [{**row, "keyword": keyword} for row in rows if isinstance(row, dict)]


async def _set_filter(site: SitePage, name: str, value: str | float | list[str]) -> None:
    """Sets the form's field of this name, whatever sort of field it is."""
    target = Target.of(f'[name="{name}"]')
    field = (await site.find_target(target)).first
    sort_of = await field.evaluate("field => field.tagName + ':' + (field.type || '')", timeout=site.wait_ms)
    if sort_of.startswith("SELECT"):
        wanted = [str(each) for each in value] if isinstance(value, list) else str(value)
        await field.select_option(wanted, timeout=site.wait_ms)
    elif sort_of.endswith(("checkbox", "radio")):
        await field.set_checked(bool(value), timeout=site.wait_ms)
    else:
        await field.fill(str(value), timeout=site.wait_ms)


async def _refuse_what_the_form_refuses(page: Page) -> None:
    """A browser does not send a form with fields that it finds wrong, and no page would come to wait for."""
    wrong = page.locator(":is(input, select, textarea):invalid")
    if not await limited(wrong.count(), FORM_LIMIT_S, "Looking at the form"):
        return
    said = wrong.first.evaluate("field => `${field.name}: ${field.validationMessage}`")
    message = await limited(said, FORM_LIMIT_S, "Looking at the form")
    raise ActionError.of(ErrorKind.BUSINESS, f"The form refuses the search: {message}")


async def _refuse_wrong_filters(site: SitePage) -> None:
    if await site.now("error_page") is not None:
        raise ActionError.of(ErrorKind.NETWORK, f"The search failed: {(await site.text('error_page'))[:500]}")
    if message := await site.text("field_errors"):
        raise ActionError.of(ErrorKind.BUSINESS, f"The site refused the search: {message}")


async def merge_job_results(work: Work, parameters: MergeJobResults) -> JsonValue:
    """One row for each job, best score first."""
    sources = parameters.results if parameters.results is not None else list(work.call.inputs.values())
    flat = [each for each in sources if isinstance(each, dict)] or flattened(sources)
    if any(isinstance(each, list) for each in flat):
        flat = flattened(flat)
    jobs = [job for job in flat if isinstance(job, dict)]
    return ordered(_merged(jobs, parameters), parameters.sort_by, descending=True)[: parameters.limit]


def _merged(jobs: list[Job], parameters: MergeJobResults) -> list[JsonValue]:
    """Jobs that share an id or an address are one; what a later one adds is kept, and so is the best score. Ties of
    the score are in the order of the first key."""
    known: dict[str, Job] = {}
    rows: list[Job] = []
    for job in jobs:
        names = _names(job, parameters.by)
        row = next((known[name] for name in names if name in known), None)
        if row is None:
            row = {}
            rows.append(row)
        _add(row, job, parameters.sort_by)
        known.update(dict.fromkeys(names, row))
    return ordered(list(rows), parameters.by[0] if parameters.by else None, descending=False)


def _names(job: Job, by: tuple[str, ...]) -> list[str]:
    values = {key: value_at(job, key) for key in by}
    return [
        f"{key}={path_of(value) if key == 'url' and isinstance(value, str) else canonical(value)}"
        for key, value in values.items()
        if not is_missing(value)
    ]


def _add(row: Job, job: Job, score: str) -> None:
    keywords = row.get("keywords") or []
    found = job.get("keyword")
    assert isinstance(keywords, list)
    before, after = number_of(row.get(score)), number_of(job.get(score))
    for key, value in job.items():
        if key != "keyword" and (is_missing(row.get(key)) or (key == score and (after or 0) > (before or 0))):
            row[key] = value
    if found is not None:
        row["keywords"] = [*keywords, *([found] if found not in keywords else [])]
