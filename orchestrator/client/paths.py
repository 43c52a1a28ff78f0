"""How ids and names stand in an address."""

from urllib.parse import quote

from orchestrator.client.errors import ClientError


def part_of_path(value: str) -> str:
    """An id or a name as one part of a path."""
    if value in {"", ".", ".."}:
        raise ClientError(f"{value!r} is neither an id nor a name.")
    return quote(value, safe="")
