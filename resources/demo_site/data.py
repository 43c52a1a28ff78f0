"""Ardan's seeded jobs, client histories and market reports as plain frozen values, and the search over them.

The same seed gives the same values in every process and on every platform, so that what a robot brings
back can be compared with what `search` finds here.
"""

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import TypeVar

from resources.demo_site import vocab

DEFAULT_SEED = 7
PAGE_SIZE = 10
EPOCH = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""The site's "today": every seeded date lies before it."""

_WORD = re.compile(r"[a-z0-9+#]+")
_FIRST_NUMBER = 1001
Row = TypeVar("Row")


class Sort(StrEnum):
    """Orders of a search; ties are in the order of ids."""

    NEWEST = "newest"
    BUDGET = "budget"
    SCORE = "score"


class BudgetKind(StrEnum):
    HOURLY = "hourly"
    FIXED = "fixed"


class Level(StrEnum):
    ENTRY = "entry"
    INTERMEDIATE = "intermediate"
    EXPERT = "expert"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One offer. `budget_usd` is per hour or for the whole job, `score` the match with the user (0..100)."""

    id: str
    title: str
    client: str
    country: str
    category: str
    skills: tuple[str, ...]
    budget_kind: BudgetKind
    budget_usd: int
    level: Level
    posted_at: datetime
    description: str
    proposals: int
    score: int

    @property
    def url(self) -> str:
        """The job's address, without the site's origin."""
        return f"/jobs/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastContract:
    """One line of a client's history; `rating` has one decimal, at most 5.0."""

    title: str
    ended_at: datetime
    paid_usd: int
    rating: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """One month of one category in the market report; `fill_rate` is a percentage."""

    month: str
    category: str
    jobs_posted: int
    median_budget_usd: int
    hires: int
    fill_rate: int


@cache
def seed_jobs(seed: int = DEFAULT_SEED) -> tuple[Job, ...]:
    """All jobs of a seed, in the order of their ids."""
    rng = _rng(seed, "jobs")
    themes = [theme for theme in vocab.THEMES for _ in range(theme.count)]
    rng.shuffle(themes)
    return tuple(_job(f"j{_FIRST_NUMBER + place}", theme, rng) for place, theme in enumerate(themes))


def search(
    jobs: Iterable[Job],
    *,
    q: str = "",
    category: str = "",
    min_budget: int = 0,
    level: str = "",
    sort: str = Sort.NEWEST,
) -> list[Job]:
    """The jobs that hold every word of `q` in title, skills or description, and pass the filters.

    Words count as a whole and without case ("AI" does not find "email"). An empty filter lets all pass.
    `min_budget` compares the figure as shown, be it per hour or fixed. Raises ValueError for another `sort`.
    """
    wanted = words(q)
    found = [
        job
        for job in jobs
        if wanted <= _words_of(job)
        and category in ("", job.category)
        and level in ("", job.level)
        and job.budget_usd >= min_budget
    ]
    return _ordered(found, Sort(sort))


def words(text: str) -> frozenset[str]:
    """The words of a text as the search compares them."""
    return frozenset(_WORD.findall(text.lower()))


def page_of(rows: Sequence[Row], page: int, size: int = PAGE_SIZE) -> Sequence[Row]:
    """The rows of one page; pages count from 1."""
    return rows[(page - 1) * size : page * size]


def page_count(rows: int, size: int = PAGE_SIZE) -> int:
    """How many pages hold so many rows; nothing is one empty page."""
    return max(1, -(-rows // size))


def client_history(client: str, seed: int = DEFAULT_SEED) -> tuple[PastContract, ...]:
    """What a client has bought before, newest first."""
    rng = _rng(seed, "history", client)
    titles = rng.sample(vocab.CONTRACTS, k=rng.randint(3, 6))
    contracts = [_past_contract(title, rng) for title in titles]
    return tuple(sorted(contracts, key=lambda contract: contract.ended_at, reverse=True))


@cache
def seed_reports(seed: int = DEFAULT_SEED) -> tuple[ReportRow, ...]:
    """Twelve months of every category, oldest month first."""
    rng = _rng(seed, "reports")
    months = [f"2025-{month:02}" for month in range(3, 13)] + ["2026-01", "2026-02"]
    return tuple(_report_row(month, category, rng) for month in months for category in vocab.CATEGORIES)


def _rng(seed: int, *topic: str) -> random.Random:
    return random.Random(":".join((str(seed), *topic)))  # noqa: S311  seeded data, no secret


def _ordered(jobs: Iterable[Job], sort: Sort) -> list[Job]:
    by_id = sorted(jobs, key=lambda job: job.id)
    match sort:
        case Sort.NEWEST:
            return sorted(by_id, key=lambda job: job.posted_at, reverse=True)
        case Sort.BUDGET:
            return sorted(by_id, key=lambda job: job.budget_usd, reverse=True)
        case Sort.SCORE:
            return sorted(by_id, key=lambda job: job.score, reverse=True)


@cache
def _words_of(job: Job) -> frozenset[str]:
    return words(" ".join((job.title, job.description, *job.skills)))


def _job(job_id: str, theme: vocab.Theme, rng: random.Random) -> Job:
    client, country = rng.choice(vocab.CLIENTS)
    skills = theme.core + tuple(rng.sample(theme.extra, k=rng.randint(2, 4)))
    level = rng.choice(list(Level))
    kind, budget = _budget(level, rng)
    return Job(
        id=job_id,
        title=rng.choice(theme.titles).format(industry=rng.choice(vocab.INDUSTRIES)),
        client=client,
        country=country,
        category=theme.category,
        skills=skills,
        budget_kind=kind,
        budget_usd=budget,
        level=level,
        posted_at=EPOCH - timedelta(minutes=rng.randint(30, 60 * 24 * 60)),
        description=_description(client, skills, theme, rng),
        proposals=rng.randint(0, 48),
        score=rng.randint(18, 99),
    )


def _budget(level: Level, rng: random.Random) -> tuple[BudgetKind, int]:
    factor = {Level.ENTRY: 1, Level.INTERMEDIATE: 2, Level.EXPERT: 3}[level]
    if rng.random() < 0.55:
        return BudgetKind.HOURLY, 15 + 5 * rng.randint(1, 9) * factor
    return BudgetKind.FIXED, 250 * rng.randint(2, 16) * factor


def _description(client: str, skills: tuple[str, ...], theme: vocab.Theme, rng: random.Random) -> str:
    opening = rng.choice(vocab.OPENINGS).format(
        client=client, skill=" and ".join(skills[:2]), size=rng.randint(4, 90) * 5
    )
    tasks = " ".join(rng.sample(theme.tasks, k=3))
    return "\n\n".join((opening, tasks, rng.choice(vocab.CLOSINGS)))


def _past_contract(title: str, rng: random.Random) -> PastContract:
    return PastContract(
        title=title,
        ended_at=EPOCH - timedelta(days=rng.randint(20, 900)),
        paid_usd=50 * rng.randint(8, 400),
        rating=rng.randint(36, 50) / 10,
    )


def _report_row(month: str, category: str, rng: random.Random) -> ReportRow:
    posted = rng.randint(40, 420)
    hires = rng.randint(posted // 4, posted * 9 // 10)
    return ReportRow(
        month=month,
        category=category,
        jobs_posted=posted,
        median_budget_usd=25 * rng.randint(12, 160),
        hires=hires,
        fill_rate=round(100 * hires / posted),
    )
