"""Parameters of the actions for a freelance marketplace: find jobs, send proposals, keep the profile.

The pages' selectors have defaults that fit the bundled demo site; `selectors` replaces single ones.
"""

from typing import Any, Literal, Self

from pydantic import AliasChoices, Field, field_validator, model_validator

from orchestrator.contract.actions.data import as_names
from orchestrator.contract.actions.interact import FileContent
from orchestrator.contract.actions.navigate import Patience
from orchestrator.contract.actions.read import FieldRule
from orchestrator.contract.actions.spec import ActionGroup, ActionSpec, Parameters
from orchestrator.contract.actions.targets import Target
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.one_time_code import CodeMaker

CONTENT_CHARS = (100, 5_000)
BID = (10.0, 200.0)


class OnSite(Patience):
    """Base of actions on one site."""

    base_url: str | None = Field(
        default=None, max_length=8_192, validation_alias=AliasChoices("base_url", "site", "site_url")
    )
    """Address of the site; the run's base address without it."""
    selectors: dict[str, Target] = Field(default_factory=dict, max_length=100)
    """Names of the page's parts and where they are, instead of the defaults."""


class SearchJobs(OnSite):
    """Searches for each keyword, side by side, over several result pages each."""

    keywords: tuple[str, ...] = Field(
        min_length=1, max_length=100, validation_alias=AliasChoices("keywords", "keyword", "queries", "query")
    )
    """What is searched for, each by itself."""
    filters: dict[str, str | int | float | bool | list[str]] = Field(default_factory=dict, max_length=50)
    """Names and values of the search form's filters."""
    sort: str | None = Field(default=None, max_length=100, validation_alias=AliasChoices("sort", "sort_by"))
    """Order of the results, as the site's form calls it."""
    max_pages: int = Field(default=10, ge=1, le=1_000)
    """Result pages for each keyword."""
    path: str = Field(default="/jobs", max_length=2_000)
    """Where the search lives."""
    parallel: bool = True
    """False: one keyword after the other."""
    fields: dict[str, FieldRule] = Field(default_factory=dict, max_length=200)
    """More values of a result, or other ways to read the usual ones."""

    @field_validator("keywords", mode="before")
    @classmethod
    def _one_keyword_is_a_list(cls, value: JsonValue) -> JsonValue:
        return as_names(value)


class MergeJobResults(Parameters):
    """Merges lists of jobs, one row for each job, best score first."""

    results: list[JsonValue] | None = Field(
        default=None, validation_alias=AliasChoices("results", "sources", "items", "lists", "jobs")
    )
    """Lists of jobs; what the step's dependencies gave without it."""
    by: tuple[str, ...] = ("id", "url")
    """A job is known again by the first of these that it has."""
    sort_by: str = Field(default="score", max_length=500)
    """The field whose largest value comes first."""
    limit: int | None = Field(default=None, ge=0)

    @field_validator("by", mode="before")
    @classmethod
    def _by_is_a_list(cls, value: JsonValue) -> JsonValue:
        return as_names(value)


class ExtractJobDetails(OnSite):
    """Visits the pages of jobs, side by side, and adds what stands there."""

    jobs: list[JsonValue] | None = Field(default=None, validation_alias=AliasChoices("jobs", "items", "results"))
    """Jobs with `url`, or addresses; what the step's dependencies gave without it."""
    concurrency: int = Field(default=3, ge=1, le=64)
    limit: int | None = Field(default=None, ge=0)
    """Only the first so many."""
    fields: dict[str, FieldRule] = Field(default_factory=dict, max_length=200)
    """More values of a job's page, or other ways to read the usual ones."""


class Login(OnSite):
    """Logs in; a wrong or locked account is a business failure with the site's own words."""

    username: str = Field(min_length=1, max_length=500, validation_alias=AliasChoices("username", "user", "email"))
    password: str = Field(min_length=1, max_length=1_000, repr=False)
    """Best a secret variable: `${{ password }}`."""
    totp: str | None = Field(default=None, min_length=1, max_length=2_000, repr=False)
    """The secret that an authenticator app would keep of the account, as the site shows it (Base32 or `otpauth://`): a
    one-time code is made of it where the site asks for one. Best a secret variable."""
    code: str | None = Field(default=None, min_length=4, max_length=20, repr=False)
    """The one-time code itself, for example what a `human.answer` before gave."""
    leave_code: bool = False
    """True: a page that asks for a one-time code is left as it is for the next steps, instead of failing."""
    path: str = Field(default="/login", max_length=2_000, validation_alias=AliasChoices("path", "url"))
    """Where the form is: below the site's address, or an absolute address, which then is the site's too."""
    selectors: dict[str, Target] = Field(default_factory=dict, max_length=100)
    """Where the parts of the page are that are not found by themselves: `login_email` (the field for the name),
    `login_next` (the button after the name, where the password is asked for later), `login_password`, `login_submit`,
    `login_error` (the site's refusal), `login_code` and `login_code_submit` (the field for a one-time code, and what
    sends it) and `user_name` (what shows on a page that one is in)."""

    @property
    def has_code(self) -> bool:
        """True when the step itself can answer a site that asks for a one-time code."""
        return self.totp is not None or self.code is not None

    @field_validator("totp")
    @classmethod
    def _is_a_secret(cls, value: str | None) -> str | None:
        if value is not None:
            CodeMaker.of(value)
        return value

    @model_validator(mode="after")
    def _has_one_code(self) -> Self:
        if self.totp is not None and self.code is not None:
            raise ValueError("give `totp` or `code`, not both")
        return self


class ValidateProposals(Parameters):
    """Checks proposals before they are sent."""

    proposals: list[JsonValue] | None = Field(default=None, validation_alias=AliasChoices("proposals", "items"))
    """Objects with `job_url`, `content` and `bid_amount`."""


class SubmitProposals(OnSite):
    """Fills and sends the form of each proposal, in batches."""

    proposals: list[JsonValue] | dict[str, JsonValue] | None = Field(
        default=None, validation_alias=AliasChoices("proposals", "items")
    )
    """The list, or what `validate_proposals` gave; what the step's dependencies gave without it."""
    batch_size: int = Field(default=5, ge=1, le=64)
    """How many are sent side by side."""
    username: str | None = Field(default=None, max_length=500)
    password: str | None = Field(default=None, max_length=1_000, repr=False)
    """When given, and the session is not logged in yet, each session logs in first."""
    list_path: str = Field(default="/proposals", max_length=2_000)
    """Where the site lists what was sent: looked at when an answer is lost, before anything is sent again."""


class VerifySubmissions(OnSite):
    """Looks up sent proposals on the site."""

    submissions: list[JsonValue] | dict[str, JsonValue] | None = Field(
        default=None, validation_alias=AliasChoices("submissions", "results", "items")
    )
    """What `submit_proposals` gave; what the step's dependencies gave without it."""
    path: str = Field(default="/proposals", max_length=2_000)


class ProfilePage(OnSite):
    """Base of actions on the own profile."""

    path: str = Field(default="/profile", max_length=2_000)


class CheckProfile(ProfilePage):
    """Reads the own profile."""


class UpdateAvailability(ProfilePage):
    """Says whether new work is welcome."""

    status: str = Field(
        default="available", min_length=1, max_length=100, validation_alias=AliasChoices("status", "availability")
    )
    """One of the words of the site's list."""
    hours_per_week: int | None = Field(default=None, ge=0, le=168)
    """How many are free; as it is without it."""


class PortfolioItem(Parameters):
    """One piece of work to show."""

    title: str = Field(min_length=1, max_length=200)
    file: str | FileContent | None = None
    """Name of a file of the run, or {name, content} of a new one; a text with the description without it."""
    url: str = Field(default="", max_length=8_192)
    description: str = Field(default="", max_length=5_000)


class RefreshPortfolio(ProfilePage):
    """Brings the portfolio up to date: adds the items that are not there yet."""

    items: tuple[PortfolioItem, ...] = Field(
        default=(), max_length=200, validation_alias=AliasChoices("items", "portfolio_items", "portfolio")
    )


class UpdateSkills(ProfilePage):
    """Changes the list of skills; certifications stand among them."""

    skills: tuple[str, ...] = Field(default=(), max_length=200)
    """Skills that are to be there."""
    certifications: tuple[str, ...] = Field(default=(), max_length=200)
    """They stand among the skills."""
    mode: Literal["add", "replace"] = "add"
    """`add` leaves the others, `replace` removes them."""

    @field_validator("skills", "certifications", mode="before")
    @classmethod
    def _one_is_a_list(cls, value: JsonValue) -> JsonValue:
        return as_names(value)

    @model_validator(mode="before")
    @classmethod
    def _needs_something(cls, value: Any) -> Any:
        if isinstance(value, dict) and not (value.get("skills") or value.get("certifications")):
            raise ValueError("update_skills needs skills or certifications")
        return value


MARKETPLACE_ACTIONS = (
    ActionSpec(
        name="search_jobs",
        group=ActionGroup.MARKETPLACE,
        summary="Searches for jobs by keywords, side by side in the run's sessions.",
        parameters=SearchJobs,
        result="List of jobs: {id, title, url, client, skills, budget_usd, level, score, posted_at, keyword, ...}.",
        exclusive_session=False,
    ),
    ActionSpec(
        name="merge_job_results",
        group=ActionGroup.MARKETPLACE,
        summary="Merges lists of jobs, removes doubles and puts the best score first.",
        parameters=MergeJobResults,
        result="List of jobs.",
        needs_browser=False,
    ),
    ActionSpec(
        name="extract_job_details",
        group=ActionGroup.MARKETPLACE,
        summary="Reads the pages of jobs, side by side.",
        parameters=ExtractJobDetails,
        result="The jobs with their details; one that could not be read carries `error`.",
        exclusive_session=False,
    ),
    ActionSpec(
        name="login",
        group=ActionGroup.MARKETPLACE,
        summary="Logs in: fills the forms for name, password and one-time code, and sees if the site asks again.",
        parameters=Login,
        result="{user, url}, with `leave_code` also `asks_for_code`; a refusal is a failure of kind business, in the "
        "site's words.",
    ),
    ActionSpec(
        name="validate_proposals",
        group=ActionGroup.MARKETPLACE,
        summary="Checks that proposals have an address, a text of 100 to 5,000 characters and a bid of 10 to 200.",
        parameters=ValidateProposals,
        result="{valid: proposals, invalid: [{proposal, reasons}]}",
        needs_browser=False,
    ),
    ActionSpec(
        name="submit_proposals",
        group=ActionGroup.MARKETPLACE,
        summary="Sends proposals in batches; one that fails does not stop the others.",
        parameters=SubmitProposals,
        result="{submitted, failed, results: [{job_url, status, confirmation, error}]}",
        safe_to_repeat=False,
    ),
    ActionSpec(
        name="verify_submissions",
        group=ActionGroup.MARKETPLACE,
        summary="Looks up sent proposals on the site.",
        parameters=VerifySubmissions,
        result="{verified, missing, results: [{job_url, confirmation, verified, status}]}",
    ),
    ActionSpec(
        name="check_profile",
        group=ActionGroup.MARKETPLACE,
        summary="Reads the own profile.",
        parameters=CheckProfile,
        result="{name, availability, skills, portfolio, ...}",
    ),
    ActionSpec(
        name="update_availability",
        group=ActionGroup.MARKETPLACE,
        summary="Sets the own availability.",
        parameters=UpdateAvailability,
        result="{availability, hours_per_week, changed}",
    ),
    ActionSpec(
        name="refresh_portfolio",
        group=ActionGroup.MARKETPLACE,
        summary="Adds missing pieces to the own portfolio and refreshes the others.",
        parameters=RefreshPortfolio,
        result="{portfolio: items, added: titles, refreshed: titles}",
    ),
    ActionSpec(
        name="update_skills",
        group=ActionGroup.MARKETPLACE,
        summary="Changes the own skills and certifications.",
        parameters=UpdateSkills,
        result="{skills, added, removed}",
    ),
)
