"""check_profile, update_availability, refresh_portfolio, update_skills."""

from collections.abc import Collection, Sequence

from playwright.async_api import FilePayload
from playwright.async_api import Locator as PageLocator

from orchestrator.contract.actions.interact import FileContent
from orchestrator.contract.actions.marketplace import (
    CheckProfile,
    PortfolioItem,
    ProfilePage,
    RefreshPortfolio,
    UpdateAvailability,
    UpdateSkills,
)
from orchestrator.contract.actions.read import FieldRule
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.actions.files import payload
from robot.actions.locating import page_locator
from robot.actions.marketplace.parts import SitePage
from robot.actions.patience import patiently
from robot.actions.reading import read_rows
from robot.actions.work import Work, session_of
from robot.errors import ActionError

MOST_REFRESHES = 200
_FIELDS = {
    name: FieldRule.model_validate(rule)
    for name, rule in {
        "name": "[data-testid=profile-name]",
        "headline": "[data-testid=profile-headline]",
        "availability": "#availability@value",
        "hours_per_week": {"target": "#hours_per_week", "attribute": "value", "type": "number"},
        "completeness": {"target": "[data-testid=profile-completeness]", "type": "number"},
        "skills": {"target": "[data-testid=profile-skills] [data-skill]", "attribute": "data-skill", "type": "list"},
    }.items()
}
_ITEM_FIELDS = {
    name: FieldRule.model_validate(rule)
    for name, rule in {
        "id": "@data-item-id",
        "title": "td",
        "file": "[data-testid=portfolio-download]",
        "refreshed_at": "[data-testid=refreshed-at]@datetime",
    }.items()
}


async def _open(work: Work, parameters: ProfilePage) -> SitePage:
    place = await work.place()
    await work.sessions.share_login(place)
    site = SitePage(work, parameters, session_of(place).page)
    await site.open(parameters.path)
    if await site.any_of("availability", "login_password") == "login_password":
        raise ActionError.of(ErrorKind.SESSION_EXPIRED, "The site asks for a login; put a `login` step before.")
    return site


async def check_profile(work: Work, parameters: CheckProfile) -> JsonValue:
    """Reads the own profile."""
    site = await _open(work, parameters)
    return {**await site.read(_FIELDS), "portfolio": await _portfolio(site)}


async def _portfolio(site: SitePage) -> list[JsonValue]:
    locator = site.target("portfolio_item").locators[0]
    return list(await read_rows(site.work, page_locator(site.page, locator), _ITEM_FIELDS))


async def update_availability(work: Work, parameters: UpdateAvailability) -> JsonValue:
    """Sets the availability, and says whether that changed anything."""
    seen: list[dict[str, JsonValue]] = []

    async def once() -> dict[str, JsonValue]:
        site = await _open(work, parameters)
        seen.append(await site.read(_FIELDS))
        await _set_availability(site, parameters)
        return await site.read(_FIELDS)

    after = await patiently(work, once)
    return {
        "availability": after["availability"],
        "hours_per_week": after["hours_per_week"],
        "changed": any(seen[0][name] != after[name] for name in ("availability", "hours_per_week")),
    }


async def _set_availability(site: SitePage, parameters: UpdateAvailability) -> None:
    chosen = await site.find("availability")
    wanted = parameters.status.strip().lower()
    options = await chosen.evaluate("list => [...list.options].map(option => option.value)", timeout=site.wait_ms)
    if wanted not in options:
        raise ActionError.of(ErrorKind.BUSINESS, f"status: the site knows {', '.join(options)}, not {wanted!r}.")
    await chosen.select_option(wanted, timeout=site.wait_ms)
    if parameters.hours_per_week is not None:
        await site.fill("hours", str(parameters.hours_per_week))
    await _save(site, "availability_save")


async def _save(site: SitePage, button: str) -> None:
    found = await site.find(button)
    await _press(site, found)


async def _press(site: SitePage, button: PageLocator) -> None:
    """Sends a form and waits for the page that answers; ActionError of kind business with the site's complaint."""
    async with site.page.expect_navigation(wait_until="domcontentloaded", timeout=site.wait_ms):
        await button.first.click(timeout=site.wait_ms)
    if await site.now("error_page") is not None:
        raise ActionError.of(ErrorKind.NETWORK, f"The site failed: {(await site.text('error_page'))[:500]}")
    if message := await site.text("field_errors"):
        raise ActionError.of(ErrorKind.BUSINESS, message)


async def update_skills(work: Work, parameters: UpdateSkills) -> JsonValue:
    """Adds skills, or makes the list exactly what is wanted; certifications stand among the skills."""
    wanted = list(dict.fromkeys(each.strip() for each in (*parameters.skills, *parameters.certifications)))
    kept = {skill.casefold() for skill in wanted} if parameters.mode == "replace" else None
    seen: list[list[str]] = []

    async def once() -> list[str]:
        site = await _open(work, parameters)
        seen.append(await _skills(site))
        for skill in _missing(wanted, seen[-1]):
            await site.fill("skill", skill)
            await _save(site, "skill_add")
        for skill in _superfluous(seen[-1], kept):
            await _press(site, await _remove_button(site, skill))
        return await _skills(site)

    skills = await patiently(work, once)
    before = seen[0]
    added, removed = _missing(wanted, before), _superfluous(before, kept)
    return {"skills": list(skills), "added": list(added), "removed": list(removed)}


def _missing(wanted: Sequence[str], present: Sequence[str]) -> list[str]:
    known = {skill.casefold() for skill in present}
    return [skill for skill in wanted if skill and skill.casefold() not in known]


def _superfluous(present: Sequence[str], kept: Collection[str] | None) -> list[str]:
    """None: whatever is there may stay."""
    return [] if kept is None else [skill for skill in present if skill.casefold() not in kept]


async def _skills(site: SitePage) -> list[str]:
    skills = (await site.read(_FIELDS))["skills"]
    assert isinstance(skills, list)
    return [str(skill) for skill in skills]


async def _remove_button(site: SitePage, skill: str) -> PageLocator:
    items = page_locator(site.page, site.target("skill_item").locators[0])
    item = items.filter(has=site.page.get_by_role("button", name=f"Remove {skill}", exact=True))
    return page_locator(item, site.target("skill_remove").locators[0])


async def refresh_portfolio(work: Work, parameters: RefreshPortfolio) -> JsonValue:
    """Adds the pieces that are not there yet, then refreshes the older ones."""
    seen: list[list[str]] = []
    refreshed = 0

    async def once() -> list[JsonValue]:
        nonlocal refreshed
        site = await _open(work, parameters)
        seen.append([str(row["title"]) for row in await _portfolio(site) if isinstance(row, dict)])
        for item in parameters.items:
            if item.title not in seen[-1]:
                await _upload(work, site, item)
        while refreshed < min(len(seen[0]), MOST_REFRESHES):
            buttons = page_locator(site.page, site.target("portfolio_refresh").locators[0])
            await _press(site, buttons.nth(refreshed))
            refreshed += 1
        return await _portfolio(site)

    rows = await patiently(work, once)
    before = seen[0]
    added: list[JsonValue] = [item.title for item in parameters.items if item.title not in before]
    return {"portfolio": rows, "added": added, "refreshed": list(before[:MOST_REFRESHES])}


async def _upload(work: Work, site: SitePage, item: PortfolioItem) -> None:
    file: FilePayload = payload(work, item.file or _described(item))
    await site.fill("portfolio_title", item.title)
    field = await site.find("portfolio_file")
    await field.first.set_input_files([file], timeout=site.wait_ms)
    await _save(site, "portfolio_upload")


def _described(item: PortfolioItem) -> FileContent:
    """A piece without a file is shown by a text about it."""
    text = "\n".join(part for part in (item.title, item.url, item.description) if part)
    return FileContent(name="portfolio.txt", content=text)
