"""What every answer and request of the API has in common.

Paths below `/api/v1`; the client beside this package calls each of them once. Times are aware UTC, durations seconds.
Errors come as `ErrorBody` with 400 (unreadable), 401 (key), 404, 409 (state), 413, 422 (input), 503 (store).
"""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from orchestrator.contract.errors import Problem

API = "/api/v1"
ACTOR_HEADER = "X-Botswain-Actor"
"""In whose name a request is made, for the activity: printable ASCII; what is behind the hundredth character is cut."""
MOST_ACTOR = 100
MAX_PAGE = 1_000


class View(BaseModel):
    """A snapshot for reading; unknown fields of a newer server are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class Request(BaseModel):
    """An order; unknown fields are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


T = TypeVar("T")


class Page(View, Generic[T]):
    """Some of many."""

    items: tuple[T, ...]
    total: int
    offset: int = 0


class ErrorBody(View):
    """Why a request was not done."""

    code: str
    """`not_found`, `conflict`, `invalid`, `unauthorized`, `storage`, `too_large`, `unavailable`, `internal`."""
    message: str
    field: str = ""
    hint: str = ""
    problems: tuple[Problem, ...] = ()
