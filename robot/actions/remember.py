"""remember, recall, save_auth: what later runs find, on whichever robot they are."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime

from orchestrator.contract.actions.remember import Recall, Remember, SaveAuth
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.memory import MemoryKind, RunMemoryAnswer
from robot.actions.values import canonical
from robot.actions.work import Memory, Work
from robot.errors import ActionError


async def remember(work: Work, parameters: Remember) -> JsonValue:
    """Keeps a value, and says whether it is news."""
    memory = _memory(work)
    before = await memory.recall(MemoryKind.VALUE, parameters.name)
    await memory.remember(MemoryKind.VALUE, parameters.name, parameters.value)
    old, new = _entries(before.value), _entries(parameters.value)
    return {
        "is_new": not before.is_known,
        "changed": before.is_known and before.value != parameters.value,
        "before": before.value,
        "added": _without(new, old) if before.is_known else [],
        "removed": _without(old, new),
    }


def _entries(value: JsonValue) -> list[JsonValue]:
    """The lines of a text, the entries of a list; anything else has none."""
    if isinstance(value, str):
        return [line.strip() for line in value.splitlines() if line.strip()]
    return value if isinstance(value, list) else []


def _without(entries: list[JsonValue], others: list[JsonValue]) -> list[JsonValue]:
    known = {canonical(each) for each in others}
    return [each for each in entries if canonical(each) not in known]


async def recall(work: Work, parameters: Recall) -> JsonValue:
    """What is remembered."""
    found = await _memory(work).recall(MemoryKind.VALUE, parameters.name)
    return found.value if found.is_known else parameters.default


async def save_auth(work: Work, parameters: SaveAuth) -> JsonValue:
    """Keeps the session's cookies and storage."""
    session = await work.session()
    storage = dict(await session.storage())
    await _memory(work).remember(MemoryKind.LOGIN, parameters.name, storage)
    cookies, origins = _listed(storage, "cookies"), _listed(storage, "origins")
    ends = [end for each in cookies if (end := _end(each)) is not None]
    first = datetime.fromtimestamp(min(ends), tz=UTC).isoformat(timespec="seconds") if ends else None
    return {"name": parameters.name, "cookies": len(cookies), "origins": len(origins), "expires_at": first}


async def kept_login(work: Work, name: str) -> Mapping[str, JsonValue] | None:
    """A login that `save_auth` kept; None when there is none, or all its cookies have ended."""
    found: RunMemoryAnswer = await _memory(work).recall(MemoryKind.LOGIN, name)
    if not found.is_known or not isinstance(found.value, dict):
        return None
    cookies = _listed(found.value, "cookies")
    now = time.time()
    alive = [each for each in cookies if (end := _end(each)) is None or end > now]
    if cookies and not alive:
        return None
    return {**found.value, "cookies": alive}


def _memory(work: Work) -> Memory:
    if work.memory is None:
        raise ActionError.of(ErrorKind.BAD_WORKFLOW, f"{work.call.action} needs an orchestrator that remembers.")
    return work.memory


def _listed(storage: Mapping[str, JsonValue], name: str) -> list[JsonValue]:
    found = storage.get(name)
    return found if isinstance(found, list) else []


def _end(cookie: JsonValue) -> float | None:
    """When a cookie ends, in seconds since 1970; None for one that lives as long as its browser."""
    end = cookie.get("expires") if isinstance(cookie, dict) else None
    return float(end) if isinstance(end, int | float) and not isinstance(end, bool) and end > 0 else None
