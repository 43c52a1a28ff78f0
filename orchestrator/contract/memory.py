"""What runs remember for later runs, whichever robot these are on: values, and logins of browser sessions."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from orchestrator.contract.ids import JsonValue

MAX_MEMORY_BYTES = 1_048_576
"""Of one value or login, as JSON."""
MOST_MEMORIES = 10_000
MAX_NAME = 500
MAX_PATTERNS = 100
RUN_PATH = "/memory/run"
"""Where robots ask, below the API; clients ask elsewhere."""


class MemoryKind(StrEnum):
    """What is remembered."""

    VALUE = "value"
    LOGIN = "login"
    """Cookies and local storage of a browser session; only robots get to see them."""


class MemoryView(BaseModel):
    """What is known of a memory without its content."""

    model_config = ConfigDict(frozen=True)

    kind: MemoryKind
    name: str
    size: int
    """Bytes of its JSON."""
    changed_at: datetime
    changed_by: str
    """A workflow's name, or a person."""
    job_id: str | None = None
    """The job that wrote it, when it was one."""
    allowed: tuple[str, ...] | None = None
    """Of a login: the workflows that may use it, as names or `folder/*`; None: any may."""


class MemoryValue(BaseModel):
    """A remembered value."""

    model_config = ConfigDict(frozen=True)

    memory: MemoryView
    value: JsonValue


class SetMemoryRequest(BaseModel):
    """A person gives a value a name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=MAX_NAME)
    value: JsonValue


Pattern = Annotated[str, Field(min_length=1, max_length=500)]


class AllowRequest(BaseModel):
    """A person says which workflows may use a login."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=MAX_NAME)
    allowed: tuple[Pattern, ...] | None = Field(max_length=MAX_PATTERNS)
    """Names of workflows, or `folder/name`; `*` stands for any part. None: any workflow; empty: none."""


class RunMemoryRequest(BaseModel):
    """A running step asks for a memory, or gives one; `value` counts only where it is said."""

    model_config = ConfigDict(frozen=True)

    robot_id: str = Field(min_length=1, max_length=200)
    job_id: str = Field(min_length=1, max_length=200)
    attempt: int = Field(ge=1)
    kind: MemoryKind = MemoryKind.VALUE
    name: str = Field(min_length=1, max_length=MAX_NAME)
    value: JsonValue = None


class RunMemoryAnswer(BaseModel):
    """What is remembered; not `is_known` when nothing is."""

    model_config = ConfigDict(frozen=True)

    is_known: bool
    value: JsonValue = None
    changed_at: datetime | None = None
