"""Rules of the demo site's forms, as pure functions from sent text to values or messages per field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import PurePosixPath

from resources.demo_site.data import Level, Sort
from resources.demo_site.state import Availability
from resources.demo_site.vocab import CATEGORIES

CONTENT_CHARS = (100, 5000)
BID_USD = (10, 200)
MAX_UPLOAD_BYTES = 5 * 1024 * 1024
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_VANITY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class InvalidFormError(ValueError):
    """What was sent breaks a rule; `errors` holds a message per field ("form" for the whole)."""

    def __init__(self, **errors: str) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors: Mapping[str, str] = errors


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalDraft:
    content: str
    bid_usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JobQuery:
    """One search as the address bar holds it; `page` counts from 1."""

    q: str = ""
    category: str = ""
    min_budget: int = 0
    level: str = ""
    sort: Sort = Sort.NEWEST
    page: int = 1


def read_proposal(content: str, bid: str) -> ProposalDraft:
    """A proposal that keeps the rules; raises InvalidFormError."""
    text = content.replace("\r\n", "\n").strip()
    amount = _number(bid)
    errors = _found(content=_content_error(text), bid=_bid_error(bid, amount))
    if errors:
        raise InvalidFormError(**errors)
    if _EMAIL.search(text):
        raise InvalidFormError(form="Proposal rejected: it must not contain an email address.")
    return ProposalDraft(content=text, bid_usd=amount)


def read_query(params: Mapping[str, str]) -> JobQuery:
    """A search from its parameters; empty ones count as absent. Raises InvalidFormError."""
    level, category = params.get("level", ""), params.get("category", "")
    sort, budget, page = (params.get(name) or default for name, default in _QUERY_DEFAULTS)
    errors = _found(
        category=None if category in ("", *CATEGORIES) else "This category does not exist.",
        level=None if level in ("", *Level) else "Level must be entry, intermediate or expert.",
        sort=None if sort in tuple(Sort) else "Sort must be newest, budget or score.",
        min_budget=None if _is_count(budget) else "Minimum budget must be a whole number of dollars.",
        page=None if _is_count(page) and int(page) > 0 else "Page must be a number from 1.",
    )
    if errors:
        raise InvalidFormError(**errors)
    return JobQuery(
        q=params.get("q", "").strip()[:200],
        category=category,
        min_budget=int(budget),
        level=level,
        sort=Sort(sort),
        page=int(page),
    )


def read_availability(availability: str, hours: str) -> tuple[Availability, int]:
    """Availability and hours per week (0..60); raises InvalidFormError."""
    known = availability in tuple(Availability)
    errors = _found(
        availability=None if known else "Choose available, limited or unavailable.",
        hours_per_week=None
        if _is_count(hours) and int(hours) <= 60
        else "Hours per week must be a whole number from 0 to 60.",
    )
    if errors:
        raise InvalidFormError(**errors)
    return Availability(availability), int(hours)


def read_skill(skill: str) -> str:
    """The name of a skill, 1..40 characters; raises InvalidFormError."""
    name = " ".join(skill.split())
    if not 1 <= len(name) <= 40:
        raise InvalidFormError(skill="A skill needs 1 to 40 characters.")
    return name


def read_title(title: str) -> str:
    """The title of a portfolio item, 3..80 characters; raises InvalidFormError."""
    text = " ".join(title.split())
    if not 3 <= len(text) <= 80:
        raise InvalidFormError(title="A title needs 3 to 80 characters.")
    return text


def read_vanity(vanity: str) -> str:
    """A profile address, 3..30 small letters, digits and single hyphens; raises InvalidFormError."""
    if not (3 <= len(vanity) <= 30 and _VANITY.fullmatch(vanity)):
        raise InvalidFormError(vanity="Use 3 to 30 small letters, digits and single hyphens.")
    return vanity


def safe_file_name(name: str) -> str:
    """The last part of a sent file name, without control characters and leading dots, at most 120 characters."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(char for char in last if char.isprintable()).lstrip(". ")[-120:] or "file"


def safe_path(path: str) -> str:
    """Where to go after the login: a path of this site, or home."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if inside and path.isprintable() else "/"


_QUERY_DEFAULTS = (("sort", Sort.NEWEST.value), ("min_budget", "0"), ("page", "1"))


def _found(**errors: str | None) -> dict[str, str]:
    return {name: message for name, message in errors.items() if message is not None}


def _content_error(text: str) -> str | None:
    low, high = CONTENT_CHARS
    if low <= len(text) <= high:
        return None
    return f"Write {low} to {high} characters; this has {len(text)}."


def _bid_error(sent: str, amount: float) -> str | None:
    low, high = BID_USD
    if not sent.strip():
        return "Enter your bid in dollars per hour."
    if low <= amount <= high:
        return None
    return f"The bid must be a number from {low} to {high} dollars per hour."


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return -1
    return value if isfinite(value) else -1


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9
