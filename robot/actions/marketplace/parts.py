"""Where the parts of a marketplace's pages are, unless a step says otherwise, and how they are reached."""

from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from playwright.async_api import Frame, Page
from playwright.async_api import Locator as PageLocator
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from orchestrator.contract.actions.marketplace import OnSite
from orchestrator.contract.actions.read import FieldRule
from orchestrator.contract.actions.targets import Target
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.actions.locating import chosen, is_there, not_found, page_locator
from robot.actions.patience import open_address
from robot.actions.reading import read_now, value_of
from robot.actions.refusals import COMPLAINTS
from robot.actions.work import Work
from robot.errors import ActionError

_NAMES = ("username", "user", "user_name", "userid", "login", "loginfmt", "identifier", "account", "uid")
_MOST_FRAMES = 10

PARTS: Mapping[str, Target] = {
    "user_name": Target.of("testid=user-name"),
    "login_email": Target.of(
        "input[autocomplete~=username]",
        ", ".join(f"input:is([name={name} i], [id={name} i])" for name in _NAMES),
        "form:has(input[type=password]) input[type=email]",
    ),
    "login_address": Target.of("input[type=email], input:is([name=email i], [id=email i])", "label=Email"),
    "login_next": Target.of("testid=login-next"),
    "login_password": Target.of(
        "input[type=password]:not([aria-hidden=true], [autocomplete=new-password])",
        "input[type=password]:not([aria-hidden=true])",
        "#password",
    ),
    "login_submit": Target.of("testid=login-submit"),
    "login_code": Target.of("input[autocomplete~=one-time-code]"),
    "login_code_submit": Target.of("testid=login-code-submit"),
    "login_error": Target.of("testid=login-error"),
    "login_complaint": COMPLAINTS,
    "search_query": Target.of("[data-testid=search-form] [name=q]", "[name=q]", "role=searchbox"),
    "search_submit": Target.of("testid=search-submit", 'role=button[name="Search"]'),
    "search_done": Target.of("testid=result-count"),
    "job_card": Target.of("testid=job-card"),
    "next_page": Target.of("testid=next-page", "a[rel=next]"),
    "job": Target.of("testid=job"),
    "late": Target.of("testid=client-history"),
    "late_table": Target.of("testid=client-history-table"),
    "late_retry": Target.of("testid=late-retry"),
    "apply": Target.of("testid=apply"),
    "already_applied": Target.of("[data-testid=job] .alert"),
    "proposal_content": Target.of("#content", "[name=content]"),
    "proposal_bid": Target.of("#bid", "[name=bid]"),
    "proposal_attachment": Target.of("#attachment", "[name=attachment]"),
    "proposal_submit": Target.of("testid=proposal-submit"),
    "proposal_done": Target.of("testid=confirmation-number"),
    "proposal_refused": Target.of("testid=duplicate-proposal", "testid=proposal-rejected", "testid=form-error"),
    "field_errors": Target.of("[data-testid^=error-]:not([data-testid=error-page])"),
    "error_page": Target.of("testid=error-page"),
    "proposal_row": Target.of("testid=proposal-row"),
    "no_proposals": Target.of("testid=no-proposals"),
    "notice": Target.of("testid=notice"),
    "availability": Target.of("#availability"),
    "hours": Target.of("#hours_per_week"),
    "availability_save": Target.of("testid=availability-save"),
    "skill": Target.of("[data-testid=skill-form] [name=skill]"),
    "skill_add": Target.of("testid=skill-add"),
    "skills": Target.of("testid=profile-skills"),
    "skill_item": Target.of("[data-testid=profile-skills] > li"),
    "skill_remove": Target.of("testid=skill-remove"),
    "portfolio_item": Target.of("testid=portfolio-item"),
    "portfolio_refresh": Target.of("testid=portfolio-refresh"),
    "portfolio_title": Target.of("[data-testid=portfolio-form] [name=title]"),
    "portfolio_file": Target.of("[data-testid=portfolio-form] [name=file]"),
    "portfolio_upload": Target.of("testid=portfolio-upload"),
}

CARD_FIELDS: Mapping[str, FieldRule] = {
    name: FieldRule.model_validate(rule)
    for name, rule in {
        "id": "@data-job-id",
        "title": "[data-testid=job-link]",
        "url": {"target": "[data-testid=job-link]", "attribute": "href", "required": True},
        "client": "[data-testid=job-client]",
        "country": "[data-testid=job-country]",
        "category": "[data-testid=job-category]",
        "skills": {"target": "[data-testid=job-skills] li", "type": "list"},
        "budget_usd": {"target": "[data-testid=job-budget]", "attribute": "data-budget-usd", "type": "number"},
        "budget_kind": "[data-testid=job-budget]@data-budget-kind",
        "level": "[data-testid=job-level]@data-level",
        "score": {"target": "[data-testid=job-score]", "attribute": "data-score", "type": "number"},
        "posted_at": "[data-testid=job-posted]@datetime",
        "proposals": {"target": "[data-testid=job-proposals]", "type": "number"},
    }.items()
}
PAGE_FIELDS: Mapping[str, FieldRule] = {
    name: FieldRule.model_validate(rule)
    for name, rule in {
        "id": "[data-testid=job]@data-job-id",
        "title": "[data-testid=job-title]",
        "description": "[data-testid=job-description]",
        "client": "[data-testid=job-client]",
        "country": "[data-testid=job-country]",
        "category": "[data-testid=job-category]",
        "skills": {"target": "[data-testid=job-skills] li", "type": "list"},
        "budget_usd": {"target": "[data-testid=job-budget]", "attribute": "data-budget-usd", "type": "number"},
        "budget_kind": "[data-testid=job-budget]@data-budget-kind",
        "score": {"target": "[data-testid=job-score]", "attribute": "data-score", "type": "number"},
        "posted_at": "[data-testid=job-posted]@datetime",
        "proposals": {"target": "[data-testid=job-proposals]", "type": "number"},
    }.items()
}


class SitePage:
    """A page of the site in one session, with the step's own selectors where it has any."""

    def __init__(self, work: Work, parameters: OnSite, page: Page) -> None:
        unknown = parameters.selectors.keys() - PARTS.keys()
        if unknown:
            message = f"selectors: there is no part {min(unknown)!r}; parts: {', '.join(PARTS)}."
            raise ActionError.of(ErrorKind.BAD_WORKFLOW, message)
        self.work = work
        self.page = page
        self._parameters = parameters
        self._parts = {**PARTS, **parameters.selectors}
        self.site = work.site(parameters.base_url)

    @property
    def wait_ms(self) -> float:
        """How long one thing may take."""
        return self.work.wait_ms(self._parameters)

    def target(self, part: str) -> Target:
        """Where a part is."""
        return self._parts[part]

    async def find(self, part: str) -> PageLocator:
        """A part, to act on; ActionError of kind target_not_found when it does not come."""
        return await self.find_target(self.target(part))

    async def find_target(self, target: Target) -> PageLocator:
        """The same for any target. Several sessions work at once: it is not noted as the step's locator."""
        wait_ms = self.wait_ms
        _, found = await chosen(self.page, target, wait_ms=wait_ms, many=True)
        try:
            await found.first.wait_for(state="attached", timeout=wait_ms)
        except PlaywrightTimeoutError as error:
            raise not_found(target, wait_ms, error.message.splitlines()) from None
        return found

    async def now(self, part: str) -> PageLocator | None:
        """A part, when it is there now."""
        for locator in self.target(part).locators:
            found = page_locator(self.page, locator)
            if await found.count():
                return found
        return None

    async def shown(self, part: str) -> PageLocator | None:
        """A part, when it can be seen now."""
        for found in self.visible(part):
            if await is_there(found):
                return found.first
        return None

    def visible(self, part: str) -> list[PageLocator]:
        """What each of a part's locators finds of what can be seen, first on the page itself, then in its frames."""
        locators = self.target(part).locators
        return [page_locator(root, each).filter(visible=True) for root in self.frames for each in locators]

    @property
    def frames(self) -> list[Frame]:
        """The page's own frame, and those in it."""
        return self.page.frames[:_MOST_FRAMES]

    def is_own(self, part: str) -> bool:
        """True when the step itself says where the part is."""
        return part in self._parameters.selectors

    async def any_of(self, *parts: str) -> str:
        """Waits until one of the parts is there, and says which."""
        locators = tuple(locator for part in parts for locator in self.target(part).locators)
        await self.find_target(Target(locators))
        for part in parts:
            if await self.now(part) is not None:
                return part
        return parts[-1]

    async def text(self, part: str) -> str:
        """What a part says."""
        found = await self.now(part)
        return (await found.first.inner_text(timeout=self.wait_ms)).strip() if found is not None else ""

    async def read(self, rules: Mapping[str, FieldRule]) -> dict[str, JsonValue]:
        """Values of the page as it is now."""
        return {name: value_of(name, rule, await read_now(self.work, self.page, rule)) for name, rule in rules.items()}

    async def open(self, path: str) -> None:
        """Opens an address of the site, again when it fails; ActionError when it answers with an error for good."""
        await open_address(self.work, self.page, urljoin(f"{self.site}/", path), self._parameters)

    async def click(self, part: str) -> None:
        """Clicks a part."""
        found = await self.find(part)
        await found.first.click(timeout=self.wait_ms)

    async def fill(self, part: str, value: str) -> None:
        """Fills a field."""
        found = await self.find(part)
        await found.first.fill(value, timeout=self.wait_ms)


def path_of(url: str) -> str:
    """What identifies a page of the site: its path and query, without the origin and a slash at the end."""
    parts = urlsplit(url)
    return (parts.path.rstrip("/") or "/") + (f"?{parts.query}" if parts.query else "")
