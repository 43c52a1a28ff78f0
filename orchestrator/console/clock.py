"""The console's one look at the clock; everything else gets the time as a value."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the console's clock
