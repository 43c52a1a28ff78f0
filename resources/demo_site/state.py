"""What users change on a demo site: proposals, profiles and files, kept in memory of one process."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from time import time

from resources.demo_site.data import EPOCH, Job, ReportRow, seed_jobs, seed_reports
from resources.demo_site.settings import SiteAccount, SiteSettings

Clock = Callable[[], datetime]
MAX_PORTFOLIO_ITEMS = 50
MAX_SKILLS = 30


def wall_clock() -> datetime:
    """The time now, in UTC, to the second."""
    return datetime.fromtimestamp(int(time()), tz=UTC)


class Availability(StrEnum):
    AVAILABLE = "available"
    LIMITED = "limited"
    UNAVAILABLE = "unavailable"


class ProposalStatus(StrEnum):
    SUBMITTED = "Submitted"
    WITHDRAWN = "Withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file that somebody uploaded (or that came with the seed)."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An offer for one job; `bid_usd` is per hour."""

    confirmation: str
    job: Job
    content: str
    bid_usd: float
    submitted_at: datetime
    status: ProposalStatus = ProposalStatus.SUBMITTED
    attachment: StoredFile | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioItem:
    """A piece of work that a profile shows."""

    id: str
    title: str
    file: StoredFile
    refreshed_at: datetime


@dataclass(slots=True, kw_only=True)
class User:
    """One account's profile and proposals."""

    account: SiteAccount
    headline: str
    availability: Availability
    hours_per_week: int
    skills: list[str]
    portfolio: dict[str, PortfolioItem]
    vanity: str = ""
    proposals: dict[str, Proposal] = field(default_factory=dict)
    items_added: int = 3

    @property
    def completeness(self) -> int:
        """How much of the profile is filled in, in percent."""
        done = (
            bool(self.headline),
            len(self.skills) >= 5,
            len(self.portfolio) >= 3,
            self.hours_per_week > 0,
            bool(self.vanity),
        )
        return 100 * sum(done) // len(done)

    def open_proposal(self, job: Job) -> Proposal | None:
        """The proposal for this job that still stands."""
        standing = (p for p in self.proposals.values() if p.status is ProposalStatus.SUBMITTED)
        return next((proposal for proposal in standing if proposal.job.id == job.id), None)


class Site:
    """The running site: its settings, its seeded jobs and everything that users did since the last reset."""

    def __init__(self, settings: SiteSettings, clock: Clock = wall_clock) -> None:
        self.settings = settings
        self.clock = clock
        self.jobs: tuple[Job, ...] = seed_jobs(settings.seed)
        self.reports: tuple[ReportRow, ...] = seed_reports(settings.seed)
        self.users: dict[str, User] = {}
        self._jobs_by_id = {job.id: job for job in self.jobs}
        self.reset()

    def reset(self) -> None:
        """Forget what users did."""
        self.users = {account.email: _seed_user(account) for account in self.settings.accounts}

    def job(self, job_id: str) -> Job | None:
        """The job of this id, if there is one."""
        return self._jobs_by_id.get(job_id)

    def user_of_vanity(self, vanity: str) -> User | None:
        """Who took this profile address."""
        return next((user for user in self.users.values() if vanity and user.vanity == vanity), None)

    def submit(self, user: User, job: Job, *, content: str, bid_usd: float, attachment: StoredFile | None) -> Proposal:
        """Keep a valid proposal and give it a confirmation number that only the seed and its place decide."""
        proposal = Proposal(
            confirmation=self._confirmation(user, job),
            job=job,
            content=content,
            bid_usd=bid_usd,
            attachment=attachment,
            submitted_at=self.clock(),
        )
        user.proposals[proposal.confirmation] = proposal
        return proposal

    def withdraw(self, user: User, proposal: Proposal) -> None:
        """Take a proposal back; the user may send another one for the same job."""
        user.proposals[proposal.confirmation] = replace(proposal, status=ProposalStatus.WITHDRAWN)

    def add_item(self, user: User, title: str, file: StoredFile) -> PortfolioItem:
        """Put a file on the user's portfolio."""
        user.items_added += 1
        item = PortfolioItem(id=f"p{user.items_added}", title=title, file=file, refreshed_at=self.clock())
        user.portfolio[item.id] = item
        return item

    def refresh_item(self, user: User, item: PortfolioItem) -> None:
        """Mark a portfolio item as looked after now."""
        user.portfolio[item.id] = replace(item, refreshed_at=self.clock())

    def _confirmation(self, user: User, job: Job) -> str:
        place = sum(proposal.job.id == job.id for proposal in user.proposals.values())
        source = f"{self.settings.seed}:{user.account.email}:{job.id}:{place}"
        return f"ARD-{hashlib.sha256(source.encode()).hexdigest()[:8].upper()}"


def _seed_user(account: SiteAccount) -> User:
    return User(
        account=account,
        headline="Automation engineer for CRM and the web",
        availability=Availability.LIMITED,
        hours_per_week=20,
        skills=["Python", "Playwright", "Salesforce", "PostgreSQL"],
        portfolio={item.id: item for item in _seed_portfolio(account)},
    )


def _seed_portfolio(account: SiteAccount) -> list[PortfolioItem]:
    works = ("CRM migration case study", "Checkout test suite", "Warehouse sync runbook")
    return [
        PortfolioItem(
            id=f"p{number}",
            title=title,
            file=StoredFile(
                name=f"{title.lower().replace(' ', '-')}.txt",
                content=f"{title}\nby {account.name}\n".encode(),
            ),
            refreshed_at=EPOCH - timedelta(days=40 * number),
        )
        for number, title in enumerate(works, start=1)
    ]
